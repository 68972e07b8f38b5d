"""The whole DAG runs in one process on 40 rows, and runs again only where something is missing."""

from pathlib import Path

import pytest

from jobsearch_dagster import build
from jobsearch_dagster.app.run import Outcome, explain, run
from jobsearch_dagster.app.workspace import Workspace, open_workspace
from jobsearch_dagster.foundation.lake import Lake

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
