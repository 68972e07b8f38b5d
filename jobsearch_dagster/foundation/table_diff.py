"""What differs between two versions of a table: rows by their key, and the columns in which they changed.

Belongs here: comparing two versions of a table in DuckDB, whatever their size. Which files they are is decided by
`app/diff.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.digests import canonical
from jobsearch_dagster.foundation.schema import TableSchema

if TYPE_CHECKING:
    import duckdb

EXAMPLES = 5
"""Keys that are named of each kind of row."""


@dataclass(frozen=True)
class TableDiff:
    """Rows that differ.

    Attributes:
        rows_before: Rows of the earlier version.
        rows_after: Rows of the later one.
        added: Keys that only the later version has.
        changed: Keys that both have, with another value in some column that both have.
        removed: Keys that only the earlier version has.
        changed_in: Column -> rows in which it changed, the most changed one first; none of those that did not.
        new_columns: Columns that only the later version has.
        old_columns: Columns that only the earlier version has.
        examples: `added`, `changed`, `removed` -> the first few keys, each as the values of the key's columns.
    """

    rows_before: int
    rows_after: int
    added: int
    changed: int
    removed: int
    changed_in: dict[str, int]
    new_columns: list[str]
    old_columns: list[str]
    examples: dict[str, list[list[str]]]


def diff_tables(
    connection: "duckdb.DuckDBPyConnection", before: Sequence[Path], after: Sequence[Path], schema: TableSchema
) -> TableDiff | None:
    """Compare two versions; None where one of them has not all columns of the key.

    Volatile columns do not count, and floats count to 9 significant digits, as in a table's digest. A full join holds
    keys and eight bytes a column, and spills to disk, as the connection is set to.

    Args:
        connection: Of a lake.
        before: Parquet files of the earlier version.
        after: Those of the later one.
        schema: Says what the key is, and which columns are volatile.
    """
    types = {name: _view(connection, name, files) for name, files in (("before", before), ("after", after))}
    if not all(set(schema.primary_key) <= columns.keys() for columns in types.values()):
        return None
    left_out = {*schema.primary_key, *(column.name for column in schema.columns if column.volatile)}
    compared = [name for name in types["after"] if name in types["before"] and name not in left_out]
    _join(connection, types, schema.primary_key, compared)
    kinds = dict(connection.execute("SELECT kind, count(*) FROM differing GROUP BY kind").fetchall())
    counts = ", ".join(f"count(*) FILTER (kind = 'changed' AND \"{name}\")" for name in compared) or "0"
    changed_in = dict(zip(compared, connection.execute(f"SELECT {counts} FROM differing").fetchall()[0], strict=False))
    return TableDiff(
        *(connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in ("before", "after")),
        *(kinds.get(kind, 0) for kind in ("added", "changed", "removed")),
        changed_in=dict(sorted(((k, n) for k, n in changed_in.items() if n), key=lambda pair: (-pair[1], pair[0]))),
        new_columns=[name for name in types["after"] if name not in types["before"]],
        old_columns=[name for name in types["before"] if name not in types["after"]],
        examples={kind: _keys(connection, schema.primary_key, kind) for kind in ("added", "changed", "removed")},
    )


def _view(connection: "duckdb.DuckDBPyConnection", name: str, files: Sequence[Path]) -> dict[str, str]:
    """The files under a name, and their columns with their types."""
    rows = connection.read_parquet([str(path) for path in files])
    rows.create_view(name, replace=True)
    return dict(zip(rows.columns, map(str, rows.types), strict=True))


def _join(
    connection: "duckdb.DuckDBPyConnection",
    types: dict[str, dict[str, str]],
    key: tuple[str, ...],
    compared: list[str],
) -> None:
    """The table `differing`: key, kind, and for each compared column whether it differs."""
    keys = ", ".join(f'"{name}"' for name in key)

    def reduced(version: str) -> str:
        # `hash` may change between releases of DuckDB, so nothing stored rests on it; here both sides are hashed now.
        hashes = [f'hash({canonical(name, types[version][name])}) AS "{name}"' for name in compared]
        return f"SELECT {', '.join([keys, 'true AS present', *hashes])} FROM {version}"

    flags = "".join(f', b."{name}" IS DISTINCT FROM a."{name}" AS "{name}"' for name in compared)
    different = "".join(f' OR "{name}"' for name in compared)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE differing AS
        SELECT * FROM (
            SELECT {keys},
                CASE WHEN b.present IS NULL THEN 'added' WHEN a.present IS NULL THEN 'removed' ELSE 'changed' END
                AS kind{flags}
            FROM ({reduced("before")}) b FULL JOIN ({reduced("after")}) a USING ({keys})
        )
        WHERE kind <> 'changed'{different}
        """
    )


def _keys(connection: "duckdb.DuckDBPyConnection", key: tuple[str, ...], kind: str) -> list[list[str]]:
    columns = ", ".join(f'"{name}"' for name in key)
    rows = connection.execute(
        f"SELECT {columns} FROM differing WHERE kind = ? ORDER BY {columns} LIMIT {EXAMPLES}", [kind]
    ).fetchall()
    return [[str(value) for value in row] for row in rows]
