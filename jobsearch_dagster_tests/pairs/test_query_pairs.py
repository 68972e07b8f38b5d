"""Up to twelve pairs per job, with the wordings of Appendix A and answers that say what the job says."""

import re
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd
import pytest

from jobsearch_dagster.foundation.lake import KeyParts, Lake
from jobsearch_dagster.pairs.query_pairs import PairsRecipe, count_copies, coverage, make_pairs
from jobsearch_dagster.pairs.tables import QUERY_PAIRS
from jobsearch_dagster.pairs.templates import QUERY_TYPES, load_templates

COMPLETE: dict[str, Any] = {
    "row_id": "train-1.csv:1",
    "split": "train",
    "job_id": "job-1",
    "posting_id": "posting-1",
    "standard_title": "data engineer",
    "place": "malmö, sweden",
    "salary_bucket": "$75K-$100K",
    "description_text": "build pipelines with the team. keep them running!",
    "skills": ["Python", "SQL", "Spark", "Kafka"],
    "min_years": 3,
    "description_summary": "build pipelines\nkeep them running!",
    "resume_summary": "five years of pipelines",
}
TABLES = {
    "clean_jobs": (
        "row_id",
        "split",
        "job_id",
        "posting_id",
        "standard_title",
        "place",
        "salary_bucket",
        "description_text",
    ),
    "job_entities": ("row_id", "split", "skills", "min_years"),
    "job_summaries": ("row_id", "split", "description_summary", "resume_summary"),
}
TYPES = {"skills": "VARCHAR[]", "min_years": "BIGINT"}

Ask = Callable[..., pd.DataFrame]


@contextmanager
def tables_of(*jobs: dict[str, Any]) -> Generator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for table, columns in TABLES.items():
            declared = ", ".join(f"{name} {TYPES.get(name, 'VARCHAR')}" for name in columns)
            connection.execute(f"CREATE TABLE {table} ({declared})")
            for job in jobs:
                marks = ", ".join("?" for _ in columns)
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", [job[name] for name in columns])
        yield connection


@pytest.fixture
def ask() -> Ask:
    def pairs(*jobs: dict[str, Any], **recipe: Any) -> pd.DataFrame:
        with tables_of(*jobs) as connection:
            return make_pairs(connection, load_templates(), PairsRecipe(**recipe))

    return pairs


def job(**changes: Any) -> dict[str, Any]:
    return COMPLETE | changes


def test_a_complete_job_gives_four_query_types_in_three_wordings(ask: Ask) -> None:
    pairs = ask(job())
    assert Counter(pairs["query_type"]) == dict.fromkeys(QUERY_TYPES, 3)
    assert sorted(zip(pairs["query_type"], pairs["variation"], strict=True)) == sorted(
        (query_type, variation) for query_type in QUERY_TYPES for variation in (1, 2, 3)
    )
    assert pairs["pair_id"].is_unique


def test_every_question_is_the_wording_of_appendix_a(ask: Ask) -> None:
    pairs = ask(job()).sort_values(["query_type", "variation"])
    assert pairs["question"].tolist() == [
        "What jobs are available for someone with 3 years of experience?",
        "What roles can I find for someone with 3 years of experience?",
        "Are there jobs for candidates with 3 years of experience?",
        "What jobs are open in malmö, sweden?",
        "What jobs are available in malmö, sweden?",
        "Give me the information of available jobs in malmö, sweden.",
        "What jobs offer a salary of $75K-$100K?",
        "Which jobs pay over $75K?",
        "Are there jobs with a salary of $75K-$100K?",
        "What jobs are available for Python, SQL and Spark?",
        "Are there jobs for Python, SQL and Spark?",
        "What roles are available for Python, SQL and Spark?",
    ]


