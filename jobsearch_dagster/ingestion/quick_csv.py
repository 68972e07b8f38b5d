"""CSV files to rows the quick way: by DuckDB, where a file is written exactly as RFC 4180 says.

Belongs here: proving that a file is regular, and the table that it becomes. DuckDB's own reader accepts what Python's
does not and reads it differently (`a, "b"`; text after a closing quote), and what it rejects it does not always
report; on regular files both find the same records, so only those are read by it. Others are for `csv_files.py`.
"""

import mmap
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.ingestion.csv_files import Layout
from jobsearch_dagster.ingestion.records import BLANKS, COLUMNS, LARGEST_CELL, NEEDED

if TYPE_CHECKING:
    import duckdb

BOM = b"\xef\xbb\xbf"
PAGES_KEPT = 64 * 1024 * 1024  # bytes of the map that stay in memory behind the reader; a file has gigabytes


@dataclass(frozen=True)
class Regular:
    """What is known of a regular file.

    Attributes:
        records: How many it has, without the header.
        longest: Bytes of its longest record.
        newline: The one line end between its records.
    """

    records: int
    longest: int
    newline: str


class MiscountError(Exception):
    """DuckDB split a regular file into another number of records than the pattern did."""


def examine(path: Path, layout: Layout) -> Regular | None:
    """Whether every record of a UTF-8 file has as many cells as the header, each quoted fully or without any quote.

    The file is mapped, not loaded; the pattern never goes back, so it takes one pass.

    Returns:
        None where a record is otherwise, or larger than the largest cell.
    """
    if layout.width < 2:
        return None  # a line of one empty cell would be an empty line, which is no record
    delimiter = re.escape(layout.delimiter.encode())
    cell = rb'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n' + delimiter + rb"]*+)"
    row = cell + rb"(?:" + delimiter + cell + rb"){%d}+" % (layout.width - 1)
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = len(BOM) if data[: len(BOM)] == BOM else 0
        header = re.compile(row + rb"(\r\n|\n|\r|\Z)").match(data, start)
        if header is None:
            return None
        newline, position, end = header[1] or b"\n", header.end(), len(data)
        del header  # a match keeps the map open
        record = re.compile(row + rb"(?:%b|\Z)(?:%b)*+" % (newline, newline))
        while data[position : position + len(newline)] == newline:  # empty lines, which are no records
            position += len(newline)
        count, longest, kept_from = 0, position, 0
        while position < end:
            if position - kept_from > PAGES_KEPT:
                data.madvise(mmap.MADV_DONTNEED, 0, position // mmap.PAGESIZE * mmap.PAGESIZE)
                kept_from = position
            match = record.match(data, position)
            if match is None or match.end() - position > LARGEST_CELL:
                del match
                return None
            longest = max(longest, match.end() - position)
            count, position = count + 1, match.end()
            del match
    return Regular(count, longest, newline.decode())


def load(connection: "duckdb.DuckDBPyConnection", table: str, path: Path, layout: Layout, regular: Regular) -> str:
    """Fill a temporary table with the records of a regular file.

    Returns:
        SQL of those that are readable: `record` (their numbers) and our five columns. Rows are stored in the order of
        the file (DuckDB's `preserve_insertion_order`), so their `rowid` tells their number; `row_number()` would
        tell it too, in one thread.

    Raises:
        duckdb.Error: DuckDB does not find the file regular.
        MiscountError: DuckDB finds another number of records.
    """
    file = re.sub(r"([*?\[])", r"[\1]", str(path))  # DuckDB takes a path for a glob pattern
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(layout.width))
    chosen = ", ".join(
        f"{'NULL::VARCHAR' if i is None else f'c{i}'} AS {name}"
        for i, name in zip(layout.positions, COLUMNS.values(), strict=True)
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE {table} AS SELECT {chosen}
        FROM read_csv({literal(file)}, auto_detect = false, header = true, columns = {{{columns}}},
            delim = {literal(layout.delimiter)}, quote = '"', escape = '"', encoding = 'utf-8',
            new_line = {literal(repr(regular.newline)[1:-1])}, max_line_size = {max(2 * regular.longest, 1 << 21)})
        """
    )
    ((found,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    if found != regular.records:
        connection.execute(f"DROP TABLE {table}")
        raise MiscountError(f"it finds {found:,} records where there are {regular.records:,}")
    # Not `trim(cell, blanks)`, which takes longer than all the rest: the pattern stops at the first letter.
    present = " AND ".join(f"regexp_matches({COLUMNS[name]}, {literal(f'[^{BLANKS}]')})" for name in NEEDED)
    return f"SELECT rowid + 1 AS record, {', '.join(COLUMNS.values())} FROM {table} WHERE {present}"


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"
