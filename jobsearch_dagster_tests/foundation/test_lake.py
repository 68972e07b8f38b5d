"""Tables are written whole or not at all, and say what they are."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from jobsearch_dagster.foundation import staging
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import KeyParts, Lake, Stamp
from jobsearch_dagster.foundation.schema import Column, TableSchema
from jobsearch_dagster.foundation.scratch import process_name
from jobsearch_dagster.foundation.staging import ContractError, scratch_of

SCHEMA = TableSchema(
    (
        Column("id", "BIGINT", "key"),
        Column("name", "VARCHAR", "name", required=True),
        Column("value", "DOUBLE", "value"),
        Column("seconds", "DOUBLE", "time", volatile=True),
    ),
    primary_key=("id",),
)
PARTS = KeyParts(inputs={"upstream": "1"}, config={"a": 1}, code_version="1")


def rows(**columns: list) -> pd.DataFrame:
    defaults = {"id": [2, 1], "name": ["b", "a"], "value": [0.5, 1.0], "seconds": [1.0, 2.0]}
    return pd.DataFrame(defaults | columns)


def write(lake: Lake, frame: pd.DataFrame, parts: KeyParts = PARTS) -> Stamp:
    with lake.connect() as connection:
        return lake.write("t", frame, SCHEMA, parts, connection)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def test_rows_are_stored_in_key_order_with_columns_taken_by_name(lake: Lake) -> None:
    write(lake, rows()[["seconds", "value", "name", "id"]])
    found = lake.read("t")
    assert list(found.columns) == ["id", "name", "value", "seconds"]
    assert found["name"].tolist() == ["a", "b"]


def test_the_stamp_is_read_back_from_the_file(lake: Lake) -> None:
    written = write(lake, rows())
    assert lake.stamp("t") == written
    assert written.rows == 2
    assert written.parts == PARTS


def test_what_a_table_was_made_with_is_read_without_arrow(lake: Lake) -> None:
    assert lake.recipe("t") is None
    write(lake, rows())
    assert lake.recipe("t") == PARTS.config
    lake.path("t").write_bytes(b"no Parquet")
    assert lake.recipe("t") is None


def test_the_data_version_ignores_row_order_and_volatile_columns(lake: Lake) -> None:
    first = write(lake, rows()).data_version
    second = write(lake, rows(seconds=[9.0, 9.0]).iloc[::-1]).data_version
    assert first == second


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ["b", "c"]},
        {"value": [0.5, None]},
        {"value": [0.5, 1.0001]},
        {"id": [3, 1]},
    ],
)
def test_the_data_version_changes_with_any_cell(lake: Lake, changed: dict) -> None:
    assert write(lake, rows()).data_version != write(lake, rows(**changed)).data_version


def test_a_table_without_rows_has_a_data_version(lake: Lake) -> None:
    assert write(lake, rows().iloc[:0]).rows == 0
    assert lake.verify("t", SCHEMA) == []


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (rows(extra=[1, 2]), "are not the declared"),
        (rows().drop(columns="value"), "are not the declared"),
        (rows(name=["a", None]), "name is null in 1 rows"),
        (rows(id=[1, 1]), "occurs twice"),
    ],
)
def test_rows_that_break_the_contract_leave_the_earlier_table(lake: Lake, frame: pd.DataFrame, reason: str) -> None:
    before = write(lake, rows())
    with pytest.raises(ContractError, match=reason):
        write(lake, frame)
    assert lake.stamp("t") == before
    assert lake.verify("t", SCHEMA) == []


def test_a_table_changed_from_outside_is_found_out(lake: Lake) -> None:
    write(lake, rows())
    stamp = lake.stamp("t")
    assert stamp is not None
    frame = lake.read("t").assign(value=7.0)
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        footer = stamp.to_json().replace("'", "''")
        connection.execute(f"COPY frame TO '{lake.path('t')}' (FORMAT parquet, KV_METADATA {{jobsearch: '{footer}'}})")
    assert lake.stamp("t") == stamp
    assert "changed from outside" in lake.verify("t", SCHEMA)[0]


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing else", b"\x00" * 4096])
def test_a_file_that_does_not_open_counts_as_missing(lake: Lake, content: bytes) -> None:
    write(lake, rows())
    lake.path("t").write_bytes(content)
    assert lake.stamp("t") is None
    assert "does not open" in lake.verify("t", SCHEMA)[0]


def test_reading_a_missing_table_names_the_command_that_makes_it(lake: Lake) -> None:
    with pytest.raises(UserError, match="jobsearch run --select absent"):
        lake.read("absent")


def test_a_folder_that_cannot_be_written_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot write"):
        write(Lake(tmp_path), rows())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_user_error_and_leaves_the_earlier_table(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before = write(lake, rows())
    temporary = lake.path("t").with_suffix(f".0.{process_name()}.tmp")
    temporary.symlink_to("/dev/full")
    with pytest.raises(UserError, match="cannot write"):
        write(lake, rows(value=[3.0, 4.0]))
    assert lake.stamp("t") == before


def test_two_processes_writing_at_once_leave_a_whole_table(lake: Lake, tmp_path: Path) -> None:
    script = f"""
