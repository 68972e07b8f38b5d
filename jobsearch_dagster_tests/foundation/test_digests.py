"""Digests: equal content gives equal digests, different content different ones."""

from pathlib import Path

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.foundation.digests import ROWS_PER_BLOCK, digest_of, digest_of_files, digest_of_table
from jobsearch_dagster.foundation.schema import Column, TableSchema

TWO_TEXTS = TableSchema((Column("a", "VARCHAR", ""), Column("b", "VARCHAR", "")), primary_key=())
CELLS = st.one_of(st.none(), st.text(alphabet="ab:-1", max_size=4))


def digest_of_rows(rows: list[tuple], schema: TableSchema = TWO_TEXTS) -> str:
    with duckdb.connect() as connection:
        columns = ", ".join(f"{column.name} {column.type}" for column in schema.columns)
        connection.execute(f"CREATE TABLE t ({columns})")
        for row in rows:
            connection.execute(f"INSERT INTO t VALUES ({', '.join('?' for _ in row)})", list(row))
        return digest_of_table(connection, "t", schema)


@given(st.tuples(CELLS, CELLS), st.tuples(CELLS, CELLS))
def test_two_rows_share_a_digest_only_when_they_are_equal(first: tuple, second: tuple) -> None:
    assert (digest_of_rows([first]) == digest_of_rows([second])) == (first == second)


def test_floats_count_at_nine_significant_digits() -> None:
    schema = TableSchema((Column("x", "DOUBLE", ""), Column("v", "DOUBLE[]", "")), primary_key=())
    base = digest_of_rows([(0.1 + 0.2, [0.3])], schema)
    assert base == digest_of_rows([(0.3, [0.1 + 0.2])], schema)
    assert base != digest_of_rows([(0.30000001, [0.3])], schema)
    assert digest_of_rows([(0.0, [])], schema) == digest_of_rows([(-0.0, [])], schema)


def test_lists_differ_from_the_text_that_looks_like_them() -> None:
    schema = TableSchema((Column("v", "VARCHAR[]", ""),), primary_key=())
    assert digest_of_rows([(["a, b"],)], schema) != digest_of_rows([(["a", "b"],)], schema)
    assert digest_of_rows([([],)], schema) != digest_of_rows([(None,)], schema)


def test_the_digest_does_not_depend_on_the_number_of_threads() -> None:
    schema = TableSchema((Column("x", "BIGINT", ""),), primary_key=())
    digests = set()
    for threads in (1, 2):
        with duckdb.connect(config={"threads": threads}) as connection:
            connection.execute(f"CREATE TABLE t AS SELECT range AS x FROM range({3 * ROWS_PER_BLOCK + 5})")
            digests.add(digest_of_table(connection, "t", schema))
    assert len(digests) == 1


def test_a_change_in_a_late_block_changes_the_digest() -> None:
    schema = TableSchema((Column("x", "BIGINT", ""),), primary_key=())
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT range AS x FROM range({2 * ROWS_PER_BLOCK + 5})")
        before = digest_of_table(connection, "t", schema)
        connection.execute(f"UPDATE t SET x = -1 WHERE x = {2 * ROWS_PER_BLOCK + 1}")
        assert digest_of_table(connection, "t", schema) != before


def test_mapping_order_does_not_matter_but_values_do() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})


def test_touching_a_file_changes_nothing_and_one_byte_does(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x")
    before = digest_of_files(tmp_path, [file])
    file.touch()
    assert digest_of_files(tmp_path, [file]) == before
    file.write_text("y")
    assert digest_of_files(tmp_path, [file]) != before
