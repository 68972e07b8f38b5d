"""Places as people write them in a location cell, as city, region and country.

Belongs here: cells such as `Austin TX`, `Dublin, Ireland / Remote`, `Remote - US`. Does not belong here: the names of
places (`gazetteer.py`), how a cell is taken apart (`location_cells.py`), places in running text (`search`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, radians

from jobsearch_dagster.preparation.gazetteer import (
    Area,
    City,
    airports,
    areas,
    cities,
    cities_also_named,
    cities_named,
    countries,
    country_name,
    regions,
)
from jobsearch_dagster.preparation.location_cells import names_of_cell
from jobsearch_dagster.preparation.place_names import own_names, place_key
from jobsearch_dagster.preparation.subdivisions import REGIONS_BY_CODE
from jobsearch_dagster.preparation.text import LONGEST_CELL, repair
from jobsearch_dagster.preparation.vocabulary import WorkMode
from jobsearch_dagster.preparation.work_modes import split_work_mode


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
    and nothing in the cell contradicts; else a city has no country (Springfield), and what may be a city or an area is
    nothing at all (Georgia).

    Args:
        text: Any string.

    Returns:
        The first place of the cell, with the others in `others`; a cell without a known place has None fields.
    """
    lines = repair(text[:LONGEST_CELL]).splitlines()
    text, work_mode = split_work_mode("\n".join(" ".join(line.split()) for line in lines))
    pieces = names_of_cell(text)
    places = [place for piece in pieces for place in _segments(tuple(piece))]
    readings = _in_shared_country([(place, _read(place)) for place in places])
    known = list(dict.fromkeys(_location(reading) for reading in readings if reading is not None))
    known = known or [Location(city) for piece in pieces for key in piece if (city := _ambiguous_city(key))]
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


# --- the places of a cell ---

_POPULOUS = 1_000_000
"""A city of that size is meant rather than the state or country of the same name: New York, Singapore."""
_KNOWN_WORLDWIDE = 500_000
"""A city of that size makes the name of a region elsewhere ambiguous: Washington."""
_LEAST_ALONE = 50_000
"""A smaller city needs its country or region beside it."""
_LEAST_ALSO_NAMED = 150_000
"""So does one of that size under another name than its own (Genf)."""
_DOMINANCE = 3
"""A city is meant without a country where it is so many times as large as the next of its name."""
_WORTH_SHARING = 10
"""How many times as large the city that a name alone means may be as its namesake in the cell's country."""
_DISTRICT = 5
"""How many times as large a city is as one of its districts (Canary Wharf, London), which is at most so far away:"""
_DISTRICT_DEGREES = 0.27
_MOST_NAMES = 5
"""Of one place."""
_CUT = 0.6
"""What a further place of a list must explain beyond what it would in the same place: more than an unknown town."""


@dataclass(frozen=True)
class _Reading:
    """One way to understand the names of a place, and how many of them it explains."""

    area: Area
    city: City | None
    explained: float


