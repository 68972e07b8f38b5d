"""Python functions over columns, once per distinct value.

Belongs here: the one bridge from a DuckDB table to a Python function and back. Job data repeats itself (the report's
596 rows hold 15 descriptions), so parsing each distinct value once and joining is what keeps Python off the rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.foundation.map_batches import Advance, Mapper, here
from jobsearch_dagster.foundation.progress import Progress

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH, BATCH_BYTES = 2_000, 16_000_000
"""Combinations that are Python objects at once end with the first of the two, whatever the size of the table."""
SLICE = 50
"""Combinations that a worker is given at once: of 3 ms or more each, a slice is worth its way there."""


def map_distinct(
    connection: "duckdb.DuckDBPyConnection",
    source: str,
    arguments: Sequence[str],
    function: Callable[..., Sequence[Any]],
    returns: Mapping[str, str],
    into: str,
    say: Callable[[str], object] = lambda line: None,
    mapper: Mapper = here,
) -> None:
    """Create the temporary table `into` with one row per distinct combination of the arguments.

    Arguments and results stay in DuckDB, which spills them; Python holds one batch of them.

    Args:
        connection: Where `source` is a table or view.
        source: Table name, or a query in parentheses.
        arguments: Columns of `source`; nulls are passed on as None.
        function: Called once per combination; returns the values of `returns` in order.
        returns: Name and DuckDB type of each result column.
        into: Name of the table: the arguments, then the results. Join it with `IS NOT DISTINCT FROM` where arguments
            can be null.
        say: Gets a line of progress now and then.
        mapper: Who calls the function where there is more than one batch; fewer take less time than processes that
            begin. The function then remembers nothing from one call to the next.
    """
    import pyarrow as pa

    names = ", ".join(arguments)
    connection.execute(
        f"CREATE TEMP TABLE {into} AS SELECT {names}, "
        + ", ".join(f"NULL::{type_} AS {name}" for name, type_ in returns.items())
        + f" FROM {source} LIMIT 0"
    )
    size = " + ".join(f"coalesce(strlen({name}::VARCHAR), 0)" for name in arguments)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE distinct_arguments AS "
        f"SELECT *, {size} AS bytes_of_row FROM (SELECT DISTINCT {names} FROM {source})"
    )
    total = connection.execute("SELECT count(*) FROM distinct_arguments").fetchall()[0][0]
    progress = Progress(total, "distinct values", say)
    for batch in _batches(connection, total):
        found = _results(function, _rows(batch), mapper if total > BATCH else here, progress.advance)
        columns = dict(zip(returns, map(list, zip(*found, strict=True)), strict=True))
        # Arrow: 0.04 ms a row, `executemany` 0.29 ms.
        connection.register("batch", pa.table({**dict(zip(arguments, batch.columns, strict=True)), **columns}))
        connection.execute(f"INSERT INTO {into} FROM batch")
        connection.unregister("batch")
    connection.execute("DROP TABLE distinct_arguments")


def _batches(connection: "duckdb.DuckDBPyConnection", total: int) -> Iterator["pa.Table"]:
    """The rows of `distinct_arguments`; a range of row numbers reads only the blocks that hold it."""
    for start in range(0, total, BATCH):
        block = f"FROM distinct_arguments WHERE rowid >= {start} AND rowid < {start + BATCH}"
        sizes = connection.execute(f"SELECT bytes_of_row {block} ORDER BY rowid").fetchall()
        for first, end in _cut([size for (size,) in sizes]):
            part = f"AND rowid >= {start + first} AND rowid < {start + end}"
            yield connection.sql(f"SELECT * EXCLUDE (bytes_of_row) {block} {part}").to_arrow_table()


def _cut(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Neighbours of together at most `BATCH_BYTES`, as ranges of their positions; a larger one stands alone."""
    first, together = 0, 0
    for position, size in enumerate(sizes):
        if position > first and together + size > BATCH_BYTES:
            yield first, position
            first, together = position, 0
        together += size
    yield first, len(sizes)


def _rows(batch: "pa.Table") -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _results(
    function: Callable[..., Sequence[Any]], rows: list[tuple[Any, ...]], mapper: Mapper, advance: Advance
) -> list[Sequence[Any]]:
    slices = [rows[start : start + SLICE] for start in range(0, len(rows), SLICE)]
    found = dict(mapper(lambda: function, _called, slices, advance))
    return [result for position in range(len(slices)) for result in found[position]]


def _called(
    function: Callable[..., Sequence[Any]], rows: list[tuple[Any, ...]], advance: Advance
) -> list[Sequence[Any]]:
    found = []
    for row in rows:
        found.append(function(*row))
        advance(1)
    return found
