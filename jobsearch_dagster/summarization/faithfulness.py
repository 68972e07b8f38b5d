"""What a summary states that can be looked up in its text: numbers, places and skills.

Belongs here: finding such facts and whether the text has them. A model that writes freely can invent them; whole
sentences of the text cannot.
"""

import re
from functools import lru_cache
from itertools import pairwise

from jobsearch_dagster.preparation.gazetteer import cities_named, countries
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.preparation.skills import find_skills

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_LEAST_LETTERS = 4
_LEAST_INHABITANTS = 100_000
"""Smaller cities have names that are words of any text (Best, Most, Of)."""


def facts(text: str) -> frozenset[str]:
    """Numbers as they are written, names of skills, and of countries and larger cities in lower case.

    Case says nothing in cleaned texts, so that a few words are read as cities (mobile, reading). In a summary they
    count as facts that its text has, unless the summary invented the word.
    """
    numbers = _NUMBER.findall(text)
    words = _WORD.findall(text.lower())
    names = {*words, *(f"{first} {second}" for first, second in pairwise(words))}
    return frozenset({*numbers, *find_skills(text, respect_case=False), *filter(_is_place, names)})


def unsupported(summary: str, text: str) -> frozenset[str]:
    """Facts of a summary that its text does not have."""
    return facts(summary) - facts(text)


@lru_cache(maxsize=50_000)
def _is_place(name: str) -> bool:
    if len(name) < _LEAST_LETTERS:
        return False
    key = place_key(name)
    named = cities_named(key)
    return key in countries() or bool(named and named[0].population >= _LEAST_INHABITANTS)
