"""A question answered from the catalog: understood, compiled, run, and explained.

Belongs here: the one path from a question to rows, and the same rows as plain text. Understanding is in `question.py`,
compiling in `sql.py`, words in `wording.py` and `reasons.py`, suggestions in `relaxation.py`. A constraint is never
dropped in silence: without a hit the rows stay empty, and the nearest questions that have some are offered beside them.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.salary import DEFAULT_RATES
from jobsearch_dagster.search.agreement import Agreement
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.filter import Asked, Interpretation, JobFilter
from jobsearch_dagster.search.fit import Fit
from jobsearch_dagster.search.follow_ups import picked_row
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.question import MESSAGES, parse_question
from jobsearch_dagster.search.reasons import reasons
from jobsearch_dagster.search.recognizers.spans import tidy
from jobsearch_dagster.search.relaxation import Relaxation, kept_apart, relaxations
from jobsearch_dagster.search.relevance import Found, Relevance, fetched
from jobsearch_dagster.search.sql import row_of
from jobsearch_dagster.search.unknown_pay import compile_tally
from jobsearch_dagster.search.wording import describe, describe_column, in_words

FILTERS_OWN = Relevance(None)
"""The order that the filter itself asks for."""
DEFAULT_LIMIT = 10
"""Postings shown when neither the question nor the caller says how many."""


@dataclass(frozen=True)
class SearchResult:
    """Everything about one answer.

    Attributes:
        question: As asked; a filter in words.
        via: The way it was answered.
        interpretation: How it was understood.
        sql: A statement that brings these rows in this order; None when there was nothing to run.
        params: Its parameters.
        columns: Names of the row's cells.
        rows: Postings, or the rows of an aggregate.
        reasons: For each posting, slot -> what the posting itself says; empty for an aggregate.
        relaxation: Without a hit: the nearest questions that have some, the nearest first. With a pay bound, hit or
            not: last, as one of the kind `unknown_pay`, the postings that satisfy all else and state no pay.
        ranking: The order of the rows in words, and how many of how many are shown; None when nothing was run.
        timing_ms: Milliseconds from question to answer.
        profile: What is known of the person, where something is. Then each posting has a last cell `fit`, and its
            reasons say what of it `matches` the person and what `gaps` there are.
        agreement: How a language model's reading of the question compares, where one was asked.
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
    profile: Profile | None = None
    agreement: Agreement | None = None

    def as_dict(self) -> dict[str, Any]:
        """The result in types that JSON has; profile and agreement are part of the interpretation."""
        plain = asdict(self)
        added = {name: plain.pop(name) for name in ("profile", "agreement")}
        interpretation = self.interpretation.model_dump(mode="json")
        known = {name: value for name, value in added.items() if value is not None}
        return plain | {"interpretation": interpretation | known}

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
    profile: Profile | None = None,
) -> SearchResult:
    """Answer a question from the catalog by rules, without any model.

    Args:
        question: In English; may be empty where there is a profile.
        catalog_path: The catalog's `.duckdb` file.
        history: Earlier questions of the conversation, oldest first.
        limit: Most rows; a smaller number in the question wins. None shows `DEFAULT_LIMIT` postings and every group.
        profile: Who asks. Postings come in the order of how well they fit; none is left out for fitting badly.

    Raises:
        UserError: There is no catalog at `catalog_path`.
    """
    open_jobs = partial(open_catalog, catalog_path)
    return answer_from(open_jobs, FILTERS_OWN, question, history=history, limit=limit, profile=profile)


def answer_from(
    open_jobs: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]],
    relevance: Relevance,
    question: Asked,
    *,
    history: Sequence[Asked] = (),
    limit: int | None = None,
    profile: Profile | None = None,
    rates: Mapping[str, float] = DEFAULT_RATES,
) -> SearchResult:
    """Answer a question from an open catalog, ordered by relevance where the question asks for no other order.

    Args:
        open_jobs: Gives a connection to the catalog; called only where there is something to search for.
        relevance: Orders its postings.
        question: As in `search`, or a filter; so are the others.
        history: Earlier questions and filters.
        limit: Most rows.
        profile: Who asks.
        rates: USD per unit of each currency, those that the catalog's pay was converted with.
    """
    start = time.perf_counter()
    interpretation = parse_question(question, history, rates=rates)
    if profile is not None and interpretation.message in (MESSAGES["empty"], MESSAGES["vague"]):
        interpretation = Interpretation(intent="search")  # the resume says which job is meant
    if interpretation.intent == "aggregate" and interpretation.row is not None:
        interpretation = _nothing_to_pick(interpretation, "The answer before holds figures. Ask for the jobs first.")
    result = SearchResult(in_words(question), "analytics", interpretation, None, (), (), (), (), (), None, 0.0, profile)
    if interpretation.intent in ("search", "aggregate"):
        ranked_for = asked_in_whole((*history, question), interpretation.filter, rates)
        with open_jobs() as connection:
            result = _run(result, connection, relevance, ranked_for, limit)
    return replace(result, timing_ms=round((time.perf_counter() - start) * 1000, 3))


