import json

import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.answering import DEFAULT_LIMIT, Relaxation, render_answer, search
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of

KEYS = ["question", "via", "interpretation", "sql", "params", "columns", "rows", "reasons", "relaxation", "ranking"]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return catalog_of(tmp_path_factory.mktemp("catalog"))


def ids(result):
    return [row["posting_id"] for row in result.records]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What jobs are available for Python?", ["backend", "scientist"]),
        ("What jobs are available for python and django?", ["backend"]),
        ("What jobs are open in Malmö, Sweden?", ["backend"]),
        ("What jobs are open in malmo?", ["backend"]),
        ("What jobs are available in remote, us?", ["frontend"]),
        ("Give me the information of available jobs in Munich.", ["nurse"]),
        ("What jobs offer a salary of $100K-$150K?", ["backend", "scientist"]),
        ("Which jobs pay over over $150K?", ["scientist"]),
        (
            "What jobs are available for someone with 3 years of experience?",
            ["scientist", "frontend", "nurse", "teacher"],
        ),
        ("remote developers", ["frontend"]),
        ("senior data scientists in the US", ["scientist"]),
        ("nurses without a degree", []),
        ("jobs for teachers, not in Berlin", ["teacher"]),
        ("best paid jobs", ["scientist", "backend", "frontend", "nurse", "teacher"]),
        ("top 2 best paid jobs", ["scientist", "backend"]),
    ],
)
def test_a_question_brings_the_postings_that_satisfy_it(catalog, question, expected):
    assert ids(search(question, catalog)) == expected


def test_a_result_has_the_keys_of_the_command_line_and_is_json(catalog):
    plain = search("remote react jobs", catalog).as_dict()
    assert list(plain) == [*KEYS, "timing_ms"]
    assert json.loads(json.dumps(plain))["interpretation"]["filter"]["skills"] == ["React"]
    assert plain["via"] == "analytics"
    assert plain["timing_ms"] > 0


def test_every_row_says_from_its_own_values_why_it_matched(catalog):
    question = "senior python jobs in Malmö or New York over $100K for someone with 5 years of experience, not remote"
    result = search(question, catalog)
    assert dict(zip(ids(result), result.reasons, strict=True)) == {
        "backend": {
            "skills": "python",
            "locations": "Malmö, Sweden",
            "min_salary_usd": "$100,000 - $120,000 a year",
            "max_years": "asks for 5+ years of experience",
            "seniority": "senior",
            "exclude.work_mode": "onsite",
        },
        "scientist": {
            "skills": "python",
            "locations": "New York, NY, USA",
            "min_salary_usd": "US$150K+",
            "max_years": "asks for 3-5 years of experience",
            "seniority": "senior",
            "exclude.work_mode": "hybrid",
        },
    }


def test_pay_that_only_the_description_states_says_so(catalog):
    assert (
        search("react jobs over $50K", catalog).reasons[0]["min_salary_usd"] == "$60,000 a year (from the description)"
    )


def test_what_a_posting_does_not_state_is_called_that(catalog):
    found = search("teacher jobs, no remote", catalog)
    assert found.reasons == ({"titles": "Teacher of Mathematics", "exclude.work_mode": "not stated"},)


def test_without_a_hit_the_rows_stay_empty_and_each_constraint_in_the_way_is_offered(catalog):
    result = search("remote python jobs", catalog)
    assert result.rows == ()
    assert result.relaxation == (
        Relaxation("work_mode", "that are remote", 2),
        Relaxation("skills", "with Python", 1),
    )


def test_of_several_skills_each_one_is_a_constraint_that_may_be_dropped(catalog):
    result = search("python, django and react jobs", catalog)
    assert result.relaxation == (Relaxation("skills", "with React", 1),)


def test_an_exclusion_can_stand_in_the_way_too(catalog):
    result = search("teacher jobs, not in London", catalog)
    assert Relaxation("exclude.locations", "not in london", 1) in result.relaxation


