"""`jobsearch status` tells what is stored, what is out of date, and what the checks last said."""

import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from jobsearch_dagster.app.workspace import open_instance, open_workspace
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster_tests.app.conftest import Jobsearch


def statuses(jobsearch: Jobsearch, *arguments: str) -> dict[str, dict]:
    code, out, _ = jobsearch("status", "--json", *arguments)
    assert code == 0
    return {entry["asset"]: entry for entry in json.loads(out)["assets"]}


def test_of_a_finished_folder_everything_is_fresh_and_every_check_has_spoken(made: Path, jobsearch: Jobsearch) -> None:
    found = statuses(jobsearch)
    assert list(found) == list(lake_assets())
    for name, entry in found.items():
        assert (entry["state"], entry["reason"]) == ("fresh", ""), name
        assert entry["bytes"] > 0
        assert len(entry["digest"]) == 64
        assert entry["made"].endswith("+00:00")
        assert entry["checks"]["stored_as_declared"] == "passed"
        assert set(entry["checks"].values()) <= {"passed", "warned"}
    stamp = Lake(made).stamp("clean_jobs")
    assert stamp is not None
    assert (found["clean_jobs"]["rows"], found["clean_jobs"]["digest"]) == (stamp.rows, stamp.data_version)
    assert found["clean_jobs"]["bytes"] == Lake(made).path("clean_jobs").stat().st_size
    assert found["lora_adapter"]["rows"] is None


def test_what_is_missing_damaged_changed_or_downstream_is_told_apart(made: Path, jobsearch: Jobsearch) -> None:
    (made / "lake" / "metric_summary.parquet").unlink()
    damaged = made / "lake" / "test_set.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    raw = made / "raw" / "train-1.csv"
    raw.write_text(raw.read_text(encoding="utf-8") + "cv,cook,Oslo,,You cook lunch.\n", encoding="utf-8")
    found = statuses(jobsearch)
    states = {name: (entry["state"], entry["reason"]) for name, entry in found.items()}
    assert states["metric_summary"] == ("missing", "missing")
    assert states["test_set"] == ("stale", f"{damaged} does not open or was not written by this package")
    assert states["raw_jobs"][0] == "stale"
    assert states["clean_jobs"] == ("affected", "downstream of imputed_salaries")
    assert states["base_model"] == ("fresh", "")
    assert (found["metric_summary"]["digest"], found["metric_summary"]["made"]) == ("", "")
    assert set(found["metric_summary"]["checks"].values()) == {"missing"}


def test_the_table_names_the_states_and_a_selection_is_kept(made: Path, jobsearch: Jobsearch) -> None:
    (made / "lake" / "validation_set.parquet").unlink()
    code, out, _ = jobsearch("status", "--select", "group:pairs")
    assert code == 0
    assert "clean_jobs" not in out
    assert "query_pairs" in out
    assert "5 assets: 4 fresh, 1 missing; " in out


def test_a_verdict_on_another_version_does_not_count(
    made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a new Dagster home no check has spoken about what is stored."""
    monkeypatch.setenv("DAGSTER_HOME", str(made / "another_home"))
    found = statuses(jobsearch, "--select", "raw_jobs")
    assert set(found["raw_jobs"]["checks"].values()) == {"missing"}
    assert found["raw_jobs"]["state"] == "stale"


def test_before_any_run_everything_is_missing(data: Path, jobsearch: Jobsearch) -> None:
    assert {entry["state"] for entry in statuses(jobsearch).values()} == {"missing"}
    assert "missing" in jobsearch("status")[1]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (sqlite3.SQLITE_FULL, "free space"),
        (sqlite3.SQLITE_IOERR_WRITE, "free space"),
        (sqlite3.SQLITE_BUSY, "another process holds it"),
    ],
)
def test_what_is_wrong_with_dagsters_storage_is_told_by_its_code(data: Path, code: int, told: str) -> None:
    cause = sqlite3.OperationalError("it does not work")
    cause.sqlite_errorcode = code
    with pytest.raises(UserError, match=told), open_instance(open_workspace()):
        raise OperationalError("SELECT 1", {}, cause)


def test_a_mistake_in_a_statement_is_no_full_disk(data: Path) -> None:
    cause = sqlite3.OperationalError("no such column")
    cause.sqlite_errorcode = sqlite3.SQLITE_ERROR
    with pytest.raises(OperationalError), open_instance(open_workspace()):
        raise OperationalError("SELECT 1", {}, cause)
