"""Numbers, places and skills of a summary are looked up in its text."""

import pytest

from jobsearch_dagster.summarization.faithfulness import facts, unsupported

TEXT = "we pay $65,000 in new york or germany or the uk. you know python and 3.5 years of sql."


def test_numbers_places_and_skills_are_facts():
    assert facts(TEXT) >= {"65000", "3.5", "new york", "germany", "Python", "SQL"}


@pytest.mark.parametrize(
    "sentence", ["we pay $65000 in new york or germany.", "python and sql in the uk", "", "a fine team for us in it"]
)
def test_what_stands_in_the_text_is_supported(sentence):
    assert unsupported(sentence, TEXT) == frozenset()


@pytest.mark.parametrize(
    ("summary", "invented"),
    [
        ("pay of $70,000", {"70000"}),
        ("work in berlin", {"berlin"}),
        ("work in salt lake city, usa", {"salt lake city", "usa"}),
        ("3.6 years", {"3.6"}),
        ("kubernetes in france", {"Kubernetes", "france"}),
    ],
)
def test_what_does_not_is_named(summary, invented):
    assert unsupported(summary, TEXT) == invented
