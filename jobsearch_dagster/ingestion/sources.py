"""Which files hold the raw data, and where in them our five columns are.

Belongs here: `raw/sources.yaml`, the files that need no entry in it (`train*.csv`, `test*.csv`), and every mistake a
user can make in naming them. What is in the files is read by `csv_files.py` and `table_files.py`.
"""

import codecs
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.records import COLUMNS, NEEDED

LISTING = "sources.yaml"
SPLITS = ("train", "test")
KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".sqlite": "sqlite",
    ".db": "sqlite",
}
"""Ending of a file's name -> how it is read."""


@dataclass(frozen=True)
class Source:
    """Where the postings of one split come from.

    Attributes:
        path: The file.
        name: Its path below the raw folder; of SQLite `<file>#<table>` where a table is named. Stands in `row_id`.
        kind: csv, parquet, jsonl or sqlite.
        split: train or test.
        columns: Our column -> the column of the file.
        table: Table of an SQLite file; None when it has only one.
        delimiter: Between the cells of a CSV file; None when it is to be found out.
        encoding: Of a CSV or JSONL file; None when it is to be found out.
        resumes: The files that every posting is crossed with; empty when the resume is a column.
    """

    path: Path
    name: str
    kind: str
    split: str
    columns: dict[str, str]
    table: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    resumes: tuple[Path, ...] = ()


