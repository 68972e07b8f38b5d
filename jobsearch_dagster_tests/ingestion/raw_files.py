"""Makers of real raw files for the tests of ingestion, and one call that reads them all."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import yaml

from jobsearch_dagster.ingestion.reading import load_accepted, load_rejected
from jobsearch_dagster.ingestion.records import COLUMNS

HEADER = ",".join(COLUMNS)
GOOD = "r,t,l,s,d"


def file_with(folder: Path, text: str | bytes, name: str = "train-1.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def csv_text(
    rows: Iterable[Sequence[str | None]], newline: str = "\r\n", header: Sequence[str] = tuple(COLUMNS)
) -> str:
    buffer = io.StringIO(newline="")
    # Until Python 3.13 the writer quotes only those line ends that it writes itself.
    quoting = csv.QUOTE_MINIMAL if newline == "\r\n" else csv.QUOTE_ALL
    csv.writer(buffer, lineterminator=newline, quoting=quoting).writerows([header, *rows])
    return buffer.getvalue()


def listing(folder: Path, *entries: dict[str, Any]) -> Path:
    return file_with(folder, yaml.safe_dump({"sources": list(entries)}, sort_keys=False), "sources.yaml")


def sqlite_file(path: Path, tables: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Any]]]]) -> Path:
    connection = sqlite3.connect(path)
    for table, (columns, rows) in tables.items():
        names = ", ".join(f'"{column}"' for column in columns)
        connection.execute(f'CREATE TABLE "{table}" ({names})')
        connection.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(columns))})', rows)
    connection.commit()
    connection.close()
    return path


def pdf_file(path: Path, text: str, password: str | None = None) -> Path:
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(400, 400)
    if text:
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data(f"BT /F1 12 Tf 50 300 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(content)
    if password is not None:
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.write(path)
    return path


class Loaded:
    """What `raw_jobs` and `rejected_rows` hold of a raw folder, and what the run's log says."""

    def __init__(self, raw: Path, scratch: Path) -> None:
        self.said: list[str] = []
        with duckdb.connect() as connection:
            load_accepted(connection, raw, scratch, self.said.append)
            connection.execute("CREATE VIEW raw_jobs AS FROM accepted")
            load_rejected(connection, raw)
            self.accepted = connection.execute("FROM accepted ORDER BY file, record").fetchall()
            self.rejected = connection.execute("FROM rejected ORDER BY file, record").fetchall()

    @property
    def cells(self) -> list[tuple[str | None, ...]]:
        return [row[4:] for row in self.accepted]

    @property
    def row_ids(self) -> list[str]:
        return [row[0] for row in self.accepted]

    @property
    def reasons(self) -> dict[str, str]:
        return {f"{file}:{record}": reason for file, record, _, reason, _ in self.rejected}
