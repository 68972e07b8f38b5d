"""A place in one form: `NYC` is `new york`, `Queenstown NZ` is `queenstown, new zealand`.

Belongs here: the English name of a place, as precise as it was said. Where places stand in a question is in
`places.py`, what a name means for `preparation.locations` to say.
"""

import re
from functools import cache, lru_cache

from jobsearch_dagster.preparation.gazetteer import areas, country_name, is_known, regions
from jobsearch_dagster.preparation.locations import Location, country_code, parse_location
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.preparation.subdivisions import subdivisions
from jobsearch_dagster.preparation.text import fold
from jobsearch_dagster.search.english import RARE, english_frequency
from jobsearch_dagster.search.recognizers.words import words
from jobsearch_dagster.search.world_areas import world_area

_OLD_NAMES = frozenset(
    (
        *(
            "bangalore",
            "baroda",
            "macau",
            "bombay",
            "calcutta",
            "canton",
            "cochin",
            "dacca",
            "gurgaon",
            "kiev",
            "madras",
        ),
        *("mangalore", "mysore", "peking", "pondicherry", "poona", "rangoon", "saigon", "trivandrum"),
    )
)
"""English names of cities that have another one today; a question keeps the one it uses."""
_TRADES = frozenset(("AI", "AM", "BA", "BI", "CS", "GP", "HR", "IT", "ML", "PE", "PM", "PR", "QA", "TV"))
"""Letters that behind a town are a trade rather than a country: "Manila, HR assistant"."""
_NICKNAMES = frozenset(("rio", "vegas"))
"""Parts of a city's name that are none by themselves."""
_WIDE = frozenset(("area", "region", "metro", "valley", "county", "district", "midlands", "islands", "highlands"))
"""Words of a name that means more than the city in it ("bay area"): it stays as it is written."""


SHORT_FOR = {
    "AZ": "arizona",
    "CO": "colorado",
    "GA": "georgia, united states",
    "HK": "hong kong",
    "IL": "illinois",
    "KL": "kuala lumpur",
    "KY": "kentucky",
    "MN": "minnesota",
    "MO": "missouri",
    "NC": "north carolina",
    "NE": "nebraska",
    "SD": "south dakota",
    "Saudi": "saudi arabia",
    "SG": "singapore",
    "TN": "tennessee",
    "UT": "utah",
    "VA": "virginia",
    "WA": "washington",
}
"""What a job seeker means by letters that are the code of a country too (Arizona, not Azerbaijan), or half a name."""


@lru_cache(maxsize=20_000)
def canonical_place(name: str) -> str:
    """A place in English, lowercase, as precise as it was said: `NYC` is `new york`, `Newark NJ` `newark, new jersey`.

    What `parse_location` does not read back as the same place stays as it is written, and so do a part of a city's name
    (Hull, Cebu), an old one (Bombay) and the article of The Hague.
    """
    if name in SHORT_FOR:
        return SHORT_FOR[name]
    written = " ".join(name.lower().split())
    in_area = town_in_area(name)
    if in_area is not None:
        return ", ".join(filter(None, (fold(in_area[0].lower()), canonical_place(in_area[1]))))
    found = parse_location(name)
    if world_area(written) or _WIDE & set(written.split()) or found.others or not (found.country or found.city):
        return written.removeprefix("the ")
    city = (found.city or "").lower()
    is_part = set(written.split()) < set(city.split()) and written not in _NICKNAMES
    if is_part or written in _OLD_NAMES or city.startswith("the "):
        return written
    parts = [found.city, _said_region(name, found), _said_country(name, found)]
    said = fold(", ".join(part for part in parts if part)).removeprefix("the ")
    return said if said and parse_location(said) == found else written.removeprefix("the ")


@lru_cache(maxsize=20_000)
def town_in_area(name: str) -> tuple[str, str] | None:
    """A town that the gazetteer does not have in the region or country behind it, and that area; None for all else.

    "Queenstown NZ" and "Kaikoura, New Zealand"; before an area without a comma the town must be known elsewhere.
    """
    match = _TOWN_AND_AREA.fullmatch(name)
    if match is None or not _is_area(match["area"]) or parse_location(name).city is not None:
        return None
    if match["area"] in _TRADES:
        return None
    town = match["town"]
    key = place_key(town)
    no_names = words("plain") | words("occupation")
    if match["comma"] is None and town.islower() and english_frequency(town) > RARE:  # the DJ of a wedding
        return None
    is_no_town = key in areas() or world_area(town) or country_code(key) or set(key.split()) & no_names
    if is_no_town or not (is_known(key) or (match["comma"] and town[0].isupper())):
        return None
    return town, match["area"]


_TOWN_AND_AREA = re.compile(
    r"(?P<town>[^\W\d_][\w'. -]*?)(?P<comma>,)?\s+(?P<area>[A-Z]{2,3}|[^\W\d_]{3,}(?:\s[^\W\d_]{2,}){0,2})"
)


def _is_area(name: str) -> bool:
    key = place_key(name)
    return (key in areas() and (len(key) > len("usa") or name.isupper())) or world_area(name) is not None


def _said_region(name: str, found: Location) -> str | None:
    """The region's English name where the words name it; "Washington" beside "Seattle", not "Seattle" alone."""
    if found.region is None or found.country is None:
        return None
    named = found.city is None or any(
        (area := regions().get((found.country, key))) is not None and area.region == found.region
        for key in _tails(name)
    )
    return _region_name(found.country, found.region) if named else None


def _said_country(name: str, found: Location) -> str | None:
    if found.country is None:
        return None
    whole = found.city is None and found.region is None
    region = place_key(_region_name(found.country, found.region or ""))
    behind = _tails(name.lower().replace(region, "")) if found.city is None and region else _tails(name)
    named = whole or any(country_code(key) == found.country for key in behind if not _is_region(key, found))
    return country_name(found.country) if named else None


def _is_region(key: str, found: Location) -> bool:
    area = regions().get((found.country or "", key))
    return area is not None and area.region == found.region and len(key) == len("ca")


def _tails(name: str) -> list[str]:
    """Keys of what may stand behind a city in its name: all runs of words but those with the first word."""
    parts = re.split(r"[\s,]+", name.strip())
    runs = ((start, end) for start in range(1, len(parts)) for end in range(start + 1, len(parts) + 1))
    return [place_key(" ".join(parts[start:end])) for start, end in runs]


@cache
def _region_names() -> dict[tuple[str, str], str]:
    names = {(region.country, region.shown): region.names[0] for region in reversed(subdivisions()) if region.names}
    return names | {("US", "DC"): "DC"}


def _region_name(country: str, region: str) -> str:
    return _region_names().get((country, region), region)
