"""A table of many rows is several files that readers find as one table, and that take the place of others at once."""

import os
from pathlib import Path
from threading import Event, Thread

import pandas as pd
import pytest

from jobsearch_dagster.app.run import Outcome, run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import parts
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import KeyParts, Lake, Stamp
from jobsearch_dagster.foundation.pruning import delete, removables
from jobsearch_dagster.foundation.schema import Column, TableSchema
from jobsearch_dagster.foundation.scratch import process_name
from jobsearch_dagster.foundation.table_asset import DataFolder

SCHEMA = TableSchema((Column("id", "BIGINT", "key"), Column("edition", "VARCHAR", "which")), primary_key=("id",))


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setattr(parts, "PART_ROWS", 10)
    return Lake(tmp_path)


def write(lake: Lake, count: int, edition: str = "first", table: str = "t") -> Stamp:
    frame = pd.DataFrame({"id": range(count), "edition": edition}).iloc[::-1]
    with lake.connect() as connection:
        return lake.write(table, frame, SCHEMA, KeyParts({}, {"edition": edition}, "1"), connection)


@pytest.mark.parametrize(("count", "files"), [(0, 1), (10, 1), (11, 2), (20, 2), (25, 3)])
def test_a_table_has_as_many_files_as_its_rows_need_and_is_read_as_one(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, files: int
) -> None:
    written = write(lake, count)
    assert len(lake.files("t")) == files
    assert lake.read("t")["id"].tolist() == list(range(count))
    assert lake.stamp("t") == written
    assert lake.verify("t", SCHEMA) == []
    monkeypatch.setattr(parts, "PART_ROWS", 1_000)
    assert write(Lake(tmp_path / "one file"), count) == written


def test_what_shrinks_is_one_file_again_and_what_grows_is_parts(lake: Lake) -> None:
    for count in (25, 3, 25, 4):
        write(lake, count)
        assert (lake.files("t") == [lake.path("t")]) == (count <= 10)
        assert len(lake.read("t")) == count


def age(paths: list[Path]) -> None:
    """As if they had been written two hours ago."""
    for path in paths:
        written = path.stat().st_mtime - 7200
        os.utime(path, (written, written))


@pytest.mark.parametrize("count", [5, 25])
def test_files_of_the_edition_before_stay_for_their_readers_and_old_ones_of_older_editions_go(
    lake: Lake, count: int
) -> None:
    write(lake, count, "first")
    first = lake.files("t")
    age(first)
    write(lake, 25, "second")
    second = lake.files("t")
    assert all(path.exists() for path in first)
    write(lake, 25, "third")
    assert not any(path.exists() for path in first)
    write(lake, 25, "fourth")
    assert all(path.exists() for path in second)  # of the edition before the one before, and a moment old


def test_parts_that_another_writer_has_not_named_yet_stay(lake: Lake, tmp_path: Path) -> None:
    write(lake, 25, "first")
    write(Lake(tmp_path / "other"), 25, "of another writer")
    made = Lake(tmp_path / "other").files("t")
    age(made)
    replace = Path.replace

    def overtaken(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            monkeypatch.undo()
            write(lake, 25, "second")
        return replace(self, target)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(parts, "process_name", lambda: "another-host-1-2")
        monkeypatch.setattr(Path, "replace", overtaken)
        parts.publish_parts(lake.path("t"), made, "another")
    assert set(lake.read("t")["edition"]) == {"of another writer"}


def test_a_file_and_parts_that_two_writers_publish_at_once_leave_one_of_the_tables(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lake, 25, "0")
    unlink = Path.unlink

    def overtaken(self: Path, missing_ok: bool = False) -> None:
        if self == parts.manifest_of(lake.path("t")):
            monkeypatch.setattr(Path, "unlink", unlink)
            write(lake, 26, "parts")
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", overtaken)
    write(lake, 5, "file")
    assert set(lake.read("t")["edition"]) == {"file"}
    assert len(lake.read("t")) == 5


def test_a_file_that_parts_took_the_place_of_is_not_the_table_and_is_pruned(lake: Lake) -> None:
    write(lake, 5, "file")
    write(lake, 25, "parts")
    assert lake.path("t").exists()
    assert lake.path("t") not in lake.files("t")
    assert parts.unnamed(lake.path("t")) == [lake.path("t")]
    write(lake, 5, "file")
    assert set(lake.read("t")["edition"]) == {"file"}
    assert len(parts.unnamed(lake.path("t"))) == 3


def test_a_table_whose_form_changes_between_a_reader_s_looks_is_found(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lake, 5)
    is_file = Path.is_file

    def replaced(self: Path, **options: bool) -> bool:
        monkeypatch.setattr(Path, "is_file", is_file)
        write(lake, 25)
        self.unlink()
        return is_file(self, **options)

    monkeypatch.setattr(Path, "is_file", replaced)
    assert len(lake.files("t")) == 3


def test_readers_see_one_edition_while_others_take_its_place(lake: Lake) -> None:
    write(lake, 25, "0")
    read_since = Event()
    failures: list[BaseException] = []

    def rows(number: int) -> int:
        return (25, 26, 5)[number % 3]  # parts, other parts, a file

    def replace() -> None:
        try:
            for number in range(1, 20):
                write(lake, rows(number), str(number))
                read_since.clear()
                read_since.wait()  # a reader's files stay until the second edition after it
        except BaseException as error:
            failures.append(error)
            raise

    writer = Thread(target=replace)
    writer.start()
    seen = set()
    while writer.is_alive():
        found = lake.read("t")
        (edition,) = found["edition"].unique()
        assert len(found) == rows(int(edition))
        seen.add(edition)
        read_since.set()
    writer.join()
    assert not failures
    assert len(seen) > 1


def test_a_publication_that_fails_leaves_the_table_and_nothing_of_its_own(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write(lake, 25, "first")
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="cannot write"):
        write(lake, 26, "second")
    monkeypatch.undo()
    monkeypatch.setattr(parts, "PART_ROWS", 10)
    assert lake.stamp("t") == before
    assert set(lake.read("t")["edition"]) == {"first"}
    write(lake, 26, "second")
    assert set(lake.read("t")["edition"]) == {"second"}


def test_damage_to_a_part_is_named(lake: Lake) -> None:
    write(lake, 25)
    second = lake.files("t")[1]
    content = bytearray(second.read_bytes())
    content[8] ^= 1  # among the rows: this small, most of a file is its footer
    second.write_bytes(content)
    assert str(second) in (lake.damage("t") or "")
    second.unlink()
    assert lake.stamp("t") is None
    assert "does not open" in (lake.damage("t") or "")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"parts": []}', '{"parts": [1]}', '{"parts": 1}', '{"parts": ["../t.parquet"]}']
)
def test_a_damaged_manifest_is_named_and_the_table_is_made_again(lake: Lake, text: str) -> None:
    write(lake, 25)
    parts.manifest_of(lake.path("t")).write_text(text)
    assert lake.stamp("t") is None
    assert "t.parts.json" in (lake.damage("t") or "")
    assert parts.unnamed(lake.path("t")) == []
    with pytest.raises(UserError, match="jobsearch run --select t"), lake.connect(["t"]):
        pass
    write(lake, 25)
    assert lake.damage("t") is None


