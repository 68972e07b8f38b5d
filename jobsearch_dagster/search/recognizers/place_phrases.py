"""Which words are a place: in a list, after "in", and by name alone.

Belongs here: whether a phrase names a place and nothing else. Where in a question such phrases stand is in `places.py`.
"""

import re
from calendar import month_name
from functools import lru_cache

from jobsearch_dagster.preparation.gazetteer import areas, is_known, large_city_keys
from jobsearch_dagster.preparation.locations import country_code, parse_location
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.search.english import RARE, english_frequency
from jobsearch_dagster.search.recognizers.place_forms import SHORT_FOR, town_in_area
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.recognizers.words import words
from jobsearch_dagster.search.world_areas import world_area

_ALTERNATIVE = re.compile(r"\s*,?\s+(?:or|and|nor|oder)\s+(?:in\s+|at\s+)?|\s*[/&]\s*|\s*,\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=20_000)
def listed_places(phrase: str) -> tuple[str, ...]:
    """The places that a phrase lists; none where a part of it is no place."""
    if is_one_place(phrase):
        return (phrase,)
    parts = [part.strip().removeprefix("the ") for part in _ALTERNATIVE.split(phrase)]
    if len(parts) == 1 or not all(parts):
        return ()
    names: list[str] = []
    separators = _ALTERNATIVE.findall(phrase)
    for part, separator in zip(parts, ["", *separators], strict=True):
        joined = f"{names[-1]}, {part}" if names and separator.strip() == "," else ""
        if joined and is_one_place(joined):
            names[-1] = joined
        elif is_one_place(part):
            names.append(part)
        else:
            return ()
    return tuple(names)


@lru_cache(maxsize=50_000)
def is_one_place(name: str) -> bool:
    """Whether every word of a name belongs to one place: "Paris, Texas", "the Netherlands", "newark nj"."""
    key = place_key(name)
    if name.islower() and name in words("function"):
        return False
    if name in SHORT_FOR:
        return True
    if name in _CURRENCIES or name.lower() in _MONTHS:
        return False
    if not key or " - " in name or _is_word(name.strip("¿¡-'\"")):
        return False
    if world_area(name) or (country_code(name) and (len(key) > 2 or _is_code(name))):
        return True
    if _COUNTY.fullmatch(name) or town_in_area(name):
        return True
    if is_known(key):
        return name.lower() not in words("occupation") and (" " in key or len(key) > 2 or _is_code(name))
    if name.lower().startswith("the "):
        return False
    parts = key.split()
    written = _WORD.findall(name)
    if not written or _is_word(written[-1]):  # the "to" of "Boulder to" is no Tonga
        return False
    splits = ((" ".join(parts[:n]), " ".join(parts[n:])) for n in range(len(parts) - 1, 0, -1))
    joints = {"or", "and"} & set(written)  # in small letters, no Oregon and no Andorra
    return any(
        is_known(head) and not _is_word(head) and tail.split()[0] not in joints and _is_area_of(tail, name)
        for head, tail in splits
    )


_CURRENCIES = frozenset(("AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "INR", "JPY", "NZD", "SGD", "USD", "ZAR"))
"""Codes that are taken for places where they stand behind "in": CAD is no Chad."""
_MONTHS = frozenset(month.lower() for month in month_name if month)
"""What stands behind "in" as a place does: March and August are towns as well."""
_COUNTY = re.compile(r"(?:(?!the\b|this\b|my\b|your\b)[^\W\d_]{4,}\s+){1,2}county", re.IGNORECASE)
_TRADES_IN_CAPITALS = frozenset(
    (
        *("AI", "AM", "BA", "BI", "CS", "ER", "GP", "HI", "HR", "IN", "IT", "MA", "MD", "ME", "ML", "OK", "OR", "PA"),
        *("PE", "PM", "PR", "QA", "TV", "UI", "UX"),
    )
)
"""Two letters that are a trade or a word at least as often as a state or country."""


def _is_code(name: str) -> bool:
    """Whether two letters name a state or a country, and not a trade ("in HR")."""
    return _is_area(place_key(name)) and name not in _TRADES_IN_CAPITALS


def _is_word(written: str) -> bool:
    """Whether a short name is a plain word, as it is not in capitals."""
    return len(written) <= len("usa") and written.islower() and written in words("plain")


def _is_area_of(tail: str, name: str) -> bool:
    """Whether the words behind a city are its region, its country, or both, and the whole is one place."""
    if not _is_area(tail) and not any(_is_area(first) and _is_area(second) for first, second in _halves(tail)):
        return False
    found = parse_location(name)
    named_for_region = all(other.city == found.region for other in found.others)  # "New Delhi, Delhi, India"
    # A city or a region in its country; "Netherlands, Belgium" are two countries.
    return named_for_region and found.country is not None and bool(found.city or found.region)


def _halves(key: str) -> list[tuple[str, str]]:
    parts = key.split()
    return [(" ".join(parts[:n]), " ".join(parts[n:])) for n in range(1, len(parts))]


def _is_area(key: str) -> bool:
    return key in areas() or world_area(key) is not None


_LEAST_LETTERS = 4
"""Of a place without "in": shorter names are words as well."""
_WELL_KNOWN = 300_000
"""Inhabitants of a city that everyone knows; smaller ones share their names with words (Bush, Union)."""


def is_clear_place(name: str) -> bool:
    """Whether a name alone says which place is meant: that of a large town, a region or a country."""
    found = parse_location(name)
    return bool(found.country or found.region) or _is_area(place_key(name))


def is_well_known_place(word: str) -> bool:
    """Whether a word is the name of a large city, a country or a region, in any case."""
    key = place_key(word)
    return key in large_city_keys(_WELL_KNOWN) or (len(word) >= _LEAST_LETTERS and _is_area(key))


def is_place(word: str) -> bool:
    """Whether a word names a place and is no plain word as well."""
    return is_one_place(word) and word.lower() not in words("plain")


_SHORT_NAMES = frozenset(
    ("usa", "uk", "uae", "nyc", "emea", "dach", "apac", "eu", "latam", "mena", "anz", "gcc", "pnw")
)
_SHORT_IN_CAPITALS = frozenset(
    (
        *("US", "SF", "DC", "TX", "FL", "NY", "NJ", "IL", "MI", "AZ", "WA", "WI", "MN", "KY", "NV"),
        *("KS", "NM", "WV", "NH", "ND", "SD", "WY", "VT", "BC", "NSW", "QLD", "HK", "KL", "NZ", "KSA", "SG"),
    )
)
"""Letters that in capitals are hardly ever anything else."""
_LARGE = 1_000_000
"""Inhabitants of a city that is meant even where a skill has its name: Phoenix."""
_COMMON = 1000
"""How often pyspellchecker's corpus has words that are hardly ever a city's name in another language: lime for Lima."""


def stands_alone(name: str, phrase: str) -> bool:
    """Whether a place is clear enough without "in": no other place, common word or trade is written the same way."""
    lowered = name.lower()
    if " " in lowered:
        return world_area(name) is not None or not set(lowered.split()) <= words("plain")
    if len(lowered) < _LEAST_LETTERS:
        return lowered in _SHORT_NAMES or name in _SHORT_IN_CAPITALS
    if name in SHORT_FOR:
        return True
    if lowered in words("plain") | words("title_modifier") | words("industry") | words("occupation"):
        return False
    if is_skill(name) and place_key(name) not in large_city_keys(_LARGE):
        return False
    found = parse_location(name)
    is_other_name = found.city is not None and place_key(found.city) != place_key(name)
    if is_other_name and name.islower() and english_frequency(lowered) > _COMMON:
        return False
    if found.country or found.region or world_area(name) or found.city or _is_area(place_key(name)):
        return True
    return is_known(place_key(name)) and english_frequency(lowered) <= RARE
