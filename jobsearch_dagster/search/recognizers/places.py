"""Places in a question: after "in" and its like, and by name alone.

Belongs here: how far a place reaches in a sentence. Its name in one form is in `place_forms.py`. Which places there are
is for `preparation.gazetteer` and `world_areas` to say, what a name means for `preparation.locations`; a place it
cannot tell from others of the name ("Cambridge") stays as it is written.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from jobsearch_dagster.preparation.gazetteer import areas, is_city, is_known, large_city_keys
from jobsearch_dagster.preparation.locations import country_code, parse_location
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.search.english import english_frequency
from jobsearch_dagster.search.recognizers.place_forms import SHORT_FOR, canonical_place, town_in_area
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding, blank
from jobsearch_dagster.search.recognizers.words import words
from jobsearch_dagster.search.world_areas import world_area

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
_LAST_NAME = re.compile(rf"(?:[,|]|\b(?:in|near|around|to))\s+(?:the\s+)?{_NAME}\s*[.?!]*$")
_ONLY_NAME = re.compile(rf"^\W*{_NAME}\W*$")
_MOVING = re.compile(
    r"\b(?:mov|relocat|com|transferr)(?:e|ing)\s+from\s+(?P<left>[^|,.;?!]{2,40}?)\s+to\b"
    r"|\b(?:leav(?:e|ing)|left|quitt?(?:ing)?)\s+(?P<quit>[^|,.;?!]{2,40}?)(?:,?\s+(?:for|to|in|and|next|this)\b|[.;,])"
    r"|\b(?:(?:i'm|i\s+am|we're|we\s+are|originally|come|coming|is)\s+from|born\s+in|grew\s+up\s+in|studied\s+in"
    r"|residency\s+in)\s+(?P<home>[^|,.;?!]{2,40}?)(?:,?\s+(?:but|and|now|want|looking|living|who)\b|[.;,])",
    re.IGNORECASE,
)
_BEFORE_NOW = re.compile(
    r"""
    \b (?: (?:i|we) \s+ (?: live | lived | came | served | worked | studied | was | were | grew | trained | graduated
            | qualified | finished | taught | ran | spent | did | moved | went | got | left | come )
        | (?:i|we)\s+ (?:have|had) \s+ (?: (?:been|lived|worked|studied|finished|served|trained|spent) \b
            | (?:an?|my) \s+ (?:\w+\s+){0,2} (?:degree|bachelor|master|diploma|phd|licen[cs]e|certificate) )
        | (?:i|we)'ve \s+ (?:been|lived|worked|studied|finished|served|trained|spent|got|had)
        | (?:i'm|i\s+am|we\s+are|we're) \s+ (?:an?\s+)? (?:\w+\s+){0,3} (?:from|living\s+in)
        | (?:living|stuck|stationed|posted|trained|qualified|born|raised|educated)
            \s+ (?:in|at|to|from)
        | (?:degree|bachelor|master|diploma|phd|nurse|doctor|teacher) (?:\s+of\s+\w+)? \s+ from
        | (?:months?|years?) \s+ (?:\w+\s+){0,3} (?:in|at)
        | (?:coming\s+home\s+from|back\s+from|leaving)
        | (?:flats?|rents?|houses?|life|childhood|youth|studies|apprenticeship) \s+ in
      ) \b [^.;|,]* $
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What makes a place behind it one where somebody was or is, not one where they want to work."""
_WANTED = re.compile(
    r"\b(?:want\w*|look\w*|seek\w*|find|hunting|search\w*|moving\s+to|relocat\w+|jobs?|roles?|work\s+in|posts?|openings?"
    r"|positions?|vacanc\w+|hiring|cross\s+to|now|next|show|prefer\w*|would|but)\b[^.;]*$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\s,|?!;:/()&]+")
_GAP = re.compile(r"\s*,?\s*(?:(?:or|and|&|/)\s+)?|\s*/\s*")
_MOST_TOKENS = 8
_ALTERNATIVE = re.compile(r"\s*,?\s+(?:or|and|nor|oder)\s+(?:in\s+|at\s+)?|\s*[/&]\s*|\s*,\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"[^\W\d_]+(?=\s*$)")
_LEAST_LETTERS = 4
"""Of a place without "in": shorter names are words as well."""
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
_WELL_KNOWN = 300_000
"""Inhabitants of a city that everyone knows; smaller ones share their names with words (Bush, Union)."""
_TRADES_IN_CAPITALS = frozenset(
    (
        *("AI", "AM", "BA", "BI", "CS", "ER", "GP", "HI", "HR", "IN", "IT", "MA", "MD", "ME", "ML", "OK", "OR", "PA"),
        *("PE", "PM", "PR", "QA", "TV", "UI", "UX"),
    )
)
"""Two letters that are a trade or a word at least as often as a state or country."""
_LARGE = 1_000_000
"""Inhabitants of a city that is meant even where a skill has its name: Phoenix."""
_RARE = 50
"""How often pyspellchecker's corpus has the rarest half of its words, nearly all of them names (Kalgoorlie, Galway)."""
_NOT_THAT_ONE = re.compile(r"\bnot\s+the\s+[A-Z]\w+(?:\s+[A-Z]\w+)?\s+(?:one|town|city)\b")
_NON_CITIZENS = re.compile(r"\bnon[\s-]+[A-Z]\w+\s+(?:citizens?|nationals?|residents?)\b")
_COMMON = 1000
"""How often pyspellchecker's corpus has words that are hardly ever a city's name in another language: lime for Lima."""
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
    findings = [
        Finding(NO_PREFERENCE, None, *span) for span in _places_left(text) if listed_places(text[slice(*span)].strip())
    ]
    for span in _places_left(text):
        text = blank(text, *span)
    findings += _told_apart(text)
    said_of_others = (match for pattern in (_NOT_THAT_ONE, _NON_CITIZENS) for match in pattern.finditer(text))
    findings += [Finding(NO_PREFERENCE, None, *match.span()) for match in said_of_others]
    for found in findings:
        text = blank(text, found.start, found.end)
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
            findings += _with_city_before(found, text, anchor.start())
    return _of_now(findings, text)


