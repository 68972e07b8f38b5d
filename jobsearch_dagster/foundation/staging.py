"""Rows on their way into a table: checked against its contract, and sorted by its key without holding them all.

Belongs here: what happens between an asset's rows and a file. Files are in `foundation/lake.py`.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from jobsearch_dagster.foundation.schema import TableSchema

if TYPE_CHECKING:
    import pandas as pd

SORTED_AT_ONCE = 16_384
"""Rows that are sorted in memory: 128 MB at 8 kB a row."""
DEALT_AT_ONCE = 2_048
"""Rows that each thread holds while it deals them to files."""


def scratch_of(connection: duckdb.DuckDBPyConnection) -> Path:
    """Where the work on a connection of the lake puts temporary files; the folder need not exist yet."""
    return Path(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])


class ContractError(Exception):
    """Rows that break the contract of their table: a bug in the asset, never published."""


def stage(
    connection: duckdb.DuckDBPyConnection,
    rows: "duckdb.DuckDBPyRelation | pd.DataFrame",
    schema: TableSchema,
    table: str,
    *,
    ordered: bool = False,
) -> None:
    """Make the temporary table `staged` of rows that keep the contract, in key order.

    Args:
        connection: Where `rows` lives.
        rows: Relation of `connection`, or a frame; columns are taken by name, never by position.
        schema: The contract.
        table: Named in errors.
        ordered: Whether the rows are in key order already.

    Raises:
        ContractError: Columns, nulls or keys break the contract.
    """
    relation = rows if isinstance(rows, duckdb.DuckDBPyRelation) else _from_frame(connection, rows)
    if set(relation.columns) != set(schema.names):
        raise ContractError(f"{table}: columns {sorted(relation.columns)} are not the declared {sorted(schema.names)}")
    casts = ", ".join(f'"{column.name}"::{column.type} AS "{column.name}"' for column in schema.columns)
    key = ", ".join(f'"{name}"' for name in schema.primary_key)
    if ordered:
        connection.execute(f"CREATE TEMP TABLE staged AS SELECT {casts} FROM ({relation.sql_query()})")
    else:
        # A table and not a view: a join and a sort of wide rows in one query hold more than either and cannot spill.
        relation.create("incoming")
        _sort(connection, casts, key)
        connection.execute("DROP TABLE incoming")
    for name in schema.required:
        nulls = connection.execute(f'SELECT count(*) FROM staged WHERE "{name}" IS NULL').fetchall()[0][0]
        if nulls:
            raise ContractError(f"{table}: column {name} is null in {nulls} rows")
    twice = connection.execute(f"SELECT {key} FROM staged GROUP BY ALL HAVING count(*) > 1 LIMIT 1").fetchall()
    if twice:
        raise ContractError(f"{table}: primary key ({key}) occurs twice, first at {twice[0]}")


def _sort(connection: duckdb.DuckDBPyConnection, casts: str, key: str) -> None:
    """Sort `incoming` into `staged`: by itself when it is small, else in parts that lie one after the other.

    DuckDB 2.0 spills what it has sorted, but holds 122,880 whole rows of each thread while it merges: 1 GB at 8 kB a
    row. Here keys alone are sorted whole, rows are dealt to files by the part they fall into, and parts are sorted.
    """
    connection.execute(f"CREATE TEMP TABLE staged AS SELECT {casts} FROM incoming LIMIT 0")
    total = connection.execute("SELECT count(*) FROM incoming").fetchall()[0][0]
    if total <= SORTED_AT_ONCE:
        connection.execute(f"INSERT INTO staged SELECT {casts} FROM incoming ORDER BY {key}")
        return
    spill = scratch_of(connection)
    spill.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spill) as parts:
        connection.execute(f"SET partitioned_write_flush_threshold = {DEALT_AT_ONCE}")
        connection.execute(
            f"""
            COPY (
                SELECT incoming.*, part FROM incoming JOIN (
                    SELECT rowid AS row, (row_number() OVER (ORDER BY {key}) - 1) // {SORTED_AT_ONCE} AS part
                    FROM incoming
                ) ON row = incoming.rowid
            ) TO '{quoted(Path(parts))}'
            (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE {DEALT_AT_ONCE}, PARTITION_BY (part), OVERWRITE true)
            """
        )
        for part in range(-(-total // SORTED_AT_ONCE)):
            files = quoted(Path(parts) / f"part={part}" / "*.parquet")
            rows = f"read_parquet('{files}', hive_partitioning = false)"
            connection.execute(f"INSERT INTO staged SELECT {casts} FROM {rows} ORDER BY {key}")


def _from_frame(connection: duckdb.DuckDBPyConnection, frame: "pd.DataFrame") -> duckdb.DuckDBPyRelation:
    import pyarrow as pa

    # By way of Arrow: DuckDB 2.0 ends in `std::bad_cast` on a frame whose columns are strided views, such as
    # `frame[::-1]`.
    return connection.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


def quoted(path: Path) -> str:
    """A path between the quotes of SQL."""
    return str(path).replace("'", "''")
