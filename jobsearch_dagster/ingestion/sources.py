"""Which files hold the raw data, and where in them our five columns are.

Belongs here: `raw/sources.yaml`, the files that need no entry in it (`train*`, `test*`), and every mistake a
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
NO_DELIMITERS = '"\r\n\0'


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
        if value is None:
            return None
        character = {"tab": "\t", r"\t": "\t"}.get(value, value) if isinstance(value, str) else ""
        if len(character) != 1 or not character.isascii() or character in NO_DELIMITERS:
            raise ValueError("is not one ASCII character, such as ';' or tab, and neither a quote nor a line end")
        return character

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
    """What `sources.yaml` lists, in its order, then the other files of raw/ whose names say their split, by name.

    Raises:
        UserError: There are none, `sources.yaml` is wrong, or the name of a CSV file does not say its split.
    """
    listed = _listed(raw)
    taken = {source.path for source in listed}
    files = sorted(path for path in raw.glob("*") if path.is_file() and not path.name.startswith("."))
    found = [*listed, *(by_name(path) for path in files if path not in taken and _is_meant(path))]
    if not found:
        raise UserError(
            f"no CSV file in {raw}: put train*.csv and test*.csv there, list other files in its {LISTING}, "
            f"or run `jobsearch sample --rows 500 --out {raw}`"
        )
    return found


def _is_meant(path: Path) -> bool:
    """Whether a file must be readable by name; a CSV file always, lest one with a mistyped name be passed over."""
    suffix = path.suffix.lower()
    return suffix == ".csv" or (suffix in KINDS and path.name.lower().startswith(SPLITS))


def by_name(path: Path) -> Source:
    """A file of any kind with our own columns, whose name begins with its split.

    Raises:
        UserError: It begins otherwise.
    """
    for split in SPLITS:
        if path.name.lower().startswith(split):
            suffix = path.suffix.lower()
            columns = {name: name for name in COLUMNS}
            return Source(path, path.name, KINDS[suffix], split, columns, delimiter=_delimiter(suffix))
    raise UserError(f"{path} is neither train nor test: begin its name with `train` or `test`, or list it in {LISTING}")


def raw_files(raw: Path) -> list[Path]:
    """Every file that the raw data is read from, `sources.yaml` apart."""
    files = set()
    for source in find_sources(raw):
        files.update({source.path, *source.resumes, *(sqlite_logs(source.path) if source.kind == "sqlite" else [])})
    return sorted(files)


def sqlite_logs(path: Path) -> list[Path]:
    """The files beside an SQLite file that hold what was committed last or must be undone; empty ones hold nothing."""
    logs = (path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-journal"))
    return [log for log in logs if log.is_file() and log.stat().st_size]


def resume_names(raw: Path) -> set[str]:
    """The resume files of all sources, by their paths below the raw folder."""
    return {path.relative_to(raw).as_posix() for source in find_sources(raw) for path in source.resumes}


def unlisted_files(raw: Path) -> list[str]:
    """Names of the files directly in the raw folder that nothing reads, hidden ones apart."""
    known = {*raw_files(raw), raw / LISTING}
    known |= {path.with_name(path.name + ending) for path in known for ending in ("-wal", "-shm", "-journal")}
    return sorted(p.name for p in raw.iterdir() if p.is_file() and p not in known and not p.name.startswith("."))


def listing(raw: Path) -> Listing | None:
    """What `sources.yaml` says, None without one.

    Raises:
        UserError: It cannot be read, or says something that is not understood.
    """
    path = raw / LISTING
    if not path.is_file():
        return None
    try:
        return Listing.model_validate(_parse(path) or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = [part + 1 if isinstance(part, int) else part for part in first["loc"]]
        where = " ".join(str(part) for part in place)
        message = " ".join(first["msg"].removeprefix("Value error, ").split())
        raise UserError(f"{path}{', ' + where if where else ''}: {message}; correct it there") from error


def _parse(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_bytes())
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: of a date that is none
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        raise UserError(f"{path}{place} is not YAML: {problem}; correct it there") from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; check the file and its permissions") from error


def _listed(raw: Path) -> list[Source]:
    path, found = raw / LISTING, listing(raw)
    entries = found.sources if found else ()
    sources = [_source(raw, entry, f"{path}, source {number}") for number, entry in enumerate(entries, 1)]
    names = [source.name for source in sources]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"{path} lists {twice[0]} twice: list each file once, an SQLite file once per table")
    resumes = {resume for source in sources for resume in source.resumes}
    if both := [source for source in sources if source.path in resumes]:
        raise UserError(f"{path}: {both[0].name} lies among resumes; put the resumes into a folder of their own")
    return sources


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
        delimiter=entry.delimiter or _delimiter(path.suffix.lower()),
        encoding=entry.encoding,
        resumes=() if entry.resumes is None else _resumes(raw, entry.resumes, place),
    )


def _delimiter(suffix: str) -> str | None:
    return "\t" if suffix == ".tsv" else None


def _below(raw: Path, name: str, place: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise UserError(
            f"{place}: {name} does not lie below {raw}; move or link it there and write its path from there"
        )
    return raw / path


def _resumes(raw: Path, name: str, place: str) -> tuple[Path, ...]:
    """The files of a folder of resumes and of the folders in it.

    Hidden ones and Word's own lock files (`~$name.docx`) are none.
    """
    folder = _below(raw, name, place)
    if folder == raw:
        raise UserError(f"{place}: `resumes` is {raw} itself; put the resumes into a folder of their own below it")
    if not folder.is_dir():
        raise UserError(f"{place}: the folder {folder} is missing; put the resumes there or correct `resumes`")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path.relative_to(folder)))
    if not files:
        raise UserError(f"{place}: {folder} holds no resume; put .pdf, .docx or .txt files there")
    return tuple(files)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)