def test_nothing_is_offered_where_two_constraints_stand_in_the_way_or_there_are_hits(catalog):
    assert search("cobol jobs on the moon as pilot in Tokyo", catalog).relaxation == ()
    assert search("python jobs", catalog).relaxation == ()


def test_the_order_is_said_in_words_with_how_many_are_shown(catalog):
    assert search("best paid jobs", catalog, limit=2).ranking == "highest pay first, unknown pay last; 2 of 5 shown"
    assert search("python jobs", catalog).ranking == "posting id; 2 of 2 shown"


def test_the_smaller_limit_counts(catalog):
    assert len(search("top 3 jobs", catalog, limit=2).rows) == 2
    assert len(search("top 1 jobs", catalog, limit=2).rows) == 1


def test_a_long_list_is_cut_and_says_so(tmp_path):
    many = {f"p{number:03}": POSTINGS["nurse"] for number in range(50)}
    result = search("nurse jobs", catalog_of(tmp_path, many))
    assert len(result.rows) == DEFAULT_LIMIT
    assert result.ranking is not None
    assert result.ranking.endswith(f"{DEFAULT_LIMIT} of 50 shown")


def test_an_aggregate_returns_figures_without_reasons(catalog):
    result = search("How many python jobs are there per country?", catalog)
    assert (result.columns, result.rows) == (("country", "jobs"), (("SE", 1), ("US", 1)))
    assert result.reasons == ()


@pytest.mark.parametrize("question", ["drop table jobs", "hello", "find me a job"])
def test_what_is_not_searched_touches_no_catalog(question, tmp_path):
    result = search(question, tmp_path / "missing.duckdb")
    assert (result.sql, result.params, result.rows) == (None, (), ())
    assert render_answer(result) == result.interpretation.message


def test_a_missing_catalog_is_a_users_error(tmp_path):
    with pytest.raises(UserError, match="job_catalog"):
        search("python jobs", tmp_path / "missing.duckdb")


def test_a_question_goes_on_from_the_history(catalog):
    assert ids(search("only remote ones", catalog, history=["developer jobs"])) == ["frontend"]


def test_the_same_question_gives_the_same_answer(catalog):
    first, second = (search("python or react jobs", catalog) for _ in range(2))
    assert (first.sql, first.params, first.rows, first.reasons) == (
        second.sql,
        second.params,
        second.rows,
        second.reasons,
    )


def test_values_of_the_question_are_parameters_and_not_part_of_the_statement(catalog):
    result = search("python jobs in Malmö over $90K about fintech", catalog)
    assert result.sql is not None
    assert not [word for word in ("ython", "alm", "90", "fintech") if word in result.sql]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "What jobs are open in Malmö, Sweden?",
            "Job available in Malmö, Sweden\nJob-Title: senior backend developer\nSalary: $100K-$150K\n"
            "Description: Build the payment service of a bank.",
        ),
        (
            "math teacher jobs",
            'No jobs as math teacher were found. Without the condition "as math teacher", 5 jobs match.',
        ),
        (
            "remote python jobs",
            'No jobs with Python, that are remote were found. Without the condition "that are remote", 2 jobs match.',
        ),
        ("How many python jobs are there?", "Jobs with Python\njobs: 2"),
        ("average salary for nurses", "Jobs as nurse\navg_midpoint_usd: not stated, jobs: 0"),
    ],
)
def test_an_answer_reads_like_a_training_answer(catalog, question, text):
    assert render_answer(search(question, catalog)) == text


def test_every_posting_of_an_answer_has_a_block_of_its_own(catalog):
    blocks = render_answer(search("python or react jobs", catalog)).split("\n\n")
    titles = [next(line for line in block.splitlines() if line.startswith("Job-Title: ")) for block in blocks]
    assert len(set(titles)) == len(blocks) > 1
    assert all(block.startswith("Job available in ") for block in blocks)
