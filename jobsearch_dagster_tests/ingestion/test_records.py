"""Five cells make a record, and a value of any type reads as people write it."""

import sys
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.ingestion.records import BLANKS, judge, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        (" as written ", " as written "),
        (85000.0, "85000"),
        (85000.5, "85000.5"),
        (85000, "85000"),
        (float("nan"), None),
        (float("inf"), "inf"),
        (1e300, "1e+300"),
        (Decimal("85000.00"), "85000"),
        (Decimal("85000.50"), "85000.50"),
        (True, "true"),
        (date(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1, 9, 30), "2024-05-01 09:30:00"),  # noqa: DTZ001
        (["Python", None, "SQL"], "Python, SQL"),
        ({"min": 1, "title": "Köchin"}, '{"min": 1, "title": "Köchin"}'),
        ("naïve".encode(), "naïve"),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        ("a\0b", "ab"),
        ("\0", None),
        ("\ud83d\ude00", "😀"),
        ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_value_reads_as_people_write_it(value: object, text: str | None) -> None:
    assert text_of(value) == text


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(), st.lists))
def test_any_value_becomes_text_that_utf_8_can_hold(value: object) -> None:
    (text_of(value) or "").encode()


def test_blanks_are_what_python_strips() -> None:
    assert sorted(BLANKS) == [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]


@pytest.mark.parametrize("blank", [None, "", " ", "\u3000\n"])
def test_a_posting_without_title_or_description_is_rejected(blank: str | None) -> None:
    assert judge(1, 2, ("r", blank, "l", "s", "d")).reason == "empty: Job-Title"
    assert judge(1, 2, ("r", "t", "l", "s", blank)).reason == "empty: Description"
    assert judge(1, 2, (None, "t", None, None, "d")).cells == (None, "t", None, None, "d")
