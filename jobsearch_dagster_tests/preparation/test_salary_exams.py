"""Pay read from strings and descriptions that were labelled without sight of the parser.

The parser is tuned on the half `dev` only; `holdout` is for counting.
"""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from jobsearch_dagster.preparation.salary import find_salary, parse_salary

EXAMS = Path(__file__).with_name("exams")


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


STRINGS = rows("salary_strings.csv")
DESCRIPTIONS = rows("pay_in_descriptions.csv")


def is_right(row: dict[str, str]) -> bool:
    """Currency and bucket are those of the label; both are empty where the text states no pay."""
    found = (
        parse_salary(row["text"], row["country"] or None)
        if "text" in row
        else find_salary(row["description"], row["country"] or None)
    )
    read = ("", "") if found is None else (found.currency, found.bucket or "")
    return read == (row["currency"], row["bucket"])


def share_right(rows: list[dict[str, str]]) -> float:
    return sum(map(is_right, rows)) / len(rows)


@pytest.mark.parametrize("half", ["dev", "holdout"])
def test_nineteen_in_twenty_strings_are_read_into_the_right_bucket(half):
    sufficient = [row for row in STRINGS if row["half"] == half and row["kind"] != "country-needed"]
    assert len(sufficient) >= 250
    assert share_right(sufficient) >= 0.95


@pytest.mark.parametrize("half", ["dev", "holdout"])
def test_nine_in_ten_strings_that_need_the_country_are_read_into_the_right_bucket(half):
    assert share_right([row for row in STRINGS if row["half"] == half and row["kind"] == "country-needed"]) >= 0.9


def test_no_string_is_read_in_a_wrong_currency():
    wrong = []
    for row in STRINGS:
        found = parse_salary(row["text"], row["country"] or None)
        if found is not None and row["currency"] and found.currency != row["currency"]:
            wrong.append((row["text"], found.currency))
    assert wrong == []


@pytest.mark.parametrize(("half", "least"), [("dev", 0.95), ("holdout", 0.85)])
def test_pay_in_descriptions_is_told_from_other_money(half, least):
    assert share_right([row for row in DESCRIPTIONS if row["half"] == half]) >= least


def test_strings_that_differ_only_in_digits_count_once():
    shapes = Counter((re.sub(r"\d+", "0", row["text"]).lower(), row["country"]) for row in STRINGS)
    assert shapes.most_common(1)[0][1] == 1
