"""A disk without room ends in one line that says so, and what was there before stays."""

import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.text_cache import TextCache

WRITERS = {
    "artifact": """
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.foundation.lake import KeyParts
with ArtifactStore(folder).building("adapter", KeyParts({}, {}, "1")) as (path, _):
    from safetensors.numpy import save_file
    save_file({"weights": np.random.default_rng(1).random(1_000_000)}, path / "adapter.safetensors")
""",
    "catalog": """
from jobsearch_dagster.search.catalog import build_catalog
from jobsearch_dagster_tests.search.catalogs import POSTINGS, frame_of
def long(row):
    return row | {"description": random.randbytes(500_000).hex()}
build_catalog(frame_of({name: long(row) for name, row in POSTINGS.items()}), folder / "catalog" / "a.duckdb")
""",
    "kept texts": """
from jobsearch_dagster.foundation.text_cache import TextCache
TextCache(folder / "texts.sqlite").put({str(n): "text" * 10_000 for n in range(100)})
""",
}
SCRIPT = """
import random, sys
import numpy as np
from pathlib import Path
from jobsearch_dagster.foundation.errors import UserError
folder = Path(sys.argv[1])
try:
    exec(sys.argv[2])
except UserError as error:
    print(error)
"""
ROOM = 1_000_000


def limit_files(size: int) -> None:
    """No file of this process may grow beyond the size; a write beyond it fails as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("writer", WRITERS)
def test_whoever_writes_says_that_there_is_no_room_and_leaves_nothing(tmp_path: Path, writer: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), WRITERS[writer]],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: limit_files(ROOM),
    )
    assert done.stdout.startswith("cannot write "), done.stdout + done.stderr
    assert "free space" in done.stdout
    assert done.stdout.count("\n") == 1
    left = [path for path in tmp_path.rglob("*") if path.is_file() and "texts.sqlite" not in path.name]
    assert left == []
    assert TextCache(tmp_path / "texts.sqlite").get(["0"]) == {}


TABLE_TOO_LARGE = """
import random, sys
from pathlib import Path
import pandas as pd
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import KeyParts, Lake
from jobsearch_dagster.foundation.schema import Column, TableSchema
lake = Lake(Path(sys.argv[1]))
schema = TableSchema((Column("id", "VARCHAR", "Key."), Column("text", "VARCHAR", "Letters.")), ("id",))
letters = [random.randbytes(25_000).hex() for _ in range(200)]
rows = pd.DataFrame({"id": [f"{n:03d}" for n in range(200)], "text": letters})
with lake.connect() as connection:
    for _ in range(100):
        try:
            lake.write("notes", rows, schema, KeyParts({}, {}, "1"), connection)
        except UserError as error:
            print(error)
"""


@pytest.mark.slow
def test_a_table_without_room_never_waits_for_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TABLE_TOO_LARGE, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        preexec_fn=lambda: limit_files(4 * ROOM),
    )
    assert done.stdout.count("free space") == 100, done.stdout + done.stderr


def large_file(data: Path) -> None:
    """5 MB that do not shrink, as one more raw file."""
    letters = random.Random(1)
    row = "{},cook,Oslo,,You cook lunch for {} children.\n"
    rows = [row.format(letters.randbytes(25_000).hex(), number) for number in range(200)]
    (data / "raw" / "train-2.csv").write_text("Resume,Job-Title,Location,Salary,Description\n" + "".join(rows))


@pytest.mark.slow
def test_a_run_without_room_leaves_the_tables_and_the_next_one_with_room_goes_on(made: Path) -> None:
    large_file(made)
    before = {path.name: path.read_bytes() for path in (made / "lake").iterdir()}
    command = [str(Path(sys.executable).with_name("jobsearch")), "run", "--select", "deduplicated_jobs"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=lambda: limit_files(4_000_000)
    )
    assert done.returncode == 1
    (error,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert error.startswith(f"error: cannot write {made / 'lake' / 'raw_jobs.parquet'}: ")
    assert "free space" in error
    assert {path.name: path.read_bytes() for path in (made / "lake").iterdir()} == before
    assert run(open_workspace(), ["deduplicated_jobs"]).problems == ()
    stamp = Lake(made).stamp("raw_jobs")
    assert stamp is not None
    assert stamp.rows == 240


@pytest.mark.slow
def test_no_room_for_dagsters_own_storage_is_one_line_too(data: Path) -> None:
    command = [str(Path(sys.executable).with_name("jobsearch")), "run", "--select", "raw_jobs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=lambda: limit_files(150_000))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: cannot write {data / 'dagster_home'}: ")
    assert "Traceback" not in done.stderr
