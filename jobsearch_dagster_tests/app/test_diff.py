"""`jobsearch diff` between what was kept and what is there, and between runs as far as their tables are kept."""

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from jobsearch_dagster import build
from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation.statistics import estimate
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster_tests.app.conftest import Jobsearch


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    """What the README says how to keep."""
    folder = tmp_path / "kept"
    folder.mkdir()
    subprocess.run(["cp", "-rl", made / "lake", made / "models", folder], check=True)
    return folder


def rewrite(data: Path, table: str, query: str, **config: Any) -> None:
    """Another version of a table, made with other fields of its recipe."""
    folder = DataFolder(path=str(data))
    schema, stamp = build.lake_assets()[table].schema, folder.lake.stamp(table)
    assert schema is not None
    assert stamp is not None
    stamp.parts.config.update(config)
    with folder.lake.connect([table]) as connection:
        folder.lake.write(table, connection.sql(query), schema, stamp.parts, connection)


def diff(jobsearch: Jobsearch, *arguments: str) -> dict[str, Any]:
    code, out, _ = jobsearch("diff", *arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_nothing_differs_from_what_was_just_kept(kept: Path, jobsearch: Jobsearch) -> None:
    found = diff(jobsearch, str(kept))
    assert set(found["equal"]) == set(build.lake_assets())
    assert [found[name] for name in ("recipes", "tables", "scores", "validation_loss", "notes")] == [[], {}, [], {}, []]
    code, out, _ = jobsearch("diff", str(kept), str(kept))
    assert (code, out.startswith(f"{len(build.lake_assets())} assets are equal: ")) == (0, True)


def test_rows_recipes_and_scores_that_differ_are_told(made: Path, kept: Path, jobsearch: Jobsearch) -> None:
    rewrite(
        made,
        "job_summaries",
        "SELECT * REPLACE (description_summary || '!' AS description_summary) FROM job_summaries "
        "WHERE row_id <> (SELECT min(row_id) FROM job_summaries)",
        sentences=7,
    )
    better = (
        "CASE WHEN contender = 'rag' AND metric = 'rougeL' THEN least(1, value + 0.1 + (hash(posting_id) % 5) / 50)"
    )
    rewrite(made, "answer_scores", f"SELECT * REPLACE ({better} ELSE value END AS value) FROM answer_scores")
    found = diff(jobsearch, str(kept))
    summaries = found["tables"]["job_summaries"]
    assert (summaries["added"], summaries["removed"]) == (0, 1)
    assert summaries["changed"] == summaries["rows_after"] == summaries["rows_before"] - 1
    assert summaries["changed_in"] == {"description_summary": summaries["changed"]}
    assert {"asset": "job_summaries", "field": "sentences", "before": 3, "after": 7} in found["recipes"]
    moved = [row for row in found["scores"] if row["difference"]]
    assert {(row["contender"], row["metric"]) for row in moved} == {("rag", "rougeL")}
    for row in moved:
        assert row["low"] < row["difference"] < row["high"]
        assert row["n"] > 0

    assert scores_by_hand(made, kept) == pytest.approx({row["slice"]: row["difference"] for row in moved})
    code, out, _ = jobsearch("diff", str(kept), str(made))
    assert code == 0
    assert "job_summaries" in out
    assert f"description_summary {summaries['changed']}" in " ".join(out.split())


def scores_by_hand(made: Path, kept: Path) -> dict[str, float]:
    both = [pd.read_parquet(folder / "lake" / "answer_scores.parquet") for folder in (kept, made)]
    rows = [f[(f["contender"] == "rag") & (f["metric"] == "rougeL")].set_index("question_id") for f in both]
    difference = rows[1]["value"] - rows[0]["value"]
    return {
        name: difference[rows[0]["seen_in_train"] == seen].mean() for name, seen in (("seen", True), ("unseen", False))
    }


def test_a_lake_alone_is_compared_too_and_what_it_lacks_is_said(made: Path, kept: Path, jobsearch: Jobsearch) -> None:
    shutil.rmtree(kept / "models")
    (kept / "lake" / "latency.parquet").unlink()
    found = diff(jobsearch, str(kept / "lake"))
    assert f"latency is not in {kept / 'lake'}" in found["notes"]
    assert "clean_jobs" in found["equal"]


def test_losses_of_two_adapters_are_paired_where_they_were_validated_on_the_same_tokens(
    made: Path, kept: Path, jobsearch: Jobsearch
) -> None:
    store = DataFolder(path=str(made)).artifacts
    first = store.read("lora_adapter")
    stamp = first.stamp
    assert stamp is not None
    parts = stamp.parts.__class__(stamp.parts.inputs, {**stamp.parts.config, "lora_r": 4}, "2")
    rows = json.loads((first.path / "validation_losses.json").read_text())
    after = [row | {"adapter": row["adapter"] - 0.1 * (i % 3)} for i, row in enumerate(rows)]
    with store.building("lora_adapter", parts) as (path, manifest):
        (path / "validation_losses.json").write_text(json.dumps(after))
        manifest["validation"] = first.manifest["validation"]
    found = diff(jobsearch, str(kept))
    steps = np.array([-0.1 * (i % 3) for i in range(len(rows))])
    wanted = estimate(steps, np.array([row["posting_id"] for row in rows]), 42)
    loss = found["validation_loss"]
    assert (loss["n"], loss["postings"]) == (len(rows), wanted.clusters)
    assert (loss["difference"], loss["low"]) == pytest.approx((wanted.mean, wanted.low))
    assert {"asset": "lora_adapter", "field": "lora_r", "before": 8, "after": 4} in found["recipes"]
    assert "Validation loss of the adapters: " in jobsearch("diff", str(kept))[1]
    manifest = store.read("lora_adapter").path / "manifest.json"
    manifest.write_text("{}")
    assert not diff(jobsearch, str(kept), str(made))["validation_loss"]


def test_of_two_runs_versions_and_recipes_are_compared_and_the_tables_that_are_kept(
    made: Path, jobsearch: Jobsearch
) -> None:
    assert run(open_workspace(None, ["training_set.seed=5"]), ["training_set"]).problems == ()
    with dg.DagsterInstance.get() as instance:
        later, first = (record.dagster_run.run_id for record in instance.get_run_records(limit=2))
    found = diff(jobsearch, first[:8], later)
    assert found["recipes"] == [{"asset": "training_set", "field": "seed", "before": 42, "after": 5}]
    (note,) = [note for note in found["notes"] if note.startswith("training_set")]
    assert note.startswith(
        f"training_set differs, but its rows in {first[:8]} are not kept: keep a version with `mkdir "
    )
    assert {"clean_jobs", "lora_adapter", "answer_scores"} <= set(found["equal"])
    assert found["tables"] == {}


@pytest.mark.parametrize("name", ["nowhere", "ab", "00000000"])
def test_what_is_neither_a_folder_nor_a_run_is_wrong_usage(made: Path, jobsearch: Jobsearch, name: str) -> None:
    code, out, err = jobsearch("diff", name)
    assert (code, out) == (2, "")
    assert err.startswith(f"usage: {name} is neither a folder nor begins a run's id: give a data folder")
    assert jobsearch("diff", str(made / "raw"))[0] == 2


def test_no_number_is_written_that_json_does_not_know(made: Path, kept: Path, jobsearch: Jobsearch) -> None:
    rewrite(made, "answer_scores", "SELECT * REPLACE (value AS value) FROM answer_scores WHERE metric <> 'stopped'")
    found = diff(jobsearch, str(kept))
    assert any(row["low"] is None for row in found["scores"])
    assert not any(isinstance(row["difference"], float) and math.isnan(row["difference"]) for row in found["scores"])
