"""Years of experience in a question, and numbers of years that are none."""

from typing import Any

import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("cook from 4 years up", {"min_years": 4}),
        ("cook, four years' experience wanted, not more and not less", {"min_years": 4, "max_years": 4}),
        ("cook, no kitchen experience at all", {"max_years": 0}),
        ("cook jobs where nobody asks about experience", {"max_years": 0}),
        ("cook, open to people without a track record", {"max_years": 0}),
        ("I've been a cook for two years", {"max_years": 2}),
        ("cook, at least three but no more than seven years wanted", {"min_years": 3, "max_years": 7}),
        ("show me cook posts wanting a decade or more", {"min_years": 10}),
        ("cook where they don't want more than 2 yrs", {"max_years": 2}),
        ("cook, zero background", {"max_years": 0}),
        ("cook without a single day in the field", {"max_years": 0}),
        ("cook, twenty years and upward", {"min_years": 20}),
        ("cook jobs that want nothing beyond four years", {"max_years": 4}),
        ("cook, seven years in the trade", {"max_years": 7}),
        ("cook, never baked for a living", {"max_years": 0}),
    ],
)
def test_years_are_read_from_many_wordings(question: str, years: dict[str, int]) -> None:
    assert searched(question) == {"titles": ("cook",)} | years


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("cook, fixed-term for two years", {"employment_type": ("contract",)}),
        ("interim cook for half a year", {"employment_type": ("temporary",)}),
        ("cook, over a hundred thousand a year as pay", {"min_salary_usd": 100_000}),
        ("cook, I have been out of work six years", {}),
        ("no SAP experience, cook", {"not skills": ("SAP",)}),
    ],
)
def test_how_long_something_lasts_is_no_experience(question: str, slots: dict[str, Any]) -> None:
    assert searched(question) == {"titles": ("cook",)} | slots
