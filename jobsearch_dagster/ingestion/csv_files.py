"""CSV files to records the careful way, with every record accounted for: read, or rejected with a reason.

Belongs here: the dialect (columns, delimiter) and Python's `csv` reader in strict mode, which says of each record why
it cannot be read. Its rule of what a record is decides everywhere; `quick_csv.py` is the quick way to the same
records for files without a fault.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.encodings import TextEncoding, detect, read_lines
from jobsearch_dagster.ingestion.records import COLUMNS, LARGEST_CELL, Record, judge, rejected
from jobsearch_dagster.ingestion.sources import Source

if TYPE_CHECKING:
    import _csv

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

    A quote that is never closed, or that a later record closes, would take all lines between into one record. So a
    record of several lines that is not readable, or has another number of cells than the header, is none: its first
    line is rejected, and the lines after it are read anew.

    Raises:
        UserError: See `layout_of`.
    """
    layout = layout_of(source)
    for number, row in enumerate(_rows(source.path, layout), 1):
        if row.fault:
            yield rejected(number, row.line, row.fault, row.text)
        else:
            cells = tuple(row.cells[i] or None if i is not None else None for i in layout.positions)
            yield judge(number, row.line, cells)


def count_records(source: Source) -> int:
    """How many records the file falls into, by the rule of `read_records`, in a pass of its own.

    In a damaged file only that rule says what a record is. So the count does not question the rule; it finds what is
    lost or doubled between the rule and the tables: by the reader of regular files, which is another one, by the
    judgement of the cells, and on the way through DuckDB.
    """
    return sum(1 for _ in _rows(source.path, layout_of(source)))


@dataclass(frozen=True)
class _Row:
    """A record before its cells are judged.

    Attributes:
        line: Line on which it starts.
        text: Its beginning as it stands in the file.
        cells: All of them; none where there is a fault.
        fault: Why it cannot be read.
    """

    line: int
    text: str
    cells: list[str]
    fault: str = ""


class _Lines:
    """The lines of a file as `csv.reader` takes them, with those of the record in hand kept, to be read anew."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self._size = 0
        self.taken: list[str] = []
        self.line = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        self._size += len(line)
        if self._size > LARGEST_CELL:
            raise csv.Error(f"longer than {LARGEST_CELL:,} characters")
        return line

    def begin_record(self) -> None:
        """The lines taken so far are done with."""
        self.line += len(self.taken)
        self.taken, self._size = [], 0

    def give_back_last(self) -> None:
        """The line taken last is read again, as the first of the next record."""
        self._again.append(self.taken.pop())


def _rows(path: Path, layout: Layout) -> Iterator[_Row]:
    """What a file falls into after its header; empty lines left out."""
    lines = _Lines(read_lines(path, layout.encoding, LARGEST_CELL))
    reader = _reader(lines, layout.delimiter)
    next(reader)
    while True:
        lines.begin_record()
        cells, fault = _next_row(reader, layout.width)
        if cells is None and not fault:
            return
        if fault and len(lines.taken) > 1:
            yield from _line_by_line(lines, fault, layout)
        elif fault or cells:
            yield _Row(lines.line, lines.taken[0], cells or [], fault)


def _next_row(reader: "_csv.Reader", width: int) -> tuple[list[str] | None, str]:
    """The next cells, None at the end of the file, or a fault."""
    try:
        cells = next(reader, None)
    except csv.Error as error:
        return None, f"not readable as CSV: {error}"
    if cells and len(cells) != width:
        return None, f"{len(cells)} cells where the header has {width}"
    return cells, ""


def _line_by_line(lines: _Lines, fault: str, layout: Layout) -> Iterator[_Row]:
    """The lines of a record that is none: the first is faulty, each other one a record if it is one by itself.

    None of them begins a record that goes on below: inside quotes it would go on as the first one did, and end where
    that one ended. Only the last one, where the fault shows, is given back. So every line is read at most twice,
    however many quotes are wrong.
    """
    lines.give_back_last()
    first, *others = lines.taken
    yield _Row(lines.line, first, [], fault)
    for number, line in enumerate(others, lines.line + 1):
        cells, fault = _next_row(_reader([line], layout.delimiter), layout.width)
        if fault or cells:
            yield _Row(number, line, cells or [], fault)


def _reader(lines: Iterable[str], delimiter: str) -> "_csv.Reader":
    csv.field_size_limit(LARGEST_CELL)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _header(path: Path, encoding: TextEncoding, delimiter: str) -> list[str]:
    try:
        return next(_reader(read_lines(path, encoding, LARGEST_CELL), delimiter), [])
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
            f"{path} lacks the column {', '.join(missing)}: its header is {','.join(names)[:200]}; "
            f"add it, or say in raw/sources.yaml which columns there are (docs/data.md)"
        )
    if twice := [name for name in wanted if names.count(name) > 1]:
        raise UserError(f"{path} has the column {twice[0]} twice: rename the one that is not meant, in its first line")
    theirs = [source.columns.get(name) for name in COLUMNS]
    return tuple(None if name is None else names.index(name) for name in theirs)
