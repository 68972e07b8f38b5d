"""Parquet, JSONL and SQLite files to records, every value as text.

Belongs here: opening these files, finding the mapped columns in them, and counting their records. Rows are streamed in
batches; which file is read, and under which names, is in `sources.py`.
"""

import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.encodings import detect, read_lines
from jobsearch_dagster.ingestion.records import COLUMNS, LARGEST_CELL, Record, judge, rejected, text_of
from jobsearch_dagster.ingestion.sources import Source, sqlite_logs

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ROWS = 500
"""Rows of a batch: 2 MB at 4 kB each."""


def read_parquet(source: Source) -> Iterator[Record]:
    """The rows of a Parquet file in order.

    Raises:
        UserError: The file is damaged or lacks a column.
    """
    import pyarrow as pa

    with _parquet(source.path) as file:
        _refuse_missing(source, file.schema_arrow.names)
        wanted, number = list(source.columns.values()), 0
        try:
            for batch in file.iter_batches(batch_size=ROWS, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield _record(source, number, number, row)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(source.path, "Parquet", error) from error


def read_jsonl(source: Source) -> Iterator[Record]:
    """The objects of a JSONL file in order, one per line; an empty line is none.

    Raises:
        UserError: No object of the file has a mapped column.
    """
    seen: dict[str, None] = {}  # in the order of the file
    number = 0
    for line, text in enumerate(_json_lines(source), 1):
        if not text.strip():
            continue
        number += 1
        try:
            row = _object(text)
            record = _record(source, number, line, row)
        except ValueError as error:
            yield rejected(number, line, str(error), text)
        except RecursionError:
            yield rejected(number, line, "nested too deeply", text)
        else:
            seen.update(dict.fromkeys(row))
            yield record
    if seen:
        _refuse_missing(source, seen)


def read_sqlite(source: Source) -> Iterator[Record]:
    """The rows of a table or view of an SQLite file, which is opened for reading only.

    Raises:
        UserError: The file is no SQLite file, or lacks the table or a column.
    """
    with _sqlite(source.path) as connection:
        table, wanted = _from(connection, source), list(source.columns.values())
        _refuse_missing(source, [column[0] for column in connection.execute(f"SELECT * FROM {table}").description])
        cursor = connection.execute(f"SELECT {', '.join(map(_name, wanted))} FROM {table}")
        number = 0
        while rows := cursor.fetchmany(ROWS):
            for row in rows:
                number += 1
                yield _record(source, number, number, dict(zip(wanted, row, strict=True)))


def count_parquet(source: Source) -> int:
    """Rows of a Parquet file by its footer."""
    with _parquet(source.path) as file:
        return file.metadata.num_rows


def count_jsonl(source: Source) -> int:
    """Lines of a JSONL file that are not empty."""
    return sum(1 for line in _json_lines(source) if line.strip())


def count_sqlite(source: Source) -> int:
    """Rows of a table of an SQLite file, by SQLite."""
    with _sqlite(source.path) as connection:
        return connection.execute(f"SELECT count(*) FROM {_from(connection, source)}").fetchone()[0]


def _object(text: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ValueError: It is none, in words.
    """
    if len(text) > LARGEST_CELL:
        raise ValueError(f"longer than {LARGEST_CELL:,} characters")
    try:
        row = json.loads(text)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if isinstance(row, dict):
        return row
    raise ValueError("not a JSON object")


def _record(source: Source, number: int, line: int, row: dict[str, Any]) -> Record:
    theirs = (source.columns.get(name) for name in COLUMNS)
    return judge(number, line, tuple(None if name is None else text_of(row.get(name)) for name in theirs))


def _json_lines(source: Source) -> Iterator[str]:
    return read_lines(source.path, detect(source.path, source.encoding), LARGEST_CELL)


@contextmanager
def _parquet(path: Path) -> "Generator[pq.ParquetFile]":
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, "Parquet", error) from error
    with file:
        yield file


@contextmanager
def _sqlite(path: Path) -> Generator[sqlite3.Connection]:
    try:
        # Even for reading, SQLite writes beside a file in WAL mode, unless it is told that nobody changes it.
        mode = "mode=ro" if sqlite_logs(path) else "immutable=1"
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?{mode}", uri=True)) as connection:
            connection.text_factory = lambda value: value.decode(errors="replace")
            yield connection
    except sqlite3.Error as error:
        raise _unreadable(path, "SQLite", error) from error


def _from(connection: sqlite3.Connection, source: Source) -> str:
    """The table in SQL; without an index, so that its rows come in the order of the table."""
    kinds = dict(
        connection.execute(
            "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        )
    )
    table = source.table or (next(iter(kinds)) if len(kinds) == 1 else None)
    if table not in kinds:
        problem = f"has no table {table}" if table else "has not exactly one table"
        raise UserError(
            f"{source.path} {problem}: set `table` in sources.yaml to one of {', '.join(sorted(kinds)) or 'none'}"
        )
    return f"{_name(str(table))} NOT INDEXED" if kinds[table] == "table" else _name(str(table))


def _name(text: str) -> str:
    """A name in SQL."""
    return '"' + text.replace('"', '""') + '"'


def _refuse_missing(source: Source, names: Iterable[str]) -> None:
    there = list(names)
    if twice := [name for name in source.columns.values() if there.count(name) > 1]:
        raise UserError(f"{source.path} has the column {twice[0]} twice: rename the one that is not meant")
    if missing := [name for name in source.columns.values() if name not in there]:
        raise UserError(
            f"{source.path} lacks the column {', '.join(missing)}: it has {', '.join(there)[:500]}; "
            "correct `columns` in sources.yaml, or list it there with them"
        )


def _unreadable(path: Path, kind: str, error: Exception) -> UserError:
    return UserError(f"{path} cannot be read as {kind}: {' '.join(str(error).split())[:200]}; write or fetch it again")