@pytest.mark.parametrize(
    ("query_type", "missing"),
    [
        ("skills", {"skills": []}),
        ("location", {"place": ""}),
        ("salary", {"salary_bucket": "Unknown"}),
        ("experience", {"min_years": None}),
    ],
)
class TestAMissingValue:
    def test_is_not_asked_for(self, ask: Ask, query_type: str, missing: dict[str, Any]) -> None:
        pairs = ask(job(**missing))
        assert set(pairs["query_type"]) == set(QUERY_TYPES) - {query_type}
        assert len(pairs) == 9

    def test_is_asked_for_as_unknown_where_the_recipe_says_so(
        self, ask: Ask, query_type: str, missing: dict[str, Any]
    ) -> None:
        pairs = ask(job(**missing), unknown_slots=True)
        assert len(pairs) == 12
        rows = pairs[pairs["query_type"] == query_type]
        assert [list(values) for values in rows["slot_values"]] == [[], [], []]
        assert all("Unknown" in question for question in rows["question"])
        assert all(slot in question for slot, question in zip(rows["slot"], rows["question"], strict=True))

    def test_is_no_line_of_the_answer(self, ask: Ask, query_type: str, missing: dict[str, Any]) -> None:
        assert not any("Unknown" in answer for answer in ask(job(**missing))["answer"])


def test_unknown_years_are_asked_for_in_a_sentence(ask: Ask) -> None:
    rows = ask(job(min_years=None), unknown_slots=True).query("query_type == 'experience'")
    assert rows["question"].tolist()[0] == "What jobs are available for someone with Unknown years of experience?"


def test_an_unknown_salary_is_a_line_of_the_answer_where_unknown_is_said(ask: Ask) -> None:
    answers = ask(job(salary_bucket="Unknown"), unknown_slots=True)["answer"]
    assert all("Salary: Unknown" in answer.splitlines() for answer in answers)


def test_a_job_that_says_nothing_is_asked_nothing(ask: Ask) -> None:
    pairs = ask(job(skills=[], place="", salary_bucket="Unknown", min_years=None))
    assert pairs.empty
    assert list(pairs.columns) == list(QUERY_PAIRS.names)


@pytest.mark.parametrize("summary", ["", " ", ".", "...", " - "])
def test_a_job_without_a_word_to_answer_with_is_asked_nothing(ask: Ask, summary: str) -> None:
    assert ask(job(description_summary=summary)).empty


@pytest.mark.parametrize(
    ("years", "said"),
    [(0, "no experience"), (1, "1 year of experience"), (2, "2 years of experience"), (11, "11 years of experience")],
)
def test_years_are_asked_for_as_people_say_them(ask: Ask, years: int, said: str) -> None:
    rows = ask(job(min_years=years)).query("query_type == 'experience'")
    assert rows["question"].tolist() == [
        f"What jobs are available for someone with {said}?",
        f"What roles can I find for someone with {said}?",
        f"Are there jobs for candidates with {said}?",
    ]
    assert rows["slot_values"].tolist() == [[str(years)]] * 3


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("remote", "for remote work"),
        ("remote, germany", "for remote work in germany"),
        ("remote, united states", "for remote work in the united states"),
        ("united kingdom", "in the united kingdom"),
        ("berlin, germany", "in berlin, germany"),
    ],
)
def test_a_place_is_asked_for_as_people_say_it(ask: Ask, place: str, said: str) -> None:
    rows = ask(job(place=place)).query("query_type == 'location'")
    assert rows["question"].tolist() == [
        f"What jobs are open {said}?",
        f"What jobs are available {said}?",
        f"Give me the information of available jobs {said}.",
    ]
    assert rows["slot_values"].tolist() == [[place]] * 3


@pytest.mark.parametrize(
    ("bucket", "question", "answered_by"),
    [
        ("under $50K", "Which jobs pay under $50K?", ["under $50K"]),
        ("$50K-$75K", "Which jobs pay over $50K?", ["$50K-$75K", "$75K-$100K", "$100K-$150K", "over $150K"]),
        ("$100K-$150K", "Which jobs pay over $100K?", ["$100K-$150K", "over $150K"]),
        ("over $150K", "Which jobs pay over $150K?", ["over $150K"]),
    ],
)
def test_a_salary_asked_for_as_a_bound_is_answered_by_every_bucket_beyond_it(
    ask: Ask, bucket: str, question: str, answered_by: list[str]
) -> None:
    pairs = ask(job(salary_bucket=bucket)).set_index(["query_type", "variation"])
    assert pairs.at[("salary", 2), "question"] == question
    assert pairs.at[("salary", 2), "slot_values"] == answered_by
    for variation in (1, 3):
        assert f"a salary of {bucket}?" in str(pairs.at[("salary", variation), "question"])
        assert pairs.at[("salary", variation), "slot_values"] == [bucket]


