"""A filter as one SQL statement over the catalog's table `jobs`.

Belongs here: what each slot means in terms of columns. Every value of a filter is a bound parameter; the text of a
statement is made of this module's own words and of column names that `filter.py` allows. Running it is in
`answering.py`.

Meanings that are choices:
- Pay is a range: a posting is in when its range and the asked one overlap, both ends inclusive. Pay with one end is
  that point. Unknown pay is out as soon as a pay bound is set; `unknown_pay.py` counts what that leaves out.
- Imputed pay is a bucket and no figure in the catalog, so that it counts nowhere. `include_imputed` puts the edges of
  the bucket in the place of the figures.
- Experience: a posting that asks for no years fits everyone, and is out when the question sets a lower bound.
- Education: a posting that names no degree asks for none.
- A part of the world ("europe") is its countries; developers and engineers of software are the same work.
- An excluded slot drops only postings for which it is known to hold.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jobsearch_dagster.preparation.gazetteer import areas
from jobsearch_dagster.preparation.locations import Location, normalize_place, parse_location
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.preparation.salary import bucket_range
from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.preparation.vocabulary import BUCKETS
from jobsearch_dagster.search.catalog import CATALOG_SCHEMA
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.recognizers.skills import skill_named
from jobsearch_dagster.search.same_work import names_of_work
from jobsearch_dagster.search.word_lookup import folded, holds_skill, holds_words, text_holds_words
from jobsearch_dagster.search.world_areas import WorldArea, world_area

Params = tuple[Any, ...]
Condition = tuple[str, Params]
"""An SQL condition with as many `?` as parameters."""

BOOKKEEPING = ("split", "source_row", "conflicts")
"""Catalog columns that say nothing to a job seeker."""
RESULT_COLUMNS = tuple(name for name in CATALOG_SCHEMA.names if name not in BOOKKEEPING)
"""Columns of a search result, in order."""

ANY_TEXT = "?::VARCHAR[]"


@dataclass(frozen=True)
class CompiledQuery:
    """A statement for `connection.execute(sql, params)`.

    Attributes:
        sql: One SELECT with positional `?`.
        params: Strings, numbers and lists of strings.
    """

    sql: str
    params: Params


def compile_filter(job_filter: JobFilter) -> CompiledQuery:
    """Compile a filter.

    Returns:
        For a search, rows of `RESULT_COLUMNS` in the filter's order and then by `posting_id`. For an aggregate, one row
        (or one per group): the group, the value where the aggregate has one, `jobs`, the number of postings it rests
        on, and where there is a value `not_stated`, the number of those that could not count for want of it.
    """
    if job_filter.agg is None:
        return _compile_search(job_filter, RESULT_COLUMNS)
    where, params = where_all(conditions_of(job_filter).values())
    sql = f"WITH matching AS (SELECT * FROM {source_of(job_filter)}\n{where})\n{_aggregate(job_filter)}"
    return _limited(sql, params, job_filter)


def compile_ids(job_filter: JobFilter) -> CompiledQuery:
    """Compile the ids of the postings that `compile_filter` brings, in the same order."""
    return _compile_search(job_filter, ("posting_id",))


def _compile_search(job_filter: JobFilter, columns: Sequence[str]) -> CompiledQuery:
    where, params = where_all(conditions_of(job_filter).values())
    order, order_params = order_of(job_filter)
    sql = f"SELECT {', '.join(columns)}\nFROM {source_of(job_filter)}\n{where}\nORDER BY {order}"
    return _limited(sql, params + order_params, job_filter)


def _limited(sql: str, params: Params, job_filter: JobFilter) -> CompiledQuery:
    if job_filter.limit is None:
        return CompiledQuery(sql, params)
    return CompiledQuery(f"{sql}\nLIMIT ?", (*params, job_filter.limit))


def compile_matching(job_filter: JobFilter) -> CompiledQuery:
    """Compile the number of every posting that satisfies the constraints, in no order."""
    where, params = where_all(conditions_of(job_filter).values())
    return CompiledQuery(f"SELECT number\nFROM {source_of(job_filter)}\n{where}", params)


def compile_postings(job_filter: JobFilter, posting_ids: Sequence[str]) -> CompiledQuery:
    """Compile the postings with these ids, in no order and whatever the filter asks: rows of `RESULT_COLUMNS`."""
    marks = ", ".join("?" * len(posting_ids)) or "NULL"
    sql = f"SELECT {', '.join(RESULT_COLUMNS)}\nFROM {source_of(job_filter)}\nWHERE posting_id IN ({marks})"
    return CompiledQuery(sql, tuple(posting_ids))


def compile_ranked(job_filter: JobFilter, posting_ids: Sequence[str]) -> CompiledQuery:
    """Compile the postings with these ids in this order, as far as they satisfy the constraints.

    Returns:
        Rows of `RESULT_COLUMNS`.
    """
    ranked = f"list_position({ANY_TEXT}, posting_id)"
    conditions = [*conditions_of(job_filter).values(), (f"{ranked} IS NOT NULL", (list(posting_ids),))]
    where, params = where_all(conditions)
    sql = f"SELECT {', '.join(RESULT_COLUMNS)}\nFROM {source_of(job_filter)}\n{where}\nORDER BY {ranked}"
    return CompiledQuery(sql, (*params, list(posting_ids)))


def row_of(query: CompiledQuery, number: int) -> CompiledQuery:
    """A statement for one row of another, which DuckDB keeps in order (`preserve_insertion_order`); the first is 1."""
    return CompiledQuery(f"SELECT *\nFROM (\n{query.sql}\n)\nLIMIT 1 OFFSET ?", (*query.params, number - 1))


def compile_counts(filters: Iterable[JobFilter]) -> CompiledQuery:
    """Compile how many postings satisfy the constraints of each filter: one row of as many counts, in one pass.

    What the filters ask to see of the postings does not matter; all of them count estimated pay, or none does.
    """
    filters = list(filters)
    each = [all_of(list(conditions_of(job_filter).values())) for job_filter in filters]
    counts = ", ".join(f"count(*) FILTER ({sql})" for sql, _ in each)
    return CompiledQuery(f"SELECT {counts}\nFROM {source_of(filters[0])}", _joined(each))


def source_of(job_filter: JobFilter) -> str:
    """What stands behind FROM: the table `jobs`, with the estimates as figures where they count."""
    return _WITH_ESTIMATES if job_filter.include_imputed else "jobs"


def conditions_of(job_filter: JobFilter) -> dict[str, Condition]:
    """The condition of each slot that asks for something; of an excluded one as `exclude.<slot>`."""
    included = {slot: SLOT_CONDITIONS[slot](value) for slot, value in job_filter.slots.items()}
    excluded = {
        # All-of would let "no Java or PHP" drop only postings that ask for both.
        f"exclude.{slot}": _negated(SLOT_CONDITIONS["skills_any" if slot == "skills" else slot](value))
        for slot, value in job_filter.exclude.slots.items()
    }
    return included | excluded


def where_all(conditions: Iterable[Condition]) -> Condition:
    """A WHERE clause that asks for all of some conditions."""
    conditions = list(conditions)
    return "WHERE " + ("\n  AND ".join(sql for sql, _ in conditions) or "true"), _joined(conditions)


def _negated(condition: Condition) -> Condition:
    sql, params = condition
    return f"NOT coalesce({sql}, false)", params


def _any_of(conditions: list[Condition]) -> Condition:
    return "(" + " OR ".join(sql for sql, _ in conditions) + ")", _joined(conditions)


def _joined(conditions: Sequence[Condition]) -> Params:
    return tuple(param for _, params in conditions for param in params)


def _titles(values: tuple[str, ...]) -> Condition:
    names = [name for value in values for name in names_of_work(value)]
    return _any_of([all_of(holds_words("title_words", name)) for name in names])


def skill_condition(value: str) -> Condition:
    """A skill that the lexicon has is looked up in the posting's skills, any other one in its words."""
    known = skill_named(value.lower())
    return holds_skill(known) if known else all_of(text_holds_words(value))


