"""A question answered from the catalog: understood, compiled, run, and explained.

Belongs here: the one path from a question to rows, and the same rows as plain text. Understanding is in `question.py`,
compiling in `sql.py`, words in `wording.py`. A constraint is never dropped in silence: without a hit the rows stay
empty, and what dropping one constraint would bring is offered beside them.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.filter import Constraints, Interpretation, JobFilter
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster.search.sql import CompiledQuery, compile_count, compile_filter
from jobsearch_dagster.search.wording import describe, describe_order, describe_slot, reasons

NOTHING_ASKED = Constraints()
DEFAULT_LIMIT = 10
"""Postings shown when neither the question nor the caller says how many."""


@dataclass(frozen=True)
class Relaxation:
    """What dropping one constraint would bring.

    Attributes:
        slot: Slot of the filter; `exclude.<slot>` for an excluded one.
        constraint: The constraint in words.
        hits: Postings that match without it, 1 or more.
    """

    slot: str
    constraint: str
    hits: int


@dataclass(frozen=True)
class SearchResult:
    """Everything about one answer.

    Attributes:
        question: As asked.
        via: The way it was answered.
        interpretation: How it was understood.
        sql: The statement that was run; None when there was nothing to run.
        params: Its parameters.
        columns: Names of the row's cells.
        rows: Postings, or the rows of an aggregate.
        reasons: For each posting, slot -> what the posting itself says; empty for an aggregate.
        relaxation: Without a hit: single constraints that stand in the way, the one that frees most first.
        ranking: The order of the rows in words, and how many of how many are shown; None when nothing was run.
        timing_ms: Milliseconds from question to answer.
    """

    question: str
    via: str
    interpretation: Interpretation
    sql: str | None
    params: tuple[Any, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    reasons: tuple[dict[str, str], ...]
    relaxation: tuple[Relaxation, ...]
    ranking: str | None
    timing_ms: float

    def as_dict(self) -> dict[str, Any]:
        """The result in types that JSON has."""
        return asdict(self) | {"interpretation": self.interpretation.model_dump(mode="json")}

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows as column -> value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def search(
    question: str,
    catalog_path: Path,
    *,
    history: Sequence[str] = (),
    limit: int | None = None,
) -> SearchResult:
    """Answer a question from the catalog by rules, without any model.

    Args:
        question: In English.
        catalog_path: The catalog's `.duckdb` file.
        history: Earlier questions of the conversation, oldest first.
        limit: Most rows; a smaller number in the question wins. None shows `DEFAULT_LIMIT` postings and every group.

    Raises:
        UserError: There is no catalog at `catalog_path`.
    """
    start = time.perf_counter()
    interpretation = parse_question(question, history)
    result = SearchResult(question, "analytics", interpretation, None, (), (), (), (), (), None, 0.0)
    if interpretation.intent in ("search", "aggregate"):
        with open_catalog(catalog_path) as connection:
            result = _run(result, connection, limit)
    return replace(result, timing_ms=round((time.perf_counter() - start) * 1000, 3))


def render_answer(result: SearchResult) -> str:
    """The answer as plain text, postings in the shape that the training answers have."""
    if result.interpretation.message is not None:
        return result.interpretation.message
    asked = describe(result.interpretation.filter)
    if result.interpretation.intent == "aggregate":
        return _render_aggregate(result, asked)
    if not result.rows:
        return _render_nothing(result, asked)
    return _render_postings(result)


def _run(result: SearchResult, connection: duckdb.DuckDBPyConnection, limit: int | None) -> SearchResult:
    job_filter = result.interpretation.filter
    query = compile_filter(job_filter.model_copy(update={"limit": _effective_limit(job_filter, limit)}))
    cursor = connection.execute(query.sql, query.params)
    columns = tuple(name for name, *_ in cursor.description)
    rows = tuple(cursor.fetchall())
    matching = _count(connection, compile_count(job_filter))
    why: tuple[dict[str, str], ...] = ()
    ranking = describe_order(job_filter)
    if job_filter.agg is None:
        why = tuple(reasons(job_filter, dict(zip(columns, row, strict=True))) for row in rows)
        ranking = f"{ranking}; {len(rows)} of {matching} shown"
    return replace(
        result,
        sql=query.sql,
        params=query.params,
        columns=columns,
        rows=rows,
        reasons=why,
        relaxation=() if matching else _relaxations(connection, job_filter),
        ranking=ranking,
    )


def _effective_limit(job_filter: JobFilter, limit: int | None) -> int | None:
    given = [number for number in (job_filter.limit, limit) if number is not None]
    if given:
        return min(given)
    return DEFAULT_LIMIT if job_filter.agg is None else None


def _count(connection: duckdb.DuckDBPyConnection, query: CompiledQuery) -> int:
    return connection.execute(query.sql, query.params).fetchall()[0][0]


def _relaxations(connection: duckdb.DuckDBPyConnection, job_filter: JobFilter) -> tuple[Relaxation, ...]:
    options = [
        Relaxation(slot, constraint, _count(connection, compile_count(without)))
        for slot, constraint, without in _each_dropped(job_filter)
    ]
    return tuple(sorted((o for o in options if o.hits), key=lambda o: -o.hits))


def _each_dropped(job_filter: JobFilter) -> Iterator[tuple[str, str, JobFilter]]:
    """The filter without each of its constraints in turn; of several skills, which must all hold, each is one."""
    for slot, value in job_filter.slots.items():
        if slot == "skills" and len(value) > 1:
            for skill in value:
                others = tuple(other for other in value if other != skill)
                yield slot, describe_slot(slot, (skill,)), job_filter.model_copy(update={slot: others})
        else:
            without = {slot: getattr(NOTHING_ASKED, slot)}
            yield slot, describe_slot(slot, value), job_filter.model_copy(update=without)
    for slot, value in job_filter.exclude.slots.items():
        exclude = job_filter.exclude.model_copy(update={slot: getattr(NOTHING_ASKED, slot)})
        without = {"exclude": exclude}
        yield f"exclude.{slot}", f"not {describe_slot(slot, value)}", job_filter.model_copy(update=without)


def _render_postings(result: SearchResult) -> str:
    """One training answer per posting; pay is the bucket, as there."""
    template = load_templates().answer
    return "\n\n".join(
        template.fill(
            {
                "title": row["standard_title"] or row["title"],
                "place": row["place"],
                "salary": row["bucket"],
                "description": " ".join((row["summary"] or "").split()),
            }
        )
        for row in result.records
    )


def _render_nothing(result: SearchResult, asked: str) -> str:
    sentence = f"No jobs {asked} were found." if asked else "There are no jobs in the catalog."
    if result.relaxation:
        best = result.relaxation[0]
        found = "1 job matches" if best.hits == 1 else f"{best.hits} jobs match"
        sentence += f' Without the condition "{best.constraint}", {found}.'
    return sentence


def _render_aggregate(result: SearchResult, asked: str) -> str:
    heading = f"Jobs {asked}" if asked else "All jobs"
    lines = [", ".join(f"{name}: {_cell(row[name])}" for name in result.columns) for row in result.records]
    return "\n".join([heading, *lines])


def _cell(value: Any) -> str:
    if value is None:
        return "not stated"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
