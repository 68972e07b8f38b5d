"""Places in a question: after "in" and its like, and by name alone.

Belongs here: how far a place reaches in a sentence. Whether words are a place is in `place_phrases.py`, its name in one
form in `place_forms.py`, what makes it one that is not asked for in `places_not_asked.py`. Which places there are is
for `preparation.gazetteer` and `world_areas` to say, what a name means for `preparation.locations`; one it cannot tell
from others of the name ("Cambridge") stays as it is written.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from jobsearch_dagster.preparation.gazetteer import is_city, is_known
from jobsearch_dagster.preparation.locations import parse_location
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.search.recognizers.place_forms import canonical_place
from jobsearch_dagster.search.recognizers.place_phrases import (
    is_clear_place,
    is_one_place,
    listed_places,
    stands_alone,
)
from jobsearch_dagster.search.recognizers.places_not_asked import is_past, places_left, said_of_others
from jobsearch_dagster.search.recognizers.skills import is_skill, listed_skills
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding, blank, is_part
from jobsearch_dagster.search.recognizers.words import words
from jobsearch_dagster.search.world_areas import NOWHERE, world_area

_ANCHOR = re.compile(
    r"""
    \b (?: in | near(?:\s+to)? | around | within | inside | outside(?:\s+of)? | from | based\s+(?:in|at) | across
        | close\s+to | throughout | to | at | of | for | but ) \s+ (?:the\s+(?:city|state|town|region|area)\s+of\s+)?
    (?:(?:downtown|central|greater|beautiful|sunny)\s+)? (?=[^\W\d_])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SURE = re.compile(r"(?:in|near|around|within|inside|outside|across|throughout|close)\b", re.IGNORECASE)
"""Anchors after which a name is a place even where it may be something else as well ("in Reading")."""
_REST = re.compile(
    r"\b(?:open|available|jobs?|roles?|positions?)\s+in\s+(?P<place>[^|?!;:]+?)\s*[.?!]*$", re.IGNORECASE
)
_NAME = r"(?P<place>[A-Z](?=\w*[^\WA-Z])[^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,2})"
_IN_NAME = re.compile(
    r"\bin\s+(?P<place>[A-Z](?=\w*[^\WA-Z])[^\W\d_]{2,}(?:\s[A-Z][^\W\d_]+)?)"
    r"(?=\s*[,.;!?]|\s+(?:from|with|over|under|for|that|who|paying)\b)"
)
"""A name behind "in" where the sentence goes on: a town too small for the gazetteer ("in Zermatt, ...")."""
_NO_PLACE = re.compile(r".+(?:ology|ics|omy|istry|graphy|ism)|spring|summer|autumn|winter|christmas|easter")
"""Fields of study, and times of the year."""
_LAST_NAME = re.compile(rf"(?:[,|]|\b(?:in|near|around|to))\s+(?:the\s+)?{_NAME}\s*[.?!]*$")
_ONLY_NAME = re.compile(rf"^\W*{_NAME}\W*$")
_TOKEN = re.compile(r"[^\s,|?!;:/()&]+")
_GAP = re.compile(r"\s*,?\s*(?:(?:or|and|&|/)\s+)?|\s*/\s*")
_MOST_TOKENS = 8
_LAST_WORD = re.compile(r"[^\W\d_]+(?=\s*$)")
_BASED = re.compile(
    r"(?<!\w)(?:(?P<place>us|uk|eu)(?=[\s-]+(?:based|only|citizens?|residents?)\b)|(?P<name>[^\W\d_]{4,})(?=-based\b))",
    re.IGNORECASE,
)
_IN_US = re.compile(
    r"\b(?:(?:remote|hybrid|on-?site|anywhere)\s*[,-]?\s+(?:in\s+)?|(?:jobs?|roles?|work)\s+in\s+)(?:the\s+)?(?P<place>us)\b",
    re.IGNORECASE,
)
"""Where "us" is a country in any case."""


def find_places(text: str) -> list[Finding]:
    """`locations` after "in", "near" and the like; no preference for where someone comes from."""
    left = places_left(text)
    aside = [span for span in left if listed_places(text[slice(*span)].strip())]
    for span in left:
        text = blank(text, *span)
    aside += said_of_others(text)
    findings = [Finding(NO_PREFERENCE, None, *span) for span in aside]
    text = _without(findings, text)
    findings += _told_apart(text)
    text = _without(findings, text)
    findings += [
        Finding("locations", canonical_place(match[group]), *match.span(group))
        for pattern in (_BASED, _IN_US)
        for match in pattern.finditer(text)
        if (group := match.lastgroup) == "place" or (group and is_clear_place(match[group]))
    ]
    for anchor in _ANCHOR.finditer(text):
        start = anchor.end()
        if not any(found.start <= start < found.end for found in findings):
            found = _place_at(text, start, alone=_SURE.match(anchor[0]) is None)
            is_inside = anchor[0].lower().startswith("in ")
            findings += _with_city_before(found, text, anchor.start()) if is_inside else found
    return _of_now([one for one in findings if not any(is_part(one, other) for other in findings)], text)