def test_a_part_of_another_edition_is_no_part_of_the_table(lake: Lake) -> None:
    write(lake, 25, "first")
    part = lake.files("t")[0].read_bytes()
    write(lake, 25, "second")
    lake.files("t")[0].write_bytes(part)
    assert lake.stamp("t") is None


def prunable(lake: Lake) -> set[Path]:
    return {removable.path for removable in removables(DataFolder(path=str(lake.data_dir)), lake_assets(), 0)}


def test_parts_that_no_manifest_names_are_pruned_and_so_is_what_a_killed_prune_left(lake: Lake) -> None:
    write(lake, 25, "first", "raw_jobs")
    old = set(lake.files("raw_jobs"))
    write(lake, 25, "second", "raw_jobs")
    of_nobody = f"{process_name().rpartition('-')[0]}-1"
    aside = old.pop()
    left = aside.rename(aside.with_name(f"{aside.name}.{of_nobody}.tmp"))
    assert prunable(lake) == {*old, left}


def test_a_part_that_is_named_again_while_it_is_pruned_stays(lake: Lake) -> None:
    write(lake, 25, "first", "raw_jobs")
    manifest = parts.manifest_of(lake.path("raw_jobs"))
    named, files = manifest.read_text(), lake.files("raw_jobs")
    write(lake, 25, "second", "raw_jobs")
    folder = DataFolder(path=str(lake.data_dir))
    found = removables(folder, lake_assets(), 0)
    assert {removable.path for removable in found} == set(files)

    def name_again() -> None:
        manifest.write_text(named)

    assert delete(folder, lake_assets(), found, name_again) == []
    assert set(lake.read("raw_jobs")["edition"]) == {"first"}


def test_nothing_of_a_table_is_pruned_whose_manifest_is_damaged(lake: Lake) -> None:
    write(lake, 25, "first", "raw_jobs")
    write(lake, 25, "second", "raw_jobs")
    parts.manifest_of(lake.path("raw_jobs")).write_text("{")
    assert prunable(lake) == set()


def test_a_run_makes_the_same_tables_in_parts_and_what_is_unnamed_is_pruned(
    finished: tuple[Path, Outcome], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 7)
    workspace = open_workspace()
    run(workspace, ["training_set"])
    lake = workspace.folder.lake
    assert len(lake.files("raw_jobs")) == 6
    for name in ("raw_jobs", "clean_jobs", "query_pairs", "training_set"):
        made, known = lake.stamp(name), Lake(finished[0]).stamp(name)
        assert made is not None
        assert known is not None
        assert made.data_version == known.data_version
    assert run(workspace, ["training_set"]).computed == ()
    left = parts.folder_of(lake.path("raw_jobs")) / "of-an-older-edition.parquet"
    left.write_bytes(b"PAR1")
    assert left in {removable.path for removable in removables(workspace.folder, lake_assets(), 3)}