class Entry(BaseModel):
    """One entry of `sources.yaml`, as the user writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    split: Literal["train", "test"]
    columns: dict[str, str] = Field(default_factory=dict)
    table: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    resumes: str | None = None

    @field_validator("delimiter", mode="before")
    @classmethod
    def _one_character(cls, value: Any) -> Any:
        value = {"tab": "\t", r"\t": "\t"}.get(value, value)
        if value is not None and not (isinstance(value, str) and len(value) == 1 and value.isascii()):
            raise ValueError("is not one ASCII character, such as ';' or tab")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_to_python(cls, value: str | None) -> str | None:
        try:
            TextIOWrapper(BytesIO(), encoding=value)  # refuses codecs that are not of text, such as base64
            codecs.getincrementaldecoder(value or "utf-8")
        except LookupError:
            raise ValueError(f"{value} is no encoding; write for example cp1252, or leave it out") from None
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Entry":
        kind = KINDS.get(PurePosixPath(self.file).suffix.lower())
        if kind is None:
            raise ValueError(f"{self.file} ends in none of {', '.join(KINDS)}")
        if unknown := [name for name in self.columns if name not in COLUMNS]:
            raise ValueError(f"columns names {', '.join(unknown)}, but ours are {', '.join(COLUMNS)}")
        if missing := [name for name in NEEDED if self.columns and name not in self.columns]:
            raise ValueError(f"columns lacks {', '.join(missing)}; write `ours: theirs`")
        if self.resumes and "Resume" in self.columns:
            raise ValueError("resumes and a column for Resume exclude each other")
        if self.table and kind != "sqlite":
            raise ValueError("table is for SQLite files only")
        if self.delimiter and kind != "csv":
            raise ValueError("delimiter is for CSV files only")
        if self.encoding and kind not in {"csv", "jsonl"}:
            raise ValueError("encoding is for CSV and JSONL files only")
        return self

    def mapping(self) -> dict[str, str]:
        """Our column -> theirs; by default all five under our own names."""
        return self.columns or {name: name for name in COLUMNS if not (self.resumes and name == "Resume")}


class Listing(BaseModel):
    """The whole of `sources.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[Entry, ...] = Field(min_length=1)


def find_sources(raw: Path) -> list[Source]:
    """What `sources.yaml` lists, in its order, then the CSV files it does not list, by name.

    Raises:
        UserError: There are none, `sources.yaml` is wrong, or a name does not say which split the file belongs to.
    """
    listed = _listed(raw)
    taken = {source.path for source in listed}
    files = sorted(path for path in raw.glob("*") if path.is_file() and path.suffix.lower() == ".csv")
    found = [*listed, *(by_name(path) for path in files if path not in taken)]
    if not found:
        raise UserError(
            f"no CSV file in {raw}: put train*.csv and test*.csv there, list other files in its {LISTING}, "
            f"or run `jobsearch sample --rows 500 --out {raw}`"
        )
    return found


def by_name(path: Path) -> Source:
    """A CSV file with our own columns, whose name begins with its split.

    Raises:
        UserError: It begins otherwise.
    """
    for split in SPLITS:
        if path.name.lower().startswith(split):
            return Source(path, path.name, "csv", split, {name: name for name in COLUMNS})
    raise UserError(f"{path} is neither train nor test: begin its name with `train` or `test`, or list it in {LISTING}")


def raw_files(raw: Path) -> list[Path]:
    """Every file that the raw data is read from, `sources.yaml` apart."""
    files = set()
    for source in find_sources(raw):
        # SQLite keeps what was committed last beside the file.
        log = source.path.with_name(f"{source.path.name}-wal")
        files.update({source.path, *source.resumes, *([log] if source.kind == "sqlite" and log.is_file() else [])})
    return sorted(files)


def resume_names(raw: Path) -> set[str]:
    """The resume files of all sources, by their paths below the raw folder."""
    return {path.relative_to(raw).as_posix() for source in find_sources(raw) for path in source.resumes}


def unlisted_files(raw: Path) -> list[str]:
    """Names of the files directly in the raw folder that nothing reads, hidden ones apart."""
    known = {*raw_files(raw), raw / LISTING}
    return sorted(p.name for p in raw.iterdir() if p.is_file() and p not in known and not p.name.startswith("."))


def _listed(raw: Path) -> list[Source]:
    path = raw / LISTING
    if not path.is_file():
        return []
    sources = [_source(raw, entry, f"{path}, source {number}") for number, entry in enumerate(_parse(path).sources, 1)]
    names = [source.name for source in sources]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"{path} lists {twice[0]} twice: list each file once, an SQLite file once per table")
    return sources


def _parse(path: Path) -> Listing:
    try:
        return Listing.model_validate(yaml.safe_load(path.read_bytes()) or {})
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise UserError(f"{path}{place} is not YAML: {problem}; correct it there") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = [part + 1 if isinstance(part, int) else part for part in first["loc"]]
        where = " ".join(str(part) for part in place)
        message = " ".join(first["msg"].removeprefix("Value error, ").split())
        raise UserError(f"{path}{', ' + where if where else ''}: {message}; correct it there") from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; check the file and its permissions") from error


def _source(raw: Path, entry: Entry, place: str) -> Source:
    path = _below(raw, entry.file, place)
    if not path.is_file():
        raise UserError(f"{place}: {path} is missing; put it there or correct `file`")
    return Source(
        path=path,
        name=PurePosixPath(entry.file).as_posix() + (f"#{entry.table}" if entry.table else ""),
        kind=KINDS[path.suffix.lower()],
        split=entry.split,
        columns=entry.mapping(),
        table=entry.table,
        delimiter=entry.delimiter or ("\t" if path.suffix.lower() == ".tsv" else None),
        encoding=entry.encoding,
        resumes=_resumes(_below(raw, entry.resumes, place), place) if entry.resumes else (),
    )


def _below(raw: Path, name: str, place: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise UserError(
            f"{place}: {name} does not lie below {raw}; move or link it there and write its path from there"
        )
    return raw / path


def _resumes(folder: Path, place: str) -> tuple[Path, ...]:
    """The files of a folder of resumes; hidden ones and Word's own lock files (`~$name.docx`) are none."""
    if not folder.is_dir():
        raise UserError(f"{place}: the folder {folder} is missing; put the resumes there or correct `resumes`")
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))
    if not files:
        raise UserError(f"{place}: {folder} holds no resume; put .pdf, .docx or .txt files there")
    return tuple(files)
