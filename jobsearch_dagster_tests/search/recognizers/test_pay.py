"""Pay in a question: amounts and sides in many wordings."""

from typing import Any

import pytest

from jobsearch_dagster_tests.search.asking import searched

GBP = 1.27
EUR = 1.08
HOURS = 2080


@pytest.mark.parametrize(
    ("question", "pay"),
    [
        ("cook, nothing below 12.50 pounds/hr", {"min_salary_usd": 12.5 * GBP * HOURS}),
        ("cook, twenty-two dollars fifty an hour", {"min_salary_usd": 22.5 * HOURS}),
        ("cook, 38k in pounds and not a penny less", {"min_salary_usd": 38_000 * GBP}),
        ("cook, quarter million plus", {"min_salary_usd": 250_000}),
        ("cook, tops 15k a year", {"max_salary_usd": 15_000}),
        ("cook, in the ballpark of $30/hr", {"min_salary_usd": 27 * HOURS, "max_salary_usd": 33 * HOURS}),
        (
            "cook, 60k euro or thereabouts",
            {"min_salary_usd": 54_000 * EUR, "max_salary_usd": 66_000 * EUR},
        ),
        ("won't get out of my car for less than fifteen an hour, cook", {"min_salary_usd": 15 * HOURS}),
        ("cook, whatever tops 200k", {"min_salary_usd": 200_000}),
        ("cook, my limit is 45,000 a year, so nothing above that", {"max_salary_usd": 45_000}),
        ("I do not go below 3.200 € a month. Cook.", {"min_salary_usd": 3_200 * 12 * EUR}),
        ("cook with the pay written in it", {"has_salary": True}),
        ("cook, the pay has to be in the ad", {"has_salary": True}),
        ("cook, and not a cent under $32/hr", {"min_salary_usd": 32 * HOURS}),
        ("no secret salaries please, cook", {"has_salary": True}),
        ("cook, $15.50 - $18.75 an hour", {"min_salary_usd": 15.5 * HOURS, "max_salary_usd": 18.75 * HOURS}),
    ],
)
def test_pay_is_read_from_many_wordings(question: str, pay: dict[str, Any]) -> None:
    assert searched(question) == {"titles": ("cook",)} | {slot: pytest.approx(value) for slot, value in pay.items()}


def test_a_dollar_in_a_follow_up_is_that_of_the_place_asked_before() -> None:
    found = searched("pay has to be $80,000 or more", ("cook in Perth, Australia",))
    assert found["min_salary_usd"] == pytest.approx(80_000 * 0.66)
    assert searched("pay has to be $80,000 or more", ("cook in Boston",))["min_salary_usd"] == 80_000
