from dataclasses import astuple
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.search.profile import Profile, read_profile

TODAY = date(2026, 11, 26)
RESUME = """Jane Doe
Senior Data Engineer
Austin, TX | jane.doe@example.com | (512) 555-0101

EXPERIENCE
Data Engineer, Acme Corp, Jan 2020 - Present
- Built pipelines in Python, Spark and Airflow.

EDUCATION
B.S. in Computer Science, 2012 - 2016
"""


def test_a_resume_is_read_into_words_of_the_vocabularies():
    assert read_profile(RESUME, TODAY) == Profile(
        title="data engineer",
        seniority="senior",
        skills=("Python", "Spark", "Airflow"),
        years=6,
        education="bachelor",
        place="austin, tx, united states",
    )


def test_nothing_of_the_person_is_in_the_profile():
    said = " ".join(map(str, astuple(read_profile(RESUME, TODAY)))).lower()
    assert not [word for word in ("jane", "doe", "example.com", "555", "acme") if word in said]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Dynamic Frontend Developer with a passion for interfaces.", "frontend developer"),
        ("Practical professional looking for a post as Hospital Pharmacist.", "hospital pharmacist"),
        ("Creative Designer\nBerlin", "creative designer"),  # no praise where nothing else is left
        ("Summary\nparalegal, 5 years of experience", "paralegal"),
        ("I like the sea.", None),
        ("Anna Smith\nSenior Data Engineer\nLondon", "data engineer"),  # a name that is a trade
        ("Pastry Cook\nLondon", "pastry cook"),
    ],
)
def test_the_title_is_the_first_of_the_head_without_praise(text, title):
    assert read_profile(text, TODAY).title == title


@pytest.mark.parametrize(
    ("text", "education"),
    [
        ("B.Sc. in Physics\nM.Sc. in Physics", "master"),  # the highest
        ("B.Sc. in Physics. Currently pursuing a PhD.", "bachelor"),  # what is not had yet does not count
        ("High school diploma, 2010", "high school"),
        ("I learned my trade on the job.", None),
    ],
)
def test_the_highest_degree_that_is_had_counts(text, education):
    assert read_profile(text, TODAY).education == education


def test_a_name_that_is_a_skill_or_a_place_as_well_is_neither():
    profile = read_profile("Ruby Austin\nruby.austin@example.com\nBackend Developer\nPython", TODAY)
    assert (profile.skills, profile.place) == (("Python",), None)


def test_skills_are_found_as_they_are_capitalized():
    assert read_profile("I go for walks and write Go, R and SQL.", TODAY).skills == ("Go", "R", "SQL")


def test_a_text_that_is_no_resume_has_an_empty_profile():
    assert read_profile("Dear sir, it rains.", TODAY).is_empty
    assert not read_profile("I write Python.", TODAY).is_empty


@given(st.text())
def test_any_text_has_a_profile(text):
    read_profile(text, TODAY)
