"""Entities of a whole posting."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.preparation.entities import Entities, extract_entities, find_skills, known_skills

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
    assert extract_entities("Sr. Backend Dev (m/f/d)", RESUME, DESCRIPTION) == Entities(
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


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text(), st.text())
def test_no_string_raises(title, resume, description):
    assert set(extract_entities(title, resume, description, skills_from="both").skills) <= set(known_skills())