def _keywords(values: tuple[str, ...]) -> Condition:
    return _any_of([_keyword(value) for value in values])


def _keyword(value: str) -> Condition:
    """A word of the posting's text; of its title alone where nearly every text has it ("it")."""
    if value.lower() == "it":
        return _any_of([all_of(holds_words("title_words", value)), all_of(text_holds_words("information technology"))])
    return all_of(text_holds_words(value))


def _locations(values: tuple[str, ...]) -> Condition:
    return _any_of([_location(value) for value in values])


def _location(text: str) -> Condition:
    area = world_area(text)
    if area is not None:
        return _in_area(area, text)
    found = parse_location(text)
    return _any_of([_place(place, text) for place in (found, *found.others)])


def _in_area(area: WorldArea, text: str) -> Condition:
    """A part of the world holds its countries and regions, and postings that name it themselves ("Remote, EMEA")."""
    inside = [(f"list_contains({ANY_TEXT}, country)", (list(area.countries),))] if area.countries else []
    regions = [("(country = ? AND region = ?)", region) for region in area.regions]
    return _any_of([*inside, *regions, all_of(holds_words("place_words", text))])


def _place(place: Location, text: str) -> Condition:
    """The posting's first place agrees in every part that is asked, or one of its further places does."""
    asked = {"city": place.city, "region": place.region, "country": place.country}
    parts = [(f"{folded(column)} = {folded('?')}", (value,)) for column, value in asked.items() if value]
    mode = [("work_mode = ?", (place.work_mode,))] if place.work_mode else []
    if not parts:
        return all_of(mode) if mode else _unresolved_place(text)
    further = (
        f"len([x FOR x IN other_places IF list_has_all({_parts('x')}, {_parts('?')})]) > 0",
        (normalize_place(replace(place, work_mode=None, others=())),),
    )
    return all_of([_any_of([all_of(parts), further]), *mode])


