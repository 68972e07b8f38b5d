"""Finding skills in texts."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation import skills
from jobsearch_dagster.preparation.skills import find_asked_skills, find_skills, known_skills


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Python and SQL", ("Python", "SQL")),
        ("C, C++ and C#.", ("C", "C++", "C#")),
        ("C#.Net developers", ("C#", ".NET")),
        ("ASP.NET or .net core", (".NET",)),
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
    assert find_skills("go, r and excel jobs") == ()
    assert find_skills("go, r and excel jobs", respect_case=False) == ("Go", "R", "Excel")


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
    ],
)
def test_skills_that_the_text_waves_aside_are_not_asked(text, asked):
    assert find_asked_skills(text) == asked


def test_the_lexicon_is_sound():
    with Path(skills.__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = [name.lower() for row in rows for name in (row["skill"], *filter(None, row["aliases"].split("|")))]
    assert len(names) == len(set(names)), "a name stands twice"
    assert {row["case_sensitive"] for row in rows} == {"yes", "no"}
    assert len(rows) >= 250
    assert len({row["field"] for row in rows}) >= 10


@pytest.mark.parametrize("skill", known_skills())
def test_every_skill_finds_itself(skill):
    assert find_skills(f"You know {skill}.") == (skill,)
    assert find_skills(skill.lower(), respect_case=False) == (skill,)


@given(st.text())
def test_no_string_raises(text):
    assert set(find_asked_skills(text)) <= set(find_skills(text)) <= set(known_skills())
