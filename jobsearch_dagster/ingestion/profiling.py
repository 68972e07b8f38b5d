"""The report's Step 1: what is in each column, per split."""

from typing import TYPE_CHECKING

from jobsearch_dagster.ingestion.csv_files import COLUMNS

if TYPE_CHECKING:
    import duckdb


def profile_columns(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """Non-null counts, distinct values and lengths of the five columns of `raw_jobs`, one row per split and column."""
    return connection.sql(
        " UNION ALL ".join(
            f"""
            SELECT split, '{column}' AS column_name, count(*) AS rows, count({column}) AS non_null,
                count(DISTINCT {column}) AS distinct_values,
                median(length({column})) AS median_length, max(length({column})) AS longest
            FROM raw_jobs GROUP BY split
            """
            for column in COLUMNS.values()
        )
    )
