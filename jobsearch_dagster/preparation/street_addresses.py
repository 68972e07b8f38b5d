"""Street addresses in a text: a house number and a street, in the order of the country.

Belongs here: what a street address looks like. A street without a house number (`Washington Street`), a postal code
and a city are no address: they say where the work is.
"""

import re
from collections.abc import Iterator

from jobsearch_dagster.preparation.contact_details import Span

_NO_STREET_NAME = (
    "years?|yrs?|days?|weeks?|months?|hours?|minutes?|times|people|million|billion|thousand|hundred|percent|star|wheel"
    "|of|in|the|on|a|an|to|and|or|for|with|at|by|per|from|our|your|is|are|as|data|job|court|sales"
)
_STREETS = "street|st|avenue|ave|road|rd|boulevard|blvd|parkway|pkwy|marg|salai|nagar"
_ALSO_WORDS = "lane|ln|drive|dr|court|ct|way|place|pl|close|row|circle|square|sq|terrace|crescent|gardens|mews|highway"
_POSTCODE = r"[0-9]{5}(?![0-9])|[0-9]{6}(?![0-9])|[0-9]{3} [0-9]{3}(?![0-9])|[a-z]{1,2}[0-9][a-z0-9]? [0-9][a-z]{2}\b"
_NUMBER_FIRST = re.compile(
    r"(?<!top )(?<![\w$€£₹.,/+-])[0-9]{1,5}(?:[a-z]|[/-][0-9]{1,4}[a-z]?)?,?[ \t]"
    r"(?:[nsew]{1,2}\.?[ \t])?"
    rf"(?:(?!(?:{_NO_STREET_NAME})\b)(?:[\w'’-]{{2,20}}|[a-z]{{1,3}}\.)[ \t]){{1,3}}?"
    rf"(?:(?:{_STREETS})\b\.?(?=\s*(?:$|[,.;:)|\n]|[0-9]{{1,5}}[a-z]?[ \t])|[^\n]{{1,40}}\b(?:{_POSTCODE}))"
    rf"|(?:{_ALSO_WORDS})\b\.?(?=[,\n ][^.]{{1,60}}\b(?:{_POSTCODE})))"
)
_FRENCH = re.compile(
    r"(?<![\w.,/-])[0-9]{1,4}(?:[ \t]?(?:bis|ter|quater)\b)?,?[ \t]"
    r"(?:rue|avenue|av\.|boulevard|bd|chemin|impasse|quai|allées?|place d(?:e|u|es)|route de|cours de)[ \t]"
    rf"(?:de la |de l['’]|des |du |de |d['’]|la |le |les )?(?!(?:{_NO_STREET_NAME})\b)"
    r"[\w'’-]{2,30}(?:[ \t][\w'’-]{2,30})?"
)
_GERMAN = re.compile(
    r"(?<![\w-])(?:[a-zäöüß-]{2,25}[ \t])?[a-zäöüß-]{0,30}(?:straße|strasse|str\.|allee|platz|gasse|damm)[ \t]?"
    r"[0-9]{1,4}[ \t]?(?:[a-h]\b)?(?![0-9%])"
)
_SPANISH = re.compile(
    r"\b(?:calle|avenida|rua|paseo|carrer)[ \t](?:[\w'’.-]{1,20}[ \t]){0,3}[\w'’.-]{2,20},?[ \t]"
    r"(?:n[ºo°]\.?[ \t]?)?[0-9]{1,4}\b"
)
_PLOT = re.compile(
    r"\b(?:plot|flat|door|house|shop)[ \t]?"
    r"(?:(?:no\b\.?|number|#)[ \t:]{0,2}[0-9]{1,5}[\w/-]{0,8}|[0-9]{1,4}[a-z]?(?=,))"
)
_CROSS = re.compile(
    r"\b(?:no|nr)\.?[ \t]?[0-9]{1,4}[\w/-]{0,6},?[ \t]"
    r"[0-9]{1,2}(?:st|nd|rd|th)[ \t](?:cross|main|floor|block|phase|stage)\b"
)
_BOX = re.compile(r"\bp\.?[ \t]?o\.?[ \t]?box[ \t]?[0-9]{1,7}\b|\bpostfach[ \t][0-9 ]{2,8}[0-9]\b")

_BY_WORD = (
    (
        _FRENCH,
        (
            " rue ",
            " av. ",
            " avenue ",
            " boulevard ",
            " bd ",
            " chemin ",
            " impasse ",
            " quai ",
            " allée",
            " place d",
            " route de",
            " cours de",
        ),
    ),
    (_GERMAN, ("straße", "strasse", "str.", "allee", "platz", "gasse", "damm")),
    (_SPANISH, ("calle ", "avenida ", "rua ", "paseo ", "carrer ")),
    (_PLOT, ("plot", "flat", "door", "house", "shop")),
    (_CROSS, ("cross", "main", "floor", "block", "phase", "stage")),
    (_BOX, ("box", "postfach")),
)
"""Patterns, each with words of which its matches hold one: to look for a word costs a hundredth of the pattern."""
STREET_WORDS = (
    *(f" {word}" for word in f"{_STREETS}|{_ALSO_WORDS}".split("|")),
    *(word for _, words in _BY_WORD for word in words),
)
"""Every address holds one of them."""
_NUMBER = re.compile(r"[0-9]{1,5}")


def find_addresses(lower: str) -> Iterator[Span]:
    """Street addresses and post-office boxes in a lowercased text, without postal code and city."""
    numbers = [number.start() for number in _NUMBER.finditer(lower)]
    if not numbers:
        return
    for start in numbers:
        if address := _NUMBER_FIRST.match(lower, start):
            yield address.span()
    for pattern, words in _BY_WORD:
        if any(word in lower for word in words):
            yield from (match.span() for match in pattern.finditer(lower))