def _of_now(places: list[Finding], text: str) -> list[Finding]:
    """The places, with no preference for those of somebody's past where others, or a name at the end, are asked."""
    past = [place for place in places if place.slot == "locations" and is_past(place, text)]
    if not past:
        return places
    others = [place for place in places if place not in past] or find_named_places(_without(past, text))
    if not any(place.slot == "locations" for place in others):
        return places
    return [replace(place, slot=NO_PREFERENCE, value=None) if place in past else place for place in places]


def _without(places: list[Finding], text: str) -> str:
    for place in places:
        text = blank(text, place.start, place.end)
    return text


_PEOPLES = {
    "american": "united states", "argentinian": "argentina", "australian": "australia", "austrian": "austria",
    "belgian": "belgium", "brazilian": "brazil", "british": "united kingdom", "canadian": "canada",
    "chilean": "chile", "chinese": "china", "colombian": "colombia", "czech": "czech republic", "danish": "denmark",
    "dutch": "netherlands", "egyptian": "egypt", "finnish": "finland", "french": "france", "german": "germany",
    "greek": "greece", "hungarian": "hungary", "indian": "india", "indonesian": "indonesia", "irish": "ireland",
    "israeli": "israel", "italian": "italy", "japanese": "japan", "kenyan": "kenya", "korean": "south korea",
    "malaysian": "malaysia", "mexican": "mexico", "nigerian": "nigeria", "norwegian": "norway", "polish": "poland",
    "portuguese": "portugal", "romanian": "romania", "scottish": "scotland", "spanish": "spain",
    "swedish": "sweden", "swiss": "switzerland", "thai": "thailand", "turkish": "turkey", "welsh": "wales",
}  # fmt: skip
_OF_A_COUNTRY = re.compile(
    rf"\b(?P<people>{'|'.join(_PEOPLES)})(?=\s+(?:cit(?:y|ies)|towns?|regions?|states?|provinces?"
    r"|hospitals?|universit\w+|(?:job\s+)?market|labou?r\s+market|coast|countryside)\b)",
    re.IGNORECASE,
)
"""What says where something is, not which language: "German cities", but not "German teacher"."""


def find_named_places(text: str) -> list[Finding]:
    """`locations` named without "in": "nurse berlin", "what about New York", "German cities"."""
    findings = [
        Finding("locations", _PEOPLES[match["people"].lower()], *match.span()) for match in _OF_A_COUNTRY.finditer(text)
    ]
    for found in findings:
        text = blank(text, found.start, found.end)
    for token in _TOKEN.finditer(text):
        is_name = token[0][0].isalpha()  # the full stop of "remote. HR" begins no place
        if is_name and not any(found.start <= token.start() < found.end for found in findings):
            findings += _place_at(text, token.start(), alone=True)
    return [*findings, *_between_commas(_without(findings, text))]


_BETWEEN_COMMAS = re.compile(
    r"(?<=[,/])\s*(?P<place>[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,2}(?: or [A-Z][^\W\d_]+)?)"
    r"(?=\s*(?:[,/;.!?]\s|\s-\s|[.!?]?$))"
)


def _between_commas(text: str) -> list[Finding]:
    """`locations` whose name stands for itself, though it may be a word as well: "porter, Bath, part time"."""
    no_names = words("function") | words("occupation") | words("industry") | words("title_modifier")
    skills = listed_skills(text)
    return [
        Finding("locations", canonical_place(name), *match.span("place"))
        for match in _BETWEEN_COMMAS.finditer(text)
        for name in listed_places(match["place"])
        if name.lower() not in no_names and not is_skill(name) and not _stands_in_list(match, skills)
    ]


def _stands_in_list(match: re.Match[str], skills: list[Finding]) -> bool:
    """Whether a comma joins a name to a skill: "React, Jasper, Redux"."""
    start, end = match.span("place")
    return any(0 < start - skill.end <= len(", ") or 0 < skill.start - end <= len(", ") for skill in skills)


def find_unknown_places(text: str) -> list[Finding]:
    """`locations`: what a question ends with after "jobs in" or, capitalized, after a comma, if it is unknown."""
    matches = (pattern.search(text) for pattern in (_REST, _LAST_NAME, _ONLY_NAME, _IN_NAME))
    named = (Finding("locations", m["place"].lower(), *m.span("place")) for m in matches if m and _may_be_place(m))
    return list(islice(named, 1))


