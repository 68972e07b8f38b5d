"""sources.yaml names files and columns; every mistake in it is one line that says what, where and how to fix it."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.ingestion.assets import raw_file_digest
from jobsearch_dagster.ingestion.sources import find_sources
from jobsearch_dagster_tests.ingestion.raw_files import GOOD, HEADER, Loaded, file_with, listing, sqlite_file

MAPPING = {"Job-Title": "title", "Description": "text"}
JOBS: dict[str, Any] = {"file": "jobs.csv", "split": "train"}


def jobs_file(raw: Path) -> Path:
    return file_with(raw, f"{HEADER}\n{GOOD}\n", "jobs.csv")


def refusal(raw: Path) -> str:
    with pytest.raises(UserError) as caught:
        find_sources(raw)
    message = str(caught.value)
    assert "\n" not in message
    assert str(raw) in message
    return message


def test_no_file_at_all_names_the_folder_and_the_command_that_fills_it(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert f"no CSV file in {tmp_path}" in message
    assert "sources.yaml" in message
    assert "jobsearch sample" in message


def test_a_file_that_is_not_listed_must_say_train_or_test(tmp_path: Path) -> None:
    jobs_file(tmp_path)
    assert "neither train nor test: begin its name" in refusal(tmp_path)


def test_files_by_name_are_read_beside_those_that_are_listed(tmp_path: Path) -> None:
    jobs_file(tmp_path)
    for name in ("Train-2.CSV", "test-1.csv"):
        file_with(tmp_path, f"{HEADER}\n{GOOD}\n", name)
    listing(tmp_path, JOBS, {"file": "test-1.csv", "split": "train"})
    found = find_sources(tmp_path)
    assert [(source.name, source.split) for source in found] == [
        ("jobs.csv", "train"),
        ("test-1.csv", "train"),
        ("Train-2.CSV", "train"),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("train.parquet", "parquet"), ("test.jsonl", "jsonl"), ("Train-2.DB", "sqlite"), ("test.tsv", "csv")],
)
def test_files_of_every_kind_are_read_by_name(tmp_path: Path, name: str, kind: str) -> None:
    raw, columns, cells = tmp_path / "raw", HEADER.split(","), GOOD.split(",")
    raw.mkdir()
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist([dict(zip(columns, cells, strict=True))]), raw / name)
    elif kind == "sqlite":
        sqlite_file(raw / name, {"jobs": (columns, [cells])})
    else:
        jsonl = json.dumps(dict(zip(columns, cells, strict=True)))
        file_with(raw, jsonl if kind == "jsonl" else f"{HEADER}\n{GOOD}\n".replace(",", "\t"), name)
    found = Loaded(raw, tmp_path / "tmp")
    split = "train" if name.lower().startswith("train") else "test"
    assert [(row[2], row[1], *row[4:]) for row in found.accepted] == [(name, split, *cells)]


def test_hidden_files_and_other_kinds_of_other_names_are_no_sources(tmp_path: Path) -> None:
    file_with(tmp_path, f"{HEADER}\n{GOOD}\n", "train.csv")
    for name in ("._train.csv", "jobs.parquet", "train.md"):
        file_with(tmp_path, "x", name)
    assert [source.name for source in find_sources(tmp_path)] == ["train.csv"]


def test_resumes_are_found_in_folders_of_their_folder(tmp_path: Path) -> None:
    jobs_file(tmp_path)
    for name in ("cvs/b.txt", "cvs/2024/a.txt", "cvs/.git/c.txt", "cvs/~$b.txt"):
        file_with(tmp_path, "text", name)
    listing(tmp_path, {**JOBS, "resumes": "cvs"})
    names = [path.relative_to(tmp_path).as_posix() for path in find_sources(tmp_path)[0].resumes]
    assert names == ["cvs/2024/a.txt", "cvs/b.txt"]


def test_a_listed_file_is_no_resume(tmp_path: Path) -> None:
    file_with(tmp_path, f"{HEADER}\n{GOOD}\n", "sub/jobs.csv")
    listing(tmp_path, {**JOBS, "file": "sub/jobs.csv", "resumes": "sub"})
    assert "sub/jobs.csv lies among resumes; put the resumes into a folder of their own" in refusal(tmp_path)


def test_columns_are_ours_by_default(tmp_path: Path) -> None:
    jobs_file(tmp_path)
    file_with(tmp_path, "text", "cvs/a.txt")
    listing(tmp_path, JOBS)
    assert find_sources(tmp_path)[0].columns == {name: name for name in HEADER.split(",")}
    listing(tmp_path, {**JOBS, "resumes": "cvs"})
    assert "Resume" not in find_sources(tmp_path)[0].columns


@pytest.mark.parametrize("delimiter", ["tab", "\\t", "\t"])
def test_a_tab_can_be_written_in_words(tmp_path: Path, delimiter: str) -> None:
    jobs_file(tmp_path)
    listing(tmp_path, {**JOBS, "delimiter": delimiter})
    assert find_sources(tmp_path)[0].delimiter == "\t"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colunms": {}}, "source 1 colunms|sources 1 colunms: Extra inputs are not permitted"),
        ({"split": "dev"}, "split: Input should be 'train' or 'test'"),
        ({"split": None}, "split: Input should be 'train' or 'test'"),
        ({"file": "gone.csv"}, "gone.csv is missing; put it there or correct `file`"),
        ({"file": "jobs.xlsx"}, "jobs.xlsx ends in none of .csv, .tsv, .parquet, .jsonl, .sqlite, .db"),
        ({"file": "../jobs.csv"}, "../jobs.csv does not lie below"),
        ({"file": "/jobs.csv"}, "/jobs.csv does not lie below"),
        ({"columns": {"Title": "t"}}, "columns names Title, but ours are Resume, Job-Title"),
        ({"columns": {"Job-Title": "t"}}, "columns lacks Description; write `ours: theirs`"),
        ({"columns": {**MAPPING, "Salary": 3}}, "columns Salary: Input should be a valid string"),
        ({"table": "jobs"}, "table is for SQLite files only"),
        ({"file": "jobs.parquet", "delimiter": ";"}, "delimiter is for CSV files only"),
        ({"file": "jobs.parquet", "encoding": "cp1252"}, "encoding is for CSV and JSONL files only"),
        ({"delimiter": "::"}, "is not one ASCII character, such as ';' or tab"),
        ({"delimiter": 1}, "is not one ASCII character, such as ';' or tab"),
        ({"delimiter": ["a"]}, "is not one ASCII character, such as ';' or tab"),
        ({"delimiter": ""}, "is not one ASCII character, such as ';' or tab"),
        ({"delimiter": '"'}, "neither a quote nor a line end"),
        ({"delimiter": "\n"}, "neither a quote nor a line end"),
        ({"delimiter": "\r"}, "neither a quote nor a line end"),
        ({"delimiter": "\0"}, "neither a quote nor a line end"),
        ({"encoding": "cp1253x"}, "cp1253x is no encoding; write for example cp1252"),
        ({"encoding": "base64"}, "base64 is no encoding"),
        ({"resumes": "cvs"}, "cvs is missing; put the resumes there or correct `resumes`"),
        ({"resumes": "empty"}, "empty holds no resume; put .pdf, .docx or .txt files there"),
        ({"resumes": "/cvs"}, "/cvs does not lie below"),
        ({"resumes": "."}, "itself; put the resumes into a folder of their own below it"),
        ({"resumes": ""}, "itself; put the resumes into a folder of their own below it"),
        ({"resumes": "empty", "columns": {**MAPPING, "Resume": "cv"}}, "exclude each other"),
    ],
)
def test_a_mistake_in_an_entry_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    jobs_file(tmp_path)
    file_with(tmp_path, "", "empty/~$lock.docx")
    listing(tmp_path, {**JOBS, **change})
    found = refusal(tmp_path)
    assert any(part in found for part in message.split("|"))
    assert f"{tmp_path / 'sources.yaml'}, source" in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "sources: Field required"),
        ("[]", "sources: Field required"),
        ("- file: a.csv\n", "Input should be"),
        ("sources: []\n", "at least 1 item"),
        ("sources: a.csv\n", "sources: Input should be"),
        ("sources:\n  - split: train\n", "sources 1 file: Field required"),
        ("sources:\n  - file: [a\n", "line 3 is not YAML"),
        ("sources: \tx: y", "is not YAML"),
        ("a: 1\nsources: []\n", "at least 1 item"),
        ("\x07", "is not YAML"),
        ("sources: [", "line 1 is not YAML"),
        ("sources:\n  - {file: 2024-01-01, split: train}\n", "sources 1 file: Input should be a valid string"),
        ("sources:\n  - {file: 2024-13-01, split: train}\n", "is not YAML: month must be in 1..12"),
        ("[" * 5_000, "is not YAML"),
    ],
)
def test_a_listing_of_another_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file_with(tmp_path / "raw", text, "sources.yaml")
    assert message in refusal(tmp_path / "raw")
    with pytest.raises(UserError):
        raw_file_digest(DataFolder(path=str(tmp_path)), Recipe())


def test_a_file_listed_twice_is_refused_but_not_two_tables_of_one(tmp_path: Path) -> None:
    jobs_file(tmp_path)
    listing(tmp_path, JOBS, {**JOBS, "split": "test"})
    assert "lists jobs.csv twice" in refusal(tmp_path)
    (tmp_path / "jobs.csv").unlink()
    sqlite_file(tmp_path / "jobs.db", {table: (["title", "text"], [("t", "d")]) for table in ("a", "b")})
    entry = {"file": "jobs.db", "split": "train", "columns": MAPPING}
    listing(tmp_path, {**entry, "table": "a"}, {**entry, "table": "b"})
    assert [source.name for source in find_sources(tmp_path)] == ["jobs.db#a", "jobs.db#b"]


class TestCsvOfOthers:
    """Their columns, delimiter and encoding."""

    def loaded(self, tmp_path: Path, content: str | bytes, name: str = "jobs.csv", **entry: Any) -> Loaded:
        raw = tmp_path / "raw"
        file_with(raw, content, name)
        listing(raw, {"file": name, "split": "test", "columns": {**MAPPING, "Salary": "pay"}, **entry})
        return Loaded(raw, tmp_path / "tmp")

    @pytest.mark.parametrize(("name", "delimiter"), [("jobs.csv", ";"), ("jobs.tsv", "\t"), ("sub/jobs.csv", "|")])
    def test_the_mapped_columns_are_read_and_the_others_are_null(
        self, tmp_path: Path, name: str, delimiter: str
    ) -> None:
        text = "id;text;pay;title\n1;d, e;85000;t\n2;;1;t\n".replace(";", delimiter)
        found = self.loaded(tmp_path, text, name)
        assert found.accepted == [(f"{name}:1", "test", name, 1, None, "t", None, "85000", "d, e")]
        assert found.reasons == {f"{name}:2": "empty: Description"}
        assert found.said == []

    def test_an_encoding_and_a_delimiter_can_be_given(self, tmp_path: Path) -> None:
        content = "title^text^pay\nKöchin^a;b;c;d^1\n".encode("mac_roman")
        found = self.loaded(tmp_path, content, encoding="mac_roman", delimiter="^")
        assert found.cells == [(None, "Köchin", None, "1", "a;b;c;d")]
        assert found.said == ["jobs.csv is read as mac_roman"]

    def test_a_missing_column_is_named_beside_those_there(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"jobs.csv lacks the column pay: its header is title,text; add it, or say"):
            self.loaded(tmp_path, "title,text\nt,d\n")


class TestDigest:
    """What the raw data is read from decides whether it is read again."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> DataFolder:
        raw = tmp_path / "raw"
        jobs_file(raw)
        file_with(raw, f"{HEADER}\n{GOOD}\n", "train-1.csv")
        file_with(raw, "Ann", "cvs/ann.txt")
        sqlite_file(raw / "jobs.db", {"jobs": (["title", "text"], [("t", "d")])})
        listing(
            raw,
            {**JOBS, "resumes": "cvs"},
            {"file": "jobs.db", "split": "test", "columns": MAPPING},
        )
        return DataFolder(path=str(tmp_path))

    def digest(self, folder: DataFolder) -> dict[str, str]:
        return raw_file_digest(folder, Recipe())

    def test_touching_files_and_a_comment_change_nothing(self, folder: DataFolder) -> None:
        before = self.digest(folder)
        path = folder.root / "raw" / "sources.yaml"
        path.write_text("# ours: theirs\n" + path.read_text())
        (folder.root / "raw" / "jobs.csv").touch()
        (folder.root / "raw" / "notes.md").write_text("not read")
        assert self.digest(folder) == before

    @pytest.mark.parametrize("name", ["jobs.csv", "train-1.csv", "cvs/ann.txt", "cvs/bob.txt", "jobs.db-wal"])
    def test_a_changed_or_new_file_changes_it(self, folder: DataFolder, name: str) -> None:
        before = self.digest(folder)
        with (folder.root / "raw" / name).open("a") as handle:
            handle.write("x")
        assert self.digest(folder) != before

    def test_a_changed_entry_changes_it(self, folder: DataFolder) -> None:
        before = self.digest(folder)
        path = folder.root / "raw" / "sources.yaml"
        path.write_text(path.read_text().replace("split: test", "split: train"))
        assert self.digest(folder) != before

    def test_without_a_listing_only_the_files_count(self, folder: DataFolder) -> None:
        (folder.root / "raw" / "sources.yaml").unlink()
        (folder.root / "raw" / "jobs.csv").unlink()
        assert list(self.digest(folder)) == ["raw files"]
