"""Places in a question: after "in" and its like, and by name alone.

Belongs here: how far a place reaches in a sentence. Which places there are is `preparation.locations`' to say; a place it cannot tell
from others of the name ("Cambridge") stays as it is written.
"""

import re
from dataclasses import replace

from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.recognizers.spans import Finding
from jobsearch_dagster.search.recognizers.titles import MODIFIERS, OCCUPATIONS
from jobsearch_dagster.search.recognizers.words import FUNCTION_WORDS, PLAIN_WORDS

_ANCHOR = re.compile(r"\b(?:in|near|around|within|outside(?:\s+of)?|from|based\s+(?:in|at)|across)\s+(?=[^\W\d_])", re.IGNORECASE)
_TOKEN = re.compile(r"[^\s,|?!;]+,?")
_MOST_TOKENS = 10
_INNER_WORDS = frozenset("of the and & or la city area region".split())
"""Function words that a place's name, or a list of places, may hold."""
_TEMPLATE = re.compile(
    r"\b(?:open|available|jobs?|roles?|positions?|located|based)\s+in\s+(?P<place>[^|?!;]+?)\s*[.?!]*$", re.IGNORECASE
)
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
    """`locations` after "in", "near" and the like, and the `work_mode` that a place such as "remote, us" names."""
    findings: list[Finding] = []
    for anchor in _ANCHOR.finditer(text):
        if findings and anchor.start() < findings[-1].end:
            continue
        findings += _place_at(text, anchor.end())
    return findings


def find_named_places(text: str) -> list[Finding]:
    """`locations` named without "in": "nurse berlin", "what about New York"."""
    findings: list[Finding] = []
    for token in _TOKEN.finditer(text):
        if findings and token.start() < findings[-1].end:
            continue
        findings += [f for f in _place_at(text, token.start()) if _stands_alone(text[f.start : f.end])]
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


def _place_at(text: str, start: int) -> list[Finding]:
    """The longest place, or list of places, that starts here."""
    tokens = []
    for token in _TOKEN.finditer(text, start):
        if token.start() != (tokens[-1].end() + 1 if tokens else start) or len(tokens) == _MOST_TOKENS:
            break
        tokens.append(token)
    for size in range(len(tokens), 0, -1):
        end = tokens[size - 1].end()
        phrase = text[start:end].rstrip(",.")
        if _may_be_place(phrase) and (found := _read(phrase)):
            return [replace(f, start=start, end=start + len(phrase)) for f in found]
    return []


def _may_be_place(phrase: str) -> bool:
    """No word of the phrase belongs to the rest of the sentence; a state's code after a comma does not ("Salem, OR")."""
    words = re.sub(r",\s*\w{2,3}\b", "", phrase.lower()).replace(",", " ").split()
    if not words or words[0] in _INNER_WORDS - {"the"} or words[-1] in _INNER_WORDS - {"city", "area", "region"}:
        return False
    return not any(word in FUNCTION_WORDS - _INNER_WORDS or word in OCCUPATIONS for word in words)


def _read(phrase: str) -> list[Finding]:
    first = parse_location(phrase)
    places = [place for place in (replace(first, work_mode=None, others=()), *first.others) if normalize_place(place)]
    findings = [Finding("locations", normalize_place(place), 0, 0) for place in dict.fromkeys(places)]
    if first.work_mode is not None and findings:
        findings.append(Finding("work_mode", first.work_mode, 0, 0))
    return findings


def _stands_alone(phrase: str) -> bool:
    """Whether a place is clear enough without "in": no common word, skill or trade is written the same way."""
    name = phrase.lower()
    if " " in name:
        return not is_skill(name)
    if len(name) < _LEAST_LETTERS and name not in _SHORT_NAMES and not (phrase.isupper() and len(name) > 1):
        return False
    known_word = name in PLAIN_WORDS or name in MODIFIERS or name in _INDUSTRIES
    return not (known_word or is_skill(name))
