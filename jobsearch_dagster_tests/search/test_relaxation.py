import json

import pytest

from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.relaxation import kept_apart, relaxations, relaxed
from jobsearch_dagster.search.sql import compile_counts
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    with open_catalog(catalog_of(tmp_path_factory.mktemp("catalog"))) as connection:
        yield connection


def said(jobs, **slots):
    return [found.suggestion for found in relaxations(jobs, JobFilter(**slots))]


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        (
            {"min_salary_usd": 200_000, "skills": ["python"]},
            "The best pay among jobs with python is $150,000: 1 job matches at $150,000 or more.",
        ),
        (
            {"min_salary_usd": 160_000},
            "The best pay among all jobs is $150,000: 1 job matches at $150,000 or more.",
        ),
        (
            {"max_salary_usd": 50_000, "titles": ["developer"]},
            "The lowest pay among jobs as developer is $60,000: 1 job matches at $60,000 or less.",
        ),
        (
            {"max_years": 2, "skills": ["python"]},
            "The fewest years that jobs with python ask for are 3: 1 job matches at 3 or fewer.",
        ),
        ({"min_years": 7}, "The most years that all jobs ask for are 5: 2 jobs match at 5 or more."),
        ({"skills": ["Python", "Django", "React"]}, "1 job matches with Python and Django, without React."),
        (
            {"skills": ["python", "payment service", "react"]},
            "1 job matches with python and payment service, without react.",
        ),
        ({"skills": ["js", "react", "docker"]}, "1 job matches with js and react, without docker."),
        (
            {"titles": ["nurse"], "locations": ["hamburg, germany"]},
            "1 job matches in germany instead of hamburg, germany.",
        ),
        (
            {"skills": ["python"], "locations": ["buffalo, ny"]},
            "1 job matches in ny, united states instead of buffalo, ny.",  # the state before the country
        ),
        (
            {"skills": ["python"], "work_mode": ["remote"]},
            "2 jobs match if not remote but hybrid (1) or onsite (1).",
        ),
        (
            {"titles": ["frontend developer"], "seniority": ["lead", "senior"]},
            "1 job matches if not lead or senior but junior (1).",
        ),
        ({"keywords": ["submarine"], "skills": ["sql"]}, 'Without the condition "about submarine", 1 job matches.'),
    ],
)
def test_the_nearest_question_with_a_hit_is_said_first(jobs, slots, expected):
    assert said(jobs, **slots)[0] == expected


def test_giving_a_constraint_up_follows_where_it_brings_more(jobs):
    assert said(jobs, skills=["python", "django", "react"])[1:] == [
        'Without the condition "with python and django and react", 5 jobs match.'
    ]
    assert len(said(jobs, skills=["python"], work_mode=["remote"], titles=["data scientist"])) == 1


def test_an_exclusion_may_stand_in_the_way_too(jobs):
    assert 'Without the condition "not in london, uk", 1 job matches.' in said(
        jobs, titles=["teacher"], exclude={"locations": ["london, uk"]}
    )


def test_the_smaller_change_of_a_number_is_nearer_than_another_work_mode(jobs):
    kinds = [found.slots for found in relaxations(jobs, JobFilter(min_salary_usd=155_000, work_mode=["hybrid"]))]
    assert kinds[0] == ("min_salary_usd",)


def test_where_no_constraint_helps_alone_the_fewest_that_do_together_are_named(jobs):
    found = relaxations(jobs, JobFilter(titles=["teacher"], skills=["python"], work_mode=["remote"]))
    assert [(one.kind, one.slots, one.hits) for one in found] == [("several", ("titles", "work_mode"), 2)]
    assert found[0].suggestion == 'Without the conditions "as teacher" and "that are remote", 2 jobs match.'


def test_nothing_is_offered_where_everything_would_have_to_go(jobs):
    assert said(jobs, titles=["pilot"], skills=["cobol"]) == []


@pytest.mark.parametrize("bounds", [{"min_salary_usd": 50_000}, {"min_salary_usd": 50_000, "max_salary_usd": 60_000}])
def test_postings_without_pay_are_no_reason_to_give_a_pay_bound_up(jobs, bounds):
    assert said(jobs, titles=["teacher"], **bounds)[0].startswith('Without the condition "as teacher", ')
    assert not [one for one in relaxations(jobs, JobFilter(titles=["teacher"], **bounds)) if set(one.slots) & {*bounds}]


def test_every_suggestion_brings_as_many_postings_as_it_says(jobs):
    asked = [
        JobFilter(min_salary_usd=155_000.5, work_mode=["hybrid"], exclude={"seniority": ["senior"]}),
        JobFilter(skills=["python", "react"], locations=["Gothenburg, Sweden"], max_years=4),
        JobFilter(titles=["developer"], min_salary_usd=150_000),
        JobFilter(max_salary_usd=20_000, employment_type=["contract"]),
        JobFilter(max_salary_usd=20_000, include_imputed=True),
        JobFilter(education=["master"], skills_any=["sql", "django"]),
    ]
    for job_filter in asked:
        offered = relaxations(jobs, job_filter)
        assert offered
        for one in offered:
            query = compile_counts([relaxed(job_filter, one.changes)])
            assert jobs.execute(query.sql, query.params).fetchall() == [(one.hits,)]
            assert json.loads(json.dumps(one.changes)).keys() == set(one.slots)


def test_a_bound_between_cents_is_suggested_in_whole_dollars_that_match(tmp_path):
    odd = {"odd": POSTINGS["backend"] | {"min_usd": 90_000.25, "max_usd": 95_432.75}}
    with open_catalog(catalog_of(tmp_path, odd)) as connection:
        least = relaxations(connection, JobFilter(min_salary_usd=100_000))[0]
        most = relaxations(connection, JobFilter(max_salary_usd=80_000))[0]
    assert (least.changes, least.hits) == ({"min_salary_usd": 95_432.0}, 1)
    assert (most.changes, most.hits) == ({"max_salary_usd": 90_001.0}, 1)


def test_dozens_of_skills_are_one_constraint(jobs):
    names = [f"skill {number}" for number in range(80)]
    assert said(jobs, skills=[*names, "python", "sql"])[0].startswith("1 job matches with python and sql, without")


@pytest.mark.parametrize(
    ("matching", "unstated", "estimated", "expected"),
    [
        (2, 12, 0, "12 more match but state no pay that can be compared."),
        (0, 1, 0, "1 matches but states no pay that can be compared."),
        (
            1,
            3,
            2,
            "3 more match but state no pay that can be compared; by an estimate from similar jobs 2 of them would fit.",
        ),
    ],
)
def test_postings_kept_apart_are_said_in_one_sentence(jobs, matching, unstated, estimated, expected):
    found = kept_apart(
        jobs, JobFilter(min_salary_usd=100_000), matching=matching, unstated=unstated, estimated=estimated
    )
    assert found.suggestion == expected
    assert (found.kind, found.slots, found.hits) == ("unknown_pay", ("min_salary_usd",), unstated)
    assert [posting["posting_id"] for posting in found.postings] == ["nurse", "teacher"]
