"""Conditions of work in a question, each under one keyword."""

import pytest

from jobsearch_dagster.search.recognizers.conditions import find_conditions
from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "keyword"),
    [
        ("nurse, graveyard shift", "night shift"),
        ("who sponsors my visa", "visa sponsorship"),
        ("cook, they must sponsor", "visa sponsorship"),
        ("cook, weekends only", "weekend"),
        ("cook in a care home", "care home"),
        ("chef with accommodation provided", "accommodation"),
        ("4 day week", "four-day week"),
        ("somewhere dog-friendly", "dog friendly"),
        ("driller, fly in fly out", "fly-in fly-out"),
        ("packer, second shift", "second shift"),
        ("software engineer at an early-stage startup", "startup"),
    ],
)
def test_a_condition_has_one_name_whatever_people_call_it(question: str, keyword: str) -> None:
    assert [found.value for found in find_conditions(question)] == [keyword]
    assert searched(question)["keywords"] == (keyword,)


@pytest.mark.parametrize(
    ("question", "excluded"),
    [
        ("waiter, no weekends", "weekend"),
        ("guard, but no nights", "night shift"),
        ("driver without overtime", "overtime"),
    ],
)
def test_a_condition_can_be_excluded(question: str, excluded: str) -> None:
    assert searched(question)["not keywords"] == (excluded,)


@pytest.mark.parametrize(
    "question", ["we live in Bristol", "travel agent in Rome", "farm manager", "one day I will cook"]
)
def test_other_meanings_of_the_words_are_no_condition(question: str) -> None:
    assert [found.value for found in find_conditions(question)] == []
