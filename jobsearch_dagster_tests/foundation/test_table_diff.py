"""Rows are compared by key, whatever their order, and every change is counted in its column."""

from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.schema import Column, TableSchema
from jobsearch_dagster.foundation.table_diff import TableDiff, diff_tables

SCHEMA = TableSchema(
    (
        Column("part", "VARCHAR", "first part of the key"),
        Column("id", "BIGINT", "second part"),
        Column("value", "DOUBLE", "a number"),
        Column("words", "VARCHAR[]", "a list"),
        Column("seconds", "DOUBLE", "how long it took", volatile=True),
    ),
    primary_key=("part", "id"),
)
ROWS = "SELECT 'a' AS part, i AS id, i / 3 AS value, ['x', 'y'] AS words, random() AS seconds FROM range(6) t(i)"


def compared(tmp_path: Path, before: str, after: str) -> TableDiff | None:
    for name, query in (("before", before), ("after", after)):
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{tmp_path / name}.parquet'")
    with Lake(tmp_path).connect() as connection:
        return diff_tables(connection, [tmp_path / "before.parquet"], [tmp_path / "after.parquet"], SCHEMA)


def test_equal_rows_in_another_order_with_other_seconds_do_not_differ(tmp_path: Path) -> None:
    found = compared(tmp_path, ROWS, f"FROM ({ROWS}) ORDER BY id DESC")
    assert found is not None
    assert (found.rows_before, found.rows_after) == (6, 6)
    assert (found.added, found.changed, found.removed, found.changed_in) == (0, 0, 0, {})


def test_added_removed_and_changed_rows_are_counted_with_their_keys_and_columns(tmp_path: Path) -> None:
    after = f"""
        SELECT * REPLACE (CASE WHEN id IN (2, 3) THEN value + 1 ELSE value END AS value,
            CASE id WHEN 3 THEN ['x'] WHEN 4 THEN NULL ELSE words END AS words)
        FROM ({ROWS}) WHERE id <> 0 UNION ALL SELECT 'b', 0, 1, [], 0
    """
    found = compared(tmp_path, ROWS, after)
    assert found is not None
    assert (found.added, found.changed, found.removed) == (1, 3, 1)
    assert found.changed_in == {"value": 2, "words": 2}
    assert found.examples == {
        "added": [["b", "0"]],
        "changed": [["a", "2"], ["a", "3"], ["a", "4"]],
        "removed": [["a", "0"]],
    }


def test_the_last_bits_of_a_number_are_no_change(tmp_path: Path) -> None:
    found = compared(tmp_path, ROWS, f"SELECT * REPLACE (value * (1 + 1e-13) AS value) FROM ({ROWS})")
    assert found is not None
    assert found.changed == 0


def test_columns_that_one_version_lacks_are_named_and_the_others_compared(tmp_path: Path) -> None:
    found = compared(tmp_path, f"SELECT *, 1 AS old FROM ({ROWS})", f"SELECT * EXCLUDE (words), 1 AS new FROM ({ROWS})")
    assert found is not None
    assert (found.new_columns, found.old_columns, found.changed) == (["new"], ["words", "old"], 0)


def test_without_the_key_nothing_can_be_compared(tmp_path: Path) -> None:
    assert compared(tmp_path, f"SELECT * EXCLUDE (id) FROM ({ROWS})", ROWS) is None


@pytest.mark.parametrize("rows", [0, 1])
def test_tables_without_rows_are_compared(tmp_path: Path, rows: int) -> None:
    found = compared(tmp_path, f"FROM ({ROWS}) LIMIT 0", f"FROM ({ROWS}) ORDER BY id LIMIT {rows}")
    assert found is not None
    assert (found.added, found.changed, found.removed) == (rows, 0, 0)


@pytest.mark.slow
def test_more_rows_than_fit_into_memory_are_compared_out_of_core(tmp_path: Path) -> None:
    """2 million rows with keys of 40 bytes on each side, in 100 MB."""
    rows = "SELECT md5(i::VARCHAR) AS part, i AS id, i / 3 AS value, [] AS words, 0 AS seconds FROM range({}) t(i)"
    for name, count in (("before", 2_000_000), ("after", 2_000_001)):
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({rows.format(count)}) TO '{tmp_path / name}.parquet'")
    with Lake(tmp_path, memory_limit=100_000_000).connect() as connection:
        connection.execute("SET threads = 1")
        found = diff_tables(connection, [tmp_path / "before.parquet"], [tmp_path / "after.parquet"], SCHEMA)
    assert found is not None
    assert (found.rows_before, found.added, found.changed, found.removed) == (2_000_000, 1, 0, 0)
