"""All raw files into DuckDB: the records that could be read, and those that could not.

Belongs here: which way each file is read, crossing postings with resumes, and handing records over in batches, so that
memory holds a batch and not a file. How one kind of file is read is in the module of its name.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.ingestion import csv_files, quick_csv, table_files
from jobsearch_dagster.ingestion.encodings import as_utf8, detect, say_encoding
from jobsearch_dagster.ingestion.records import COLUMNS, Record
from jobsearch_dagster.ingestion.resumes import read_resumes
from jobsearch_dagster.ingestion.sources import LISTING, Source, find_sources, unlisted_files

if TYPE_CHECKING:
    import duckdb

BATCH_RECORDS, BATCH_CHARACTERS = 5_000, 16_000_000
"""A batch is handed to DuckDB when it has that many of either."""
_READERS = {
    "csv": csv_files.read_records,
    "parquet": table_files.read_parquet,
    "jsonl": table_files.read_jsonl,
    "sqlite": table_files.read_sqlite,
}
_COUNTERS = {
    "csv": csv_files.count_records,
    "parquet": table_files.count_parquet,
    "jsonl": table_files.count_jsonl,
    "sqlite": table_files.count_sqlite,
}


def read_records(source: Source) -> Iterator[Record]:
    """Every record of a source in order, read or rejected; resumes are not looked at."""
    return _READERS[source.kind](source)


def count_records(source: Source) -> int:
    """How many records `read_records` must yield, counted without reading their cells."""
    return _COUNTERS[source.kind](source)


def load_accepted(
    connection: "duckdb.DuckDBPyConnection", raw: Path, scratch: Path, say: Callable[[str], object]
) -> None:
    """Make the temporary view `accepted` of every record that can be read.

    Where a source names a folder of resumes, each of its postings becomes one row per readable resume, and the rows
    are numbered through: posting 2 with resume 3 of 10 is record 13.

    Args:
        connection: Gets the view.
        raw: The raw folder.
        scratch: Folder for temporary files.
        say: Is told which files were not read, or not the quick way.

    Raises:
        UserError: See `find_sources`, `csv_files.layout_of`, `table_files` and `read_resumes`.
    """
    parts = []
    for number, source in enumerate(find_sources(raw)):
        records, resumes = f"records_{number}", f"resumes_{number}"
        _create_resumes(connection, resumes, read_resumes(source.resumes)[0])
        readable = None
        if source.kind == "csv":
            readable = _read_quickly(connection, records, source, scratch, say)
        elif source.kind == "jsonl":
            say_encoding(source.path, detect(source.path, source.encoding), say)
        parts.append(_crossed(source, readable or _read_carefully(connection, records, source), resumes))
    connection.execute(f"CREATE TEMP VIEW accepted AS {' UNION ALL '.join(parts)}")
    if others := unlisted_files(raw):
        say(f"not read, for {LISTING} does not list them: {', '.join(others)}")


def load_rejected(connection: "duckdb.DuckDBPyConnection", raw: Path) -> None:
    """Fill the temporary table `rejected` with every record that cannot be read.

    The records of every file are counted anew, and looked at one by one only where `raw_jobs` holds fewer rows than
    that. An unreadable resume is a file of one record.

    Args:
        connection: Gets the table; `raw_jobs` is a view of it.
        raw: The raw folder.

    Raises:
        UserError: As `load_accepted`.
    """
    connection.execute(
        "CREATE TEMP TABLE rejected (file VARCHAR, record BIGINT, line BIGINT, reason VARCHAR, text VARCHAR)"
    )
    read = dict(connection.execute("SELECT file, count(*) FROM raw_jobs GROUP BY file").fetchall())
    unreadable: dict[str, str] = {}
    number = _number("resumes")
    for source in find_sources(raw):
        if read.get(source.name, 0) == count_records(source) * max(1, len(source.resumes)):
            continue
        texts, faults = read_resumes(source.resumes)
        unreadable.update((path.relative_to(raw).as_posix(), reason) for path, reason in faults.items())
        _create_resumes(connection, "resumes", texts)
        for batch in _batches(record for record in read_records(source) if record.cells is None):
            _register(
                connection, ["record", "line", "reason", "text"], [(r.number, r.line, r.reason, r.text) for r in batch]
            )
            connection.execute(
                f"INSERT INTO rejected SELECT $file, {number}, line, reason, batch.text FROM batch, resumes",
                {"file": source.name},
            )
    for file, reason in unreadable.items():
        connection.execute("INSERT INTO rejected VALUES (?, 1, 1, ?, '')", [file, reason])


def _read_quickly(
    connection: "duckdb.DuckDBPyConnection", table: str, source: Source, scratch: Path, say: Callable[[str], object]
) -> str | None:
    """SQL of the readable records of a CSV file, read by DuckDB; None, and nothing read, where it is not regular."""
    import duckdb

    layout = csv_files.layout_of(source)
    with as_utf8(source.path, layout.encoding, scratch, say) as path:
        regular = quick_csv.examine(path, layout)
        if regular is None:
            say(f"{source.name} is not regular CSV: read record by record")
            return None
        try:
            return quick_csv.load(connection, table, path, layout, regular)
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, quick_csv.MiscountError) as error:
            say(f"{source.name} is refused by DuckDB ({str(error).splitlines()[0]}): read record by record")
            return None


def _read_carefully(connection: "duckdb.DuckDBPyConnection", table: str, source: Source) -> str:
    """SQL of the readable records of any file, read one by one into a temporary table."""
    connection.execute(f"CREATE TEMP TABLE {table} (record BIGINT, {' VARCHAR, '.join(COLUMNS.values())} VARCHAR)")
    for batch in _batches(record for record in read_records(source) if record.cells is not None):
        _register(connection, ["record", *COLUMNS.values()], [(r.number, *(r.cells or ())) for r in batch])
        connection.execute(f"INSERT INTO {table} FROM batch")
    return f"FROM {table}"


def _crossed(source: Source, readable: str, resumes: str) -> str:
    """SQL of the rows of `accepted`: the readable records of a source with each of its resumes."""
    file = quick_csv.literal(source.name)
    return f"""
        SELECT {file} || ':' || number AS row_id, '{source.split}' AS split, {file} AS file, number AS record,
            {", ".join(COLUMNS.values())}
        FROM (
            SELECT r.* REPLACE (coalesce({resumes}.text, resume) AS resume), {_number(resumes)} AS number
            FROM ({readable}) r, {resumes}
        )
    """


def _number(resumes: str) -> str:
    """SQL of the number of a record crossed with a resume."""
    return f"(record - 1) * (SELECT count(*) FROM {resumes}) + {resumes}.number"


def _create_resumes(connection: "duckdb.DuckDBPyConnection", table: str, texts: list[str]) -> None:
    """A temporary table of resumes; without any, one row without text, which leaves records as they are."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} (number BIGINT, text VARCHAR)")
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", list(enumerate(texts, 1)) or [(1, None)])


def _register(connection: "duckdb.DuckDBPyConnection", names: list[str], rows: list[tuple[Any, ...]]) -> None:
    """The view `batch`."""
    import pyarrow as pa

    types = [pa.int64() if name in {"record", "line"} else pa.large_string() for name in names]
    arrays = [pa.array(column, type_) for column, type_ in zip(zip(*rows, strict=True), types, strict=True)]
    connection.register("batch", pa.table(arrays, names=names))


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    characters = 0
    for record in records:
        batch.append(record)
        characters += sum(len(cell or "") for cell in record.cells or ())
        if len(batch) == BATCH_RECORDS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
