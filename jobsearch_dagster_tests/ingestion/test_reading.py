"""Read and rejected records of all files add up, whichever way and in whichever encoding they are read."""

import codecs
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion import quick_csv, reading
from jobsearch_dagster.ingestion.completeness import Gap, find_gaps
from jobsearch_dagster_tests.ingestion.raw_files import (
    GOOD,
    HEADER,
    Loaded,
    csv_text,
    file_with,
    listing,
)
from jobsearch_dagster_tests.ingestion.test_encodings import is_rather_utf8

FUNCTION_SCOPED = [HealthCheck.function_scoped_fixture]
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.text(
    st.sampled_from(' ",\r\n\té€a')
)
NEEDED_CELL = CELL.map(lambda text: f"x{text}")
ROWS = st.lists(st.tuples(CELL, NEEDED_CELL, CELL, CELL, NEEDED_CELL), max_size=4)
ENCODINGS = [
    ("utf-8", b""),
    ("utf-8-sig", b""),
    ("cp1252", b""),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-le", b""),
    ("utf-16-be", codecs.BOM_UTF16_BE),
    ("utf-16-be", b""),
]


def loaded(tmp_path: Path) -> Loaded:
    return Loaded(tmp_path / "raw", tmp_path / "tmp")


def raw_file(tmp_path: Path, content: str | bytes, name: str = "train-1.csv") -> Path:
    return file_with(tmp_path / "raw", content, name)


@pytest.mark.parametrize(("encoding", "mark"), ENCODINGS)
@settings(suppress_health_check=FUNCTION_SCOPED, deadline=None, max_examples=10)
@given(rows=ROWS, newline=st.sampled_from(["\n", "\r\n", "\r"]), faulty=st.booleans())
def test_records_in_any_encoding_are_read_exactly(
    tmp_path: Path, encoding: str, mark: bytes, rows: list[tuple[str, ...]], newline: str, faulty: bool
) -> None:
    if encoding == "cp1252":
        rows = [tuple(cell.encode("cp1252", "ignore").decode("cp1252") for cell in row) for row in rows]
    text = csv_text([*rows, ("one cell",)] if faulty else rows, newline)
    content = mark + text.encode(encoding)
    if encoding == "cp1252":
        assume(content.isascii() or not is_rather_utf8(content))
    raw_file(tmp_path, content)
    found = loaded(tmp_path)
    assert found.cells == [tuple(cell or None for cell in row) for row in rows]
    assert found.row_ids == [f"train-1.csv:{number}" for number in range(1, len(rows) + 1)]
    assert len(found.rejected) == faulty


@settings(suppress_health_check=FUNCTION_SCOPED, deadline=None, max_examples=60)
@given(st.binary() | st.lists(st.sampled_from([GOOD, ",", '"', "\n", "\r", "\0", "é", "  ,\u3000,,,"])).map("".join))
def test_read_and_rejected_are_together_the_records_of_any_file(tmp_path: Path, body: bytes | str) -> None:
    body = body.encode() if isinstance(body, str) else body
    raw_file(tmp_path, HEADER.encode() + b"\n" + body)
    with duckdb.connect() as connection:
        reading.load_accepted(connection, tmp_path / "raw", tmp_path / "tmp", lambda line: None)
        connection.execute("CREATE VIEW raw_jobs AS FROM accepted")
        reading.load_rejected(connection, tmp_path / "raw")
        connection.execute("CREATE VIEW rejected_rows AS FROM rejected")
        assert find_gaps(connection, tmp_path / "raw") == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_both_ways_give_the_same_rows_and_numbers(
    tmp_path: Path, newline: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("r", "t", "l", "", "a\nb"), ("r", " ", "l", "s", "d"), ("", 'say "hi"', "l", "s", "d")]
    raw_file(tmp_path, csv_text(rows, newline))
    quick = loaded(tmp_path)
    assert quick.said == []
    monkeypatch.setattr(quick_csv, "examine", lambda path, layout: None)
    careful = loaded(tmp_path)
    assert careful.said == ["train-1.csv is not regular CSV: read record by record"]
    assert quick.row_ids == ["train-1.csv:1", "train-1.csv:3"]
    assert (quick.accepted, quick.rejected) == (careful.accepted, careful.rejected)
    assert quick.rejected == [("train-1.csv", 2, 4, "empty: Job-Title", "r, ,l,s,d")]


