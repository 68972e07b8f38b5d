"""The report's Step 1 by hand and by the asset."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from jobsearch_dagster.foundation.ui_metadata import markdown_table
from jobsearch_dagster.ingestion.assets import shown_profile
from jobsearch_dagster.ingestion.profiling import WHOLE_ROW, profile_columns
from jobsearch_dagster.ingestion.reading import load_accepted
from jobsearch_dagster.ingestion.records import COLUMNS
from jobsearch_dagster.ingestion.tables import COLUMN_PROFILE
from jobsearch_dagster_tests.ingestion.raw_files import csv_text, file_with

ROWS = [
    ("aa", "t", "l", None, "d"),
    ("aa", "t", "l", None, "d"),
    ("b", "t", "m", "10", "d"),
    ("cccc", "t", None, "10", "d"),
]


@pytest.fixture
def profile(tmp_path: Path) -> pd.DataFrame:
    file_with(tmp_path, csv_text(ROWS))
    with duckdb.connect() as connection:
        load_accepted(connection, tmp_path, tmp_path / "tmp", print)
        connection.execute("CREATE VIEW raw_jobs AS FROM accepted")
        frame = profile_columns(connection).df()
    assert tuple(frame.columns) == COLUMN_PROFILE.names
    return frame.set_index("column_name")


def test_counts_are_those_of_pandas(profile: pd.DataFrame) -> None:
    frame = pd.DataFrame(ROWS, columns=list(COLUMNS.values()))
    for column in COLUMNS.values():
        row, values = profile.loc[column], frame[column].dropna()
        assert (row.rows, row.non_null, row.nulls) == (4, len(values), 4 - len(values))
        assert (row.distinct_values, row.duplicates) == (values.nunique(), values.duplicated().sum())
        assert row["dtype"] == "VARCHAR"


def test_duplicate_rows_are_those_of_pandas(profile: pd.DataFrame) -> None:
    row = profile.loc[WHOLE_ROW]
    assert (row.rows, row.distinct_values, row.duplicates) == (4, 3, pd.DataFrame(ROWS).duplicated().sum())
    assert pd.isna(row.longest)


def test_lengths_are_quantiles_over_the_values(profile: pd.DataFrame) -> None:
    lengths = pd.Series([len(row[0] or "") for row in ROWS])
    row = profile.loc["resume"]
    assert (row.shortest, row.longest) == (1, 4)
    found = [row.p25_length, row.median_length, row.p75_length, row.p95_length]
    assert found == pytest.approx(lengths.quantile([0.25, 0.5, 0.75, 0.95]).tolist())


def test_the_ui_shows_the_whole_table() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE column_profile AS SELECT 'train' AS split, 'salary' AS column_name")
        shown = shown_profile(connection)["profile"]
        assert shown.value == markdown_table(connection.table("column_profile").df())
        assert "| train | salary |" in shown.value
