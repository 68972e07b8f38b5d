"""Places as people write them in a location cell, as city, region and country.

Belongs here: cells such as `Austin TX`, `Dublin, Ireland / Remote`, `Remote - US`. Does not belong here: the names of
places (`gazetteer.py`), places in running text (`search`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobsearch_dagster.preparation.gazetteer import (
    REGIONS_BY_CODE,
    Area,
    City,
    Namesakes,
    areas,
    cities,
    countries,
    country_name,
    is_known,
    place_key,
    regions,
)
from jobsearch_dagster.preparation.text import LONGEST_CELL, repair
from jobsearch_dagster.preparation.vocabulary import WorkMode


@dataclass(frozen=True)
class Location:
    """Where a job is.

    Attributes:
        city: Name in the gazetteer, such as "New York" or "Munich".
        region: In the US, Canada and Australia the postal code of the state ("NY"), elsewhere its name ("Bavaria").
            That of a city comes from the gazetteer, so that "Munich" and "München, Bayern" agree; it is None where it
            would repeat the city and in countries that `regions.csv` does not cover. A part of the world ("EMEA")
            stands here without a country.
        country: ISO 3166-1 alpha-2.
        work_mode: Where the cell names one.
        others: Further places of the cell, in its order.
    """

    city: str | None = None
    region: str | None = None
    country: str | None = None
    work_mode: WorkMode | None = None
    others: tuple["Location", ...] = ()


def parse_location(text: str) -> Location:
    """Read a location cell.

    A name that several places share means the largest only where that is at least three times as large as the next
    and nothing in the cell contradicts; else the fields stay None.

    Args:
        text: Any string.

    Returns:
        The first place of the cell, with the others in `others`; a cell without a known place has None fields.
    """
    text, work_mode = _split_work_mode(repair(text[:LONGEST_CELL]))
    readings = _in_shared_country(_places(text))
    known = list(dict.fromkeys(_location(reading) for reading in readings if reading is not None))
    if not known:
        return Location(work_mode=work_mode)
    first, *others = known
    return Location(first.city, first.region, first.country, work_mode, tuple(others))


def normalize_place(location: Location) -> str:
    """The place in one lowercased string that people write: `new york, ny, united states`; `remote, finland`.

    Returns:
        City, region and English country name as far as known; an empty string for a cell that says nothing.
        `parse_location` reads it back as the same place, but for a few names that also mean something else (Georgia).
    """
    parts = [location.city, location.region, location.country and country_name(location.country)]
    if location.city is None and location.work_mode == "remote":
        parts.insert(0, "remote")
    return ", ".join(part for part in parts if part).lower()


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's name, alias or ISO code; None for anything else."""
    return countries().get(place_key(text))


# --- a cell, taken apart ---

_MODES: tuple[tuple[WorkMode, re.Pattern[str]], ...] = (
    ("onsite", re.compile(r"\b(?:(?:non|not)[- ]remote|on[- ]?site|in[- ](?:office|person)|office[- ]based)\b", re.I)),
    (
        "hybrid",
        re.compile(r"\b(?:hybrid|part(?:ly|ially)[- ]remote)(?: (?:remote|working|work|position|role))?\b", re.I),
    ),
    (
        "remote",
        re.compile(
            r"(?:\b(?:fully|completely)[- ]|\b100 ?% ?)?"
            r"\b(?:remote(?:ly)?(?:[- ](?:first|only|friendly|ok|working|work|position|role|job))?"
            r"|work(?:ing)? from (?:home|anywhere)|wfh|home[- ]?(?:based|office)|telecommut\w+|telework\w*|virtual"
            r"|anywhere)\b",
            re.I,
        ),
    ),
)
"""`not remote` is taken out before `remote` is looked for."""
_STRONGEST_FIRST: tuple[WorkMode, ...] = ("hybrid", "remote", "onsite")