def _of_now(places: list[Finding], text: str) -> list[Finding]:
    """The places, with no preference for those of somebody's past where others, or a name at the end, are asked."""
    past = [place for place in places if place.slot == "locations" and _is_past(place, text)]
    if not past:
        return places
    others = [place for place in places if place not in past] or find_named_places(_without(past, text))
    if not any(place.slot == "locations" for place in others):
        return places
    return [replace(place, slot=NO_PREFERENCE, value=None) if place in past else place for place in places]


def _is_past(place: Finding, text: str) -> bool:
    if _AS_WELL.search(text, place.end, place.end + _SENTENCE):
        return False
    before = _BEFORE_NOW.search(text, max(0, place.start - _SENTENCE), place.start)
    return before is not None and _WANTED.search(text, before.start(), place.start) is None


_SENTENCE = 120
"""Characters of a sentence before and behind a place."""
_AS_WELL = re.compile(r"\b(?:also|as\s+well|there\s+or|here\s+or)\b|\btoo\s*(?:[.,;!?]|$)", re.IGNORECASE)


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
    return findings


def find_unknown_places(text: str) -> list[Finding]:
    """`locations`: what a question ends with after "jobs in" or, capitalized, after a comma, if it is unknown."""
    matches = (pattern.search(text) for pattern in (_REST, _LAST_NAME, _ONLY_NAME))
    named = (Finding("locations", m["place"].lower(), *m.span("place")) for m in matches if m and _may_be_place(m))
    return list(islice(named, 1))


def _may_be_place(match: re.Match[str]) -> bool:
    """Whether no word of an unknown name has a meaning; a name that is the whole question is a place if one has it."""
    named = set(re.findall(r"[^\W\d_]+", match["place"].lower()))
    if not named or named & (words("function") | words("industry") | words("title_modifier")) or "|" in match["place"]:
        return False
    return match.re is not _ONLY_NAME or is_known(place_key(match["place"]))


