"""Python functions over columns, once per distinct value.

Belongs here: the one bridge from a DuckDB table to a Python function and back. Job data repeats itself (the report's
596 rows hold 15 descriptions), so parsing each distinct value once and joining is what keeps Python off the rows.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.foundation.progress import Progress

if TYPE_CHECKING:
    import duckdb

BATCH = 2_000


def map_distinct(
    connection: "duckdb.DuckDBPyConnection",
    source: str,
    arguments: Sequence[str],
    function: Callable[..., Sequence[Any]],
    returns: Mapping[str, str],
    into: str,
    say: Callable[[str], object] = lambda line: None,
) -> None:
    """Create the temporary table `into` with one row per distinct combination of the arguments.

    Args:
        connection: Where `source` is a table or view.
        source: Table name, or a query in parentheses.
        arguments: Columns of `source`; nulls are passed on as None.
        function: Called once per combination; returns the values of `returns` in order.
        returns: Name and DuckDB type of each result column.
        into: Name of the table: the arguments, then the results. Join it with `IS NOT DISTINCT FROM` where arguments
            can be null.
        say: Gets a line of progress now and then.
    """
    import pyarrow as pa

    names = ", ".join(arguments)
    connection.execute(
        f"CREATE TEMP TABLE {into} AS SELECT {names}, "
        + ", ".join(f"NULL::{type_} AS {name}" for name, type_ in returns.items())
        + f" FROM {source} LIMIT 0"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE distinct_arguments AS SELECT DISTINCT {names} FROM {source}")
    rows = connection.table("distinct_arguments").fetchall()
    progress = Progress(len(rows), "distinct values", say)
    results = ((*row, *function(*row)) for row in progress.over(rows))
    columns = [*arguments, *returns]
    while batch := list(islice(results, BATCH)):
        values = zip(*batch, strict=True)
        # Arrow: 0.04 ms a row, `executemany` 0.29 ms.
        connection.register("batch", pa.table(dict(zip(columns, map(list, values), strict=True))))
        connection.execute(f"INSERT INTO {into} FROM batch")
        connection.unregister("batch")
    connection.execute("DROP TABLE distinct_arguments")