def test_a_file_that_duckdb_refuses_is_read_record_by_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw_file(tmp_path, f"{HEADER}\n{GOOD}\nshort,row\n")
    monkeypatch.setattr(quick_csv, "examine", lambda path, layout: quick_csv.Regular(2, 100, "\n"))
    found = loaded(tmp_path)
    assert found.row_ids == ["train-1.csv:1"]
    assert found.reasons == {"train-1.csv:2": "2 cells where the header has 5"}
    assert "train-1.csv is refused by DuckDB" in found.said[0]


def test_a_file_of_which_duckdb_loses_a_record_is_read_record_by_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw_file(tmp_path, f"{HEADER}\n{GOOD}\n{GOOD}\n")
    monkeypatch.setattr(quick_csv, "examine", lambda path, layout: quick_csv.Regular(3, 100, "\n"))
    found = loaded(tmp_path)
    assert found.row_ids == ["train-1.csv:1", "train-1.csv:2"]
    assert found.said == [
        "train-1.csv is refused by DuckDB (it finds 2 records where there are 3): read record by record"
    ]


def test_any_refusal_of_duckdb_but_too_little_memory_leaves_the_file_to_the_careful_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw_file(tmp_path, f"{HEADER}\n{GOOD}\n")

    def failing(error: Exception) -> None:
        def load(*_: object) -> str:
            raise error

        monkeypatch.setattr(quick_csv, "load", load)

    failing(duckdb.BinderException("no such delimiter"))
    found = loaded(tmp_path)
    assert len(found.accepted) == 1
    assert "refused by DuckDB (no such delimiter)" in found.said[0]
    failing(duckdb.OutOfMemoryException("full"))
    with pytest.raises(duckdb.OutOfMemoryException):
        loaded(tmp_path)


def test_a_stray_quote_hides_no_record_from_the_tables_or_the_check(tmp_path: Path) -> None:
    good = [f"r{n},t{n},l,s,d{n}" for n in range(1_000)]
    good[10] = 'r10,"t10,l,s,d10'
    raw_file(tmp_path, "\n".join([HEADER, *good, ""]))
    found = loaded(tmp_path)
    assert len(found.accepted) == 999
    assert [(row[1], row[2], row[4]) for row in found.rejected] == [(11, 12, good[10])]


def test_read_and_rejected_rows_of_all_files_add_up(tmp_path: Path) -> None:
    raw_file(tmp_path, f"{HEADER}\n{GOOD}\nshort,row\nr2,t,l,,d\n")
    raw_file(tmp_path, f"{HEADER}\n{GOOD}\n", "test-1.csv")
    found = loaded(tmp_path)
    assert [(row[0], row[1], row[7]) for row in found.accepted] == [
        ("test-1.csv:1", "test", "s"),
        ("train-1.csv:1", "train", "s"),
        ("train-1.csv:3", "train", None),
    ]
    assert found.rejected == [("train-1.csv", 2, 3, "2 cells where the header has 5", "short,row")]


def test_a_file_in_another_encoding_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    raw_file(tmp_path, f"{HEADER}\nr,caf\u00e9,l,\u20ac 10,d\n".encode("cp1252"))
    found = loaded(tmp_path)
    assert found.cells == [("r", "café", "l", "€ 10", "d")]
    assert found.said == ["train-1.csv is read as cp1252"]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_files_that_nothing_reads_are_named(tmp_path: Path) -> None:
    raw_file(tmp_path, f"{HEADER}\n{GOOD}\n")
    raw_file(tmp_path, "", "jobs.parquet")
    raw_file(tmp_path, "", ".gitkeep")
    assert loaded(tmp_path).said == ["not read, for sources.yaml does not list them: jobs.parquet"]


