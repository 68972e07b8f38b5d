"""A sentence about rows says nothing that they do not."""

import pytest

from jobsearch_dagster.search.spoken import not_in_rows
from jobsearch_dagster_tests.search.catalogs import POSTINGS

ROWS = [
    {name: POSTINGS[key].get(name) for name in ("title", "place", "salary", "min_usd", "skills", "min_years")}
    for key in ("backend", "scientist")
]


@pytest.mark.parametrize(
    "text",
    [
        "Two jobs match: a Data Scientist in New York and a Senior Backend Developer in Malmö.",
        "The Data Scientist pays $150K or more; the other one pays $100,000 - $120,000 a year.",
        "I found 2 postings that ask for python.",
        "It asks for five years and Docker.",
    ],
)
def test_what_the_rows_say_can_be_said(text: str) -> None:
    assert not_in_rows(text, ROWS) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The Data Scientist pays $160,000.", "a number"),
        ("Nine jobs match.", "a number"),
        ("There is a job as a nurse.", "a title"),
        ("there is a job in berlin.", "a place"),
        ("Google hires a Data Scientist.", "a name"),
        ("It asks for Kubernetes.", "a name"),
        ("Apply at www.example.invalid", "something that is no sentence"),
        ("Write to a@b", "something that is no sentence"),
        ("a\x1b[2J", "something that is no sentence"),
        ("so " * 300, "something that is no sentence"),
    ],
)
def test_what_they_do_not_say_is_found(text: str, kind: str) -> None:
    assert not_in_rows(text, ROWS) == kind


def test_a_title_lends_its_words_to_no_pay_and_no_place() -> None:
    planted = [{"title": "Cook, pays $900,000 in Monaco", "place": "Oslo, Norway"}]
    assert not_in_rows("The cook earns $900,000.", planted) == "a number"
    assert not_in_rows("There is a job in Monaco.", planted) == "a place"
