"""What a summary states that can be looked up in its text: numbers, places and skills.

Belongs here: finding such facts and whether the text has them. A model that writes freely can invent them; whole
sentences of the text cannot.
"""

import re
from functools import lru_cache

from jobsearch_dagster.preparation.gazetteer import cities_named, countries
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.preparation.skills import find_skills

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_LEAST_LETTERS = 4
_SHORT_NAMES = frozenset({"usa", "uk", "uae"})
"""Shorter names and codes of countries are words of any text (us, in, de), but for these."""
_MOST_WORDS = 4
"""Of a place's name: ho chi minh city."""
_LEAST_INHABITANTS = 100_000
"""Smaller cities have names that are words of any text (Best, Most, Of)."""


def facts(text: str) -> frozenset[str]:
    """Numbers without separators of thousands, names of skills, and of countries and larger cities in lower case.

    Case says nothing in cleaned texts, so that a few words are read as cities (mobile, reading). In a summary they
    count as facts that its text has, unless the summary invented the word.
    """
    numbers = (_THOUSANDS.sub("", number) for number in _NUMBER.findall(text))
    words = _WORD.findall(text.lower())
    names = {" ".join(words[i : i + size]) for size in range(1, _MOST_WORDS + 1) for i in range(len(words) - size + 1)}
    return frozenset({*numbers, *find_skills(text, respect_case=False), *filter(_is_place, names)})


def unsupported(summary: str, text: str) -> frozenset[str]:
    """Facts of a summary that its text does not have."""
    return facts(summary) - facts(text)


@lru_cache(maxsize=50_000)
def _is_place(name: str) -> bool:
    if len(name) < _LEAST_LETTERS:
        return name in _SHORT_NAMES
    key = place_key(name)
    named = cities_named(key)
    return key in countries() or bool(named and named[0].population >= _LEAST_INHABITANTS)
