"""Places in a question: after "in" and its like, and by name alone.

Belongs here: how far a place reaches in a sentence. Which places there are is `preparation.locations`' to say; a place it cannot tell
from others of the name ("Cambridge") stays as it is written.
"""

import re
from functools import lru_cache

from jobsearch_dagster.preparation.locations import country_code, normalize_place, parse_location
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.recognizers.spans import Finding
from jobsearch_dagster.search.recognizers.titles import MODIFIERS, OCCUPATIONS
from jobsearch_dagster.search.recognizers.words import FUNCTION_WORDS, PLAIN_WORDS

_WORK_MODE = r"(?:remote|hybrid|on-?site)"
_AT_START = rf"(?:{_WORK_MODE}\s*[,-]?\s+)?"
_ANCHOR = re.compile(
    rf"\b(?:in|near|around|within|outside(?:\s+of)?|from|based\s+(?:in|at)|across)\s+{_AT_START}(?=[^\W\d_])", re.IGNORECASE
)
_TEMPLATE = re.compile(
    rf"\b(?:open|available|jobs?|roles?|positions?)\s+in\s+{_AT_START}(?P<place>[^|?!;]+?)\s*[.?!]*$", re.IGNORECASE
)
_TOKEN = re.compile(r"[^\s,|?!;]+,?")
_MOST_TOKENS = 10
_ALTERNATIVE = re.compile(r"\s*,?\s+(?:or|and)\s+|\s*/\s*", re.IGNORECASE)
_STATE_CODE = re.compile(r",\s*\w{2,3}\b")
_INNER_WORDS = frozenset("of the and & or".split())
_LAST_WORDS = frozenset("city area region us".split())
"""Function words that a place's name, or a list of places, may hold or end with."""
_NAMESAKES = ("us", "gb", "ca", "au", "in", "mx")
"""Where to look for a name that `parse_location` leaves open because several places have it."""
_LEAST_LETTERS = 4
"""Of a place without "in": shorter names are words as well."""
_SHORT_NAMES = frozenset("usa uk uae nyc emea dach apac eu".split())
_INDUSTRIES = frozenset(
    """
    accounting advertising aerospace agriculture automotive aviation banking biotech biotechnology construction consulting defense
    design education energy engineering entertainment fashion finance fintech gaming government health healthcare hospitality
    insurance journalism law legal logistics manufacturing marketing media medicine music nursing pharma pharmaceuticals politics
    publishing research retail sales science security shipping sport sports tech technology telecom telecommunications tourism
    transport transportation
    """.split()
)
"""What else jobs are "in"."""


def find_places(text: str) -> list[Finding]:
    """`locations` after "in", "near" and the like; the whole rest of a question first, for places such as "it" and "no"."""
    findings: list[Finding] = []
    whole = _TEMPLATE.search(text)
    if whole is not None and whole["place"] != "IT":
        findings = _findings(whole["place"], whole.start("place"), one_word=" " not in whole["place"])
    for anchor in _ANCHOR.finditer(text):
        if not findings or anchor.end() > findings[-1].end or anchor.end() < findings[0].start:
            findings += _place_at(text, anchor.end())
    return findings


def find_named_places(text: str) -> list[Finding]:
    """`locations` named without "in": "nurse berlin", "what about New York"."""
    findings: list[Finding] = []
    for token in _TOKEN.finditer(text):
        if not findings or token.start() >= findings[-1].end:
            findings += _place_at(text, token.start(), alone=True)
    return findings


def find_unknown_places(text: str) -> list[Finding]:
    """`locations`: what a question ends with after "jobs in", where it is no place, skill or trade that anyone knows."""
    match = _TEMPLATE.search(text)
    if match is None:
        return []
    words = set(re.findall(r"[^\W\d_]+", match["place"].lower()))
    if not words - FUNCTION_WORDS or words & _INDUSTRIES:
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
        if not alone or _stands_alone(phrase):
            if found := _findings(phrase, start):
                return found
    return []


def _findings(phrase: str, start: int, *, one_word: bool = False) -> list[Finding]:
    """One finding per place of a phrase; none where any part of it is something else."""
    names = [phrase]
    if country_code(phrase) is None:
        names = _ALTERNATIVE.split(phrase)
    if not all(one_word or _may_be_place(name) for name in names):
        return []
    if not all(map(_is_place, names)):
        return []
    return [Finding("locations", name.lower(), start, start + len(phrase)) for name in names]


def _may_be_place(phrase: str) -> bool:
    """No word of the phrase belongs to the rest of the sentence; a state's code after a comma does not ("Salem, OR")."""
    words = _STATE_CODE.sub("", phrase.lower()).replace(",", " ").split()
    if not words or words[-1] in _INNER_WORDS:
        return False
    strange = FUNCTION_WORDS - _INNER_WORDS - _LAST_WORDS | OCCUPATIONS
    parts = [part.strip() for part in phrase.lower().split(",")]
    if any(word in strange or re.fullmatch(_WORK_MODE, word) for word in words):
        return False
    return not any(is_skill(part) and not _is_place(part) for part in parts[1:])


@lru_cache(maxsize=20_000)
def _is_place(name: str) -> bool:
    """Whether a name is one place's, or that of several that cannot be told apart."""
    if normalize_place(parse_location(name)) or country_code(name) is not None:
        return True
    namesakes = (parse_location(f"{name}, {country}") for country in _NAMESAKES)
    return any(place.city or place.region for place in namesakes)


def _stands_alone(phrase: str) -> bool:
    """Whether a place is clear enough without "in": no common word, skill or trade is written the same way."""
    name = phrase.lower()
    if " " in name:
        return not is_skill(name)
    if len(name) < _LEAST_LETTERS and name not in _SHORT_NAMES and not (phrase.isupper() and len(name) > 1):
        return False
    known_word = name in PLAIN_WORDS or name in MODIFIERS or name in _INDUSTRIES
    return not (known_word or is_skill(name))
