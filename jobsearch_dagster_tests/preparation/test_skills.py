"""Finding skills in texts."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation import skills
from jobsearch_dagster.preparation.asked_skills import find_asked_skills
from jobsearch_dagster.preparation.skills import find_skills, known_skills, skill_named


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Python and SQL", ("Python", "SQL")),
        ("C, C++ and C#.", ("C", "C++", "C#")),
        ("C#.Net developers", ("C#", ".NET")),
        ("ASP.NET or .net core", ("ASP.NET", ".NET")),
        ("React.js/next.js/Node.js.", ("React", "Next.js", "Node.js")),
        ("React Native", ("React Native",)),
        ("JavaScript, not Java script beans", ("JavaScript",)),
        ("Java", ("Java",)),
        ("We use Go and R daily.", ("Go", "R")),
        ("golang", ("Go",)),
        ("A/B testing and CI / CD", ("A/B testing", "CI/CD")),
        ("GD&T, FEA", ("GD&T", "FEA")),
        ("k8s; Postgres", ("Kubernetes", "PostgreSQL")),
        ("machine-learning", ("Machine learning",)),
        ("wound care, IV therapy, BLS", ("Wound care", "IV therapy", "BLS")),
        ("MIG welding. Forklift operation", ("MIG welding", "Forklift operation")),
        ("Accounts payable & Xero", ("Accounts payable", "Xero")),
        ("Python python PYTHON", ("Python",)),
    ],
)
def test_skills_are_found_by_name_and_alias_the_longest_first(text, found):
    assert find_skills(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Go above and beyond. Go to market. Ready to go",
        "R&D budget, r and d",
        "Series C funding, C-level, vitamin C",
        "Excel in your career; we excel",
        "a spark of joy, a swift reply, in unity, lean on us",
        "Javanese, scalable, reactive, gitlike",
        "Spring. Boot camp",
    ],
)
def test_common_words_are_no_skills(text):
    assert set(find_skills(text)) <= {"Spring"}


def test_a_question_in_lower_case_finds_skills_that_live_in_capitals():
    assert find_skills("jobs with some go in r", respect_case=False) == ("Go", "R")
    assert find_skills("jobs with some go in r") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("we use python, go, excel", ("Python", "Go", "Excel")),
        ("a go developer", ("Go",)),
        ("ready to go, excel at work and lean on us", ()),
        ("REQUIREMENTS: GO, EXCEL", ("Go", "Excel")),
        ("READY TO GO AND EXCEL AT WORK", ()),
        ("Go above and beyond", ()),
        ("Excel at your craft", ()),
        ("Excel mastery", ("Excel",)),
        ("Sage Hospital of Oulu", ()),
        ("Sage and Xero", ("Sage", "Xero")),
    ],
)
def test_the_words_around_a_plain_word_tell_whether_it_is_a_skill(text, found):
    assert find_skills(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("financial modelling, data modeling", ("Financial modeling", "Data modeling")),
        ("drivers' licence, driver's license", ("Driver's license",)),
        ("paediatrics and pediatrics", ("Pediatrics",)),
        ("heat pump, heat pumps", ("Heat pumps",)),
        ("helpdesk, help desk, help-desk", ("Help desk",)),
        ("PowerBI, power-bi", ("Power BI",)),
        ("health & safety", ("Health and safety",)),
        ("Azure - App of the year", ("Azure",)),
    ],
)
def test_spellings_of_one_skill_are_one(text, found):
    assert find_skills(text) == found


def test_a_name_in_any_spelling_leads_to_its_skill():
    assert skill_named("POSTGRES") == skill_named("Postgre SQL") == "PostgreSQL"
    assert skill_named("lamp making") is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Python, but no PHP", ("Python",)),
        ("without Java or SQL. Go helps", ("Go",)),
        ("We are not big on deep learning", ()),
        ("Java is not required; Kotlin is", ("Kotlin",)),
        ("not only Python but Scala", ("Python", "Scala")),
        ("Preferred but not required: Docker", ("Docker",)),
        ("No degree needed. Python", ("Python",)),
        ("You don't need Java, Scala or any Kotlin", ()),
        ("Nobody will ask you for Angular or jQuery", ()),
        ("You are not scared of SQL.", ("SQL",)),
        ("What you do not need: Java. Python", ()),
        ("Your tasks\n- SQL\nNot required\n- Java\n\nYou know Python.", ("SQL", "Python")),
        ("SQL\nWhat we offer\n- Python courses\n- German lessons", ("SQL",)),
        ("About Lampworks\nOur shop runs on Magento.\n\nThe role\nYou know SQL.", ("SQL",)),
        ("Our clients use Oracle and Java; you know SQL", ()),
        ("Colleagues upstairs draw, and designers work in Figma", ()),
        ("Payroll is run by another team", ()),
        ("Developers here use Kotlin, but you are not asked to.", ()),
        ("The servers run Perl. You won't have to touch it.", ()),
        ("Degree in physics or mathematics", ()),
        ("We are an equal opportunity employer: English or Spanish speakers", ()),
        ("Jenkins Technologies is hiring for SQL", ("SQL",)),
        ("Snowflake is a data company. SQL", ("SQL",)),
        ("SQL\n\nRelated openings: Java Architect, SAP Consultant", ("SQL",)),
        ("SQL\n\nAlso hiring: Java Architect", ("SQL",)),
    ],
)
def test_skills_that_the_text_waves_aside_are_not_asked(text, asked):
    assert find_asked_skills(text) == asked


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("We are based in Phoenix, AZ.", ()),
        ("Elixir, Phoenix, Go", ("Elixir", "Phoenix", "Go")),
        ("CAD 80,000 a year", ()),
        ("pays $80k CAD", ()),
        ("AED 12000 monthly", ()),
        ("CAD and Revit", ("CAD", "Revit")),
        ("AED/CPR certified", ("AED", "CPR")),
        ("offices in Leeds", ()),
        ("LEED certified", ("LEED",)),
    ],
)
def test_currencies_and_cities_are_no_skills(text, skills):
    assert find_skills(text) == skills


def test_the_lexicon_is_sound():
    with Path(skills.__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = [name.lower() for row in rows for name in (row["skill"], *filter(None, row["aliases"].split("|")))]
    assert len(names) == len(set(names)), "a name stands twice"
    assert {row["case_sensitive"] for row in rows} == {"yes", "no"}
    assert len(rows) >= 1_200
    assert len({row["field"] for row in rows}) >= 20


def test_no_two_skills_are_spellings_of_one():
    named = {skill: skill_named(skill) for skill in known_skills()}
    assert {skill: name for skill, name in named.items() if name != skill} == {}


def test_every_skill_finds_itself():
    lost = [skill for skill in known_skills() if find_skills(f"You know {skill}.") != (skill,)]
    assert lost == []
    lost = [skill for skill in known_skills() if find_skills(skill.lower(), respect_case=False) != (skill,)]
    assert lost == []


@given(st.text())
def test_no_string_raises(text):
    assert set(find_asked_skills(text)) <= set(find_skills(text)) <= set(known_skills())
