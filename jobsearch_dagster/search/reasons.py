"""Why a posting satisfies a filter, slot by slot, in words of the posting.

Belongs here: what a found row says about each constraint. Whether it satisfies it is for `sql.py` alone to decide;
nothing here looks at the catalog, every figure comes from the row.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from jobsearch_dagster.preparation.locations import Location, normalize_place, parse_location
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.recognizers.skills import skill_named
from jobsearch_dagster.search.wording import any_of, dollars

Row = Mapping[str, Any]
"""A posting: column of the catalog -> value."""


def reasons(job_filter: JobFilter, row: Row) -> dict[str, str]:
    """Why a row matched: for each asked slot what the row itself says; slots of `exclude` as `exclude.<slot>`."""
    found = {slot: _FOUND[slot](value, row) for slot, value in job_filter.slots.items()}
    kept = {f"exclude.{slot}": _kept(slot, value, row) for slot, value in job_filter.exclude.slots.items()}
    return found | kept


def pay(row: Row) -> str:
    """The pay as the posting writes it with its worth in USD a year, and where it comes from if not from there."""
    source = row["salary_source"]
    if source == "imputed":
        return f"states no pay; {row['bucket']} (estimated)"
    bounds = dict.fromkeys(dollars(bound) for bound in (row["min_usd"], row["max_usd"]) if bound is not None)
    worth = f"{'-'.join(bounds)} a year"
    if not bounds:
        if not row["salary"]:
            return "states no pay"
        has_figure = any(character.isdigit() for character in row["salary"])
        return f"{'pay without a rate in USD' if has_figure else 'states no pay'} ({row['salary']})"
    if source == "description" or not row["salary"]:
        return f"{worth} (from the description)"
    written = row["salary"]
    return written if all(bound in written for bound in bounds) else f"{written} (about {worth})"


def _kept(slot: str, value: Any, row: Row) -> str:
    """Why an excluded slot does not hold; of what has many values, only that the excluded ones are not among them."""
    if slot in ("skills", "skills_any"):
        return f"does not ask for {any_of(value)}"
    if slot == "keywords":
        return f"does not mention {any_of(value)}"
    return _FOUND[slot](value, row)


def _column(name: str) -> Callable[[Any, Row], str]:
    return lambda _, row: row[name] or "not stated"


def _title(values: tuple[str, ...], row: Row) -> str:
    """The title as written, with its standard form where only that has the asked words."""
    written, standard = row["title"] or "", row["standard_title"] or ""
    if any(_words(value) <= _words(written) for value in values) or not standard:
        return written or "not stated"
    return f"{written}, in standard form {standard}" if _words(standard) != _words(written) else written


def _shared_skills(values: tuple[str, ...], row: Row) -> str:
    """The asked skills that the posting asks for; of those that no list of skills has, the ones it mentions."""
    known = {value: skill_named(value.lower()) for value in values}
    asked = {name.lower() for name in known.values() if name}
    shared = ", ".join(skill for skill in row["skills"] or () if skill.lower() in asked)
    mentioned = _keywords(tuple(value for value, name in known.items() if not name), row)
    return ", ".join(filter(None, (shared, mentioned)))


def _place(values: tuple[str, ...], row: Row) -> str:
    """The place as written; a further one of it where not the first is meant, and the work mode where that is asked."""
    found = [place for text in values for first in [parse_location(text)] for place in (first, *first.others)]
    others = [other for other in row["other_places"] or () if any(_is_part(place, other) for place in found)]
    written = row["place"] or "not stated"
    if others and not any(_is_first(place, row) for place in found):
        written = f"{others[0]} (from: {written})"
    mode = row["work_mode"]
    asks_mode = mode and any(place.work_mode for place in found) and mode not in written.lower()
    return f"{written}, {mode}" if asks_mode else written


def _is_first(place: Location, row: Row) -> bool:
    parts = {"city": place.city, "region": place.region, "country": place.country}
    return all(_folded(row[name] or "") == _folded(value) for name, value in parts.items() if value)


def _is_part(place: Location, other: str) -> bool:
    asked = normalize_place(Location(place.city, place.region, place.country))
    return bool(asked) and set(_folded(asked).split(", ")) <= set(_folded(other).split(", "))


def _pay(_: Any, row: Row) -> str:
    return pay(row)


def _years(_: Any, row: Row) -> str:
    low, high = row["min_years"], row["max_years"]
    if low is None and high is None:
        return "asks for no years of experience"
    if low is None or high is None:
        return f"asks for {f'{low}+' if high is None else f'up to {high}'} years of experience"
    return f"asks for {low}-{high} years of experience"


def _keywords(values: tuple[str, ...], row: Row) -> str:
    text = _words(" ".join(part for part in (row["title"], row["standard_title"], row["summary"]) if part))
    return ", ".join(value for value in values if _words(value) <= text)


def _folded(text: str) -> str:
    """Case and accents aside, as `sql.py` compares."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _words(text: str) -> set[str]:
    """The words of a text, as `sql.py` cuts them."""
    return set(re.findall(r"(?:[^\W_]|[.+#])*(?:[^\W_]|[+#])", _folded(text)))


_FOUND: dict[str, Callable[[Any, Row], str]] = {
    "titles": _title,
    "skills": _shared_skills,
    "skills_any": _shared_skills,
    "locations": _place,
    "work_mode": _column("work_mode"),
    "min_salary_usd": _pay,
    "max_salary_usd": _pay,
    "min_years": _years,
    "max_years": _years,
    "seniority": _column("seniority"),
    "education": _column("education"),
    "employment_type": _column("employment_type"),
    "keywords": _keywords,
    "has_salary": _pay,
}
