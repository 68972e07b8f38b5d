"""The whole DAG runs in one process on 40 rows, and runs again only where something changed."""

import csv
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from jobsearch_dagster import build
from jobsearch_dagster.app.run import Outcome, explain, run
from jobsearch_dagster.app.workspace import Workspace, open_workspace
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.pairs import templates
from jobsearch_dagster.preparation.imputation import SalaryRecipe

ALL = set(build.lake_assets())


def up_to_date(workspace: Workspace) -> set[str]:
    return {name for name, status in explain(workspace, []).items() if status.state == "fresh"}


def test_every_asset_is_computed_and_every_blocking_check_holds(finished: tuple[Path, Outcome]) -> None:
    _, outcome = finished
    assert outcome.problems == ()
    assert set(outcome.computed) == ALL
    assert outcome.reused == ()


def test_the_comparison_has_every_contender_and_query_type(finished: tuple[Path, Outcome]) -> None:
    summary = Lake(finished[0]).read("metric_summary")
    assert set(summary["contender"]) == {"base", "lora", "rag", "analytics"}
    assert set(summary["query_type"]) == {"skills", "location", "salary", "experience", "all"}
    assert (summary["n"] > 0).all()


def test_a_second_run_computes_nothing(made: Path) -> None:
    assert run(open_workspace(), []) == Outcome()
    assert up_to_date(open_workspace()) == ALL


def computed_after(workspace: Workspace) -> set[str]:
    outcome = run(workspace, [])
    assert outcome.problems == ()
    return set(outcome.computed)


AFTER_PAIRS = {
    "query_pairs", "token_statistics", "training_set", "validation_set", "test_set", "lora_adapter", "training_log",
    "training_curves", "recipe_trials", "base_answers", "lora_answers", "rag_answers", "analytics_answers",
    "answer_scores", "retrieval_scores", "metric_summary", "contender_comparison", "evaluation_report",
}  # fmt: skip
AFTER_ADAPTER = {
    "lora_adapter", "training_log", "training_curves", "lora_answers", "answer_scores", "retrieval_scores",
    "metric_summary", "contender_comparison", "evaluation_report",
}  # fmt: skip


@pytest.fixture
def wordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the templates that a test may edit."""
    copy = tmp_path / "templates.yaml"
    copy.write_text(templates.WORDINGS.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(templates, "WORDINGS", copy)
    return copy


@pytest.fixture(autouse=True)
def _fresh_templates() -> Iterator[None]:
    templates.load_templates.cache_clear()
    yield
    templates.load_templates.cache_clear()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    templates.load_templates.cache_clear()


def test_one_changed_template_word_computes_pairs_and_what_follows(made: Path, wordings: Path) -> None:
    edit(wordings, "Are there jobs for {skills}?", "Are there openings for {skills}?")
    statuses = explain(open_workspace(), [])
    assert {n for n, s in statuses.items() if s.state == "stale"} == {"query_pairs"}
    assert statuses["query_pairs"].reason == "templates changed"
    assert {n for n, s in statuses.items() if s.state == "affected"} == AFTER_PAIRS - {"query_pairs"}
    assert computed_after(open_workspace()) == AFTER_PAIRS


def test_one_changed_comment_computes_nothing(made: Path, wordings: Path) -> None:
    edit(wordings, "# Wordings of", "# All wordings of")
    assert computed_after(open_workspace()) == set()


def test_a_touched_file_computes_nothing_and_one_changed_salary_what_it_changes(made: Path) -> None:
    raw = made / "raw" / "train-1.csv"
    raw.touch()
    assert computed_after(open_workspace()) == set()
    with raw.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    paid = next(row for row in rows if row["Salary"])
    paid["Salary"] = "$1,000,000 a year"
    with raw.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    computed = computed_after(open_workspace())
    assert {"raw_jobs", "imputed_salaries", "clean_jobs", "query_pairs", "job_catalog"} <= computed
    assert "base_model" not in computed
    assert computed & {"rejected_rows", "column_profile"} == {"rejected_rows", "column_profile"}


def test_a_changed_rank_computes_the_adapter_and_what_follows_and_changing_it_back_trains_nothing(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ArtifactStore(made).read("lora_adapter").path
    values = profiles.load("smoke")
    monkeypatch.setitem(values, "lora_adapter", {**values["lora_adapter"], "lora_r": 2})
    assert explain(open_workspace(), [])["lora_adapter"].reason == "lora_r 8 -> 2"
    assert computed_after(open_workspace()) == AFTER_ADAPTER
    monkeypatch.setitem(values, "lora_adapter", {**values["lora_adapter"], "lora_r": 8})
    outcome = run(open_workspace(), [])
    assert "lora_adapter" in outcome.reused
    assert ArtifactStore(made).read("lora_adapter").path == before


def test_a_tracker_of_the_training_makes_nothing_stale(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = profiles.load("smoke")
    for name in ("lora_adapter", "recipe_trials"):
        monkeypatch.setitem(values, name, {**values[name], "report_to": ["tensorboard"]})
    assert {status.state for status in explain(open_workspace(), []).values()} == {"fresh"}


def test_equal_content_upstream_ends_the_recomputation(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed rate that no posting uses makes `imputed_salaries` anew; it comes out equal, and nothing follows."""
    values = profiles.load("smoke")
    recipe = profiles.resolve(SalaryRecipe, "imputed_salaries", "smoke")
    assert isinstance(recipe, SalaryRecipe)
    monkeypatch.setitem(values, "imputed_salaries", {"rates": recipe.rates | {"XAF": 0.0017}})
    outcome = run(open_workspace(), [])
    assert outcome.computed == ("imputed_salaries",)
    assert "clean_jobs" in outcome.reused


def test_a_table_deleted_by_hand_is_made_again_alone(made: Path) -> None:
    (made / "lake" / "metric_summary.parquet").unlink()
    outcome = run(open_workspace(), [])
    assert outcome.computed == ("metric_summary",)
    assert outcome.reused == ("evaluation_report",)


def test_a_new_dagster_instance_learns_of_the_lake_without_computing(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(made / "another_home"))
    outcome = run(open_workspace(), [])
    assert outcome.problems == ()
    assert outcome.computed == ()
    assert set(outcome.reused) == ALL


@pytest.mark.slow
def test_a_run_killed_in_the_middle_is_finished_by_the_next_one(data: Path) -> None:
    command = [str(Path(sys.executable).with_name("jobsearch")), "run", "--select", "query_pairs"]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (data / "lake" / "deduplicated_jobs.parquet").exists():
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "whose process is gone" in done.stderr
    assert "raw_jobs" not in [line.split()[0] for line in done.stderr.splitlines() if "computed" in line]
    assert Lake(data).stamp("query_pairs") is not None
    with dg.DagsterInstance.get() as instance:
        states = {run.status for run in instance.get_runs()}
    assert states == {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS}
