"""What the sentences of a posting are: about the job, beside it, or no help to who reads its summary.

Belongs here: telling sentences apart by their words and the heading they stand under. `kinds.yaml` beside this module
holds the wordings, `preparation/sections.yaml` those of most headings. Which sentences are taken is in `extractive.py`.
"""

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from pathlib import Path

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.posting import is_small_print, section_of_heading

_SHORTEST = 20
"""Characters; what is shorter is a heading or `apply now!` and says nothing about a job."""
_LONGEST_HEADING = 60
_STOPS = " .:?!;*_#=-"


class Kind(IntEnum):
    """From what a summary is made of to what it can do without."""

    JOB = 0
    """Duties and requirements."""
    ASIDE = 1
    """The company, its benefits and terms; what would be nice to have, and what is not asked."""
    FILLER = 2
    """Headings, fields of the posting's head, how to apply, the small print of the law."""


def kinds_of(sentences: Sequence[str]) -> list[Kind]:
    """The kind of each sentence of one text, in lower case or not."""
    section = Kind.JOB
    kinds = []
    for sentence in sentences:
        words = sentence.lower().replace("’", "'")
        heading, colon, rest = words[: _LONGEST_HEADING + 1].partition(":")
        if (below := _below(heading if colon else words, has_colon=bool(colon))) is not None:
            section = below
        is_heading = below is not None and not rest.strip(_STOPS)
        kinds.append(Kind.FILLER if is_heading or _is_filler(words, heading if colon else "") else _own(words, section))
    return kinds


def _own(words: str, section: Kind) -> Kind:
    return Kind.ASIDE if _matches("benefit", words) or _matches("terms", words) else section


def _is_filler(words: str, label: str) -> bool:
    if len(words) < _SHORTEST or is_small_print(words) or _matches("applying", words):
        return True
    return bool(label) and bool(_patterns()["field"].fullmatch(label.strip(_STOPS)))


def _below(heading: str, *, has_colon: bool) -> Kind | None:
    """What stands below a heading; None for what is none, such as a sentence with a `not` in it."""
    bare = heading.strip(_STOPS)
    if not bare or len(bare) > _LONGEST_HEADING:
        return None
    if _patterns()["job_heading"].fullmatch(bare):
        return Kind.JOB
    if _patterns()["other_heading"].fullmatch(bare):
        return Kind.ASIDE
    section = section_of_heading(bare)
    if section is None or (section == "waived" and not has_colon):
        return None
    return Kind.JOB if section == "job" else Kind.ASIDE


def _matches(name: str, words: str) -> bool:
    return _patterns()[name].search(words) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    wordings = read_yaml(Path(__file__).with_name("kinds.yaml"))
    return {
        name: re.compile("|".join(f"(?:{line})" for line in lines.splitlines())) for name, lines in wordings.items()
    }