def _unresolved_place(text: str) -> Condition:
    """A name that several places have: all areas of that name ("georgia"), and cities by the words of the posting."""
    as_written = all_of(holds_words("place_words", text))
    named = [area for area in areas().get(place_key(text), ()) if area.country is not None]
    regions = [("(country = ? AND region = ?)", (area.country, area.region)) for area in named if area.region]
    countries = [("country = ?", (area.country,)) for area in named if area.region is None]
    return _any_of([as_written, *regions, *countries])


def all_of(conditions: Sequence[Condition]) -> Condition:
    """All of some conditions as one; true where there is none."""
    return "(" + (" AND ".join(sql for sql, _ in conditions) or "true") + ")", _joined(conditions)


def _parts(expression: str) -> str:
    """The parts of a normalized place between its commas."""
    return f"string_split({folded(expression)}, ', ')"


def _one_of(column: str) -> Callable[[tuple[str, ...]], Condition]:
    return lambda values: (f"list_contains({ANY_TEXT}, {column})", (list(values),))


def _education(values: tuple[str, ...]) -> Condition:
    """A posting that names no degree asks for none."""
    asked = _one_of("education")(values)
    return _any_of([asked, ("education IS NULL", ())]) if "none" in values else asked


def _bound(comparison: str) -> Callable[[float], Condition]:
    return lambda value: (comparison, (value,))


_STATED = "coalesce(salary_source, 'unknown') IN ('stated', 'description')"

SLOT_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "titles": _titles,
    "skills": lambda values: all_of([skill_condition(value) for value in values]),
    "skills_any": lambda values: _any_of([skill_condition(value) for value in values]),
    "locations": _locations,
    "work_mode": _one_of("work_mode"),
    "min_salary_usd": _bound("coalesce(max_usd, min_usd) >= ?"),
    "max_salary_usd": _bound("coalesce(min_usd, max_usd) <= ?"),
    "min_years": _bound("coalesce(max_years, min_years) >= ?"),
    "max_years": _bound("coalesce(min_years, 0) <= ?"),
    "seniority": _one_of("seniority"),
    "education": _education,
    "employment_type": _one_of("employment_type"),
    "keywords": _keywords,
    "has_salary": _bound(f"({_STATED}) = ?"),
}
"""For each slot of `Constraints`, the condition that its value makes."""

