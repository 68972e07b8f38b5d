"""What stands between a question and its postings, and the nearest question that has some.

Belongs here: which constraints a catalog misses together, which value comes nearest, and how that is suggested. A
suggestion is never followed by itself. Three statements at most, however many constraints there are: one pass groups
the postings by the set of constraints that they miss, one counts the suggestions that pass cannot count.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any, Literal

import duckdb

from jobsearch_dagster.preparation.locations import Location, normalize_place, parse_location
from jobsearch_dagster.search.filter import Constraints, JobFilter
from jobsearch_dagster.search.sql import (
    CompiledQuery,
    Condition,
    compile_counts,
    conditions_of,
    skill_condition,
    source_of,
)
from jobsearch_dagster.search.unknown_pay import PAY_BOUNDS, compile_unstated
from jobsearch_dagster.search.wording import any_of, describe, describe_slot, dollars

NOTHING_ASKED = Constraints()
SHOWN_APART = 3
"""Postings without pay that are shown beside their number."""

# How far a suggestion is from the question; a number's distance is its relative change, that of skills the share left
# out. Of two that are equally far the one with more hits comes first.
_REGION, _COUNTRY, _OTHER_VALUE, _DROPPED = 0.3, 0.6, 0.5, 1.0


@dataclass(frozen=True)
class Relaxation:
    """A question near the asked one, and what it would bring.

    Attributes:
        kind: `nearest` changes a constraint as little as brings a hit, `drop` gives one up, `several` gives up the
            fewest that must go together. `unknown_pay` is no other question: postings that satisfy all but the pay
            bounds and state no pay.
        slots: Slots of the filter that it changes; `exclude.<slot>` for an excluded one.
        constraint: What was asked there, in words.
        hits: Postings that match then, 1 or more.
        suggestion: The same as one sentence.
        changes: Slot -> its new value, null or empty where the constraint goes.
        postings: For `unknown_pay` the first of them: `posting_id`, `title`, `place` and `estimate`, a bucket or null.
    """

    kind: Literal["nearest", "drop", "several", "unknown_pay"]
    slots: tuple[str, ...]
    constraint: str
    hits: int
    suggestion: str
    changes: dict[str, Any]
    postings: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class _Option:
    """A suggestion before its sentence, which is `lead`, "3 jobs match", `rest`."""

    kind: Literal["nearest", "drop", "several"]
    slots: tuple[str, ...]
    changes: dict[str, Any]
    distance: float
    lead: str
    rest: str
    hits: int | None = None


Misses = Mapping[frozenset[str], Mapping[str, Any]]
"""Set of missed slots -> `jobs`, the postings that miss just these, and per slot the nearest of their values."""


def kept_apart(
    connection: duckdb.DuckDBPyConnection, job_filter: JobFilter, *, matching: int, unstated: int, estimated: int
) -> Relaxation:
    """The postings that satisfy all but the pay bounds and state no pay; there is 1 at least."""
    query = compile_unstated(job_filter, SHOWN_APART)
    cursor = connection.execute(query.sql, query.params)
    names = [name for name, *_ in cursor.description]
    slots = tuple(slot for slot in job_filter.slots if slot in PAY_BOUNDS)
    more = "more " if matching else ""
    match = "match but state" if unstated > 1 else "matches but states"
    sentence = f"{unstated} {more}{match} no pay that can be compared"
    if estimated:
        sentence += f"; by an estimate from similar jobs {estimated} of them would fit"
    return Relaxation(
        kind="unknown_pay",
        slots=slots,
        constraint=_described(job_filter, slots),
        hits=unstated,
        suggestion=f"{sentence}.",
        changes=dict.fromkeys(slots),
        postings=tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall()),
    )


def relaxations(connection: duckdb.DuckDBPyConnection, job_filter: JobFilter) -> tuple[Relaxation, ...]:
    """Suggestions for a filter without a hit, the nearest first; none where only giving up everything would help."""
    misses = {slots: row for slots, row in _misses(connection, job_filter).items() if not _states_no_pay(slots, row)}
    options = [option for slots in misses if len(slots) == 1 for option in _single(job_filter, slots, misses)]
    options = options or list(_several(job_filter, misses))
    options = _counted(connection, job_filter, options)
    options.sort(key=lambda option: (option.distance, -(option.hits or 0), option.slots))
    return tuple(
        Relaxation(
            kind=option.kind,
            slots=option.slots,
            constraint=_described(job_filter, option.slots),
            hits=option.hits,
            suggestion=f"{option.lead}{_found(option.hits)}{option.rest}",
            changes=option.changes,
        )
        for option in _distinct(options)
        if option.hits
    )


def relaxed(job_filter: JobFilter, changes: Mapping[str, Any]) -> JobFilter:
    """A filter with the changes of a relaxation."""
    own = {slot: value for slot, value in changes.items() if not slot.startswith("exclude.")}
    excluded = {slot.removeprefix("exclude."): value for slot, value in changes.items() if slot not in own}
    exclude = job_filter.exclude.model_copy(update=excluded)
    return job_filter.model_copy(update={**own, "exclude": exclude})


# --- what the catalog misses ---

_MEASURED: Mapping[str, str] = {
    "min_salary_usd": "max(coalesce(max_usd, min_usd))",
    "max_salary_usd": "min(coalesce(min_usd, max_usd))",
    "min_years": "max(coalesce(max_years, min_years))",
    "max_years": "min(min_years)",
    "work_mode": "histogram(work_mode)",
    "seniority": "histogram(seniority)",
    "education": "histogram(education)",
    "employment_type": "histogram(employment_type)",
}
"""Slot -> the nearest value among postings that miss it, or how many have which."""


def _misses(connection: duckdb.DuckDBPyConnection, job_filter: JobFilter) -> Misses:
    conditions = conditions_of(job_filter)
    query = _compile_misses(job_filter, conditions)
    cursor = connection.execute(query.sql, query.params)
    names = [name for name, *_ in cursor.description]
    slots = list(conditions)
    return {
        frozenset(slot for number, slot in enumerate(slots) if missed >> number & 1): dict(
            zip(names, values, strict=False)
        )
        for *values, missed in cursor.fetchall()
    }


def _states_no_pay(slots: frozenset[str], missed: Mapping[str, Any]) -> bool:
    """Whether postings miss a pay bound for want of a pay: they are kept apart, and no other bound brings them."""
    return slots <= {*PAY_BOUNDS} and all(missed[slot] is None for slot in slots)


def _compile_misses(job_filter: JobFilter, conditions: Mapping[str, Condition]) -> CompiledQuery:
    """One row per set of missed constraints, the set as bits in its last column."""
    bits = [f"(NOT coalesce({sql}, false))::BIGINT << {number}" for number, (sql, _) in enumerate(conditions.values())]
    missed = " | ".join(f"({bit})" for bit in bits) or "0"
    params = tuple(param for _, values in conditions.values() for param in values)
    measured = {slot: _MEASURED[slot] for slot in job_filter.slots if slot in _MEASURED}
    met = "NULL"
    if len(job_filter.skills) > 1:
        measured["skills"] = "max(struct_pack(n := len(met), skills := met))"
        met, asked = _met(job_filter.skills)
        params += asked
    columns = "".join(f", {sql} AS {slot}" for slot, sql in measured.items())
    return CompiledQuery(
        f"SELECT count(*) AS jobs{columns}, missed\n"
        f"FROM (SELECT *, {missed} AS missed, {met} AS met FROM {source_of(job_filter)})\n"
        "GROUP BY missed ORDER BY missed",
        params,
    )


def _met(skills: tuple[str, ...]) -> Condition:
    """The list of those skills that a posting asks for, in order; a list with an SQL value, not a condition."""
    conditions = [(*skill_condition(skill), skill.lower()) for skill in sorted(skills, key=str.lower)]
    cases = ", ".join(f"CASE WHEN {sql} THEN ? END" for sql, _, _ in conditions)
    params = tuple(param for _, asked, skill in conditions for param in (*asked, skill))
    return f"[x FOR x IN [{cases}] IF x IS NOT NULL]", params


# --- what may be suggested ---


def _single(job_filter: JobFilter, slots: frozenset[str], misses: Misses) -> Iterator[_Option]:
    """What helps where one constraint is in the way: a change of it, and giving it up."""
    (slot,) = slots
    missed = misses[slots]
    if slot in _NEAREST and (slot == "locations" or missed.get(slot)):
        yield from _NEAREST[slot](slot, job_filter, missed.get(slot))
    yield _dropped("drop", (slot,), job_filter, missed["jobs"])


def _several(job_filter: JobFilter, misses: Misses) -> Iterator[_Option]:
    """The smallest sets of constraints that are missed together, of them the one that most postings miss."""
    asked = len(conditions_of(job_filter))
    sizes = [len(slots) for slots in misses if 1 < len(slots) < asked]
    smallest = [slots for slots in misses if len(slots) == min(sizes, default=0)]
    if smallest:
        slots = max(smallest, key=lambda slots: (misses[slots]["jobs"], sorted(slots)))
        in_order = tuple(slot for slot in conditions_of(job_filter) if slot in slots)
        yield _dropped("several", in_order, job_filter, misses[slots]["jobs"])


def _dropped(kind: Literal["drop", "several"], slots: tuple[str, ...], job_filter: JobFilter, hits: int) -> _Option:
    named = " and ".join(f'"{_described(job_filter, (slot,))}"' for slot in slots)
    lead = f"Without the condition{'s' if len(slots) > 1 else ''} {named}, "
    changes = {slot: getattr(NOTHING_ASKED, slot.removeprefix("exclude.")) for slot in slots}
    return _Option(kind, slots, changes, _DROPPED * len(slots), lead, ".", hits)


def _nearest_pay(slot: str, job_filter: JobFilter, best: float) -> Iterator[_Option]:
    is_least = slot == "min_salary_usd"
    bound = float(floor(best) if is_least else ceil(best))
    extreme, side = ("best", "more") if is_least else ("lowest", "less")
    amount = dollars(bound)
    yield _number(slot, job_filter, bound, f"The {extreme} pay among {{}} is {amount}: ", f" at {amount} or {side}.")


def _nearest_years(slot: str, job_filter: JobFilter, years: int) -> Iterator[_Option]:
    extreme, side = ("most", "more") if slot == "min_years" else ("fewest", "fewer")
    yield _number(
        slot, job_filter, years, f"The {extreme} years that {{}} ask for are {years}: ", f" at {years} or {side}."
    )


def _number(slot: str, job_filter: JobFilter, value: float, lead: str, rest: str) -> _Option:
    asked = getattr(job_filter, slot)
    others = describe(relaxed(job_filter, {slot: None}))
    among = f"jobs {others}" if others else "all jobs"
    return _Option("nearest", (slot,), {slot: value}, abs(value - asked) / max(asked, 1), lead.format(among), rest)


def _nearest_value(slot: str, job_filter: JobFilter, counts: Mapping[str, int]) -> Iterator[_Option]:
    by_count = sorted(counts, key=lambda value: (-counts[value], value))
    others = any_of([f"{value} ({counts[value]})" for value in by_count])
    rest = f" if not {any_of(getattr(job_filter, slot))} but {others}."
    yield _Option("nearest", (slot,), {slot: tuple(by_count)}, _OTHER_VALUE, "", rest, sum(counts.values()))


def _nearest_skills(slot: str, job_filter: JobFilter, met: Mapping[str, Any]) -> Iterator[_Option]:
    kept = tuple(skill for skill in job_filter.skills if skill.lower() in met["skills"])
    left_out = [skill for skill in job_filter.skills if skill not in kept]
    if kept:
        rest = f" {describe_slot(slot, kept)}, without {any_of(left_out)}."
        yield _Option("nearest", (slot,), {slot: kept}, len(left_out) / len(job_filter.skills), "", rest)


def _nearest_place(slot: str, job_filter: JobFilter, _: Any) -> Iterator[_Option]:
    """The regions of the asked places, and their countries."""
    found = [
        place for text in job_filter.locations for first in [parse_location(text)] for place in (first, *first.others)
    ]
    regions = [Location(region=p.region, country=p.country) for p in found if p.city and p.region]
    countries = [Location(country=p.country) for p in found if p.country and (p.city or p.region or p.work_mode)]
    for places, distance in ((regions, _REGION), (countries, _COUNTRY)):
        wider = tuple(dict.fromkeys(normalize_place(place) for place in places))
        rest = f" {describe_slot(slot, wider)} instead of {any_of(job_filter.locations)}."
        if wider:
            yield _Option("nearest", (slot,), {slot: wider}, distance, "", rest)


_NEAREST: Mapping[str, Callable[[str, JobFilter, Any], Iterator[_Option]]] = {
    "min_salary_usd": _nearest_pay,
    "max_salary_usd": _nearest_pay,
    "min_years": _nearest_years,
    "max_years": _nearest_years,
    "work_mode": _nearest_value,
    "seniority": _nearest_value,
    "education": _nearest_value,
    "employment_type": _nearest_value,
    "skills": _nearest_skills,
    "locations": _nearest_place,
}


def _counted(connection: duckdb.DuckDBPyConnection, job_filter: JobFilter, options: list[_Option]) -> list[_Option]:
    """The options, those without a number of hits counted in one pass."""
    open_ones = [option for option in options if option.hits is None]
    if not open_ones:
        return options
    query = compile_counts(relaxed(job_filter, option.changes) for option in open_ones)
    hits = connection.execute(query.sql, query.params).fetchall()[0]
    counted = [replace(option, hits=number) for option, number in zip(open_ones, hits, strict=True)]
    return [option for option in options if option.hits is not None] + counted


def _distinct(options: list[_Option]) -> Iterator[_Option]:
    """Without those that bring no more than a nearer one for the same constraint."""
    best: dict[tuple[str, ...], int] = {}
    for option in options:
        if (option.hits or 0) > best.get(option.slots, 0):
            best[option.slots] = option.hits or 0
            yield option


def _found(hits: int) -> str:
    return "1 job matches" if hits == 1 else f"{hits} jobs match"


def _described(job_filter: JobFilter, slots: tuple[str, ...]) -> str:
    """Constraints in words, excluded ones after "not"."""
    asked = {**job_filter.slots, **{f"exclude.{slot}": value for slot, value in job_filter.exclude.slots.items()}}
    parts = [
        ("not " if slot.startswith("exclude.") else "") + describe_slot(slot.removeprefix("exclude."), asked[slot])
        for slot in slots
    ]
    return ", ".join(parts)
