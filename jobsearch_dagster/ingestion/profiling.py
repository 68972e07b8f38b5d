"""The report's Step 1: what is in each column, per split.

Belongs here: counts and lengths. Judging them is left to `checks.py`.
"""

from typing import TYPE_CHECKING

from jobsearch_dagster.ingestion.records import COLUMNS

if TYPE_CHECKING:
    import duckdb

WHOLE_ROW = "all five"
"""Stands in `column_name` for the row as a whole, whose duplicates the report counts."""
_LENGTHS = {
    "shortest": 0,
    "p25_length": 0.25,
    "median_length": 0.5,
    "p75_length": 0.75,
    "p95_length": 0.95,
    "longest": 1,
}


def profile_columns(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """Counts of the five columns of `raw_jobs` and of whole rows, with the lengths of values in characters.

    A duplicate is a value that stands in an earlier row of the split too; rows are compared as they are written.
    """
    parts = [_profile(f"'{column}'", f"typeof(any_value({column}))", column) for column in COLUMNS.values()]
    row = f"({', '.join(COLUMNS.values())})"
    return connection.sql(" UNION ALL ".join([*parts, _profile(f"'{WHOLE_ROW}'", "'ROW'", row, lengths=False)]))


def _profile(name: str, dtype: str, value: str, *, lengths: bool = True) -> str:
    quantiles = ", ".join(
        f"{f'quantile_cont(length({value}), {share})' if lengths else 'NULL'} AS {column}"
        for column, share in _LENGTHS.items()
    )
    return f"""
        SELECT split, {name} AS column_name, {dtype} AS dtype, count(*) AS rows, count({value}) AS non_null,
            count(*) - count({value}) AS nulls, count(DISTINCT {value}) AS distinct_values,
            count({value}) - count(DISTINCT {value}) AS duplicates, {quantiles}
        FROM raw_jobs GROUP BY split
    """
