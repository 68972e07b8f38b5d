"""A Python function runs once per distinct value, and its results come back beside their arguments."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from jobsearch_dagster.foundation import distinct
from jobsearch_dagster.foundation.distinct import map_distinct


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE jobs AS FROM (VALUES
                ('cook', 'SE'), ('cook', 'SE'), ('cook', NULL), (NULL, NULL), (NULL, NULL), ('nurse', 'DE')
            ) t(title, country)
            """
        )
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, table: str) -> set[tuple[Any, ...]]:
    found = connection.table(table).fetchall()
    assert len(found) == len(set(found))
    return set(found)


def test_the_function_is_called_once_per_distinct_combination(connection: duckdb.DuckDBPyConnection) -> None:
    calls: list[tuple[Any, ...]] = []

    def count(title: str | None, country: str | None) -> tuple[int]:
        calls.append((title, country))
        return (len(title or ""),)

    map_distinct(connection, "jobs", ["title", "country"], count, {"length": "BIGINT"}, "counted")
    assert sorted(calls, key=str) == sorted([("cook", "SE"), ("cook", None), (None, None), ("nurse", "DE")], key=str)
    assert rows(connection, "counted") == {("cook", "SE", 4), ("cook", None, 4), (None, None, 0), ("nurse", "DE", 5)}


def test_arguments_keep_their_order_and_a_query_can_be_the_source(connection: duckdb.DuckDBPyConnection) -> None:
    source = "(SELECT upper(title) AS title, country FROM jobs WHERE country IS NOT NULL)"
    map_distinct(connection, source, ["country", "title"], lambda c, t: (f"{t}/{c}",), {"both": "VARCHAR"}, "joined")
    assert rows(connection, "joined") == {("SE", "COOK", "COOK/SE"), ("DE", "NURSE", "NURSE/DE")}


def test_results_have_the_declared_types_and_may_be_null(connection: duckdb.DuckDBPyConnection) -> None:
    returns = {"words": "VARCHAR[]", "pay": "DOUBLE", "years": "BIGINT"}
    map_distinct(
        connection,
        "jobs",
        ["title"],
        lambda t: (["a", "b"] if t else [], None, 3 if t == "cook" else None),
        returns,
        "read",
    )
    types = dict(zip(connection.table("read").columns, map(str, connection.table("read").types), strict=True))
    assert types == {"title": "VARCHAR", **returns}
    read = {title: values for title, *values in connection.table("read").fetchall()}
    assert read == {"cook": [["a", "b"], None, 3], "nurse": [["a", "b"], None, None], None: [[], None, None]}


@pytest.mark.parametrize("count", [1, 6, 7, 8, 21])
def test_every_value_arrives_whatever_the_size_of_a_batch(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(distinct, "BATCH", 7)
    source = f"(SELECT range AS n FROM range({count}))"
    map_distinct(connection, source, ["n"], lambda n: (n * n,), {"square": "BIGINT"}, "squares")
    assert rows(connection, "squares") == {(n, n * n) for n in range(count)}


def test_an_empty_source_gives_an_empty_table_of_the_same_columns(connection: duckdb.DuckDBPyConnection) -> None:
    map_distinct(connection, "(FROM jobs WHERE false)", ["title"], lambda t: (t,), {"same": "VARCHAR"}, "none")
    assert connection.table("none").columns == ["title", "same"]
    assert rows(connection, "none") == set()


def test_it_can_be_used_twice_on_one_connection(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("first", "second"):
        map_distinct(connection, "jobs", ["title"], lambda t: (t or "",), {"same": "VARCHAR"}, table)
    assert rows(connection, "first") == rows(connection, "second")
    assert {name for (name,) in connection.execute("SHOW TABLES").fetchall()} == {"jobs", "first", "second"}


def test_an_error_of_the_function_is_not_hidden(connection: duckdb.DuckDBPyConnection) -> None:
    def fail(title: str | None) -> tuple[str]:
        raise ZeroDivisionError(title)

    with pytest.raises(ZeroDivisionError):
        map_distinct(connection, "jobs", ["title"], fail, {"same": "VARCHAR"}, "failed")


def test_the_columns_of_one_batch_are_all_that_python_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """30 batches of 1,000 values of 10 kB are 300 MB; the peak of what Python and Arrow allocate stays near one."""
    import tracemalloc

    import pyarrow as pa

    monkeypatch.setattr(distinct, "BATCH", 1_000)
    peak = 0

    def length(text: str) -> tuple[int]:
        nonlocal peak
        peak = max(peak, pa.total_allocated_bytes() + tracemalloc.get_traced_memory()[0])
        return (len(text),)

    source = "(SELECT repeat('x', 10000) || range AS text FROM range(30_000))"
    with duckdb.connect() as connection:
        tracemalloc.start()
        try:
            map_distinct(connection, source, ["text"], length, {"length": "BIGINT"}, "measured")
        finally:
            tracemalloc.stop()
        assert connection.execute("SELECT count(*), min(length) FROM measured").fetchall() == [(30_000, 10_001)]
    assert peak < 60e6


def test_a_batch_of_large_values_is_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """60 values of 2 MB are 120 MB; the peak stays near that of `BATCH_BYTES`, and one that is larger stands alone."""
    import pyarrow as pa

    monkeypatch.setattr(distinct, "BATCH_BYTES", 10_000_000)
    peak = 0

    def length(text: str, other: str | None) -> tuple[int]:
        nonlocal peak
        peak = max(peak, pa.total_allocated_bytes())
        return (len(text),)

    source = (
        "(SELECT repeat('x', 2_000_000 * (1 + 9 * (range = 0)::INT)) || range AS text, NULL AS other FROM range(60))"
    )
    with duckdb.connect() as connection:
        before = pa.total_allocated_bytes()
        map_distinct(connection, source, ["text", "other"], length, {"length": "BIGINT"}, "measured")
        counts = connection.execute("SELECT count(*), min(length), max(length) FROM measured").fetchall()
    assert counts == [(60, 2_000_001, 20_000_001)]
    assert peak - before < 45e6


@pytest.mark.parametrize(
    ("sizes", "ranges"),
    [
        ([], []),
        ([3], [(0, 1)]),
        ([99], [(0, 1)]),
        ([4, 6, 1], [(0, 2), (2, 3)]),
        ([99, 1, 99, 5, 5, 1], [(0, 1), (1, 2), (2, 3), (3, 5), (5, 6)]),
    ],
)
def test_neighbours_stay_together_as_long_as_they_fit(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int], ranges: list[tuple[int, int]]
) -> None:
    monkeypatch.setattr(distinct, "BATCH_BYTES", 10)
    assert [found for found in distinct._cut(sizes) if sizes] == ranges


def test_nulls_are_joined_back_as_values(connection: duckdb.DuckDBPyConnection) -> None:
    map_distinct(connection, "jobs", ["title"], lambda t: (t is None,), {"missing": "BOOLEAN"}, "read")
    joined = connection.execute(
        "SELECT j.title, missing FROM jobs j JOIN read r ON r.title IS NOT DISTINCT FROM j.title"
    ).fetchall()
    assert sorted(joined, key=str) == [("cook", False)] * 3 + [("nurse", False)] + [(None, True)] * 2