def _split_work_mode(text: str) -> tuple[str, WorkMode | None]:
    """The cell without its words for a work mode, and the strongest of the modes."""
    found: set[WorkMode] = set()
    for mode, pattern in _MODES:
        text, count = pattern.subn(" , ", text)
        if count:
            found.add(mode)
    return text, next((mode for mode in _STRONGEST_FIRST if mode in found), None)


_COMMA = re.compile(r"\s[-–—]+(?=\s|$)|^[-–—]\s|[():,\[\]]")
_BETWEEN_PLACES = re.compile(r"[;|\n•·]")
_PERHAPS_BETWEEN_PLACES = re.compile(r"\s*/\s*|\s+(?:or|and|&|\+)\s+", re.IGNORECASE)
_POSTCODE = re.compile(r"[^\s,;/()]*\d[^\s,;/()]*")


def _places(text: str) -> list[list[str]]:
    """The places of a cell, each as the keys of the names between its commas."""
    cells: list[list[str]] = []
    for piece in _BETWEEN_PLACES.split(_POSTCODE.sub(" ", text)):
        cells.append([])
        for name in map(str.strip, _COMMA.split(piece)):
            whole = is_known(place_key(name))  # Trinidad and Tobago
            first, *more = [name] if whole else _PERHAPS_BETWEEN_PLACES.split(name)
            cells[-1].append(first)
            cells.extend([other] for other in more)
    keys = ([key for name in cell for key in _known_parts(place_key(name))] for cell in cells)
    return [place for cell in keys for place in _separated(cell)]


_NOISE = re.compile(
    r"^(?:in|within|across)\b"
    r"|\b(?:greater|metro|metropolitan|area|region|county|co|city|downtown)\b"
    r"|\b(?:based|offices?|hq|headquarters|only|wide|nationwide)\b"
)


def _known_parts(key: str) -> list[str]:
    """A key as it is, as city and area where it holds both (`austin tx`), or without words such as `greater`."""
    if not key or is_known(key):
        return [key] if key else []
    words = key.split()
    for at in range(1, len(words)):
        city, area = " ".join(words[:at]), " ".join(words[at:])
        if area in areas() and (city in cities() or (len(city) > 2 and city in areas())):
            return [city, area]
    bare = " ".join(_NOISE.sub(" ", key).split())
    return _known_parts(bare) if bare != key else [key]


def _separated(keys: list[str]) -> list[list[str]]:
    """A list of well-known cities is several places: `London, Paris`."""
    found = [reading.city for key in keys if (reading := _read([key])) and reading.city]
    known = {(city.name, city.country) for city in found if city.population >= _KNOWN_WORLDWIDE}
    return [[key] for key in keys] if len(known) == len(keys) else [keys]


# --- names, understood ---

_POPULOUS = 1_000_000
"""A city of that size is meant rather than the state or country of the same name: New York, Singapore."""
_KNOWN_WORLDWIDE = 500_000
"""A city of that size makes the name of a region elsewhere ambiguous: Washington."""
_LEAST_ALONE = 50_000
"""A smaller city needs its country or region beside it."""
_DOMINANCE = 3
"""A city is meant without a country where it is so many times as large as the next of its name."""
_WORTH_SHARING = 10
"""How many times as large the city that a name alone means may be as its namesake in the cell's country."""


@dataclass(frozen=True)
class _Reading:
    """One way to understand the names of a place, and how many of them it explains."""

    area: Area
    city: City | None
    explained: int


def _location(reading: _Reading) -> Location:
    if reading.city is None:
        return Location(region=reading.area.region, country=reading.area.country)
    city = reading.city
    return Location(city.name, None if city.region == city.name else city.region, city.country)


def _in_shared_country(places: list[list[str]]) -> list[_Reading | None]:
    """Readings of the places of a cell; a name alone is read in the country of another: `Paris or Lyon, France`."""
    readings = [_read(place) for place in places]
    named = [reading.area.country for reading in readings if reading is not None and reading.area.country]
    for number, (place, alone) in enumerate(zip(places, readings, strict=True)):
        if len(place) == 1 and (alone is None or alone.city is not None):
            inside = (_read([*place, country.lower()]) for country in named)
            readings[number] = next((r for r in inside if r is not None and _is_nearer(r, alone)), alone)
    return readings


