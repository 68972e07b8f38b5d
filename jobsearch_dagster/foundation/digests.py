"""Digests: what makes two tables, files or recipes the same.

Belongs here: sha256 over canonical text, nothing about when or where something is stored. A table's digest is
computed in DuckDB with `md5` and `sha256`, whose results are defined by their standards; DuckDB's `hash()` may change
between releases.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.package_data import read_yaml

if TYPE_CHECKING:
    import duckdb

    from jobsearch_dagster.foundation.schema import TableSchema

ROWS_PER_BLOCK = 65_536
"""Rows whose digests are joined at once: 65,536 x 32 characters is 2 MiB, whatever the size of the table."""


def digest_of(value: object) -> str:
    """Sha256 of a JSON-serializable value; the order of mapping keys does not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_file(path: Path) -> str:
    """Sha256 of the bytes of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def digest_of_files(root: Path, files: Iterable[Path], read: Callable[[Path], str] = digest_of_file) -> str:
    """Sha256 over the names below `root` and the bytes of `files`; times and order do not matter.

    `read` gives the digest of one file.
    """
    return digest_of({path.relative_to(root).as_posix(): read(path) for path in files})


def file_identity(path: Path) -> tuple[int, ...]:
    """What changes with the content of a file, as far as the system tells: inode, size, times of change."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def digest_of_data(*files: Path) -> dict[str, str]:
    """Digest per data file of the package.

    Of a YAML file counts what it says, so that a comment changes nothing; of any other its bytes.
    """
    return {
        path.name: digest_of(read_yaml(path)) if path.suffix == ".yaml" else digest_of_files(path.parent, [path])
        for path in files
    }


def digest_of_table(connection: "duckdb.DuckDBPyConnection", table: str, schema: "TableSchema") -> str:
    """Sha256 over the schema and the rows of a table that is stored in primary-key order.

    Every value becomes text with its length before it, so that no two rows share their text: null is `-`, floats
    carry 9 significant digits (the last bits of a sum depend on the number of threads). Volatile columns are left
    out.

    Args:
        connection: Where `table` is a base table (its `rowid` is the key order).
        table: Name of the table.
        schema: Its contract.

    Returns:
        64 hexadecimal digits.
    """
    columns = [column for column in schema.columns if not column.volatile]
    row = " || ".join(canonical(column.name, column.type) for column in columns)
    blocks = connection.execute(
        f"""
        SELECT sha256(string_agg(md5({row}), '' ORDER BY rowid))
        FROM "{table}" GROUP BY rowid // {ROWS_PER_BLOCK} ORDER BY rowid // {ROWS_PER_BLOCK}
        """
    ).fetchall()
    return digest_of([[(column.name, column.type) for column in columns], schema.primary_key, blocks])


def canonical(name: str, type_: str) -> str:
    """SQL for a column's value as the text that is digested: with its length before it; null is `-`."""
    value = f'"{name}"'
    if type_ in {"DOUBLE", "FLOAT"}:
        text = f"printf('%.9g', CASE WHEN {value} = 0 THEN 0 ELSE {value} END)"  # -0.0 equals 0.0
    elif type_ in {"DOUBLE[]", "FLOAT[]"}:
        text = f"list_transform({value}, lambda x: printf('%.9g', CASE WHEN x = 0 THEN 0 ELSE x END))::VARCHAR"
    elif type_.endswith("[]") or type_.startswith(("STRUCT", "MAP")):
        text = f"to_json({value})::VARCHAR"
    else:
        text = f"{value}::VARCHAR"
    return f"coalesce(length({text}) || ':' || {text}, '-')"