def render_answer(result: SearchResult) -> str:
    """The answer as plain text, postings in the shape that the training answers have."""
    if result.interpretation.message is not None:
        return result.interpretation.message
    asked = describe(result.interpretation.filter)
    if result.interpretation.intent == "aggregate":
        answer = _render_aggregate(result, asked)
    elif result.rows:
        answer = "\n\n".join(map(render_posting, result.records))
    else:
        answer = f"No jobs {asked} were found." if asked else "There are no jobs in the catalog."
    return "\n\n".join([answer, *suggestions(result)])


def suggestions(result: SearchResult) -> list[str]:
    """What to say below an answer: the nearest suggestion, and the postings that were kept apart."""
    nearest = [found.suggestion for found in result.relaxation if found.kind != "unknown_pay"][:1]
    return nearest + [found.suggestion for found in result.relaxation if found.kind == "unknown_pay"]


def _run(
    result: SearchResult,
    connection: duckdb.DuckDBPyConnection,
    relevance: Relevance,
    ranked_for: str,
    limit: int | None,
) -> SearchResult:
    job_filter = result.interpretation.filter
    shown = job_filter.model_copy(update={"limit": _effective_limit(job_filter, limit)})
    fit = None if result.profile is None else Fit.asked(result.profile, job_filter)
    if fit is None:
        found = relevance.find(connection, ranked_for, shown)
    else:
        query, order = fit.ordered(shown)
        found = Found(query, *fetched(connection, query), order)
    matching, apart = _tally(connection, job_filter)
    why: tuple[dict[str, str], ...] = ()
    if job_filter.agg is None:
        part = f"{len(found.rows)} of {matching} shown"
        if result.interpretation.row is not None:
            number = len(found.rows) if result.interpretation.row == -1 else result.interpretation.row
            if not 1 <= number <= len(found.rows):
                return replace(result, interpretation=_too_few(result.interpretation, len(found.rows)))
            found = replace(found, query=row_of(found.query, number), rows=(found.rows[number - 1],))
            part = f"number {number} of {matching}"
        records = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        why = tuple(reasons(job_filter, row) | (fit.explained(row) if fit else {}) for row in records)
        found = replace(found, order=f"{found.order}; {part}")
    return replace(
        result,
        sql=found.query.sql,
        params=found.query.params,
        columns=found.columns,
        rows=found.rows,
        reasons=why,
        relaxation=(() if matching else relaxations(connection, job_filter)) + apart,
        ranking=found.order,
    )


def asked_in_whole(
    conversation: Sequence[Asked], job_filter: JobFilter, rates: Mapping[str, float] = DEFAULT_RATES
) -> str:
    """A text that says all that was asked, for an encoder or another reader that knows no earlier question.

    It is the last question, where that says everything itself; "what about Bergen" does not, and gives way to the
    filter in words. "The second one" asks nothing: the order is that of the question before it.
    """
    asked = next((asked for asked in reversed(conversation) if not _picks(asked)), conversation[-1])
    if len(conversation) == 1 or parse_question(asked, rates=rates).filter == job_filter:
        return in_words(asked)
    return in_words(job_filter)


def _picks(asked: Asked) -> bool:
    return isinstance(asked, str) and picked_row(tidy(asked)) is not None


def _too_few(interpretation: Interpretation, shown: int) -> Interpretation:
    postings = "1 posting was" if shown == 1 else f"{shown} postings were"
    return _nothing_to_pick(interpretation, f"Only {postings} shown." if shown else "No posting was shown.")


def _nothing_to_pick(interpretation: Interpretation, message: str) -> Interpretation:
    """There is no such row among those shown before, and that is said instead of searching."""
    return Interpretation(intent="clarify", message=message, row=interpretation.row)


def _tally(connection: duckdb.DuckDBPyConnection, job_filter: JobFilter) -> tuple[int, tuple[Relaxation, ...]]:
    """How many postings match, and those that are kept apart, if any, because they state no pay."""
    query = compile_tally(job_filter)
    matching, unstated, estimated = connection.execute(query.sql, query.params).fetchall()[0]
    if not unstated:
        return matching, ()
    return matching, (kept_apart(connection, job_filter, matching=matching, unstated=unstated, estimated=estimated),)


def _effective_limit(job_filter: JobFilter, limit: int | None) -> int | None:
    given = [number for number in (job_filter.limit, limit) if number is not None]
    if given:
        return min(given)
    return DEFAULT_LIMIT if job_filter.agg is None else None


def render_posting(row: Mapping[str, Any]) -> str:
    """A row of a search as a training answer; pay is the bucket, as there."""
    return load_templates().answer.fill(
        {
            "title": row["standard_title"] or row["title"],
            "place": row["place"],
            "salary": row["bucket"],
            "description": " ".join((row["summary"] or "").split()),
        }
    )


def _render_aggregate(result: SearchResult, asked: str) -> str:
    heading = f"Jobs {asked}" if asked else "All jobs"
    names = [describe_column(name) for name in result.columns]
    lines = [", ".join(f"{name}: {cell(value)}" for name, value in zip(names, row, strict=True)) for row in result.rows]
    return "\n".join([heading, *lines])


def cell(value: Any) -> str:
    """A value of an aggregate."""
    if value is None:
        return "not stated"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
