"""The education that a posting asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation.education import find_education
from jobsearch_dagster.preparation.vocabulary import EDUCATIONS


@pytest.mark.parametrize(
    ("text", "education"),
    [
        ("Bachelor's degree in physics", "bachelor"),
        ("Bachelors or Masters degree in physics", "bachelor"),
        ("A completed university degree (at least Bachelor's level) in law", "bachelor"),
        ("M.Sc / B.Sc. in Computer Science or equivalent", "bachelor"),
        ("BS/BA in history", "bachelor"),
        ("Degree in computer science", "bachelor"),
        ("Master's degree or equivalent in law", "master"),
        ("MSc or MA in history", "master"),
        ("An MBA", "master"),
        ("A doctorate (PhD) in chemistry", "phd"),
        ("PhD required, preferably in statistics", "phd"),
        ("Senior Chemist (Remote, PhD Required)", "phd"),
        ("High school diploma or GED", "high school"),
        ("Good GCSEs or equivalent", "high school"),
        ("Secondary school completion", "high school"),
        ("No degree required; we care about what you can do", "none"),
        ("A university degree is not required", "none"),
        ("We do not ask for a degree or certificates", "none"),
        ("Education: none required", "none"),
        ("We hire attitude over education.", "none"),
        ("Bachelor's degree required, Master's preferred", "bachelor"),
        ("Bachelor's degree required. PhD is a plus.", "bachelor"),
    ],
)
def test_the_lowest_sufficient_degree_counts(text, education):
    assert find_education(f"About us\nWe make lamps.\n{text}") == education


@pytest.mark.parametrize(
    "text",
    [
        "Master's degree preferred",
        "Ideally a PhD in chemistry",
        "A high degree of autonomy and some degree of luck",
        "Scrum Master, master data, MS Office, our BA",
        "Boston, MA",
        "We run a secondary school of 640 pupils",
        "Your task: teach high school pupils",
        "Last year 12,000 people trusted us",
        "",
    ],
)
def test_what_is_preferred_or_something_else_is_not_asked(text):
    assert find_education(text) is None


@given(st.text())
def test_no_string_raises(text):
    assert find_education(text) in (None, *EDUCATIONS)