PAY_UNKNOWN = "coalesce(min_usd, max_usd) IS NULL"


def _estimated(number: int) -> str:
    """SQL for one end of the pay, from the bucket where it was imputed; its upper edge is not in it, so a cent less."""
    edges = [(name, bucket_range(name)[number]) for name in BUCKETS]
    cases = " ".join(f"WHEN '{name}' THEN {edge - 0.01 * number}" for name, edge in edges if edge is not None)
    return f"CASE WHEN salary_source = 'imputed' THEN CASE bucket {cases} END END"


_WITH_ESTIMATES = f"""(
    SELECT * REPLACE (coalesce(midpoint_usd, round((low + high) / 2), low, high) AS midpoint_usd,
        coalesce(min_usd, low) AS min_usd, coalesce(max_usd, high) AS max_usd)
    FROM (SELECT *, {_estimated(0)} AS low, {_estimated(1)} AS high FROM jobs)
) AS jobs"""


def order_of(job_filter: JobFilter) -> Condition:
    """What stands behind ORDER BY in a search."""
    if job_filter.sort == "salary_desc":
        return "midpoint_usd DESC NULLS LAST, posting_id", ()
    if job_filter.sort == "salary_asc":
        return "midpoint_usd ASC NULLS LAST, posting_id", ()
    keys: list[Condition] = []
    if job_filter.titles:
        keys.append((f"list_contains({ANY_TEXT}, lower(role)) DESC NULLS LAST", (_roles(job_filter.titles),)))
    if job_filter.skills_any:
        shared = [skill_condition(value) for value in job_filter.skills_any]
        keys.append((f"{' + '.join(f'{sql}::INT' for sql, _ in shared)} DESC NULLS LAST", _joined(shared)))
    if job_filter.max_years is not None:
        keys.append(("min_years DESC NULLS LAST", ()))  # what makes most of someone's experience stands first
    keys.append(("posting_id", ()))
    return ", ".join(sql for sql, _ in keys), _joined(keys)


def _roles(titles: tuple[str, ...]) -> list[str]:
    """The titles as roles are written in the catalog."""
    return [standardize_title(title) for title in titles]


def _aggregate(job_filter: JobFilter) -> str:
    """The SELECT over `matching`; its names come from the closed lists of `filter.py`, so it needs no parameter."""
    agg, field, group = job_filter.agg, job_filter.field, job_filter.group_by
    if agg == "top":
        group = field
    if agg in ("count", "top"):
        measured, selected = "jobs", "count(*) AS jobs"
    else:
        measured = f"{agg}_{field}"
        selected = (
            f"round({agg}({field}), 2) AS {measured}, count({field}) AS jobs, count(*) - count({field}) AS not_stated"
        )
    if group is None:
        return f"SELECT {selected}\nFROM matching"
    source = "matching, unnest(matching.skills) AS one(skill)" if group == "skills" else "matching"
    column = _grouped(group, with_estimates=job_filter.include_imputed)
    known = f"\nWHERE {column} IS NOT NULL" if agg == "top" else ""
    direction = "ASC" if job_filter.sort == "salary_asc" else "DESC"
    return (
        f"SELECT {column} AS {group}, {selected}\nFROM {source}{known}\nGROUP BY ALL\n"
        f"ORDER BY {measured} {direction} NULLS LAST, {group} NULLS LAST"
    )


def _grouped(group: str, *, with_estimates: bool) -> str:
    """The column to group by; a bucket that is none, or only an estimate, is null."""
    if group == "bucket":
        return (
            "nullif(matching.bucket, 'Unknown')" if with_estimates else f"CASE WHEN {_STATED} THEN matching.bucket END"
        )
    return "one.skill" if group == "skills" else f"matching.{group}"
