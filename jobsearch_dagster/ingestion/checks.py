"""Checks of ingestion."""

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_check import none_of, table_check


@table_check("raw_jobs")
def every_row_has_a_title_and_a_description(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A posting without title or description can be neither described nor found."""
    return none_of(
        connection,
        "SELECT row_id FROM raw_jobs WHERE trim(coalesce(job_title, '')) = '' OR trim(coalesce(description, '')) = ''",
    )


@table_check("rejected_rows", also=("raw_jobs",))
def at_most_one_record_in_a_hundred_is_rejected(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """More rejects than 1 % mean that a file is written in a way that this package does not read."""
    rejected, accepted = connection.execute(
        "SELECT (SELECT count(*) FROM rejected_rows), (SELECT count(*) FROM raw_jobs)"
    ).fetchall()[0]
    return dg.AssetCheckResult(
        passed=rejected * 100 <= accepted + rejected,
        metadata={"rejected": rejected, "read": accepted},
    )
