"""Years of experience."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation.experience import find_years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("5+ years of experience in sales", (5, None)),
        ("5+ yrs experience", (5, None)),
        ("4 years + experience as a developer", (4, None)),
        ("At least three years of experience in nursing", (3, None)),
        ("A minimum of five (5) years of experience", (5, None)),
        ("Minimum 5 years computer programming experience", (5, None)),
        ("3 or more years of experience using Spark", (3, None)),
        ("Four or more years of professional experience", (4, None)),
        ("You have worked in retail for at least 2 years", (2, None)),
        ("Experience in Java: 6 years", (6, None)),
        ("2-4 years' experience", (2, 4)),
        ("2–4 years of relevant experience", (2, 4)),
        ("Between 8 and 11 years of experience", (8, 11)),
        ("Six to nine years’ experience", (6, 9)),
        ("0-1 years of experience", (0, 1)),
        ("Up to one year of experience", (0, 1)),
        ("We are looking for someone with 7 years of experience", (7, None)),
        ("We look for the following: 7+ years of experience in sales; a car", (7, None)),
        ("5 years of experience in Java; 2 years of experience in Spark", (5, None)),
        ("No previous experience is required; we train you", (0, None)),
        ("You need no experience in retail", (0, None)),
        ("Java and SQL", (None, None)),
    ],
)
def test_years_that_the_job_asks_are_read(text, years):
    assert find_years(f"Our team makes lamps.\n{text}") == years


@pytest.mark.parametrize(
    "text",
    [
        "We are a private company and with over 30 years of experience in lamps we lead the market.",
        "For over 12 years we have kept the same promise.",
        "Our founders bring 14 years of combined experience.",
        "Our company has 15 years of experience in lamps.",
        "You follow a colleague who retires after 18 years with us.",
        "A sabbatical after five years",
        "You must be 18 years of age or older",
        "As a 19-year-old family business we think in decades.",
        "Founded 11 years ago, we have experience.",
        "Nice to have: 6 years of experience in Rust",
        "40 years of experience in lamps",
        "$5 years of experience",
    ],
)
def test_years_of_others_are_not_asked(text):
    assert find_years(text) == (None, None)


@given(st.one_of(st.text(), st.text(alphabet="0123456789+-–to years of experience.,", max_size=50)))
def test_no_string_raises_and_bounds_are_in_order(text):
    low, high = find_years(text)
    assert high is None or (low is not None and low < high)