def country_asked(text: str) -> str | None:
    """The country (alpha-2) of the places of a question; None for none, for several, and where no amount is asked."""
    if not any(map(str.isdigit, text)):
        return None
    for span in _places_left(text):
        text = blank(text, *span)
    found = (*find_places(text), *find_named_places(text))
    return country_of(place.value for place in found if place.slot == "locations")


def country_of(places: Iterable[str]) -> str | None:
    """The country (alpha-2) that all places are in; None for none and for several."""
    countries = {parse_location(place).country for place in places}
    return countries.pop() if len(countries) == 1 else None


def _places_left(text: str) -> list[tuple[int, int]]:
    """Where a question says what someone comes from, and goes on with what they want."""
    return [match.span(match.lastgroup or 0) for match in _MOVING.finditer(text)]


def _told_apart(text: str) -> list[Finding]:
    """`locations` of a name that a question tells from others of it: "Portland - the one in Maine"."""
    findings: list[Finding] = []
    for match in _THE_ONE.finditer(text):
        area = match["area"] or match["area2"]
        for word in reversed(list(_CAPITALIZED.finditer(text, 0, match.start()))):
            place = f"{word[0]}, {area}"
            if is_city(place_key(word[0])) and _is_one_place(place):
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
    if len(found) != 1 or before is None or before[0].lower() in words("plain"):
        return found
    joined = f"{before[0]}, {text[found[0].start : found[0].end]}"
    if not is_city(place_key(before[0])) or not _is_one_place(joined):
        return found
    return [Finding("locations", canonical_place(joined), before.start(), found[0].end)]


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
    return _is_one_place(word) and word.lower() not in words("plain")


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
        if found:
            return found
    return []


def _findings(phrase: str, start: int, *, alone: bool) -> list[Finding]:
    """One finding per place of a phrase; none where any part of it is something else."""
    names = listed_places(phrase)
    if not names or (alone and not all(_stands_alone(name, phrase) for name in names)):
        return []
    return [Finding("locations", canonical_place(name), start, start + len(phrase)) for name in names]


@lru_cache(maxsize=20_000)
def listed_places(phrase: str) -> tuple[str, ...]:
    """The places that a phrase lists; none where a part of it is no place."""
    if _is_one_place(phrase):
        return (phrase,)
    parts = [part.strip().removeprefix("the ") for part in _ALTERNATIVE.split(phrase)]
    if len(parts) == 1 or not all(parts):
        return ()
    names: list[str] = []
    separators = _ALTERNATIVE.findall(phrase)
    for part, separator in zip(parts, ["", *separators], strict=True):
        joined = f"{names[-1]}, {part}" if names and separator.strip() == "," else ""
        if joined and _is_one_place(joined):
            names[-1] = joined
        elif _is_one_place(part):
            names.append(part)
        else:
            return ()
    return tuple(names)


@lru_cache(maxsize=50_000)
def _is_one_place(name: str) -> bool:
    """Whether every word of a name belongs to one place: "Paris, Texas", "the Netherlands", "newark nj"."""
    key = place_key(name)
    if name.islower() and name in words("function"):
        return False
    if name in SHORT_FOR:
        return True
    if name in _CURRENCIES:
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
    return any(is_known(head) and not _is_word(head) and _is_area_of(tail, name) for head, tail in splits)


_CURRENCIES = frozenset(("AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "INR", "JPY", "NZD", "SGD", "USD", "ZAR"))
"""Codes that are taken for places where they stand behind "in": CAD is no Chad."""
_COUNTY = re.compile(r"(?:(?!the\b|this\b|my\b|your\b)[^\W\d_]{4,}\s+){1,2}county", re.IGNORECASE)


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


def _stands_alone(name: str, phrase: str) -> bool:
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
    return is_known(place_key(name)) and english_frequency(lowered) <= _RARE
