"""Personal data is found in the ways people write it, and its look-alikes stay."""

import csv
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation.person_names import CUE_WORDS, first_names
from jobsearch_dagster.preparation.privacy import SUSPECT, find_personal_data, redact
from jobsearch_dagster.preparation.private_cells import redacted
from jobsearch_dagster_tests.long_texts import assert_ends

with (Path(__file__).with_name("exams") / "privacy.csv").open(encoding="utf-8", newline="") as lines:
    EXAM = list(csv.DictReader(lines))
"""Lines with the personal data in them, `|` between, written before the code that finds it."""


def labelled(row: dict[str, str], form: str) -> tuple[str, list[str]]:
    """A line and its personal data, as written or as the pipeline sees it, in lower case."""
    personal = [piece for piece in row["personal"].split("|") if piece]
    return (row["text"].lower(), [p.lower() for p in personal]) if form == "lower" else (row["text"], personal)


def precision_and_recall(half: str, form: str) -> tuple[float, float]:
    gone = pieces = right = findings = 0
    for text, personal in (labelled(row, form) for row in EXAM if row["half"] == half):
        after = redact(text)
        found = [text[f.start : f.end] for f in find_personal_data(text)]
        gone, pieces = gone + sum(piece not in after for piece in personal), pieces + len(personal)
        right += sum(any(piece in f or f in piece for piece in personal) for f in found)
        findings += len(found)
    return right / findings, gone / pieces


@pytest.mark.parametrize("form", ["as written", "lower"])
@pytest.mark.parametrize(("half", "least"), [("dev", 0.97), ("holdout", 0.95)])
def test_the_exam_is_passed(half: str, form: str, least: float) -> None:
    assert sum(bool(row["personal"]) for row in EXAM) >= 40
    assert sum(not row["personal"] for row in EXAM) >= 40
    precision, recall = precision_and_recall(half, form)
    assert precision >= least
    assert recall >= least


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Ask for Priya at the desk", "Ask for the team at the desk"),
        ("Reach out to Maria Lopez at +1 555 555 0123 today", "Reach out to the team at   today"),
        ("Kind regards,\nJohn", "Kind regards,\n "),
        ("Jane Doe\nEngineer\njane@example.com", " \nEngineer\n "),
        ("Call Dale at 555-016-7780", "Call the team at  "),
        ("Contact: Deepak Sharma 98450 12345", "Contact: the team  "),
        ("Description: ask for priya at the desk", "Description: ask for the team at the desk"),
        ("linkedin.com/in/jane-doe", " "),
        ("tel. +49 (0)89 / 1234 56-78", "tel.  "),
        ("call/whatsapp priya sharma on 98450-12345", "call/whatsapp the team on  "),
        ("jobs at maps dot example dot com", " "),
        ("votre contact : jean-baptiste lefèvre", "votre contact : the team"),
        ("Contact person - Mr. Rakesh Kumar Verma", "Contact person - Mr. the team"),
        ("Hiring manager: Ciarán Ó Briain", "Hiring manager: the team"),
        ("Bewerbung an Herrn Dr. Jörg Müller-Lüdenscheidt", "Bewerbung an Herrn Dr. the team"),
        ("Envoyer CV à Monsieur Pierre Favre", "Envoyer CV à Monsieur the team"),
        ("Melde dich bei Lena Hoffmann", "Melde dich bei the team"),
        ("Rückfragen beantwortet Ihnen Thomas Schulze", "Rückfragen beantwortet Ihnen the team"),
        ("Contact: Customer Success, Berlin", "Contact: Customer Success, Berlin"),
        ("Contact: Human Resources", "Contact: Human Resources"),
        ("reach new heights with us", "reach new heights with us"),
        ("Xi Bi, xi.bi@example.com", " ,  "),
    ],
)
def test_contacts_leave_a_blank_and_a_name_in_a_sentence_leaves_the_team(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Contact Harvey Nichols Group for Recruiting Services",
        "110 000 - 130 000",
        "Jane Doe wrote the book on lamps",
        "Software Engineer\nBrightlamp, call 5 times",
        "The name: Grace Hopper Center",
        "Call dispatch at 555 or the day manager: 5 minutes",
    ],
)
def test_companies_salaries_and_people_elsewhere_stay(text: str) -> None:
    assert redact(text) == text


def test_findings_are_in_the_order_of_the_text_and_do_not_overlap() -> None:
    text = "Flat 3B, 17 Rosemary Gardens, Leeds LS1 4AP; ask for Priya, +91-98765 43210 or priya@example.in"
    found = find_personal_data(text)
    assert [finding.kind for finding in found] == ["address", "name", "phone", "email"]
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_letters_whose_lower_case_is_longer_move_nothing() -> None:
    assert redact("İİİ write to jane@example.com now") == "İİİ write to   now"


PIECES = st.sampled_from(
    ("contact: ", "Contact ", "jane doe", "Jane Doe", "priya", " at ", "@", "example.com", ".", "+44 20 7946 0958",
     "\n", "12 high street", ", ", " dot ", "[at]", "98450 12345", "regards,", "hr - ", "5", "street", "İ", " ",
     "the team")
)  # fmt: skip
ANY_TEXT = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join))


@given(ANY_TEXT)
def test_redacting_twice_changes_nothing_and_leaves_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
    assert find_personal_data(once) == []


@given(ANY_TEXT)
def test_whatever_is_found_is_a_suspect_to_the_database_too(text: str) -> None:
    if find_personal_data(text) and "\x00" not in text:
        assert duckdb.execute("SELECT regexp_matches(lower($1), $2)", [text, SUSPECT]).fetchall() == [(True,)]


@pytest.mark.parametrize("row", [row for row in EXAM if row["personal"]], ids=lambda row: row["text"][:30])
def test_the_database_suspects_every_line_of_the_exam(row: dict[str, str]) -> None:
    assert duckdb.execute("SELECT regexp_matches(lower($1), $2)", [row["text"], SUSPECT]).fetchall() == [(True,)]


@pytest.mark.slow
def test_a_megabyte_of_anything_is_redacted() -> None:
    assert_ends(
        "from jobsearch_dagster.preparation.privacy import redact as read",
        [
            "a",
            "a.",
            "1 ",
            "1",
            "1 main ",
            "contact ",
            "contact a@b.de ",
            "contact: jane doe - ",
            "(0",
            "a at b ",
            "+1 ",
        ],
    )


def test_first_names_are_no_ordinary_words() -> None:
    assert {"jane", "priya", "max", "oluwaseun", "klaus"} <= first_names()
    ordinary = {"will", "may", "grant", "ruby", "austin", "paris", "hope", "team", "support", "human", "python"}
    assert not first_names() & (ordinary | set(CUE_WORDS))


def test_cells_of_a_table_lose_what_is_personal_and_only_that() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE jobs AS FROM (VALUES
                (1, 'Baker', '$9 an hour'), (2, 'Driver - call 555-016-7780', NULL), (3, NULL, 'Contact: Jane Doe')
            ) t(id, title, salary)
            """
        )
        rows = connection.sql(redacted(connection, "jobs", ("title", "salary"))).order("id").fetchall()
    assert rows == [(1, "Baker", "$9 an hour"), (2, "Driver - call", None), (3, None, "Contact: the team")]