def _may_be_place(match: re.Match[str]) -> bool:
    """Whether no word of an unknown name has a meaning; a name that is the whole question is a place if one has it."""
    said = re.findall(r"[^\W\d_]+", match["place"].lower())
    named = {*said, *(word.removesuffix("s") for word in said)}
    if not named or named & (words("function") | words("industry") | words("title_modifier")) or "|" in match["place"]:
        return False
    if match.re is not _ONLY_NAME and any(map(_NO_PLACE.fullmatch, named)):
        return False
    return match.re is not _ONLY_NAME or is_known(place_key(match["place"]))


def country_asked(text: str) -> str | None:
    """The country (alpha-2) of the places of a question; None for none, for several, and where no amount is asked."""
    if not any(map(str.isdigit, text)):
        return None
    for span in places_left(text):
        text = blank(text, *span)
    found = (*find_places(text), *find_named_places(text))
    return country_of(place.value for place in found if place.slot == "locations")


def country_of(places: Iterable[str]) -> str | None:
    """The country (alpha-2) that all places are in; None for none and for several."""
    countries = {parse_location(place).country for place in places}
    return countries.pop() if len(countries) == 1 else None


def _told_apart(text: str) -> list[Finding]:
    """`locations` of a name that a question tells from others of it: "Portland - the one in Maine"."""
    findings: list[Finding] = []
    for match in _THE_ONE.finditer(text):
        area = match["area"] or match["area2"]
        area = _PEOPLES.get(area.lower(), area)
        for word in reversed(list(_CAPITALIZED.finditer(text, 0, match.start()))):
            place = f"{word[0]}, {area}"
            if is_city(place_key(word[0])) and is_one_place(place):
                spans = (word.span(), match.span())
                return [*findings, *(Finding("locations", canonical_place(place), *span) for span in spans)]
    return findings


_THE_ONE = re.compile(
    r"(?:\b(?:but|i\s+mean)\s+)?\bthe\s+(?:(?:one|town|city|place)\s+(?:(?:that\s+is|that's)\s+)?in\s+(?:the\s+)?"
    r"(?P<area>[A-Z][\w.]*(?:\s[A-Z]\w*)?)|(?P<area2>[A-Z]\w*(?:\s[A-Z]\w*)?)\s+one\b)"
)
_CAPITALIZED = re.compile(r"[A-Z][\w.']*(?:\s[A-Z]\w*)*")


def _with_city_before(found: list[Finding], text: str, anchor: int) -> list[Finding]:
    """One place for "London in Canada"."""
    before = _LAST_WORD.search(text, 0, anchor)
    if len(found) != 1 or before is None or before[0].lower() in words("plain") | words("occupation"):
        return found
    joined = f"{before[0]}, {text[found[0].start : found[0].end]}"
    if not is_city(place_key(before[0])) or not is_one_place(joined):
        return found
    return [Finding("locations", canonical_place(joined), before.start(), found[0].end)]


def _place_at(text: str, start: int, *, alone: bool = False) -> list[Finding]:
    """The longest place, or list of places, that starts here; `alone` where no "in" stands before it."""
    ends: list[int] = []
    for token in _TOKEN.finditer(text, start):
        if not _GAP.fullmatch(text, ends[-1] if ends else start, token.start()) or len(ends) == _MOST_TOKENS:
            break
        if token[0].lower() in words("in_no_place") or token[0].lower() in words("job"):
            break
        ends.append(token.end())
    for end in reversed(ends):
        phrase = text[start:end].rstrip(".'\")-")
        found = _findings(phrase, start, alone=alone)
        if found and not (alone and world_area(phrase) == NOWHERE and _goes_on(text, end)):
            return found
    return []


def _goes_on(text: str, end: int) -> bool:
    """Whether a county is the first word of another name: "Devon Energy", but not "Devon Chef Jobs"."""
    following = _CAPITAL.match(text, end)
    if following is None or is_one_place(following[1]):
        return False
    word = following[1].lower()
    known = words("occupation") | words("title_modifier") | words("industry") | words("function")
    return known.isdisjoint((word, word.removesuffix("s")))


_CAPITAL = re.compile(r"\s+([A-Z][a-z]+)")


def _findings(phrase: str, start: int, *, alone: bool) -> list[Finding]:
    """One finding per place of a phrase; none where any part of it is something else."""
    names = listed_places(phrase)
    if not names or (alone and not _stand_alone(names, phrase)):
        return []
    return [Finding("locations", canonical_place(name), start, start + len(phrase)) for name in names]


def _stand_alone(names: tuple[str, ...], phrase: str) -> bool:
    """Whether a list is one of places without "in": its first is clear, and so are the others, or capitalized."""
    first, *others = names
    return stands_alone(first, phrase) and all(
        stands_alone(name, phrase)
        or (name[0].isupper() and not is_skill(name) and name.lower() not in words("plain") | words("title_modifier"))
        for name in others
    )