@pytest.mark.parametrize(
    ("main_skills", "slot"),
    [(1, "Python"), (2, "Python and SQL"), (3, "Python, SQL and Spark"), (9, "Python, SQL, Spark and Kafka")],
)
def test_as_many_skills_are_asked_for_as_the_recipe_says(ask: Ask, main_skills: int, slot: str) -> None:
    pairs = ask(job(), main_skills=main_skills)
    rows = pairs[pairs["query_type"] == "skills"]
    assert set(rows["slot"]) == {slot}
    assert rows["slot_values"].iloc[0] == COMPLETE["skills"][:main_skills]


@pytest.mark.parametrize(
    ("skills", "title", "description", "slot"),
    [
        (["SQL", "Spark", "Python"], "python developer", "sql and spark.", "Python, SQL and Spark"),
        (["SQL", "Spark", "Kafka"], "developer", "sql, spark and kafka. more kafka.", "Kafka, SQL and Spark"),
        (["Self-organization", "HTML"], "developer", "self-organization! self-organization! html.",
         "HTML and Self-organization"),
        (["Teamwork", "Punctuality"], "cook", "teamwork and punctuality.", "Teamwork and Punctuality"),
    ],
)  # fmt: skip
def test_the_main_skills_are_those_of_the_title_then_the_most_mentioned(
    ask: Ask, skills: list[str], title: str, description: str, slot: str
) -> None:
    pairs = ask(job(skills=skills, standard_title=title, description_text=description))
    assert set(pairs[pairs["query_type"] == "skills"]["slot"]) == {slot}


def test_every_question_about_a_job_has_the_report_s_block_as_answer(ask: Ask) -> None:
    assert set(ask(job())["answer"]) == {
        "Job available in malmö, sweden\n"
        "Job-Title: data engineer\n"
        "Salary: $75K-$100K\n"
        "Description: build pipelines. keep them running!"
    }


