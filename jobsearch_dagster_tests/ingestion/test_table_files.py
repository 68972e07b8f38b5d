"""Parquet, JSONL and SQLite give the same records as a CSV file with the same postings."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.ingestion import table_files
from jobsearch_dagster.ingestion.assets import raw_file_digest
from jobsearch_dagster.ingestion.reading import count_records, read_records
from jobsearch_dagster.ingestion.sources import Source, find_sources, raw_files
from jobsearch_dagster_tests.ingestion.raw_files import Loaded, file_with, listing, sqlite_file

COLUMNS = {"Job-Title": "title", "Salary": "pay", "Description": "text"}
POSTINGS: list[dict[str, Any]] = [
    {"id": 1, "title": "Cook", "pay": 85000.0, "text": "We cook."},
    {"id": 2, "title": " ", "pay": None, "text": "nothing"},
    {"id": 3, "title": "Köchin", "pay": 12.5, "text": "Wir\nkochen."},
]
CELLS = [(None, "Cook", None, "85000", "We cook."), (None, "Köchin", None, "12.5", "Wir\nkochen.")]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    else:
        sqlite_file(path, {"jobs": (list(rows[0]), [[row[name] for name in rows[0]] for row in rows])})


def loaded(tmp_path: Path, name: str, **entry: Any) -> Loaded:
    raw = tmp_path / "raw"
    listing(raw, {"file": name, "split": "train", "columns": COLUMNS, **entry})
    return Loaded(raw, tmp_path / "tmp")


def source_of(raw: Path, name: str, **entry: Any) -> Source:
    listing(raw, {"file": name, "split": "train", "columns": COLUMNS, **entry})
    return find_sources(raw)[0]


@pytest.mark.parametrize("name", ["jobs.parquet", "jobs.jsonl", "jobs.sqlite", "jobs.DB"])
def test_every_kind_of_file_gives_the_same_records(tmp_path: Path, name: str) -> None:
    write(tmp_path / "raw" / name, POSTINGS)
    found = loaded(tmp_path, name)
    assert found.cells == CELLS
    assert found.row_ids == [f"{name}:1", f"{name}:3"]
    assert [(row[0], row[1], row[3]) for row in found.rejected] == [(name, 2, "empty: Job-Title")]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize("name", ["jobs.parquet", "jobs.jsonl", "jobs.sqlite"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(st.lists(st.fixed_dictionaries({"title": TEXT, "pay": TEXT, "text": TEXT}), min_size=1, max_size=4))
def test_any_text_is_read_exactly_and_every_row_is_counted(
    tmp_path: Path, name: str, rows: list[dict[str, Any]]
) -> None:
    (tmp_path / name).unlink(missing_ok=True)
    write(tmp_path / name, rows)
    source = source_of(tmp_path, name)
    records = list(read_records(source))
    assert len(records) == count_records(source) == len(rows)
    for record, row in zip(records, rows, strict=True):
        if row["title"].strip() and row["text"].strip():
            assert record.cells == (None, row["title"], None, row["pay"] or None, row["text"])
        else:
            assert record.cells is None


@pytest.mark.parametrize("name", ["jobs.parquet", "jobs.jsonl", "jobs.sqlite"])
def test_a_missing_column_is_named_beside_those_there(tmp_path: Path, name: str) -> None:
    write(tmp_path / "raw" / name, [{"title": "t", "text": "d", "wage": 1}])
    with pytest.raises(UserError, match=rf"{name} lacks the column pay: it has title, text, wage; correct `columns`"):
        loaded(tmp_path, name)


@pytest.mark.parametrize("name", ["jobs.parquet", "jobs.sqlite"])
@pytest.mark.parametrize("content", [b"", b"neither of both" * 100])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    file_with(tmp_path / "raw", content, name)
    with pytest.raises(UserError, match=rf"raw/{name} (cannot be read as|has not exactly one table)") as caught:
        loaded(tmp_path, name)
    assert "\n" not in str(caught.value)


def test_a_parquet_file_with_a_damaged_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "raw" / "jobs.parquet"
    write(path, POSTINGS)
    content = bytearray(path.read_bytes())
    pages = slice(4, len(content) - 8 - int.from_bytes(content[-8:-4], "little"))
    content[pages] = b"\xff" * (pages.stop - pages.start)
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"jobs.parquet cannot be read as Parquet: .*; write or fetch it again"):
        loaded(tmp_path, "jobs.parquet")


def test_typed_values_of_parquet_become_text(tmp_path: Path) -> None:
    write(tmp_path / "raw" / "jobs.parquet", [{"title": ["Cook", "Chef"], "pay": date(2024, 5, 1), "text": {"a": 1}}])
    assert loaded(tmp_path, "jobs.parquet").cells == [(None, "Cook, Chef", None, "2024-05-01", '{"a": 1}')]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": "t"', "not JSON: Expecting"),
        ("[" * 100_000, "nested too deeply"),
        ('{"title": "t", "text": ' + "[" * 450 + "]" * 450 + "}", "nested too deeply"),
        ("9" * 5_000, "not JSON: Exceeds the limit"),
        ('["t", "d"]', "not a JSON object"),
        ('{"text": "d"}', "empty: Job-Title"),
    ],
)
def test_a_damaged_line_of_jsonl_is_rejected_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    good = json.dumps(POSTINGS[0])
    file_with(tmp_path / "raw", f"{good}\n\n{line}\n{good}\n", "jobs.jsonl")
    found = loaded(tmp_path, "jobs.jsonl")
    assert found.row_ids == ["jobs.jsonl:1", "jobs.jsonl:3"]
    assert found.rejected[0][:3] == ("jobs.jsonl", 2, 3)
    assert reason in found.rejected[0][3]
    assert len(found.rejected[0][4]) <= 200


def test_a_line_that_is_too_long_is_rejected_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_files, "LARGEST_CELL", 1_000)
    good = json.dumps(POSTINGS[0])
    file_with(tmp_path / "raw", f'{good}\n{{"title": "{"x" * 200_000}"}}\n{good}\n', "jobs.jsonl")
    lines = list(table_files._json_lines(source_of(tmp_path / "raw", "jobs.jsonl")))
    assert max(map(len, lines)) == 1_001
    found = loaded(tmp_path, "jobs.jsonl")
    assert found.row_ids == ["jobs.jsonl:1", "jobs.jsonl:3"]
    assert found.reasons == {"jobs.jsonl:2": "longer than 1,000 characters"}


def test_the_log_says_which_encoding_a_jsonl_file_is_read_in(tmp_path: Path) -> None:
    write(tmp_path / "raw" / "jobs.jsonl", POSTINGS)
    assert loaded(tmp_path, "jobs.jsonl").said == []
    file_with(tmp_path / "raw", json.dumps(POSTINGS[2], ensure_ascii=False).encode("cp1252"), "jobs.jsonl")
    assert loaded(tmp_path, "jobs.jsonl").said == ["jobs.jsonl is read as cp1252"]


def test_a_view_or_file_with_a_mapped_column_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "raw" / "jobs.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table([["a"], ["b"], ["c"], ["d"]], names=["title", "title", "pay", "text"]), path)
    with pytest.raises(UserError, match=r"jobs.parquet has the column title twice: rename"):
        loaded(tmp_path, "jobs.parquet")


def test_half_a_surrogate_pair_in_json_becomes_visible(tmp_path: Path) -> None:
    file_with(tmp_path / "raw", '{"title": "a\\ud83d", "text": "d", "pay": "\\ud83d\\ude00"}\n', "jobs.jsonl")
    assert loaded(tmp_path, "jobs.jsonl").cells == [(None, "a\N{REPLACEMENT CHARACTER}", None, "😀", "d")]


class TestSqlite:
    """Tables, views and logs of SQLite."""

    TABLES: ClassVar = {"b": (list(POSTINGS[0]), [list(POSTINGS[2].values())]), "a": (["x"], [])}

    def test_one_of_several_tables_must_be_chosen(self, tmp_path: Path) -> None:
        raw = tmp_path / "raw"
        raw.mkdir()
        sqlite_file(raw / "jobs.db", self.TABLES)
        with pytest.raises(UserError, match=r"has not exactly one table: set `table` in sources.yaml to one of a, b"):
            loaded(tmp_path, "jobs.db")
        with pytest.raises(UserError, match=r"has no table c: set `table` in sources.yaml to one of a, b"):
            loaded(tmp_path, "jobs.db", table="c")
        found = loaded(tmp_path, "jobs.db", table="b")
        assert found.row_ids == ["jobs.db#b:1"]
        assert found.cells == CELLS[1:]

    def test_a_view_is_read_like_a_table(self, tmp_path: Path) -> None:
        raw = tmp_path / "raw"
        raw.mkdir()
        sqlite_file(raw / "jobs.db", self.TABLES)
        with sqlite3.connect(raw / "jobs.db") as connection:
            connection.execute("CREATE VIEW v AS SELECT id, title, pay, text FROM b")
        connection.close()
        assert loaded(tmp_path, "jobs.db", table="v").cells == CELLS[1:]

    def test_rows_come_in_the_order_of_the_table_whatever_is_indexed(self, tmp_path: Path) -> None:
        raw = tmp_path / "raw"
        raw.mkdir()
        rows = [(f"{9 - i}", "p", "d", "wide" * 1_000) for i in range(9)]
        sqlite_file(raw / "jobs.db", {"jobs": (["title", "pay", "text", "other"], rows)})
        with sqlite3.connect(raw / "jobs.db") as connection:
            connection.execute("CREATE INDEX covering ON jobs (title, pay, text)")
        connection.close()
        assert [cells[1] for cells in loaded(tmp_path, "jobs.db").cells] == [row[0] for row in rows]

    def test_the_file_is_not_written(self, tmp_path: Path) -> None:
        raw = tmp_path / "raw"
        raw.mkdir()
        path = sqlite_file(raw / "jobs.db", {"jobs": (list(POSTINGS[0]), [list(POSTINGS[0].values())])})
        before = path.read_bytes()
        with pytest.raises(UserError, match="readonly database"), table_files._sqlite(path) as connection:
            connection.execute("CREATE TABLE other (x)")
        loaded(tmp_path, "jobs.db")
        assert path.read_bytes() == before
        assert {p.name for p in raw.iterdir()} == {"jobs.db", "sources.yaml"}

    def wal_file(self, raw: Path) -> tuple[Path, sqlite3.Connection]:
        """A file in WAL mode, and a connection that has committed a row which stands in the log alone."""
        raw.mkdir()
        path = sqlite_file(raw / "jobs.db", {"jobs": (list(POSTINGS[0]), [list(POSTINGS[0].values())])})
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("INSERT INTO jobs VALUES (3, 'Köchin', 12.5, 'Wir' || char(10) || 'kochen.')")
        connection.commit()
        return path, connection

    def test_reading_a_closed_file_in_wal_mode_leaves_no_trace(self, tmp_path: Path) -> None:
        path, connection = self.wal_file(tmp_path / "raw")
        connection.close()
        listing(tmp_path / "raw", {"file": "jobs.db", "split": "train", "columns": COLUMNS})
        before = raw_file_digest(DataFolder(path=str(tmp_path)), Recipe())
        found = loaded(tmp_path, "jobs.db")
        assert (found.cells, found.said) == (CELLS, [])
        assert {p.name for p in path.parent.iterdir()} == {"jobs.db", "sources.yaml"}
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).touch()
        assert loaded(tmp_path, "jobs.db").said == []
        assert raw_file_digest(DataFolder(path=str(tmp_path)), Recipe()) == before

    def test_what_stands_in_the_log_alone_is_read_and_counts(self, tmp_path: Path) -> None:
        path, connection = self.wal_file(tmp_path / "raw")
        with closing(connection):
            found = loaded(tmp_path, "jobs.db")
            assert (found.cells, found.said) == (CELLS, [])
            assert raw_files(path.parent) == [path, path.with_name("jobs.db-wal")]

    def test_bytes_that_are_no_text_become_visible(self, tmp_path: Path) -> None:
        raw = tmp_path / "raw"
        raw.mkdir()
        sqlite_file(raw / "jobs.db", {"jobs": (["title", "pay", "text"], [])})
        with sqlite3.connect(raw / "jobs.db") as connection:
            connection.execute("INSERT INTO jobs VALUES (CAST(x'61ff' AS TEXT), x'62', 'd')")
        connection.close()
        assert loaded(tmp_path, "jobs.db").cells == [(None, "a\N{REPLACEMENT CHARACTER}", None, "b", "d")]
