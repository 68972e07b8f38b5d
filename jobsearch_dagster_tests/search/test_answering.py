import json

import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.answering import DEFAULT_LIMIT, render_answer, search
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.profile import Profile
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
            "min_salary_usd": "US$150K+ (about $150,000 a year)",
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


def test_without_a_hit_the_rows_stay_empty_and_the_nearest_questions_with_hits_are_offered(catalog):
    result = search("remote python jobs", catalog)
    assert result.rows == ()
    assert [(found.kind, found.slots, found.hits) for found in result.relaxation] == [
        ("nearest", ("work_mode",), 2),
        ("drop", ("skills",), 1),
    ]


def test_nothing_is_offered_where_there_are_hits(catalog):
    assert search("python jobs", catalog).relaxation == ()


def test_postings_without_pay_are_kept_apart_from_hits_and_from_figures(catalog):
    result = search("jobs over $65K", catalog)
    assert ids(result) == ["backend", "scientist"]
    assert [(found.kind, found.hits) for found in result.relaxation] == [("unknown_pay", 2)]
    assert [posting["posting_id"] for posting in result.relaxation[0].postings] == ["nurse", "teacher"]
    count = search("How many jobs pay over $65K?", catalog)
    assert (count.rows, count.relaxation) == (((2,),), result.relaxation)


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
    assert ids(search("only remote ones", catalog, history=["best paid jobs"])) == ["frontend"]


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
            'No jobs as math teacher were found.\n\nWithout the condition "as math teacher", 5 jobs match.',
        ),
        (
            "remote python jobs",
            "No jobs with Python, that are remote were found.\n\n"
            "2 jobs match if not remote but hybrid (1) or onsite (1).",
        ),
        ("How many python jobs are there?", "Jobs with Python\njobs: 2"),
        (
            "average salary for nurses",
            "Jobs as nurse\naverage pay (USD a year): not stated, jobs: 0, jobs that state none: 1",
        ),
        (
            "jobs over $140K",
            "Job available in New York, NY, USA\nJob-Title: data scientist\nSalary: over $150K\n"
            "Description: Forecasts for a bank.\n\n2 more match but state no pay that can be compared.",
        ),
    ],
)
def test_an_answer_reads_like_a_training_answer(catalog, question, text):
    assert render_answer(search(question, catalog)) == text


def test_every_posting_of_an_answer_has_a_block_of_its_own(catalog):
    blocks = render_answer(search("python or react jobs", catalog)).split("\n\n")
    titles = [next(line for line in block.splitlines() if line.startswith("Job-Title: ")) for block in blocks]
    assert len(set(titles)) == len(blocks) > 1
    assert all(block.startswith("Job available in ") for block in blocks)


@pytest.mark.parametrize(("asked", "number"), [("the second one please", 2), ("tell me about the first one", 1)])
def test_a_question_can_point_at_a_posting_shown_before(catalog, asked, number):
    before = search("best paid jobs", catalog)
    assert len(before.rows) > 2
    picked = search(asked, catalog, history=["best paid jobs"])
    assert picked.rows == (before.rows[number - 1],)
    assert search("the last one", catalog, history=["best paid jobs"]).rows == before.rows[-1:]


@pytest.mark.parametrize("asked", ["the second one", "the last one"])
@pytest.mark.parametrize("question", ["best paid jobs", "jobs for someone with 3 years of experience"])
@pytest.mark.parametrize("profile", [None, Profile(skills=("Python", "React"))])
def test_the_statement_of_a_picked_posting_brings_it_and_its_place_is_said(catalog, asked, question, profile):
    before = search(question, catalog, profile=profile)
    picked = search(asked, catalog, history=[question], profile=profile)
    assert picked.sql is not None
    assert before.ranking is not None
    with open_catalog(catalog) as connection:
        assert tuple(connection.execute(picked.sql, picked.params).fetchall()) == picked.rows
    number = 2 if asked == "the second one" else len(before.rows)
    assert picked.rows == (before.rows[number - 1],)
    assert picked.ranking == before.ranking.replace(
        f"{len(before.rows)} of {len(before.rows)} shown", f"number {number} of {len(before.rows)}"
    )


@pytest.mark.parametrize(
    ("before", "asked", "said"),
    [
        ("3 best paid jobs", "the ninth one", "Only 3 postings were shown."),
        ("What jobs are available for python?", "the fifth one", "Only 2 postings were shown."),
        ("remote developers", "the second one", "Only 1 posting was shown."),
        ("nurses without a degree", "the last one", "No posting was shown."),
        ("how many jobs are there per country?", "the second one", "The answer before holds figures. Ask for the"),
    ],
)
def test_where_there_is_no_posting_to_point_at_that_is_said(catalog, before, asked, said):
    result = search(asked, catalog, history=[before])
    assert (result.interpretation.intent, result.rows, result.sql, result.ranking) == ("clarify", (), None, None)
    assert render_answer(result).startswith(said)
