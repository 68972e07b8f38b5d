"""Which of the matching postings answer a question best: by their words, and by their meaning where an encoder is open.

Belongs here: what a question is ranked by, and the rows in that order. A filter decides who is in, before anything is
ranked; ranking only orders. Scores are in `index.py`, their arithmetic in `ranking.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.index import SearchIndex
from jobsearch_dagster.search.indexed_text import words
from jobsearch_dagster.search.ranking import best_first, ranks, reciprocal_rank_fusion
from jobsearch_dagster.search.sql import (
    RESULT_COLUMNS,
    CompiledQuery,
    compile_filter,
    compile_ids,
    compile_matching,
    compile_postings,
    compile_ranked,
)
from jobsearch_dagster.search.wording import describe_order

if TYPE_CHECKING:
    from jobsearch_dagster.foundation.encoder import Encoder

WORD_SLOTS = ("titles", "skills", "skills_any", "keywords")
"""Slots whose words a posting can hold more or less of; of a place or a salary, all that match are equally right."""


@dataclass(frozen=True)
class Found:
    """Rows in order.

    Attributes:
        query: A statement that brings them from the catalog.
        columns: Names of their cells.
        rows: As many as are wanted.
        order: Their order in words.
    """

    query: CompiledQuery
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    order: str


class Relevance:
    """An order of postings by relevance to a question."""

    def __init__(
        self, index: SearchIndex | None, encoder: "Encoder | None" = None, *, absent: str | None = None
    ) -> None:
        """Without an index the order is the filter's own.

        Args:
            index: Of the catalog that is searched.
            encoder: The one that the index was made with; without it only words count.
            absent: Why there is no index, to be said with the order.
        """
        self._index = index
        self._encoder = encoder
        self._absent = absent

    def find(self, connection: duckdb.DuckDBPyConnection, question: str, job_filter: JobFilter) -> Found:
        """The rows of a filter, best first.

        Args:
            connection: The catalog.
            question: What was asked, in a text that says all of it; its meaning is compared.
            job_filter: How it was understood; its limit is how many rows are wanted.
        """
        is_ranked = job_filter.agg is None and job_filter.sort == "relevance"
        ranked = self._ranked(connection, question, job_filter) if is_ranked else None
        if ranked is not None:
            return ranked
        order = describe_order(job_filter)
        if is_ranked and self._absent is not None:
            order = f"{order} ({self._absent})"
        query = compile_filter(job_filter)
        if job_filter.agg is None:
            _, rows = fetched(connection, compile_ids(job_filter))
            return Found(query, *_postings(connection, job_filter, [posting_id for (posting_id,) in rows]), order)
        return Found(query, *fetched(connection, query), order)

    def _ranked(self, connection: duckdb.DuckDBPyConnection, question: str, job_filter: JobFilter) -> Found | None:
        """None where there is nothing to rank by."""
        asked = words(" ".join(value for slot in WORD_SLOTS for value in getattr(job_filter, slot)))
        if self._index is None or not (asked or self._encoder):
            return None
        matching = compile_matching(job_filter)
        numbers = np.sort(connection.execute(matching.sql, matching.params).fetchnumpy()["number"])
        if not len(numbers):
            return Found(compile_filter(job_filter), RESULT_COLUMNS, (), describe_order(job_filter))
        scores, order = self._scores(self._index, numbers, question, asked)
        if not scores.any():
            return None
        chosen = numbers[best_first(scores, job_filter.limit)]
        best = [posting_id.decode() for posting_id in self._index.posting_ids[chosen].tolist()]
        return Found(compile_ranked(job_filter, best), *_postings(connection, job_filter, best), order)

    def _scores(
        self, index: SearchIndex, numbers: np.ndarray, question: str, asked: list[str]
    ) -> tuple[np.ndarray, str]:
        """Scores of the rows with these numbers, and what they are called."""
        by_words = index.bm25(asked)[numbers]
        if self._encoder is None:
            return by_words, "BM25"
        by_meaning = index.meaning(self._encoder.encode([question])[0], numbers)
        if not by_words.any():
            return by_meaning + 1, "meaning"  # cosines begin at -1
        return reciprocal_rank_fusion(ranks(by_words), ranks(by_meaning + 1)), "BM25 and meaning, fused"


Table = tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]
"""Columns and rows."""


def fetched(connection: duckdb.DuckDBPyConnection, query: CompiledQuery) -> Table:
    """What a statement brings."""
    cursor = connection.execute(query.sql, query.params)
    return tuple(name for name, *_ in cursor.description), tuple(cursor.fetchall())


def _postings(connection: duckdb.DuckDBPyConnection, job_filter: JobFilter, ids: Sequence[str]) -> Table:
    """Postings in the order of their ids.

    They are fetched by key after the filter has chosen them: whole rows of all that match, to keep ten, would be read
    in 30 ms among 100,000 postings; keys and then ten rows are in 10.
    """
    if not ids:
        return RESULT_COLUMNS, ()
    columns, rows = fetched(connection, compile_postings(job_filter, ids))
    by_id = {row[columns.index("posting_id")]: row for row in rows}
    return columns, tuple(by_id[posting_id] for posting_id in ids)