def _is_nearer(inside: _Reading, alone: _Reading | None) -> bool:
    if inside.city is None:
        return False
    return alone is None or alone.city is None or inside.city.population * _WORTH_SHARING >= alone.city.population


def _read(keys: list[str]) -> _Reading | None:
    """The reading that explains most names; None where none does or two disagree."""
    readings = [reading for frame in _frames(keys) if (reading := _in_area(*frame)) is not None]
    most = max((reading.explained for reading in readings), default=0)
    best = [reading for reading in readings if reading.explained == most]
    if len(best) > 1:
        best = _undisputed(best)
    return best[0] if len(best) == 1 else None


def _frames(keys: list[str]) -> Iterator[tuple[list[str], Area, int]]:
    """Ways to take names for areas: the names left for a city, the area, how many names it took."""
    yield keys, Area(None), 0
    for at, key in enumerate(keys):
        for area in areas().get(key, ()):
            yield keys[:at], area, 1
            if at and area.country and area.region is None:
                region = regions().get((area.country, keys[at - 1]))
                if region is not None:
                    yield keys[: at - 1], Area(area.country, region), 2


def _in_area(names: list[str], area: Area, explained: int) -> _Reading | None:
    for name in names:
        city = _city_alone(name) if area.country is None else _city_inside(name, area)
        if city is not None:
            return _Reading(Area(city.country, city.region), city, explained + 1)
    return _Reading(area, None, explained) if explained else None


def _city_inside(name: str, area: Area) -> City | None:
    namesakes = cities().get(name, Namesakes())
    for city in (*namesakes.named, *namesakes.also_named):
        if city.country == area.country and area.region in (None, city.region):
            return city
    return None


def _city_alone(name: str) -> City | None:
    """The city of that name in all the world, where it is much the largest.

    By another name than its own (Bombay) only a city is found that everyone knows.
    """
    namesakes = cities().get(name, Namesakes())
    candidates = namesakes.named or namesakes.also_named
    least = _LEAST_ALONE if namesakes.named else _KNOWN_WORLDWIDE
    if not candidates or candidates[0].population < least:
        return None
    dominant = len(candidates) == 1 or candidates[0].population >= _DOMINANCE * candidates[1].population
    return candidates[0] if dominant else None


def _undisputed(readings: list[_Reading]) -> list[_Reading]:
    """Of readings that explain as much, the one that no other contradicts; several where one does.

    A region or country beats a smaller city of its name elsewhere (Ontario, Lebanon). A code behind a city is the US
    state's where it may be a country's as well (Richmond, CA).
    """
    as_area = [reading for reading in readings if reading.city is None]
    as_city = [reading for reading in readings if reading.city is not None]
    if not as_area:
        return [reading for reading in as_city if reading.area.country == "US"] or as_city
    if len(as_area) > 1:
        return as_area
    inside = [reading for reading in as_city if _lies_in(reading.area, as_area[0].area)]
    if inside:
        return inside[:1] if _means_city(inside[0], as_area[0]) else as_area
    rivals = [reading for reading in as_city if reading.city and reading.city.population >= _KNOWN_WORLDWIDE]
    return [*as_area, *rivals]


def _lies_in(inner: Area, outer: Area) -> bool:
    return inner.country == outer.country and outer.region in (None, inner.region)


def _means_city(inside: _Reading, around: _Reading) -> bool:
    """Whether a name that a city shares with the area around it is the city's: New York and Zürich, not Québec."""
    populous = inside.city is not None and inside.city.population >= _POPULOUS
    state_or_country = around.area.country in REGIONS_BY_CODE or around.area.region is None
    return populous or around.explained > 1 or not state_or_country