import pandas as pd
from pathlib import Path
from jobsearch_dagster_tests.foundation.test_lake import rows, write
from jobsearch_dagster.foundation.lake import Lake
lake = Lake(Path({str(tmp_path)!r}))
for i in range(15):
    write(lake, rows(value=[float(i), 1.0]))
"""
    writers = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    seen = 0
    while any(writer.poll() is None for writer in writers):
        stamp = lake.stamp("t")
        if stamp is not None:
            seen += 1
            assert len(lake.read("t")) == 2
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen > 0
    assert lake.verify("t", SCHEMA) == []
    assert [path.name for path in lake.root.iterdir()] == ["t.parquet"]


def test_duckdb_keeps_to_the_memory_limit_and_spills_below_the_data_folder(tmp_path: Path) -> None:
    with Lake(tmp_path, 250_000_000).connect() as connection:
        limit, folder = connection.execute(
            "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchall()[0]
    assert limit == "238.4 MiB"  # of 1,048,576 bytes
    assert Path(folder).parent == tmp_path / "tmp"


KILLED = """
import os, sys, time
from pathlib import Path
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.scratch import process_name
from jobsearch_dagster.foundation.staging import scratch_of
lake = Lake(Path(sys.argv[1]), 100_000_000)
with lake.connect() as connection:
    connection.execute(
        "CREATE TEMP TABLE large AS SELECT range AS id, repeat(md5(range::VARCHAR), 160) AS text FROM range(40_000)"
    )
    (scratch_of(connection) / "utf8-x.csv").write_text("x")
    lake.root.mkdir()
    lake.path("t").with_suffix(f".{process_name()}.tmp").write_text("half a table")
    print("ready", flush=True)
    time.sleep(600)
"""
"""A process that spills, copies a file and writes a table."""


def test_what_a_killed_process_left_is_removed_by_the_next_and_what_a_living_one_uses_is_not(tmp_path: Path) -> None:
    processes = []
    for name in ("killed", "living"):
        (tmp_path / name).mkdir()
        command = [sys.executable, "-c", KILLED, str(tmp_path / name)]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        processes[0].kill()
        processes[0].wait()
        for name, is_left in (("killed", False), ("living", True)):
            lake = Lake(tmp_path / name)
            (mine,) = (lake.data_dir / "tmp").iterdir()
            assert any(path.name.startswith("duckdb_temp") for path in mine.iterdir())
            write(lake, rows())
            assert mine.exists() == is_left
            assert len(list(lake.root.glob("*.tmp"))) == is_left
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_two_connections_spill_into_folders_of_their_own_that_vanish_with_them(lake: Lake) -> None:
    with lake.connect() as one, lake.connect() as other:
        folders = {scratch_of(one), scratch_of(other)}
        for folder in folders:
            folder.mkdir()
    assert len(folders) == 2
    assert list((lake.data_dir / "tmp").iterdir()) == []


WIDE = TableSchema((Column("id", "BIGINT", "key"), Column("text", "VARCHAR", "5 kB")), primary_key=("id",))


def test_a_table_larger_than_memory_is_sorted_written_and_verified(tmp_path: Path) -> None:
    lake = Lake(tmp_path, 200_000_000)
    with lake.connect() as connection:
        shuffled = "SELECT (range * 7919) % 60_000 AS id, repeat(md5(range::VARCHAR), 160) AS text FROM range(60_000)"
        stamp = lake.write("wide", connection.sql(shuffled), WIDE, PARTS, connection)
    assert stamp.rows == 60_000
    assert lake.verify("wide", WIDE) == []
    with lake.connect(["wide"]) as connection:
        assert connection.execute("SELECT id FROM wide LIMIT 3").fetchall() == [(0,), (1,), (2,)]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9])
def test_a_table_sorted_in_parts_is_the_one_sorted_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    frame = pd.DataFrame(
        {"id": range(count), "name": [f"n{i}, 'x'" for i in range(count)], "value": 0.5, "seconds": None}
    ).sample(frac=1, random_state=1)
    at_once = write(Lake(tmp_path / "one"), frame)
    monkeypatch.setattr(staging, "SORTED_AT_ONCE", 4)
    lake = Lake(tmp_path / "two")
    assert write(lake, frame).data_version == at_once.data_version
    assert lake.read("t")["id"].tolist() == list(range(count))
    assert list((tmp_path / "two" / "tmp").glob("*")) == []


def test_too_little_memory_is_a_user_error_that_names_the_setting(tmp_path: Path) -> None:
    rows = "SELECT range AS id, repeat('x', 1_000_000) AS text FROM range(300)"
    lake = Lake(tmp_path, 20_000_000)
    with pytest.raises(UserError, match="JOBSEARCH_MEMORY_LIMIT"), lake.connect() as connection:
        lake.write("wide", connection.sql(rows), WIDE, PARTS, connection)
