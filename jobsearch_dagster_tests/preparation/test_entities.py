"""Entities of a whole posting."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.preparation.entities import (
    Entities,
    extract_entities,
    find_skills,
    known_skills,
    posting_text,
)
from jobsearch_dagster_tests.long_texts import assert_ends

DESCRIPTION = """Brightlamp makes lamps for ships. With over 30 years of experience we light 40 harbours.
We have raised $9.86M of funding.

What you bring
• 5+ years of experience in backend development with Go and C++
• Bachelor's degree in computer science, Master's preferred
• SQL; no PHP

What we offer
• $120,000 - $140,000 a year, 401k
• This is a full-time position. We work in a hybrid model.
"""
RESUME = "Nurse with 12 years of experience in wound care. PhD. Remote. Salary wish $90,000 a year."


def test_a_posting_is_read_field_by_field():
    found = extract_entities("Sr. Backend Dev (m/f/d)", RESUME, DESCRIPTION)
    assert replace(found, spans=()) == Entities(
        skills=("Go", "C++", "SQL"),
        seniority="senior",
        min_years=5,
        max_years=None,
        role="backend developer",
        education="bachelor",
        work_mode="hybrid",
        employment_type="full-time",
        min_usd=120_000,
        max_usd=140_000,
    )


def test_the_resume_adds_skills_only_where_it_is_asked_to():
    both = extract_entities("Backend Dev", RESUME, DESCRIPTION, skills_from="both")
    alone = extract_entities("Backend Dev", RESUME, DESCRIPTION)
    assert both.skills == (*alone.skills, "Wound care")
    assert both.min_years == alone.min_years == 5


def test_the_title_speaks_too():
    found = extract_entities("Chemist (Remote, PhD Required, Python)", "", "We make lamps.")
    assert (found.work_mode, found.education, found.skills) == ("remote", "phd", ("Python",))


def test_an_intern_is_on_an_internship():
    assert extract_entities("Chemistry Intern", "", "A full-time post.").employment_type == "internship"


def test_a_level_on_its_own_line_counts_where_the_title_has_none():
    assert extract_entities("Chemist", "", "Job Level:\nIntermediate\nWe make lamps.").seniority == "mid"


def test_other_postings_at_the_foot_of_the_page_do_not_count():
    found = extract_entities(
        "Chemist", "", "We ask for SQL.\nSimilar Jobs (5)\nPython Developer\n9+ years of experience"
    )
    assert (found.skills, found.min_years) == (("SQL",), None)


def test_addresses_name_no_skills():
    assert extract_entities("Chemist", "", "See https://lamps.example.com/python.html").skills == ()


def test_html_and_mojibake_do_not_hide_anything():
    page = "<p>Lamps.</p><ul><li>Six to nine yearsâ€™ experience in sales</li><li>Salary: Â£40,000</li></ul>"
    found = extract_entities("Seller", "", page)
    assert (found.min_years, found.max_years, found.min_usd) == (6, 9, 50_800)


def test_an_empty_posting_says_nothing():
    assert extract_entities("", "", "") == Entities((), None, None, None, "", None, None, None, None, None)


def test_the_lexicon_is_at_hand():
    assert find_skills("Python") == ("Python",)
    assert "Python" in known_skills()


def test_each_entity_points_at_its_words_in_the_repaired_cells():
    title, description = "Sr.   Backend\tDev", f"<p>Lamps &amp; more</p>\n{DESCRIPTION}"
    text = posting_text(title, description)
    spans = extract_entities(title, "", description).spans
    words = {(span.field, span.value): text[span.start : span.end] for span in spans}
    assert words["skills", "Go"] == "Go"
    assert words["skills", "C++"] == "C++"
    assert words["seniority", "senior"] == "Sr"
    assert words["min_years", 5] == "5+ years"
    assert words["education", "bachelor"] == "Bachelor's degree"
    assert words["work_mode", "hybrid"] == "hybrid model"
    assert words["employment_type", "full-time"] == "full-time"
    assert "$120,000 - $140,000" in words["min_usd", 120_000]
    assert words["min_usd", 120_000] == words["max_usd", 140_000]


@pytest.mark.parametrize(
    ("title", "text", "seniority"),
    [
        ("Chemist", "Senior-level chemist needed.", "senior"),
        ("Lamp Engineer", "We regard this as a mid-level position.", "mid"),
        ("Shop Assistant", "This is an entry level, temporary position.", "entry"),
        ("Lamp Engineer", "We are seeking a Senior Lamp Engineer.", "senior"),
        ("Lamp Engineer", "You report to a senior engineer and C-level stakeholders.", None),
        ("Senior Living Caregiver", "We care.", None),
    ],
)
def test_the_level_is_the_titles_else_the_one_the_text_states(title, text, seniority):
    assert extract_entities(title, "", text).seniority == seniority


SNIPPETS = st.lists(
    st.sampled_from(
        ["You need Go and C++", "5+ years of experience", "Bachelor's degree", "hybrid model", "This is full-time.",
         "no PHP", "What we offer", "-", "•", "SQL;", "e.g.", "Not required:", "Remote", "$90,000 a year", "\n"]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(SNIPPETS, st.integers(2, 6))
def test_added_spaces_change_nothing(text, number):
    tight, wide = (
        extract_entities("Chemist", "", text),
        extract_entities("Chemist", "", text.replace(" ", " " * number)),
    )
    assert replace(tight, spans=()) == replace(wide, spans=())


HARD = [
    "5 years ",
    "1-2-3 and 4 to 5 ",
    "no degree or diploma ",
    "not remote ",
    " ",
    "\n \n-",
    "Not required:\n",
    "Java, SQL and Go (R) ",
    "you do not need to know that we use ",
    "experience of ",
    "a",
    "Engineer | ",
    "a@",
    "more jobs ",
]


@pytest.mark.slow
def test_a_megabyte_of_anything_is_read():
    assert_ends(
        "from jobsearch_dagster.preparation.entities import extract_entities\n"
        "def read(text):\n    extract_entities('Chemist', '', text)\n    extract_entities(text[:1_000], '', '')",
        HARD,
    )


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text(), st.text())
def test_no_string_raises(title, resume, description):
    assert set(extract_entities(title, resume, description, skills_from="both").skills) <= set(known_skills())


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Intern Coordinator", "intern coordinator"),
        ("Mid-Market Account Executive", "mid-market account executive"),
        ("Junior High School Teacher", "junior high school teacher"),
        ("Senior Living Advisor", "senior living advisor"),
        ("Graduate School Recruiter", "graduate school recruiter"),
    ],
)
def test_a_level_word_inside_the_name_of_a_job_is_no_level(title, role):
    found = extract_entities(title, "", "Full-time.")
    assert (found.role, found.seniority, found.employment_type) == (role, None, "full-time")


def test_no_contact_detail_stands_in_the_role():
    found = extract_entities("Sales Rep - contact jane@example.com or call Jane Doe 555-123-4567", "", "")
    assert "jane" not in found.role
    assert "555" not in found.role


@pytest.mark.parametrize(
    "heading", ["We are currently hiring:", "Additional roles & responsibilities:", "Other job requirements:"]
)
def test_a_heading_that_names_jobs_is_no_footer_of_other_postings(heading):
    found = extract_entities("Data Engineer", "", f"{heading}\n5+ years of Python. Remote. $120,000 - $150,000 a year.")
    assert (found.skills[-1], found.min_years, found.max_usd) == ("Python", 5, 150_000)
