"""A question in plain English with correct spelling, before it is read: and where each of its words came from."""

from jobsearch_dagster.search.rewriting.abbreviations import abbreviation_edits, initial_edits, slash_edits
from jobsearch_dagster.search.rewriting.edits import Rewritten
from jobsearch_dagster.search.rewriting.frames import frame_edits
from jobsearch_dagster.search.rewriting.numbers import decade_edits, number_edits
from jobsearch_dagster.search.rewriting.spelling import spelling_edits

__all__ = ["Rewritten", "in_plain_english"]

STEPS = (frame_edits, initial_edits, abbreviation_edits, slash_edits, spelling_edits, number_edits, decade_edits)
"""In this order: words of another language are no slips, and numbers are read in the words put right."""


def in_plain_english(question: str) -> Rewritten:
    """A tidy question with its frame in English, in full and rightly spelt words, and with its numbers in digits."""
    rewritten = Rewritten.unchanged(question)
    for edits in STEPS:
        rewritten = rewritten.edited(edits(rewritten.text))
    return rewritten