def many(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Jobs of as many postings."""
    return [
        job(row_id=f"train-1.csv:{n}", job_id=f"job-{n}", posting_id=f"posting-{n}", **changes) for n in range(count)
    ]


def test_paraphrases_are_three_more_wordings_a_type_and_change_no_other_pair(ask: Ask) -> None:
    plain, more = ask(*many(20)), ask(*many(20), paraphrases=True)
    added = more[more["variation"] > 3]
    assert len(added) == len(plain) == 20 * 12
    pd.testing.assert_frame_equal(more[more["variation"] <= 3].reset_index(drop=True), plain)
    assert all(slot in question for slot, question in zip(added["slot"], added["question"], strict=True))
    assert added["question"].nunique() > 100
    assert set(added["slot"]) >= {"over $75K", "$75K-$100K"}


@pytest.mark.parametrize(
    ("changes", "never", "sometimes"),
    [
        ({"place": "remote, germany"}, r"live in|in remote", r"I want to work remotely from germany\."),
        ({"place": "remote"}, r"live in|in remote", r"I want to work remotely\."),
        ({}, r"remote", r"I live in malmö, sweden\."),
        ({"salary_bucket": "under $50K"}, r"earn|Where do they pay", r"that pay under \$50K"),
        ({"salary_bucket": "over $150K"}, r"under", r"I want to earn over \$150K\."),
        ({"min_years": 0}, r"0 years|jobs for no", r"I have no experience\."),
    ],
)
def test_paraphrases_say_only_what_reads_right(ask: Ask, changes: dict[str, Any], never: str, sometimes: str) -> None:
    pairs = ask(*many(60, **changes), paraphrases=True)
    assert len(pairs) == 60 * 24
    said = "\n".join(pairs["question"])
    assert not re.findall(never, said)
    assert re.search(sometimes, said)


def test_paraphrases_are_drawn_by_the_seed(ask: Ask) -> None:
    questions = [ask(job(), paraphrases=True, seed=seed)["question"].tolist() for seed in (1, 1, 2)]
    assert questions[0] == questions[1] != questions[2]


def test_the_resume_is_in_the_answer_only_where_the_recipe_says_so(ask: Ask) -> None:
    line = "Resume: five years of pipelines."
    assert not any(line in answer for answer in ask(job())["answer"])
    assert all(line in answer.splitlines() for answer in ask(job(), resume_in_answer=True)["answer"])


def test_a_resume_that_was_not_summarized_leaves_no_line(ask: Ask) -> None:
    pairs = ask(job(resume_summary=None), resume_in_answer=True)
    assert not any("Resume" in answer for answer in pairs["answer"])


def test_ids_and_instructions_depend_on_the_job_alone(ask: Ask) -> None:
    def said(pairs: pd.DataFrame) -> dict[str, str]:
        return dict(zip(pairs["pair_id"], pairs["system"], strict=True))

    first, *others = many(39)
    alone = said(ask(first))
    among_others = said(ask(*others, first))
    moved = said(ask(first | {"row_id": "train-1.csv:77", "standard_title": "cook"}))
    assert alone == moved
    assert alone.items() <= among_others.items()
    assert set(among_others.values()) == set(load_templates().instructions)
    assert len(among_others) == 39 * 12


def beside_three_resumes(**changes: Any) -> list[dict[str, Any]]:
    """One posting in three rows of the train file and one of the test file."""
    rows = [("train", 3), ("train", 2), ("train", 4), ("test", 1)]
    return [job(row_id=f"{split}-1.csv:{n}", split=split, job_id=f"job-{n}", **changes) for split, n in rows]


def test_a_posting_is_asked_about_once_a_split_whatever_resumes_stand_beside_it(ask: Ask) -> None:
    pairs = ask(*beside_three_resumes())
    assert Counter(pairs["row_id"]) == {"train-1.csv:2": 12, "test-1.csv:1": 12}
    assert not pairs.duplicated(["split", "question", "answer"]).any()


def test_a_row_that_states_its_salary_speaks_for_the_posting(ask: Ask) -> None:
    unpaid = [row | {"salary_bucket": "Unknown"} for row in beside_three_resumes()[:2]]
    pairs = ask(*unpaid, *beside_three_resumes()[2:])
    assert Counter(pairs["row_id"]) == {"train-1.csv:4": 12, "test-1.csv:1": 12}


def test_every_resume_is_asked_about_where_it_is_answered(ask: Ask) -> None:
    pairs = ask(*beside_three_resumes(), resume_in_answer=True)
    assert Counter(pairs["row_id"]) == {row["row_id"]: 12 for row in beside_three_resumes()}


def test_the_coverage_counts_pairs_and_jobs_and_leaves_copies_out() -> None:
    speechless = job(row_id="train-1.csv:9", posting_id="posting-9", description_summary=".")
    unpaid = job(row_id="test-1.csv:8", split="test", posting_id="posting-8", job_id="8", salary_bucket="Unknown")
    with tables_of(*beside_three_resumes(), speechless, unpaid) as connection:
        query_pairs = make_pairs(connection, load_templates(), PairsRecipe())
        connection.register("query_pairs", query_pairs)
        table, copies = coverage(connection).set_index("query type"), count_copies(connection)
    assert copies == 2
    assert list(table.loc["salary"]) == [3, 3, 2, 0.5]  # of four jobs; one says nothing, one no salary
    assert list(table.loc["skills"]) == [3, 6, 3, 0.25]


def test_a_query_type_without_pairs_is_told() -> None:
    with tables_of(job(skills=[])) as connection:
        query_pairs = make_pairs(connection, load_templates(), PairsRecipe())
        connection.register("query_pairs", query_pairs)
        assert list(coverage(connection).set_index("query type").loc["skills"]) == [0, 0, 0, 1.0]


def test_the_pairs_keep_their_table_s_contract(ask: Ask, tmp_path) -> None:
    pairs = ask(*many(2), job(row_id="test-1.csv:1", split="test"))
    lake = Lake(tmp_path)
    with lake.connect() as connection:
        stamp = lake.write("query_pairs", pairs, QUERY_PAIRS, KeyParts({}, {}, "1"), connection)
    assert stamp.rows == 36
    assert lake.verify("query_pairs", QUERY_PAIRS) == []
