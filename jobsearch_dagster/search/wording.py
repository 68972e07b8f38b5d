"""A filter in words.

Belongs here: how a constraint and an order read in English. Why a row satisfies a constraint is in `reasons.py`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from jobsearch_dagster.search.filter import Asked, Constraints, JobFilter


def describe_slot(slot: str, value: Any) -> str:
    """One constraint, as it stands behind "jobs ..."."""
    return _CONSTRAINTS[slot](value)


def describe(constraints: Constraints) -> str:
    """All constraints, as they stand behind "jobs ..."; empty when there are none."""
    parts = [describe_slot(slot, value) for slot, value in constraints.slots.items()]
    if isinstance(constraints, JobFilter):
        parts += [f"not {describe_slot(slot, value)}" for slot, value in constraints.exclude.slots.items()]
        if constraints.include_imputed:
            parts.append("counting estimated pay")
    return ", ".join(parts)


def in_words(asked: Asked) -> str:
    """What is asked as a question that says all of it."""
    if isinstance(asked, str):
        return asked
    constraints = describe(asked)
    jobs = f"jobs {constraints}" if constraints else "all jobs"
    return jobs if asked.agg is None else f"{describe_figure(asked)} of {jobs}{_by(asked)}"


def describe_figure(job_filter: JobFilter) -> str:
    """What an aggregate computes, without its groups."""
    field = (job_filter.field or "").replace("_", " ")
    named = {"count": "number", "top": f"most frequent {field}"}
    return named.get(job_filter.agg or "") or describe_column(f"{job_filter.agg}_{job_filter.field}")


def _by(job_filter: JobFilter) -> str:
    return f" by {job_filter.group_by.replace('_', ' ')}" if job_filter.group_by else ""


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


def describe_column(name: str) -> str:
    """A column of an aggregate: `avg_midpoint_usd` is the "average pay (USD a year)"."""
    agg, _, field = name.partition("_")
    if agg in _FIGURES and field in _MEASURES:
        return f"{_FIGURES[agg]} {_MEASURES[field]}"
    return {"not_stated": "jobs that state none"}.get(name, name.replace("_", " "))


def dollars(amount: float) -> str:
    """An amount of USD, without cents."""
    return f"${amount:,.0f}"


def any_of(values: Sequence[str]) -> str:
    """Alternatives."""
    return " or ".join(values)


_CONSTRAINTS: dict[str, Callable[[Any], str]] = {
    "titles": lambda values: f"as {any_of(values)}",
    "skills": lambda values: f"with {' and '.join(values)}",
    "skills_any": lambda values: f"with {any_of(values)}",
    "locations": lambda values: f"in {any_of(values)}",
    "work_mode": lambda values: f"that are {any_of(values)}",
    "min_salary_usd": lambda value: f"paying {dollars(value)} or more",
    "max_salary_usd": lambda value: f"paying {dollars(value)} or less",
    "min_years": lambda value: f"asking for {value} or more years of experience",
    "max_years": lambda value: f"asking for at most {value} years of experience",
    "seniority": lambda values: f"at {any_of(values)} level",
    "education": lambda values: f"asking for the degree {any_of(values)}",
    "employment_type": lambda values: f"that are {any_of(values)}",
    "keywords": lambda values: f"about {any_of(values)}",
    "has_salary": lambda value: "that state their pay" if value else "that do not state their pay",
}
_FIGURES = {"avg": "average", "median": "median", "min": "lowest", "max": "highest"}
_MEASURES = {
    "min_usd": "pay (USD a year, lower end)",
    "max_usd": "pay (USD a year, upper end)",
    "midpoint_usd": "pay (USD a year)",
    "min_years": "years of experience (lower end)",
    "max_years": "years of experience (upper end)",
}
