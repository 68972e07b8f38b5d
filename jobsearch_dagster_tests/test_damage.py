"""What was damaged on disk is found, named and made anew by the next run, with the same content."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jobsearch_dagster.app import cli
from jobsearch_dagster.app.run import explain, run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation import known_digests
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster_tests.test_kills import versions


def flip(path: Path) -> None:
    """One bit in the middle of a file is another."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def spoil_a_vector(data: Path) -> None:
    with closing(sqlite3.connect(data / "cache" / "vectors.sqlite")) as connection, connection:
        connection.execute("UPDATE texts SET text = 'A' || substr(text, 2) WHERE key = (SELECT min(key) FROM texts)")


def test_damage_of_every_kind_is_named_and_made_anew_and_nothing_else(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, lake = ArtifactStore(made), made / "lake"
    before = versions(made)
    spoiled = {
        "clean_jobs": lake / "clean_jobs.parquet",
        "query_pairs": lake / "query_pairs.parquet",
        "lora_adapter": store.read("lora_adapter").path / "adapter_model.safetensors",
        "search_index": store.read("search_index").path / "vectors.npy",
        "base_model": store.read("base_model").path / "manifest.json",
        "job_catalog": published_catalog(made),
    }
    for name, path in spoiled.items():
        (cut if name == "query_pairs" else flip)(path)
    spoil_a_vector(made)
    reasons = {n: s.reason for n, s in explain(open_workspace(), []).items() if s.state == "stale"}
    assert set(reasons) == set(spoiled)
    for name in ("clean_jobs", "query_pairs", "job_catalog"):
        assert str(spoiled[name]) in reasons[name]
    for name in ("lora_adapter", "search_index"):
        assert str(spoiled[name].parent) in reasons[name]
    assert "whole manifest.json" in reasons["base_model"]

    outcome = run(open_workspace(), [])
    assert outcome.problems == ()
    assert set(outcome.computed) == set(spoiled) - {"job_catalog"}
    said = capsys.readouterr().err
    for reason in reasons.values():
        assert reason in said
    assert f"in {made / 'cache' / 'vectors.sqlite'} is damaged: its checksum differs; it is made anew" in said
    assert versions(made) == before
    assert {status.state for status in explain(open_workspace(), []).values()} == {"fresh"}


def test_asking_a_damaged_catalog_is_one_line_and_the_next_run_publishes_it_anew(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = published_catalog(made)
    content = bytearray(catalog.read_bytes())
    content[4096 : len(content) : 4096] = bytes(byte ^ 1 for byte in content[4096 : len(content) : 4096])
    catalog.write_bytes(content)
    assert cli.main(["ask", "all jobs"]) == 1
    assert f"{catalog}" in capsys.readouterr().err
    assert cli.main(["run", "--select", "job_catalog"]) == 0
    assert cli.main(["ask", "all jobs"]) == 0


def test_nothing_is_built_on_a_damaged_table_even_where_only_the_selection_runs(made: Path) -> None:
    flip(made / "lake" / "clean_jobs.parquet")
    (made / "lake" / "job_summaries.parquet").unlink()
    outcome = run(open_workspace(), ["job_summaries"], only=True)
    (problem,) = outcome.problems
    assert problem.startswith(f"job_summaries needs clean_jobs, but {made / 'lake' / 'clean_jobs.parquet'} is damaged")
    assert problem.endswith("run `jobsearch run --select clean_jobs`")


def test_a_look_reads_no_file_twice_and_a_check_reads_all(made: Path) -> None:
    """What is kept of the files is believed, and corrected by whoever reads them."""
    for path in made.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (1, 1))
    explain(open_workspace(), [])
    kept = made / known_digests.FILE
    entries = json.loads(kept.read_text())
    changed = made / "lake" / "clean_jobs.parquet"
    kept.write_text(json.dumps({**entries, str(changed): [entries[str(changed)][0], "0" * 64]}))
    known_digests._read.clear()
    assert explain(open_workspace(), [])["clean_jobs"].state == "stale"
    assert cli.main(["check", "--no-run", "--select", "clean_jobs"]) == 0
    assert explain(open_workspace(), [])["clean_jobs"].state == "fresh"


def test_what_was_made_before_there_were_checksums_is_made_anew_and_says_why(made: Path) -> None:
    store = ArtifactStore(made)
    manifest = store.read("lora_adapter").path / "manifest.json"
    said = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({name: value for name, value in said.items() if name != "manifest_digest"}))
    catalog = made / "catalog" / "current"
    catalog.write_text(catalog.read_text().split()[0])
    statuses = explain(open_workspace(), [])
    assert "was made before manifests had one" in statuses["lora_adapter"].reason
    assert "was published before catalogs had one" in statuses["job_catalog"].reason
