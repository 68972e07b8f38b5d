"""Filters and the rows they found, in words.

Belongs here: how a constraint, a reason and an order read in English. Nothing here looks at the catalog: every figure
comes from the filter or from a row that was found.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jobsearch_dagster.search.filter import Constraints, JobFilter

Row = Mapping[str, Any]
"""A posting: column of the catalog -> value."""


def describe_slot(slot: str, value: Any) -> str:
    """One constraint, as it stands behind "jobs ..."."""
    return _CONSTRAINTS[slot](value)


def describe(constraints: Constraints) -> str:
    """All constraints, as they stand behind "jobs ..."; empty when there are none."""
    parts = [describe_slot(slot, value) for slot, value in constraints.slots.items()]
    if isinstance(constraints, JobFilter):
        parts += [f"not {describe_slot(slot, value)}" for slot, value in constraints.exclude.slots.items()]
    return ", ".join(parts)


def reasons(job_filter: JobFilter, row: Row) -> dict[str, str]:
    """Why a row matched: for each asked slot what the row itself says; slots of `exclude` as `exclude.<slot>`."""
    found = {slot: _REASONS[slot](value, row) for slot, value in job_filter.slots.items()}
    kept = {f"exclude.{slot}": _REASONS[slot](None, row) for slot in job_filter.exclude.slots}
    return found | kept


def describe_order(job_filter: JobFilter) -> str:
    """The order of the rows."""
    if job_filter.agg is not None:
        return "smallest first" if job_filter.sort == "salary_asc" else "largest first"
    if job_filter.sort != "relevance":
        return f"{'highest' if job_filter.sort == 'salary_desc' else 'lowest'} pay first, unknown pay last"
    keys = []
    if job_filter.titles:
        keys.append("the asked title itself first")
    if job_filter.skills_any:
        keys.append("more of the asked skills first")
    if job_filter.max_years is not None:
        keys.append("more years of experience asked first")
    return ", then ".join([*keys, "posting id"])


def pay(row: Row) -> str:
    """The pay as the posting writes it, else what was derived; "Unknown" where there is nothing."""
    if row["salary"]:
        return row["salary"]
    low, high = row["min_usd"], row["max_usd"]
    if low is None and high is None:
        return row["bucket"] or "Unknown"
    bounds = dict.fromkeys(_dollars(bound) for bound in (low, high) if bound is not None)
    return f"{'-'.join(bounds)} a year"


def _dollars(amount: float) -> str:
    return f"${amount:,.0f}"


def _any(values: tuple[str, ...]) -> str:
    return " or ".join(values)


_CONSTRAINTS: dict[str, Callable[[Any], str]] = {
    "titles": lambda values: f"as {_any(values)}",
    "skills": lambda values: f"with {' and '.join(values)}",
    "skills_any": lambda values: f"with {_any(values)}",
    "locations": lambda values: f"in {_any(values)}",
    "work_mode": lambda values: f"that are {_any(values)}",
    "min_salary_usd": lambda value: f"paying {_dollars(value)} or more",
    "max_salary_usd": lambda value: f"paying {_dollars(value)} or less",
    "min_years": lambda value: f"asking for {value} or more years of experience",
    "max_years": lambda value: f"asking for at most {value} years of experience",
    "seniority": lambda values: f"at {_any(values)} level",
    "education": lambda values: f"asking for the degree {_any(values)}",
    "employment_type": lambda values: f"that are {_any(values)}",
    "keywords": lambda values: f"about {_any(values)}",
    "has_salary": lambda value: "that state their pay" if value else "that do not state their pay",
}


def _column(name: str) -> Callable[[Any, Row], str]:
    return lambda _, row: row[name] or "not stated"


def _shared_skills(values: tuple[str, ...] | None, row: Row) -> str:
    asked = None if values is None else {value.lower() for value in values}
    return ", ".join(skill for skill in row["skills"] or () if asked is None or skill.lower() in asked)


def _places(_: Any, row: Row) -> str:
    return "; ".join(place for place in (row["place"], *(row["other_places"] or ())) if place)


def _pay(_: Any, row: Row) -> str:
    derived = {"description": " (from the description)", "imputed": " (estimated)"}
    return pay(row) + derived.get(row["salary_source"], "")


def _years(_: Any, row: Row) -> str:
    low, high = row["min_years"], row["max_years"]
    if low is None and high is None:
        return "asks for no years of experience"
    if low is None or high is None:
        return f"asks for {f'{low}+' if high is None else f'up to {high}'} years of experience"
    return f"asks for {low}-{high} years of experience"


def _keywords(values: tuple[str, ...] | None, row: Row) -> str:
    text = " ".join(part for part in (row["title"], row["standard_title"], row["summary"]) if part).lower()
    return ", ".join(value for value in values or () if all(word in text for word in value.lower().split()))


_REASONS: dict[str, Callable[[Any, Row], str]] = {
    "titles": _column("title"),
    "skills": _shared_skills,
    "skills_any": _shared_skills,
    "locations": _places,
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
