"""Raw CSV files to records, with every record accounted for: read, or rejected with a reason.

Belongs here: finding the files of `raw/`, decoding, splitting into cells, and judging a record's shape. What the
cells mean is left to `preparation/`.

The files are split by Python's `csv` in strict mode and streamed into DuckDB in batches. DuckDB's own reader was
tried first: with `store_rejects` it returns neither a row nor a reject for a record whose closing quote is missing.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.errors import UserError

if TYPE_CHECKING:
    import _csv

    import duckdb

COLUMNS = {
    "Resume": "resume",
    "Job-Title": "job_title",
    "Location": "location",
    "Salary": "salary",
    "Description": "description",
}
"""Name in the file -> name in the tables."""
NEEDED = ("Job-Title", "Description")
"""A posting without title or description can be neither described nor found."""
SPLITS = ("train", "test")
LARGEST_CELL = 64 * 1024 * 1024  # characters; Python's own limit is 128 KiB, less than some descriptions
BATCH = 5_000  # records handed to DuckDB at once: about 20 MB at 4 kB each


@dataclass(frozen=True)
class Record:
    """One record of a file.

    Attributes:
        file: File name.
        number: 1 for the first record after the header.
        line: Line on which the record starts, 1 for the first line of the file.
        cells: The five cells in the order of `COLUMNS`, empty ones as None; None when the record is rejected.
        reason: Why it is rejected.
        text: Beginning of a rejected record.
    """

    file: str
    number: int
    line: int
    cells: tuple[str | None, ...] | None
    reason: str = ""
    text: str = ""


def find_files(raw: Path) -> list[Path]:
    """The CSV files of the raw folder, by name.

    Raises:
        UserError: There are none, or a name does not say which split the file belongs to.
    """
    files = sorted(path for path in raw.glob("*.csv") if path.is_file())
    if not files:
        raise UserError(
            f"no CSV file in {raw}: put train*.csv and test*.csv there or run `jobsearch sample --rows 500 --out {raw}`"
        )
    for path in files:
        split_of(path)
    return files


def split_of(path: Path) -> str:
    """`train` or `test`, from the beginning of the file's name."""
    for split in SPLITS:
        if path.name.lower().startswith(split):
            return split
    raise UserError(f"{path} is neither train nor test: begin its name with `train` or `test`")


def read_records(path: Path) -> Iterator[Record]:
    """All records of one file in order.

    Raises:
        UserError: The file is empty, is not UTF-8, or lacks a column.
    """
    csv.field_size_limit(LARGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            header = next(reader, [])
            yield from _records(path, reader, _positions(path, header), len(header))
    except csv.Error as error:
        raise UserError(f"{path}: its header is not readable as CSV: {error}; correct its first line") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not UTF-8 (byte 0x{error.object[error.start]:02x}): "
            f"convert it, e.g. `iconv -f CP1252 -t UTF-8 {path.name}`"
        ) from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; check the file and its permissions") from error


def _positions(path: Path, header: list[str]) -> list[int]:
    names = [name.strip() for name in header]
    if not any(names):
        raise UserError(f"{path} is empty: it needs the header {','.join(COLUMNS)} and at least one row")
    missing = [name for name in COLUMNS if name not in names]
    if missing and len(names) == 1:
        raise UserError(f"{path}: its header is one field, {names[0][:200]}: separate the columns by commas")
    if missing:
        raise UserError(
            f"{path} lacks the column {', '.join(missing)}: its header is {','.join(names)[:200]}, "
            f"it needs {','.join(COLUMNS)}"
        )
    return [names.index(name) for name in COLUMNS]


def _records(path: Path, reader: "_csv.Reader", positions: list[int], width: int) -> Iterator[Record]:
    number = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            number += 1
            yield Record(path.name, number, line, None, f"not readable as CSV: {error}")
            continue  # the reader begins anew on the next line
        if row is None:
            return
        if not row:
            continue  # an empty line is no record
        number += 1
        yield _judged(path.name, number, line, row, positions, width)


def _judged(file: str, number: int, line: int, row: list[str], positions: list[int], width: int) -> Record:
    cells = tuple(row[i] or None for i in positions) if len(row) == width else ()
    if not cells:
        reason = f"{len(row)} cells where the header has {width}"
    elif empty := [
        name for name, cell in zip(COLUMNS, cells, strict=True) if name in NEEDED and not (cell or "").strip()
    ]:
        reason = f"empty: {', '.join(empty)}"
    else:
        return Record(file, number, line, cells)
    return Record(file, number, line, None, reason, ",".join(row)[:200])


def load(connection: "duckdb.DuckDBPyConnection", raw: Path) -> None:
    """Read every file of the raw folder into the temporary tables `accepted` and `rejected` of the connection.

    Memory stays flat: records are handed over in batches.

    Raises:
        UserError: See `find_files` and `read_records`.
    """
    import pandas as pd

    cells = ", ".join(f"{name} VARCHAR" for name in COLUMNS.values())
    connection.execute(
        f"CREATE TEMP TABLE accepted (row_id VARCHAR, split VARCHAR, file VARCHAR, record BIGINT, {cells})"
    )
    connection.execute(
        "CREATE TEMP TABLE rejected (file VARCHAR, record BIGINT, line BIGINT, reason VARCHAR, text VARCHAR)"
    )
    for path in find_files(raw):
        split = split_of(path)
        for batch in _batches(read_records(path)):
            accepted = pd.DataFrame(
                [(f"{r.file}:{r.number}", split, r.file, r.number, *r.cells) for r in batch if r.cells is not None],
                columns=["row_id", "split", "file", "record", *COLUMNS.values()],
                dtype=object,
            )
            rejected = pd.DataFrame(
                [(r.file, r.number, r.line, r.reason, r.text) for r in batch if r.cells is None],
                columns=["file", "record", "line", "reason", "text"],
                dtype=object,
            )
            for table, frame in (("accepted", accepted), ("rejected", rejected)):
                if len(frame):
                    connection.append(table, frame)


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch
