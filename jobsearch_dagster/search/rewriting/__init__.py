"""A question in plain English with correct spelling, before it is read: and where each of its words came from."""

from functools import reduce

from jobsearch_dagster.search.rewriting.abbreviations import abbreviation_edits, initial_edits, slash_edits
from jobsearch_dagster.search.rewriting.edits import Rewritten
from jobsearch_dagster.search.rewriting.foreign_titles import foreign_title_edits
from jobsearch_dagster.search.rewriting.frames import frame_edits
from jobsearch_dagster.search.rewriting.numbers import (
    decade_edits,
    hundredth_edits,
    month_edits,
    number_edits,
)
from jobsearch_dagster.search.rewriting.spelling import spelling_edits

__all__ = ["Rewritten", "in_plain_english"]

STEPS = (
    initial_edits,
    abbreviation_edits,
    slash_edits,
    spelling_edits,
    number_edits,
    hundredth_edits,
    decade_edits,
    month_edits,
)
"""In this order: a short form is no slip, and numbers are read in the words put right."""


def in_plain_english(question: str) -> Rewritten:
    """A tidy question with its frame in English, in full and rightly spelt words, and with its numbers in digits."""
    framed = Rewritten.unchanged(question).edited(frame_edits(question))
    # In a foreign frame the words that are left are foreign too ("cuoco"), not misspelt.
    steps = STEPS if framed.text == question else [step for step in STEPS if step is not spelling_edits]
    framed = framed.edited(foreign_title_edits(framed.text))
    return reduce(lambda rewritten, edits: rewritten.edited(edits(rewritten.text)), steps, framed)
