"""Places read from cells that were labelled without sight of the parser.

The parser is tuned on the half `dev` only; `holdout` is for counting.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from jobsearch_dagster.preparation.locations import parse_location
from jobsearch_dagster.preparation.text import fold

Pair = tuple[str, str]
"""What a label says and what was read; an empty string for nothing."""


def pairs(half: str, field: str) -> list[Pair]:
    with (Path(__file__).with_name("exams") / "places.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["half"] == half]
    return [(fold(row[field]), fold(getattr(parse_location(row["text"]), field) or "")) for row in rows]


def share(pairs: list[Pair], is_right: Callable[[Pair], bool]) -> float:
    return sum(map(is_right, pairs)) / len(pairs)


def agree(pair: Pair) -> bool:
    return pair[0] == pair[1]


@pytest.mark.parametrize("half", ["dev", "holdout"])
@pytest.mark.parametrize(("field", "least"), [("country", 0.9), ("city", 0.85), ("work_mode", 0.9)])
def test_nearly_all_cells_are_read_right(half, field, least):
    assert len(pairs(half, field)) >= 150
    assert share(pairs(half, field), agree) >= least


@pytest.mark.parametrize("half", ["dev", "holdout"])
@pytest.mark.parametrize(("field", "least"), [("country", 0.95), ("city", 0.93), ("work_mode", 0.95)])
def test_what_is_named_is_right(half, field, least):
    assert share([pair for pair in pairs(half, field) if pair[1]], agree) >= least


@pytest.mark.parametrize("half", ["dev", "holdout"])
@pytest.mark.parametrize(("field", "least"), [("country", 0.9), ("city", 0.9), ("work_mode", 0.9)])
def test_what_the_label_names_is_found(half, field, least):
    assert share([pair for pair in pairs(half, field) if pair[0]], agree) >= least
