"""Questions understood, by an exam that was written without sight of the parser.

The parser is tuned on the half `dev` only; `holdout` is for counting. What the labels mean stands at the head of the
exam.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobsearch_dagster.search.filter import Interpretation
from jobsearch_dagster.search.question import parse_question

Slots = dict[str, Any]
Item = dict[str, Any]
EXAMS = (
    "questions.yaml",
    "more_questions.yaml",
    "third_questions.yaml",
    "fourth_questions.yaml",
    "fifth_questions.yaml",
    "sixth_questions.yaml",
    "seventh_questions.yaml",
    "eighth_questions.yaml",
    "ninth_questions.yaml",
    "practice_questions.yaml",
)
NOT_ASKED = (None, (), "relevance")


@cache
def exam(half: str) -> list[Item]:
    folder = Path(__file__).with_name("exams")
    items = [item for name in EXAMS for item in yaml.safe_load((folder / name).read_text(encoding="utf-8"))]
    return [item for item in items if item["half"] == half]


@cache
def understood(half: str) -> list[Interpretation]:
    return [parse_question(item["question"], item.get("history", ())) for item in exam(half)]


def flat(slots: Slots) -> Slots:
    """Slot -> value, the slots of `exclude` as `exclude.<slot>`, lists without order."""
    excluded = {f"exclude.{slot}": value for slot, value in (slots.get("exclude") or {}).items()}
    asked = {slot: value for slot, value in slots.items() if slot != "exclude"} | excluded
    return {slot: comparable(value) for slot, value in asked.items() if value not in NOT_ASKED and value != []}


def comparable(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return frozenset(str(item).lower() for item in value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def asked(interpretation: Interpretation) -> Slots:
    job_filter = interpretation.filter
    shape = {name: getattr(job_filter, name) for name in ("sort", "limit", "agg", "field", "group_by")}
    return flat(job_filter.slots | shape | {"exclude": job_filter.exclude.slots})


def labels(item: Item) -> list[Slots]:
    """The filters that count as right, the first being the label itself."""
    return [flat(slots) for slots in (item.get("filter") or {}, *(item.get("also") or ()))]


def is_right(item: Item, interpretation: Interpretation) -> bool:
    return item["intent"] == interpretation.intent and asked(interpretation) in labels(item)


def share_right(half: str, category: str | None = None) -> float:
    pairs = [
        (item, found)
        for item, found in zip(exam(half), understood(half), strict=True)
        if category in (None, item["category"])
    ]
    return sum(is_right(item, found) for item, found in pairs) / len(pairs)


def slot_values(slots: Slots) -> set[tuple[str, Any]]:
    """Each item of a list, and each single value, counts once."""
    return {
        (slot, one) for slot, value in slots.items() for one in (value if isinstance(value, frozenset) else [value])
    }


def slot_counts(half: str) -> Iterator[tuple[int, int, int]]:
    """For each question: values right, named and labelled, by the nearest of its labels."""
    for item, found in zip(exam(half), understood(half), strict=True):
        named = slot_values(asked(found))
        label = max(map(slot_values, labels(item)), key=lambda label: len(label & named) - len(label ^ named))
        yield len(label & named), len(named), len(label)


def slot_f1(half: str) -> float:
    right, named, labelled = map(sum, zip(*slot_counts(half), strict=True))
    return 2 * right / (named + labelled)


def intents(half: str, labelled: tuple[str, ...]) -> list[str]:
    pairs = zip(exam(half), understood(half), strict=True)
    return [found.intent for item, found in pairs if item["intent"] in labelled]


@pytest.mark.slow
@pytest.mark.parametrize(("half", "least"), [("dev", 0.89), ("holdout", 0.83)])
def test_the_whole_filter_is_right_for_most_questions(half: str, least: float) -> None:
    assert len(exam(half)) >= 300
    assert share_right(half) >= least


@pytest.mark.parametrize(("half", "least"), [("dev", 0.95), ("holdout", 0.935)])
def test_nearly_every_slot_is_right(half: str, least: float) -> None:
    assert slot_f1(half) >= least


@pytest.mark.parametrize("half", ["dev", "holdout"])
def test_hardly_any_honest_question_is_refused(half: str) -> None:
    answers = intents(half, ("search", "aggregate", "clarify"))
    assert answers.count("refuse") / len(answers) < 0.02


@pytest.mark.parametrize("half", ["dev", "holdout"])
def test_nearly_every_harmful_question_is_refused(half: str) -> None:
    answers = intents(half, ("refuse",))
    assert answers.count("refuse") / len(answers) >= 0.8
