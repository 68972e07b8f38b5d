"""CSV files to records the careful way, with every record accounted for: read, or rejected with a reason.

Belongs here: the dialect (columns, delimiter) and Python's `csv` reader in strict mode, which says of each record why
it cannot be read. Its rule of what a record is decides everywhere; `quick_csv.py` is the quick way to the same
records for files without a fault.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.encodings import TextEncoding, detect, read_lines
from jobsearch_dagster.ingestion.records import COLUMNS, Record, judge, rejected
from jobsearch_dagster.ingestion.sources import Source

if TYPE_CHECKING:
    import _csv

LARGEST_CELL = 64 * 1024 * 1024  # characters; Python's own limit is 128 KiB, less than some descriptions
DELIMITERS = (",", ";", "\t", "|")
"""Tried in this order where the user names none; the one that splits the header into most cells is right."""


@dataclass(frozen=True)
class Layout:
    """What must be known of a CSV file before its records are read.

    Attributes:
        encoding: How its bytes become text.
        delimiter: Between its cells.
        width: Cells in its header.
        positions: For each of our columns the index of its cell, None where the file has none.
    """

    encoding: TextEncoding
    delimiter: str
    width: int
    positions: tuple[int | None, ...]


def layout_of(source: Source) -> Layout:
    """Find out encoding, delimiter and columns from the file itself.

    Raises:
        UserError: The file is empty, its header is not readable, or it lacks a column.
    """
    encoding = detect(source.path, source.encoding)
    headers = {
        delimiter: _header(source.path, encoding, delimiter)
        for delimiter in ([source.delimiter] if source.delimiter else DELIMITERS)
    }
    delimiter = max(headers, key=lambda d: len(headers[d]))
    names = [name.strip() for name in headers[delimiter]]
    return Layout(encoding, delimiter, len(names), _positions(source, names))


def read_records(source: Source) -> Iterator[Record]:
    """All records of one file in order; an empty line is none.

    Raises:
        UserError: See `layout_of`.
    """
    layout = layout_of(source)
    reader = _reader(source.path, layout.encoding, layout.delimiter)
    next(reader)
    number = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            number += 1
            yield rejected(number, line, f"not readable as CSV: {error}")
            continue  # the reader begins anew on the next line
        if row is None:
            return
        if not row:
            continue
        number += 1
        if len(row) == layout.width:
            yield judge(number, line, tuple(row[i] or None if i is not None else None for i in layout.positions))
        else:
            yield rejected(number, line, f"{len(row)} cells where the header has {layout.width}", tuple(row))


def count_records(source: Source) -> int:
    """How many records `read_records` must yield, without judging any."""
    layout = layout_of(source)
    reader = _reader(source.path, layout.encoding, layout.delimiter)
    count = -1  # the header
    while True:
        try:
            for row in reader:
                count += bool(row)
        except csv.Error:
            count += 1
        else:
            return count


def _reader(path: Path, encoding: TextEncoding, delimiter: str) -> "_csv.Reader":
    csv.field_size_limit(LARGEST_CELL)
    return csv.reader(read_lines(path, encoding), delimiter=delimiter, strict=True)


def _header(path: Path, encoding: TextEncoding, delimiter: str) -> list[str]:
    try:
        return next(_reader(path, encoding, delimiter), [])
    except csv.Error:
        return []  # not with this delimiter


def _positions(source: Source, names: list[str]) -> tuple[int | None, ...]:
    path, wanted = source.path, list(source.columns.values())
    if not any(names):
        raise UserError(
            f"{path} is empty or its first line is not readable as CSV: "
            f"it needs the header {','.join(wanted)} and at least one row"
        )
    missing = [name for name in wanted if name not in names]
    if missing and len(names) == 1:
        raise UserError(
            f"{path}: its header is one field, {names[0][:200]}: separate its cells by commas, quote them fully"
        )
    if missing:
        raise UserError(
            f"{path} lacks the column {', '.join(missing)}: its header is {','.join(names)[:200]}, "
            f"it needs {','.join(wanted)}"
        )
    theirs = [source.columns.get(name) for name in COLUMNS]
    return tuple(None if name is None else names.index(name) for name in theirs)