def test_a_batch_is_handed_over_when_it_is_large_in_either_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading, "BATCH_CHARACTERS", 10)
    monkeypatch.setattr(quick_csv, "examine", lambda path, layout: None)
    sizes: list[int] = []
    register = reading._register
    monkeypatch.setattr(
        reading, "_register", lambda c, names, rows: (sizes.append(len(rows)), register(c, names, rows))
    )
    raw_file(tmp_path, f"{HEADER}\n" + f"{GOOD}\n" * 5)
    assert len(loaded(tmp_path).accepted) == 5
    assert sizes == [2, 2, 1]


class TestResumesOfASource:
    """Every posting is crossed with every resume."""

    def folder(self, tmp_path: Path, **resumes: str) -> None:
        raw_file(tmp_path, "Job-Title,Location,Salary,Description\nt1,l,s,d1\n ,l,s,d2\nt3,l,s,d3\n", "jobs.csv")
        for name, text in resumes.items():
            raw_file(tmp_path, text, f"cvs/{name}.txt")
        listing(tmp_path / "raw", {"file": "jobs.csv", "split": "train", "resumes": "cvs"})

    def test_rows_are_numbered_through(self, tmp_path: Path) -> None:
        self.folder(tmp_path, ann="Ann", bob="Bob")
        found = loaded(tmp_path)
        assert [(row[0], row[4], row[5]) for row in found.accepted] == [
            ("jobs.csv:1", "Ann", "t1"),
            ("jobs.csv:2", "Bob", "t1"),
            ("jobs.csv:5", "Ann", "t3"),
            ("jobs.csv:6", "Bob", "t3"),
        ]
        assert [(row[0], row[1], row[2]) for row in found.rejected] == [("jobs.csv", 3, 3), ("jobs.csv", 4, 3)]

    def test_an_unreadable_resume_is_rejected_with_its_file_and_reason(self, tmp_path: Path) -> None:
        self.folder(tmp_path, ann="Ann", bob=" ")
        found = loaded(tmp_path)
        assert found.row_ids == ["jobs.csv:1", "jobs.csv:3"]
        assert found.rejected[0] == ("cvs/bob.txt", 1, 1, "no text: a scanned page needs OCR first", "")

    def test_without_any_readable_resume_nothing_is_read(self, tmp_path: Path) -> None:
        self.folder(tmp_path, ann=" ")
        with pytest.raises(UserError, match=r"cvs holds no readable resume: ann.txt: no text"):
            loaded(tmp_path)

    def gaps(self, tmp_path: Path, rejected: list[tuple]) -> list[Gap]:
        found = loaded(tmp_path)
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE raw_jobs (file VARCHAR)")
            connection.execute("CREATE TABLE rejected_rows (file VARCHAR, record BIGINT)")
            connection.executemany("INSERT INTO raw_jobs VALUES (?)", [(row[2],) for row in found.accepted])
            connection.executemany("INSERT INTO rejected_rows VALUES (?, ?)", [row[:2] for row in rejected])
            return find_gaps(connection, tmp_path / "raw")

    def test_the_count_knows_of_unreadable_resumes(self, tmp_path: Path) -> None:
        self.folder(tmp_path, ann="Ann", bob=" ")
        rejected = loaded(tmp_path).rejected
        assert self.gaps(tmp_path, rejected) == []
        # A resume that vanished without a word is a gap: its postings are missing.
        assert self.gaps(tmp_path, rejected[1:]) == [Gap("jobs.csv", 6, 2, 1)]


def test_rows_of_a_file_that_is_gone_are_a_gap(tmp_path: Path) -> None:
    raw_file(tmp_path, f"{HEADER}\n{GOOD}\n")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE raw_jobs AS SELECT 'train-0.csv' AS file UNION ALL SELECT 'train-1.csv'")
        connection.execute("CREATE TABLE rejected_rows (file VARCHAR)")
        assert find_gaps(connection, tmp_path / "raw") == [Gap("train-0.csv", 0, 1, 0)]
