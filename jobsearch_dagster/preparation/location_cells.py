"""A location cell taken apart into the names it holds.

Belongs here: separators, postcodes, paths, words around a name. Does not belong here: which place the names mean
(`locations.py`), the words for a work mode (`work_modes.py`).
"""

import re
from functools import cache

from jobsearch_dagster.preparation.gazetteer import areas, cities, is_city, is_known, regions
from jobsearch_dagster.preparation.place_names import own_names, place_key

_EXCLUDED = re.compile(
    r"[(\[,;-]?\s*\b(?:excluding|exclud(?:es|ed)|excl\.?|except(?: for| in)?|not (?:available|open|eligible)? ?in"
    r"|other than|au[ßs]er|sauf|excepto)\s[^)\]]*",
    re.IGNORECASE,
)
_CALIFORNIAN_ZIP = re.compile(r"\bCA(?=[.,]? +9[0-6]\d{3}\b)", re.IGNORECASE)
_POSTCODE = re.compile(r"\b\d{4} ?[a-z]{2}(?=\s+[^\W\d_]{3})|[^\s,;/()、،-]*\d[^\s,;/()、،]*", re.IGNORECASE)
_BETWEEN_PLACES = re.compile(r"[;|\n•·]")
_COMMA = re.compile(r"\s[-–—]+(?=\s|$)|^[-–—]\s|\s[-–—]+(?=\w)|[():,\[\]、،>»→_\\]")
_BETWEEN_NAMES = re.compile(
    r"\s*/\s*|(?:^|\s+)(?:or|and|&|\+|oder|und|ou|lub|eller|och|или)\s+|\s+(?:&|\+)$", re.IGNORECASE
)
_PERHAPS_BETWEEN_NAMES = re.compile(r"\s+(?:o|y|e|u|et|en|og|i|и|ve)\s+", re.IGNORECASE)
_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def names_of_cell(text: str) -> list[list[str]]:
    """The keys of the names between a cell's commas, for each of its pieces between semicolons, `or` and the like."""
    text = _CALIFORNIAN_ZIP.sub("CA, US", _EXCLUDED.sub(" ", text))
    pieces: list[list[str]] = []
    for piece in _BETWEEN_PLACES.split(_POSTCODE.sub(" ", text)):
        pieces.append([])
        for name in filter(None, map(str.strip, _COMMA.split(piece))):
            first, *more = _alternatives(name)
            if len(more) == 1 and _lies_in(place_key(first), place_key(more[0])):  # Curitiba/PR
                pieces[-1] += [first, *more]
            else:
                pieces[-1].append(first)
                pieces.extend([other] for other in more)
    return [[key for name in piece for key in _keys(name)] for piece in pieces]


def _alternatives(name: str) -> list[str]:
    """The names between `or`, `/` and the like; a single letter is such a word only between two known names."""
    if is_known(place_key(name)):  # Trinidad and Tobago
        return [name]
    found = [part for part in _BETWEEN_NAMES.split(name) if part] or [name]
    if len(found) == 1:
        parts = _PERHAPS_BETWEEN_NAMES.split(name)
        if all(is_known(place_key(part)) for part in parts):
            return parts
    return found


def _keys(name: str) -> list[str]:
    """The keys of a name: itself where it is known, else the parts of a path, else what `_known_parts` makes of it."""
    key = place_key(name)
    if not key or is_known(key):
        return [key] if key else []
    if _HAN.search(key):
        return _han_keys(key)
    return _path_keys(name) or _known_parts(key)


def _path_keys(name: str) -> list[str]:
    """The parts of `US-CA-San Francisco`; the city alone of `Wuppertal-Elberfeld`."""
    first, *rest = map(place_key, name.split("-"))
    if not rest or not first:
        return []
    is_code = len(first) == _CODE and not name.lstrip()[:_CODE].isupper()  # on-call, wi-fi, no-code
    if first in areas() and (not is_code or any(map(is_known, rest))):
        return [first, *(key for part in rest if part for key in _known_parts(part))]
    return [first] if len(first) > 3 and is_city(first) else []


_CODE = 2
"""Letters of a country's or state's code."""


def _han_keys(key: str) -> list[str]:
    """Names written without blanks, the longest known first: `北京市朝阳区` is Beijing, whatever follows."""
    found: list[str] = []
    for run in _HAN.findall(key):
        at = 0
        while at < len(run):
            ends = (end for end in range(min(len(run), at + _LONGEST_HAN), at + 1, -1) if is_known(run[at:end]))
            end = next(ends, at + 1)
            if end > at + 1:
                found.append(run[at:end])
            at = end
    return found


_LONGEST_HAN = 12


def _known_parts(key: str) -> list[str]:
    """A key as it is, as city and area where it holds both (`austin tx`), or without words such as `greater`."""
    if is_known(key):
        return [key]
    words = key.split()
    for at in range(1, len(words)):
        before, after = " ".join(words[:at]), " ".join(words[at:])
        if (is_city(before) or (len(before) > 2 and before in areas())) and _is_area_of(after, before):
            return [before, after]
        if len(before) > 2 and _is_country(before) and is_city(after):
            return [after, before]
    bare = _without_noise(key)
    return [key] if bare == key else [found for found in _known_parts(bare) if is_known(found)] or [key]


def _without_noise(key: str) -> str:
    """A key less the first word that may be taken from it."""
    return next((bare for pattern in _noise() if (bare := pattern.sub("", key)) != key and bare), key)


def _is_area_of(key: str, city: str) -> bool:
    """Whether a key names an area, or a region of a country in which there is a city of that name."""
    return key in areas() or any((namesake.country, key) in regions() for namesake in cities(city))


def _lies_in(name: str, area: str) -> bool:
    """Whether a key that names no city names the country or region of a city."""
    if is_city(area):
        return False
    return any(
        (city.country, area) in regions() or any(around.may_hold(city) for around in areas().get(area, ()))
        for city in cities(name)
    )


def _is_area_around(area: str, city: str) -> bool:
    """Whether the first key names what the city of the second lies in, and no city itself: `Leeds / Yorkshire`."""
    return is_city(city) and not is_city(area) and _is_area_of(area, city)


def _is_country(key: str) -> bool:
    return any(area.region is None for area in areas().get(key, ()))


@cache
def _noise() -> tuple[re.Pattern[str], ...]:
    """Words that may be taken from a name, the harmless ones first; a letter behind it (`København K`) as well."""
    noise = {
        kind: "|".join(map(re.escape, sorted(map(place_key, words), key=len, reverse=True)))
        for kind, words in own_names()["noise"].items()
    }
    return (
        re.compile(rf" (?:{noise['after']}|\w)$"),
        re.compile(rf"^(?:{noise['before']}) "),
        re.compile(rf"^(?:{noise['directions']}) "),
    )
