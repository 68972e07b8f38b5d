"""Job titles."""

import csv
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.preparation import titles
from jobsearch_dagster.preparation.titles import split_title, standardize_title
from jobsearch_dagster.preparation.vocabulary import SENIORITIES


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("Senior Front-End Dev", "senior frontend developer"),
        ("Sr. Front End Developer", "senior frontend developer"),
        ("Snr. Fullstack Dev", "senior full stack developer"),
        ("Jr ML Eng", "junior machine learning engineer"),
        ("SWE", "software engineer"),
        ("S/W Engineer", "software engineer"),
        ("SDET", "test automation engineer"),
        ("Eng Mgr", "engineering manager"),
        ("QA Analyst", "quality assurance analyst"),
        ("RN", "registered nurse"),
        ("ER Nurse", "emergency room nurse"),
        ("F&B Mgr", "food and beverage manager"),
        ("FP&A Analyst", "financial planning and analysis analyst"),
        ("UI/UX Designer", "ux designer"),
        ("UX/UI Designer", "ux designer"),
        ("CFO", "chief financial officer"),
        ("VP Finance", "vice president finance"),
        ("Account Exec", "account executive"),
        ("HR Generalist", "human resources generalist"),
        ("C++ Developer", "c++ developer"),
        ("C# .NET Developer", "c# .net developer"),
        ("DEVELOPER", "developer"),
        ("Devops Engineer", "devops engineer"),
        ("Welder/Fabricator", "welder/fabricator"),
    ],
)
def test_abbreviations_are_written_out_as_whole_words(text, standard):
    assert standardize_title(text) == standard


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        ("Backend Developer (m/f/d)", "backend developer"),
        ("Backend Developer m/w/d", "backend developer"),
        ("Vendeur (H/F)", "vendeur"),
        ("Buchhalter*in (all genders)", "buchhalter"),
        ("Backend Developer (PHP/Node.js)", "backend developer"),
        ("Berlin - Backend Developer (f/m/x)", "backend developer"),
        ("Accountant - London, UK", "accountant"),
        ("Accountant | Remote", "accountant"),
        ("Accountant (Remote, Degree Required)", "accountant"),
        ("Accountant - REQ5639", "accountant"),
        ("Accountant #20394", "accountant"),
        ("Line Cook - Night Shift", "line cook"),
        ("Line Cook - 2nd Shift", "line cook"),
        ("Nurse - Full-Time", "nurse"),
        ("Accountant 80-100%", "accountant"),
        ("Physical Therapist (PT)", "physical therapist"),
        ("Engineer - Mobile", "engineer - mobile"),
        ("Developer - Java", "developer - java"),
        ("Data Scientist - Forecasting", "data scientist - forecasting"),
        ("(m/f/d)", ""),
        ("", ""),
    ],
)
def test_tags_codes_places_and_shifts_are_stripped(text, standard):
    assert standardize_title(text) == standard


@pytest.mark.parametrize(
    "text",
    [
        "Entry Level Data Analyst",
        "Entry-Level Data Analyst",
        "Data Analyst (Entry Level)",
        "Data Analyst - Entry Level",
    ],
)
def test_a_level_stands_first_wherever_it_was(text):
    assert standardize_title(text) == "entry level data analyst"


@pytest.mark.parametrize("text", ["Intern - Data Analyst", "Data Analyst (Internship)", "Data Analyst Intern"])
def test_an_intern_stands_last(text):
    assert standardize_title(text) == "data analyst intern"


@pytest.mark.parametrize(
    ("title", "role", "seniority"),
    [
        ("Sr. Data Engineer", "data engineer", "senior"),
        ("Data Engineer", "data engineer", None),
        ("Data Engineer II", "data engineer", "mid"),
        ("Software Engineer (Intermediate) - Billing", "software engineer - billing", "mid"),
        ("Jr. Visual Designer", "visual designer", "junior"),
        ("Entry Level Line Cook", "line cook", "entry"),
        ("Nurse (Team Lead)", "nurse", "lead"),
        ("Tech Lead", "technical lead", "lead"),
        ("Lead Generation Specialist", "lead generation specialist", None),
        ("Staff Software Engineer", "software engineer", "staff"),
        ("Staff Nurse", "staff nurse", None),
        ("Senior Staff Accountant", "staff accountant", "senior"),
        ("Senior Staff Engineer", "engineer", "staff"),
        ("Principal Data Scientist", "data scientist", "principal"),
        ("School Principal", "school principal", None),
        ("Senior Engineering Manager", "engineering manager", "manager"),
        ("Assistant Store Manager", "assistant store manager", "manager"),
        ("Project Mgr", "project manager", None),
        ("Senior Product Manager", "product manager", "senior"),
        ("Account Executive", "account executive", None),
        ("Head of Data", "head of data", "executive"),
        ("VP Finance", "vice president finance", "executive"),
        ("Art Director", "art director", None),
        ("Executive Assistant to the Director", "executive assistant to the director", None),
        ("Internal Auditor", "internal auditor", None),
        ("Data Analyst Intern", "data analyst", "intern"),
        ("Senior/Lead Dev", "developer", "lead"),
    ],
)
def test_the_seniority_is_split_from_the_role(title, role, seniority):
    assert split_title(title) == (role, seniority)


TITLES = list(csv.DictReader((Path(__file__).with_name("exams") / "titles.csv").open(encoding="utf-8", newline="")))


@pytest.mark.parametrize("row", TITLES, ids=lambda row: row["text"])
def test_a_title_as_people_write_it_has_its_standard_form_and_seniority(row):
    standard = standardize_title(row["text"])
    assert (standard, split_title(row["text"])[1] or "") == (row["standard"], row["seniority"])
    assert standardize_title(standard) == standard


def test_no_expansion_holds_an_abbreviation():
    data = yaml.safe_load(Path(titles.__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    for key, expansion in data["expansions"].items():
        assert standardize_title(expansion) == expansion, key


TITLE_WORDS = st.sampled_from(
    (
        *(
            "sr.",
            "jr",
            "dev",
            "eng",
            "mgr",
            "ml",
            "qa",
            "rn",
            "ui/ux",
            "senior",
            "developer",
            "intern",
            "lead",
            "nurse",
        ),
        *("-", "|", "(", ")", "(m/f/d)", "/", "&", ",", "berlin", "remote", "c++", "2nd", "shift", "80%", "#1", "â€™"),
        *("urgent:", "hiring now!", "london,", "jr12345", "$20/hr", "p/t", "tech", "support", "iii", "🚀", "***"),
    )
)


@settings(deadline=None)  # the first call loads the gazetteer
@given(st.one_of(st.text(max_size=40), st.lists(TITLE_WORDS, max_size=8).map(" ".join)))
def test_standardizing_twice_changes_nothing(text):
    once = standardize_title(text)
    assert standardize_title(once) == once
    assert split_title(text)[1] in (None, *SENIORITIES)
    assert split_title(text) == split_title(once)
