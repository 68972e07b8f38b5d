"""Slips of the keyboard, put right by where they stand."""

import pytest

from jobsearch_dagster.search.rewriting import in_plain_english
from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("truk driver", "truck driver"),
        ("securty gard", "security guard"),
        ("dog groomr", "dog groomer"),
        ("elevater mechanik", "elevator mechanic"),
    ],
)
def test_a_word_of_a_title_is_put_right_though_a_place_is_called_so(question: str, title: str) -> None:
    assert searched(question) == {"titles": (title,)}


def test_letters_of_a_city_may_be_anywhere_in_it():
    assert searched("nurse in chigaco") == {"titles": ("nurse",), "locations": ("chicago",)}


def test_two_corrections_of_the_same_words_do_not_mix():
    assert searched("nurse, at leest 30k") == {"titles": ("nurse",), "min_salary_usd": 30_000}


def test_the_nearest_word_counts_behind_in_too():
    assert searched("internship in markting") == {"employment_type": ("internship",), "keywords": ("marketing",)}


def test_the_nearest_word_counts_whatever_list_has_it():
    assert searched("interor designer in nigera") == {"titles": ("interior designer",), "locations": ("nigeria",)}


def test_a_city_behind_in_is_put_right_though_the_word_is_known() -> None:
    assert searched("nurse in huston") == {"titles": ("nurse",), "locations": ("houston",)}


@pytest.mark.parametrize("question", ["jobs in gard", "nurse in Truk"])
def test_a_place_keeps_its_name_where_a_place_stands(question: str) -> None:
    assert in_plain_english(question).text == question
