"""The job catalog: one DuckDB file with the table `jobs`, written whole and read under lock.

Belongs here: building the file and opening it so that no statement can leave it. How rows are
chosen is in `sql.py`; which rows there are, and the file's digest and pointer, are the asset's business.
"""

import shutil
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.scratch import process_name, remove_abandoned
from jobsearch_dagster.search.tables import CATALOG_SCHEMA
from jobsearch_dagster.search.word_lookup import TEXT_WORDS, WORD_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "lock_configuration": True,
}
"""Settings of every reading connection: no file, no network, no extension, and no statement that takes this back."""


@contextmanager
def open_catalog(path: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """Open a catalog for reading only, locked, and close it in the end.

    Args:
        path: The catalog's `.duckdb` file.

    Raises:
        UserError: The file is missing or is no catalog.
    """
    with damage_in_one_line(path):
        try:
            connection = duckdb.connect(str(path), read_only=True, config=LOCKED)
        except duckdb.IOException as error:
            raise UserError(
                f"no job catalog opens at {path}: make it with `jobsearch run --select job_catalog`"
            ) from error
        with closing(connection):
            yield connection


@contextmanager
def damage_in_one_line(path: Path) -> Generator[None]:
    """Turn what DuckDB says of a block whose checksum differs, whenever it reads it, into a user error.

    Raises:
        UserError: The catalog is damaged.
    """
    try:
        yield
    except duckdb.Error as error:
        if "Corrupt database file" not in str(error):
            raise
        raise UserError(f"{path} is damaged: `jobsearch run --select job_catalog` makes it anew") from error


def build_catalog(rows: "duckdb.DuckDBPyRelation | pd.DataFrame", path: Path) -> int:
    """Write a new catalog file, in key order; it appears under its name only when it is whole.

    Args:
        rows: The columns of `CATALOG_SCHEMA`, taken by name.
        path: Where the file goes; an existing one is replaced, its open readers keep what they read.

    Returns:
        Number of postings.

    Raises:
        UserError: A column is missing or a `posting_id` is empty or occurs twice, or the file cannot be written.
    """
    missing = [name for name in CATALOG_SCHEMA.names if name not in rows.columns]
    if missing:
        raise UserError(f"job catalog: the rows lack the columns {', '.join(missing)}")
    # A relation belongs to its own connection; as an Arrow table it can enter the new file.
    incoming = rows.to_arrow_table() if isinstance(rows, duckdb.DuckDBPyRelation) else rows
    # A folder, as DuckDB writes its log, and what it spills, beside the file.
    temporary = path.with_suffix(f".{process_name()}.tmp")
    try:
        remove_abandoned(path.parent.glob("*.tmp"))
        temporary.mkdir(parents=True, exist_ok=True)
        with closing(duckdb.connect(str(temporary / path.name))) as connection:
            connection.register("incoming", incoming)
            written = _fill(connection)
            connection.execute("CHECKPOINT")  # closing writes the file too, but keeps to itself that the disk is full
        (temporary / path.name).replace(path)
    except (OSError, duckdb.IOException, duckdb.FatalException) as error:
        raise UserError(f"cannot write {path}: {error}; free space or make the folder writable") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)  # the error that matters is already on its way
    return written


def _fill(connection: duckdb.DuckDBPyConnection) -> int:
    """Create `jobs` from the view `incoming`; how many rows there are.

    Beside the declared columns each has its `number` from 0 in key order, by which the search index knows it, and what
    `word_lookup.py` finds words in.
    """
    declared = ", ".join(f'"{c.name}" {c.type}' for c in CATALOG_SCHEMA.columns)
    cast = ", ".join(f'"{c.name}"::{c.type} AS "{c.name}"' for c in CATALOG_SCHEMA.columns)
    added = ", ".join(f"{name} VARCHAR" for name in WORD_COLUMNS)
    made = ", ".join(WORD_COLUMNS.values())
    connection.execute(f"CREATE TABLE jobs ({declared}, number BIGINT, {added}, PRIMARY KEY (posting_id))")
    try:
        connection.execute(
            f"""
            INSERT INTO jobs
            SELECT *, row_number() OVER (ORDER BY posting_id) - 1, {made} FROM (SELECT {cast} FROM incoming)
            ORDER BY posting_id
            """
        )
    except duckdb.ConstraintException as error:
        raise UserError(f"job catalog: posting_id is empty or occurs twice ({error}); one row per posting") from error
    connection.execute(TEXT_WORDS)
    return connection.execute("SELECT count(*) FROM jobs").fetchall()[0][0]
