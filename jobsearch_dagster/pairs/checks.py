"""Checks of pairs."""

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_check import none_of, table_check
from jobsearch_dagster.pairs.tables import QUERY_PAIRS, TEST_SET, TRAINING_SET, VALIDATION_SET
from jobsearch_dagster.pairs.templates import QUERY_TYPES
from jobsearch_dagster.preparation.contact_check import contact_check


@table_check("query_pairs")
def every_question_names_what_it_asks_for(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """The slot stands in the question and in the answer's first line."""
    return none_of(
        connection,
        """
        SELECT pair_id, question, answer FROM query_pairs
        WHERE NOT contains(question, slot) OR NOT contains(split_part(answer, chr(10), 1), slot)
        """,
    )


@table_check("training_set")
def every_query_type_is_trained(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A query type without training pairs cannot be learned."""
    counts = dict(connection.execute("SELECT query_type, count(*) FROM training_set GROUP BY ALL").fetchall())
    missing = [query_type for query_type in QUERY_TYPES if not counts.get(query_type)]
    return dg.AssetCheckResult(passed=not missing, metadata={"missing": missing, **counts})


@table_check("validation_set", also=("training_set",))
def training_and_validation_share_no_pair(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """No pair is learned from and watched at once."""
    return none_of(connection, "SELECT pair_id FROM validation_set SEMI JOIN training_set USING (pair_id)")


@table_check("validation_set", also=("training_set",), blocking=False)
def training_and_validation_share_no_posting(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A shared posting makes the validation loss too good. Under `report` pairs are divided singly and this warns."""
    return none_of(
        connection, "SELECT DISTINCT posting_id FROM validation_set SEMI JOIN training_set USING (posting_id)"
    )


@table_check("test_set", blocking=False)
def test_postings_are_unseen(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Scores on postings seen in training say what the model remembers; every score is shown for both slices."""
    seen, total = connection.execute(
        "SELECT count(DISTINCT posting_id) FILTER (seen), count(DISTINCT posting_id) FROM test_set"
    ).fetchall()[0]
    return dg.AssetCheckResult(
        passed=seen == 0,
        metadata={"postings_seen": seen, "postings": total},
    )


pairs_are_private = contact_check("query_pairs", QUERY_PAIRS)
training_is_private = contact_check("training_set", TRAINING_SET)
validation_is_private = contact_check("validation_set", VALIDATION_SET)
test_is_private = contact_check("test_set", TEST_SET)
