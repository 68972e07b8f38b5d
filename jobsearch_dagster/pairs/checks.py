"""Checks of pairs."""

from typing import Any

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.foundation.table_check import Check, lake_check, none_of, table_check
from jobsearch_dagster.pairs.query_pairs import count_copies, coverage
from jobsearch_dagster.pairs.tables import QUERY_PAIRS, TEST_SET, TOKEN_STATISTICS, TRAINING_SET, VALIDATION_SET
from jobsearch_dagster.pairs.templates import QUERY_TYPES
from jobsearch_dagster.preparation.contact_check import contact_check

MOST_CUT = 0.01
"""Share of examples that may be longer than max_seq_length."""


@table_check("query_pairs")
def every_question_names_what_it_asks_for(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """The slot stands in the question, and a place that is asked for in the answer's first line."""
    return none_of(
        connection,
        """
        SELECT pair_id, question, answer FROM query_pairs
        WHERE NOT contains(question, slot)
            OR (query_type = 'location' AND NOT contains(split_part(answer, chr(10), 1), slot_values[1]))
        """,
    )


def _config(folder: DataFolder, table: str) -> dict[str, Any]:
    """The resolved recipe that a stored table was made with."""
    stamp = folder.lake.stamp(table)
    assert stamp is not None
    return stamp.parts.config


def _unknown_slots(connection: DuckDBPyConnection) -> dict[str, float]:
    """Share of the pairs that ask for nothing known, per split and query type and over `all`: `train all`."""
    shares = connection.execute(
        """
        SELECT split || ' ' || coalesce(query_type, 'all'), avg((len(slot_values) = 0 OR trim(slot) = '')::INT)
        FROM query_pairs GROUP BY split, ROLLUP (query_type) ORDER BY split DESC, query_type
        """
    ).fetchall()
    return dict(shares)


def _shown(shares: dict[str, float]) -> dict[str, float]:
    return {name: round(share, 4) for name, share in shares.items()}


@lake_check("query_pairs")
def few_questions_ask_for_an_unknown_value(folder: DataFolder) -> dg.AssetCheckResult:
    """A model taught to answer `Unknown` learns nothing of jobs; the recipe says which share of a split may."""
    most = _config(folder, "query_pairs")["most_unknown_slots"]
    with folder.lake.connect(["query_pairs"]) as connection:
        shares = _unknown_slots(connection)
    passed = all(share <= most for name, share in shares.items() if name.endswith(" all"))
    return dg.AssetCheckResult(passed=passed, metadata={"most": most, **_shown(shares)})


@table_check("query_pairs", also=("clean_jobs",), blocking=False)
def every_question_asks_for_a_known_value(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """How many questions ask for `Unknown`, per split and query type (72 % of the report's salary questions).

    `with ...` counts the jobs whose value was asked for: the others were skipped (a job without words in its
    description with all its questions), or asked about as `Unknown`.
    """
    shares, covered = _unknown_slots(connection), coverage(connection)
    jobs = connection.table("clean_jobs").count("*").fetchall()[0][0] - count_copies(connection)
    valued = zip(covered["query type"], covered["jobs with a value"], strict=True)
    return dg.AssetCheckResult(
        passed=not any(shares.values()),
        metadata={**_shown(shares), **{f"with {query_type}": f"{count} of {jobs}" for query_type, count in valued}},
    )


@table_check("token_statistics", blocking=False)
def hardly_any_example_is_cut(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Of 100 examples at most one is longer than the model is trained on: an answer that is cut teaches half of it."""
    share, longest, limit = connection.execute(
        "SELECT coalesce(avg(is_cut::INT), 0), max(example_tokens), max(max_seq_length) FROM token_statistics"
    ).fetchall()[0]
    return dg.AssetCheckResult(
        passed=share <= MOST_CUT, metadata={"share_cut": share, "longest": longest, "max_seq_length": limit}
    )


def _query_type_check(table: str) -> Check:
    @table_check(table)
    def every_query_type_occurs(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
        """A query type without pairs can be neither learned, nor watched, nor tested: more postings are needed."""
        counts = dict(connection.execute(f"SELECT query_type, count(*) FROM {table} GROUP BY ALL").fetchall())
        missing = [query_type for query_type in QUERY_TYPES if not counts.get(query_type)]
        return dg.AssetCheckResult(passed=not missing, metadata={"missing": missing, **counts})

    return every_query_type_occurs


every_type_is_trained = _query_type_check("training_set")
every_type_is_watched = _query_type_check("validation_set")
every_type_is_tested = _query_type_check("test_set")


@table_check("validation_set", also=("training_set",))
def training_and_validation_share_no_pair(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """No pair is learned from and watched at once."""
    return none_of(connection, "SELECT pair_id FROM validation_set SEMI JOIN training_set USING (pair_id)")


@lake_check("validation_set", also=("training_set",))
def training_and_validation_share_no_posting(folder: DataFolder) -> dg.AssetCheckResult:
    """A shared posting makes the validation loss too good. Where pairs are divided singly (`report`), this warns."""
    with folder.lake.connect(["validation_set", "training_set"]) as connection:
        result = none_of(
            connection, "SELECT DISTINCT posting_id FROM validation_set SEMI JOIN training_set USING (posting_id)"
        )
    is_expected = _config(folder, "training_set")["by"] == "row"
    return result._replace(severity=dg.AssetCheckSeverity.WARN if is_expected else dg.AssetCheckSeverity.ERROR)


@table_check("test_set", also=("clean_jobs",), blocking=False)
def test_postings_are_unseen(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Scores on postings seen in training say what the model remembers; every score is shown for both slices.

    Rows are those of the test file: a copy has all five cells of a row of the train file.
    """
    seen, near, postings = connection.execute(
        """
        SELECT count(DISTINCT posting_id) FILTER (seen), count(DISTINCT posting_id) FILTER (near_seen),
            count(DISTINCT posting_id)
        FROM test_set
        """
    ).fetchall()[0]
    copies, rows = connection.execute(
        """
        SELECT count(*) FILTER (job_id IN (SELECT job_id FROM clean_jobs WHERE split = 'train')), count(*)
        FROM clean_jobs WHERE split = 'test'
        """
    ).fetchall()[0]
    return dg.AssetCheckResult(
        passed=near == 0,
        metadata={
            "postings_seen": seen,
            "postings_seen_or_nearly": near,
            "postings": postings,
            "rows_copied_from_train": copies,
            "rows": rows,
        },
    )


pairs_are_private = contact_check("query_pairs", QUERY_PAIRS)
tokens_are_private = contact_check("token_statistics", TOKEN_STATISTICS)
training_is_private = contact_check("training_set", TRAINING_SET)
validation_is_private = contact_check("validation_set", VALIDATION_SET)
test_is_private = contact_check("test_set", TEST_SET)
