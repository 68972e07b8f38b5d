"""Places in a question: after "in" and its like, and by name alone.

Belongs here: how far a place reaches in a sentence. Which places there are is for `preparation.locations` to say; a
place it cannot tell from others of the name ("Cambridge") stays as it is written.
"""

import re
from functools import lru_cache

from jobsearch_dagster.preparation.gazetteer import is_known
from jobsearch_dagster.preparation.locations import country_code, parse_location
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.search.recognizers.skills import find_skill_mentions, is_skill
from jobsearch_dagster.search.recognizers.spans import Finding, blank
from jobsearch_dagster.search.recognizers.words import words

_WORK_MODE = r"(?:remote|hybrid|on-?site)"
_AT_START = rf"(?:{_WORK_MODE}\s*[,-]?\s+)?"
_ANCHOR = re.compile(
    rf"\b(?:in|near|around|within|outside(?:\s+of)?|from|based\s+(?:in|at)|across)\s+{_AT_START}(?=[^\W\d_])",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    rf"\b(?:open|available|jobs?|roles?|positions?)\s+in\s+{_AT_START}(?P<place>[^|?!;]+?)\s*[.?!]*$", re.IGNORECASE
)
_TOKEN = re.compile(r"[^\s,|?!;]+,?")
_MOST_TOKENS = 10
_ALTERNATIVE = re.compile(r"\s*,?\s+(?:or|and)\s+|\s*/\s*", re.IGNORECASE)
_CODE = re.compile(r"[a-z]{2,3}")
_JOINING = frozenset(("of", "the", "and", "&", "or"))
_LAST_WORDS = frozenset(("city", "area", "region", "us"))
_FIRST_WORDS = frozenset(("new", "old", "big", "high", "low"))
"""Function words that a place's name may hold, end with, or start with."""
_NAMESAKES = ("united states", "united kingdom", "canada", "australia", "india", "mexico")
"""Where to look for a name that `parse_location` leaves open because several places have it."""
_LEAST_LETTERS = 4
"""Of a place without "in": shorter names are words as well."""
_SHORT_NAMES = frozenset(("usa", "uk", "uae", "nyc", "emea", "dach", "apac", "eu"))


def find_places(text: str) -> list[Finding]:
    """`locations` after "in", "near" and the like; the whole rest of a question first, for "it" (Italy) and "no"."""
    findings: list[Finding] = []
    whole = _TEMPLATE.search(text)
    if whole is not None and whole["place"] != "IT":
        findings = _findings(whole["place"], whole.start("place"), at_end=True)
    for anchor in _ANCHOR.finditer(text):
        if not findings or anchor.end() > findings[-1].end or anchor.end() < findings[0].start:
            findings += _place_at(text, anchor.end())
    return findings


def find_named_places(text: str) -> list[Finding]:
    """`locations` named without "in": "nurse berlin", "what about New York"."""
    for skill in find_skill_mentions(text):
        text = blank(text, skill.start, skill.end)
    findings: list[Finding] = []
    for token in _TOKEN.finditer(text):
        if not findings or token.start() >= findings[-1].end:
            findings += _place_at(text, token.start(), alone=True)
    return findings


def find_unknown_places(text: str) -> list[Finding]:
    """`locations`: what a question ends with after "jobs in", if it is no place, skill or trade that anyone knows."""
    match = _TEMPLATE.search(text)
    if match is None:
        return []
    named = set(re.findall(r"[^\W\d_]+", match["place"].lower())) - words("function")
    if not named or named & words("industry"):
        return []
    return [Finding("locations", match["place"].lower(), *match.span("place"))]


def _place_at(text: str, start: int, *, alone: bool = False) -> list[Finding]:
    """The longest place, or list of places, that starts here; `alone` where no "in" stands before it."""
    ends: list[int] = []
    for token in _TOKEN.finditer(text, start):
        if token.start() != (ends[-1] + 1 if ends else start) or len(ends) == _MOST_TOKENS:
            break
        ends.append(token.end())
    for end in reversed(ends):
        phrase = text[start:end].rstrip(",.'\")")
        found = _findings(phrase, start) if not alone or _stands_alone(phrase) else []
        if found:
            return found
    return []


def _findings(phrase: str, start: int, *, at_end: bool = False) -> list[Finding]:
    """One finding per place of a phrase; none where any part of it is something else."""
    country = phrase.rpartition(",")[2].strip()
    joined = " and " in country.lower() and country_code(country) is not None  # Trinidad and Tobago
    official_name = " " in phrase and country_code(phrase) is not None
    names = [phrase] if joined or official_name else _ALTERNATIVE.split(phrase)
    if not official_name and not all(_may_be_place(name, at_end=at_end) and _is_place(name) for name in names):
        return []
    return [Finding("locations", name.lower(), start, start + len(phrase)) for name in names]


@lru_cache(maxsize=20_000)
def _may_be_place(name: str, *, at_end: bool) -> bool:
    """No part between commas belongs to the rest of the sentence; at its end a code may be a word ("Salem, OR")."""
    parts = [part.strip() for part in name.lower().split(",")]
    if is_skill(name) or any(re.search(rf"\b{_WORK_MODE}\b", part) for part in parts):
        return False
    city = (parse_location(name).city or "").lower()
    return all(part == city or (at_end and _CODE.fullmatch(part)) or _is_clear(part) for part in parts)


def _is_clear(part: str) -> bool:
    """Whether a part is a place by itself, or at least holds no word with a meaning of its own."""
    names = part.split()
    if not names or names[-1] in _JOINING:
        return False
    if len(names) > 1 and is_known(place_key(part)):
        return True
    if len(names) > 1 and names[0] in _FIRST_WORDS and _is_place(part):
        names = names[1:]
    strange = words("function") - _JOINING - _LAST_WORDS | words("occupation")
    return not strange.intersection(names) and (_is_place(part) or not is_skill(part))


@lru_cache(maxsize=20_000)
def _is_place(name: str) -> bool:
    """Whether a name is one place's, or that of several that cannot be told apart."""
    if country_code(name) is not None:
        return True
    namesakes = (parse_location(f"{name}, {country}") for country in _NAMESAKES)
    found = parse_location(name)
    return found.country is not None or any(place.city or place.region for place in (found, *namesakes))


def _stands_alone(phrase: str) -> bool:
    """Whether a place is clear enough without "in": no other place, common word or trade is written the same way."""
    name = phrase.lower()
    if " " in name:
        return True
    if len(name) < _LEAST_LETTERS and name not in _SHORT_NAMES and not (phrase.isupper() and len(name) > 1):
        return False
    found = parse_location(name)
    return bool(found.country or found.region) and name not in words("plain") | words("title_modifier") | words(
        "industry"
    )
