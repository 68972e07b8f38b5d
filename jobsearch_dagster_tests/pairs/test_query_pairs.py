"""Up to twelve pairs per job, with the wordings of Appendix A and answers that say what the job says."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import pytest

from jobsearch_dagster.foundation.lake import KeyParts, Lake
from jobsearch_dagster.pairs.query_pairs import PairsRecipe, make_pairs
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
    "skills": ["python", "sql", "spark", "kafka"],
    "min_years": 3,
    "description_summary": "build pipelines\nkeep them running!",
    "resume_summary": "five years of pipelines",
}
TABLES = {
    "clean_jobs": ("row_id", "split", "job_id", "posting_id", "standard_title", "place", "salary_bucket"),
    "job_entities": ("row_id", "split", "skills", "min_years"),
    "job_summaries": ("row_id", "split", "description_summary", "resume_summary"),
}
TYPES = {"skills": "VARCHAR[]", "min_years": "BIGINT"}

Ask = Callable[..., pd.DataFrame]


@pytest.fixture
def ask() -> Ask:
    def pairs(*jobs: dict[str, Any], **recipe: Any) -> pd.DataFrame:
        with duckdb.connect() as connection:
            for table, columns in TABLES.items():
                declared = ", ".join(f"{name} {TYPES.get(name, 'VARCHAR')}" for name in columns)
                connection.execute(f"CREATE TABLE {table} ({declared})")
                for job in jobs:
                    marks = ", ".join("?" for _ in columns)
                    connection.execute(f"INSERT INTO {table} VALUES ({marks})", [job[name] for name in columns])
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
        "What jobs are available for python, sql and spark?",
        "Are there jobs for python, sql and spark?",
        "What roles are available for python, sql and spark?",
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
        assert set(rows["slot"]) == {"Unknown"}
        assert [list(values) for values in rows["slot_values"]] == [[], [], []]
        assert all("Unknown" in question for question in rows["question"])


def test_a_job_that_says_nothing_is_asked_nothing(ask: Ask) -> None:
    pairs = ask(job(skills=[], place="", salary_bucket="Unknown", min_years=None))
    assert pairs.empty
    assert list(pairs.columns) == list(QUERY_PAIRS.names)


def test_zero_years_are_a_value(ask: Ask) -> None:
    pairs = ask(job(min_years=0))
    rows = pairs[pairs["query_type"] == "experience"]
    assert set(rows["slot"]) == {"0 years"}
    assert rows["slot_values"].tolist() == [["0"]] * 3


def test_one_year_is_no_plural(ask: Ask) -> None:
    pairs = ask(job(min_years=1))
    assert "What jobs are available for someone with 1 year of experience?" in set(pairs["question"])


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
    [(1, "python"), (2, "python and sql"), (3, "python, sql and spark"), (9, "python, sql, spark and kafka")],
)
def test_as_many_skills_are_asked_for_as_the_recipe_says(ask: Ask, main_skills: int, slot: str) -> None:
    pairs = ask(job(), main_skills=main_skills)
    rows = pairs[pairs["query_type"] == "skills"]
    assert set(rows["slot"]) == {slot}
    assert rows["slot_values"].iloc[0] == COMPLETE["skills"][:main_skills]


def test_every_question_about_a_job_has_the_report_s_block_as_answer(ask: Ask) -> None:
    assert set(ask(job())["answer"]) == {
        "Job available in malmö, sweden\n"
        "Job-Title: data engineer\n"
        "Salary: $75K-$100K\n"
        "Description: build pipelines. keep them running!"
    }


def test_paraphrases_are_three_more_wordings_a_type_and_change_no_other_pair(ask: Ask) -> None:
    jobs = [job(row_id=f"train-1.csv:{n}", job_id=f"job-{n}") for n in range(20)]
    plain, more = ask(*jobs), ask(*jobs, paraphrases=True)
    added = more[more["variation"] > 3]
    assert len(added) == len(plain) == 20 * 12
    pd.testing.assert_frame_equal(more[more["variation"] <= 3].reset_index(drop=True), plain)
    assert all(slot in question for slot, question in zip(added["slot"], added["question"], strict=True))
    assert added["question"].nunique() > 100
    assert set(added["slot"]) >= {"over $75K", "$75K-$100K"}


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

    others = [job(row_id=f"train-1.csv:{n}", job_id=f"job-{n}") for n in range(2, 40)]
    alone = said(ask(job()))
    among_others = said(ask(*others, job()))
    moved = said(ask(job(row_id="train-1.csv:77", standard_title="cook")))
    assert alone == moved
    assert alone.items() <= among_others.items()
    assert set(among_others.values()) == set(load_templates().instructions)
    assert len(among_others) == 39 * 12


def test_the_pairs_keep_their_table_s_contract(ask: Ask, tmp_path) -> None:
    pairs = ask(job(), job(row_id="test-1.csv:1", split="test"), job(row_id="train-1.csv:2", job_id="job-2"))
    lake = Lake(tmp_path)
    with lake.connect() as connection:
        stamp = lake.write("query_pairs", pairs, QUERY_PAIRS, KeyParts({}, {}, "1"), connection)
    assert stamp.rows == 36
    assert lake.verify("query_pairs", QUERY_PAIRS) == []
