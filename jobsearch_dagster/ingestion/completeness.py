"""Whether every record of the raw files is in a table: read + rejected = records.

Belongs here: the comparison. The records are counted anew from the files, in a pass that makes no rows: of CSV files
by the careful reader, also where the rows are DuckDB's; of others by their lines, footer or SQL.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.ingestion.reading import count_records
from jobsearch_dagster.ingestion.sources import find_sources

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Gap:
    """A file whose records are not all accounted for.

    Attributes:
        file: Its name in the tables.
        records: Records in the file, times the readable resumes that they are crossed with.
        read: Rows of raw_jobs.
        rejected: Rows of rejected_rows.
    """

    file: str
    records: int
    read: int
    rejected: int


def find_gaps(connection: "duckdb.DuckDBPyConnection", raw: Path) -> list[Gap]:
    """Compare the files of the raw folder with `raw_jobs` and `rejected_rows`, views of the connection.

    Raises:
        UserError: A raw file is gone or cannot be opened.
    """
    read = dict(connection.execute("SELECT file, count(*) FROM raw_jobs GROUP BY file").fetchall())
    rejected = dict(connection.execute("SELECT file, count(*) FROM rejected_rows GROUP BY file").fetchall())
    gaps, resumes = [], set()
    for source in find_sources(raw):
        names = {path.relative_to(raw).as_posix() for path in source.resumes}
        resumes |= names
        factor = len(names - set(rejected)) if names else 1
        gaps.append(
            Gap(source.name, count_records(source) * factor, read.pop(source.name, 0), rejected.pop(source.name, 0))
        )
    gone = sorted((set(read) | set(rejected)) - resumes)
    gaps += [Gap(file, 0, read.get(file, 0), rejected.get(file, 0)) for file in gone]
    return [gap for gap in gaps if gap.read + gap.rejected != gap.records]