def _segments(keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The names of each place of a list: `London, Paris` are two, `Austin, TX, USA` is one.

    Of all ways to cut the list, the one whose readings explain most names, less something for each cut.
    """
    if len(keys) == 1:
        return [keys]
    best: list[tuple[float, tuple[tuple[str, ...], ...]]] = [(0, ())]
    for end in range(1, len(keys) + 1):
        options = []
        for start in range(max(0, end - _MOST_NAMES), end):
            explained, before = best[start]
            segment, reading = keys[start:end], _read(keys[start:end])
            if reading is None:
                options.append((explained - _CUT, (*before, segment)))
            elif not before or _may_follow(_read(before[-1]), reading):
                options.append((explained - _CUT + reading.explained, (*before, segment)))
        best.append(max(options, key=lambda option: option[0], default=(0, (keys[:end],))))
    return list(best[-1][1])


def _may_follow(before: _Reading | None, reading: _Reading) -> bool:
    """Whether two places may stand in a list.

    A city and a country it is not in contradict each other; a part of the world is said of a place (EMEA, Germany).
    """
    if before is not None and (before.area.country is None) != (reading.area.country is None):
        return False
    if before is None or max(before.explained, reading.explained) > 1:
        return True
    return (before.city is None) == (reading.city is None)


def _in_shared_country(places: list[tuple[tuple[str, ...], _Reading | None]]) -> list[_Reading | None]:
    """Readings of the places of a cell; a name alone is read in the country of another: `Paris or Lyon, France`."""
    named = [reading.area.country for _, reading in places if reading is not None and reading.area.country]
    readings = [reading for _, reading in places]
    for number, (place, alone) in enumerate(places):
        if len(place) == 1 and len(places) > 1 and (alone is None or alone.city is not None):
            inside = (_read((*place, country.lower())) for country in named)
            readings[number] = next((r for r in inside if r is not None and _is_nearer(r, alone)), alone)
    return readings


def _is_nearer(inside: _Reading, alone: _Reading | None) -> bool:
    if inside.city is None:
        return False
    return alone is None or alone.city is None or inside.city.population * _WORTH_SHARING >= alone.city.population


def _location(reading: _Reading) -> Location:
    if reading.city is None:
        return Location(region=reading.area.region, country=reading.area.country)
    city = reading.city
    return Location(city.name, None if city.region == city.name else city.region, city.country)


def _ambiguous_city(key: str) -> str | None:
    """The name of several cities of which none is meant more than the others, and of nothing else (Springfield)."""
    named = cities_named(key)
    is_clear = len(named) < 2 or named[0].population < _LEAST_ALONE or key in areas()
    return None if is_clear or _city_alone(key) else named[0].name


# --- the names of one place, understood ---


@lru_cache(maxsize=20_000)
def _read(keys: tuple[str, ...]) -> _Reading | None:
    """The reading that explains most names; None where none does or two disagree.

    Names go from the smallest place to the largest, or the other way round (`US, WA, Seattle`) where that explains
    more.
    """
    readings = [reading for frame in _frames(keys) if (reading := _in_area(*frame)) is not None]
    readings += _beside_regions(keys)
    if len(keys) > 1:
        most = max((reading.explained for reading in readings), default=0)
        backwards = (_in_area(*frame) for frame in _frames(keys[::-1]))
        readings += [reading for reading in backwards if reading is not None and reading.explained > most]
    elif not readings and keys and keys[0] in airports():
        city = airports()[keys[0]]
        return _Reading(Area(city.country, city.region), city, 1)
    most = max((reading.explained for reading in readings), default=0)
    best = [reading for reading in readings if reading.explained == most]
    if len(best) > 1 and len({_location(reading) for reading in best}) > 1:
        best = _undisputed(best)
        return best[0] if len(best) == 1 else None
    return best[0] if best else None


def _frames(keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Area, int, bool]]:
    """Ways to take names for areas: the names left for a city, the area, how many names it took, if towns are in it."""
    yield keys, Area(None), 0, False
    for at, key in enumerate(keys):
        for area in areas().get(key, ()):
            by_code = area.country in REGIONS_BY_CODE and area.region is not None
            yield keys[:at], area, 1, by_code and key not in own_names()["countries_rather_than_states"]
            if at and area.country and area.region is None:
                region = regions().get((area.country, keys[at - 1]))
                if region is not None:
                    yield keys[: at - 1], region, 2, area.country in REGIONS_BY_CODE


def _beside_regions(keys: tuple[str, ...]) -> Iterator[_Reading]:
    """Cities beside the code or name of a region of their country: `São Paulo, SP`, `Guildford, Surrey`.

    What means another area as well (CA, MI) counts only where the city is known to lie there or named like the region.
    """
    for name, key in pairwise(keys):
        for city in cities(name):
            region = regions().get((city.country, key))
            if region is None or not region.may_hold(city) or _has_district(key, city):
                continue
            if region.is_mapped or key not in areas() or regions().get((city.country, name)) == region:
                yield _Reading(Area(city.country, city.region), city, 2)
                break


def _in_area(names: tuple[str, ...], area: Area, explained: int, has_towns: bool) -> _Reading | None:
    alone = area.country is None
    found = [city for name in names if (city := _city_alone(name) if alone else _city_inside(name, area))]
    if not found:
        town = _town(names, area) if has_towns else None
        known = explained + _TOWN if town else explained
        return _Reading(area, town, known) if explained else None
    city = found[0]
    around = next((other for other in found[1:] if _is_district(city, other)), None)
    if around is not None:
        city, explained = around, explained + 1
    return _Reading(Area(city.country, city.region), city, explained + 1)


_TOWN = 0.5
"""What an unknown town before its state explains: less than a known city, more than nothing."""
_LONGEST_TOWN = 3
"""Words of its name."""


def _town(names: tuple[str, ...], area: Area) -> City | None:
    """A town that the gazetteer does not carry, right before its state or province: `Mexico, MO`."""
    if not names or area.country is None:
        return None
    words = names[-1].split()
    is_name = len(names[-1]) > 3 and len(words) <= _LONGEST_TOWN and all(word.isalpha() for word in words)
    if not is_name or (area.country, names[-1]) in regions() or set(words) & set(own_names()["not_towns"]):
        return None
    return City(names[-1].title(), area.region, area.country, 0)


def _is_district(city: City, of: City) -> bool:
    """Whether a place of the gazetteer is a district of a city."""
    east = (city.longitude - of.longitude) * cos(radians(of.latitude))
    is_near = hypot(city.latitude - of.latitude, east) < _DISTRICT_DEGREES
    return is_near and city.country == of.country and of.population >= _DISTRICT * city.population


def _has_district(key: str, district: City) -> bool:
    return any(_is_district(district, city) for city in cities(key))


def _city_inside(name: str, area: Area) -> City | None:
    return next((city for city in cities(name) if area.may_hold(city)), None)


def _city_alone(name: str) -> City | None:
    """The city of that name in all the world, where it is much the largest.

    Of small cities only a capital is, and by another name than its own (Bombay) only a larger city.
    """
    named = cities_named(name)
    candidates, least = (named, _LEAST_ALONE) if named else (cities_also_named(name), _LEAST_ALSO_NAMED)
    if not candidates or (candidates[0].population < least and not candidates[0].is_capital):
        return None
    dominant = len(candidates) == 1 or candidates[0].population >= _DOMINANCE * candidates[1].population
    return candidates[0] if dominant else None


def _undisputed(readings: list[_Reading]) -> list[_Reading]:
    """Of readings that explain as much, the one that no other contradicts; several where one does.

    A region or country beats a smaller city of its name elsewhere (Ontario, Lebanon). A code behind a city is the US
    state's where it may be a country's as well (Richmond, CA).
    """
    as_area = [reading for reading in readings if reading.city is None]
    as_area = [reading for reading in as_area if reading.area.country] or as_area
    as_city = [reading for reading in readings if reading.city is not None]
    if not as_area:
        return [reading for reading in as_city if reading.area.country == "US"] or as_city
    if len(as_area) > 1:
        return as_area
    inside = [reading for reading in as_city if reading.city and as_area[0].area.may_hold(reading.city)]
    if inside:
        return inside[:1] if _means_city(inside[0], as_area[0]) else as_area
    rivals = [reading for reading in as_city if reading.city and reading.city.population >= _KNOWN_WORLDWIDE]
    return [*as_area, *rivals]


def _means_city(inside: _Reading, around: _Reading) -> bool:
    """Whether a name that a city shares with the area around it is the city's: New York and Zürich, not Québec."""
    populous = inside.city is not None and inside.city.population >= _POPULOUS
    if around.area.country in own_names()["city_states"]:
        return True
    state_or_country = around.area.country in REGIONS_BY_CODE or around.area.region is None
    return populous or around.explained > 1 or not state_or_country
