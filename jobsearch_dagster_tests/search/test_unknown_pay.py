import pytest

from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.unknown_pay import compile_tally, compile_unstated
from jobsearch_dagster_tests.search.catalogs import catalog_of


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    with open_catalog(catalog_of(tmp_path_factory.mktemp("catalog"))) as connection:
        yield connection


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({}, (5, 0, 0)),  # nothing is kept apart where no pay is asked for
        ({"skills": ["python"]}, (2, 0, 0)),
        ({"min_salary_usd": 100_000}, (2, 2, 0)),
        ({"min_salary_usd": 74_999}, (2, 2, 1)),  # the nurse's bucket is $50K-$75K
        ({"min_salary_usd": 75_000}, (2, 2, 0)),
        ({"max_salary_usd": 50_000}, (0, 2, 1)),
        ({"max_salary_usd": 49_999}, (0, 2, 0)),
        ({"min_salary_usd": 60_000, "max_salary_usd": 70_000}, (1, 2, 1)),
        ({"min_salary_usd": 100_000, "locations": ["Berlin"]}, (0, 1, 0)),
        ({"min_salary_usd": 100_000, "has_salary": True}, (2, 0, 0)),
        ({"min_salary_usd": 70_000, "include_imputed": True}, (3, 1, 0)),  # the estimate counts, so it is not apart
    ],
)
def test_postings_without_pay_are_counted_apart_from_those_that_match(jobs, slots, expected):
    query = compile_tally(JobFilter(**slots))
    assert jobs.execute(query.sql, query.params).fetchall() == [expected]


def test_those_whose_estimate_fits_are_shown_first(jobs):
    query = compile_unstated(JobFilter(min_salary_usd=70_000), 5)
    assert jobs.execute(query.sql, query.params).fetchall() == [
        ("nurse", "Registered Nurse, night shift", "Berlin, Germany or Munich, Germany", "$50K-$75K"),
        ("teacher", "Teacher of Mathematics", "London, UK", None),
    ]
