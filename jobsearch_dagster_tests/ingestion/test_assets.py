"""`jobsearch run` on a raw folder that holds nothing but what sources.yaml lists."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobsearch_dagster.app import cli
from jobsearch_dagster.app.run import Outcome, run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster_tests.conftest import enter
from jobsearch_dagster_tests.ingestion.raw_files import file_with, listing, pdf_file, sqlite_file

ASSETS = ["raw_jobs", "rejected_rows", "column_profile"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two postings in Parquet with two resumes, and one in SQLite."""
    enter(monkeypatch, tmp_path)
    raw = tmp_path / "raw"
    pdf_file(raw / "cvs" / "ann.pdf", "Ann, cook")
    file_with(raw, "Bob, nurse", "cvs/bob.txt")
    postings = [{"title": "Cook", "pay": 85000.0, "text": "We cook."}, {"title": "Nurse", "pay": None, "text": "Care."}]
    pq.write_table(pa.Table.from_pylist(postings), raw / "jobs.parquet")
    sqlite_file(raw / "held.db", {"jobs": (["t", "d"], [("Cook", "They cook.")])})
    listing(
        raw,
        {
            "file": "jobs.parquet",
            "split": "train",
            "columns": {"Job-Title": "title", "Salary": "pay", "Description": "text"},
            "resumes": "cvs",
        },
        {"file": "held.db", "split": "test", "columns": {"Job-Title": "t", "Description": "d"}},
    )
    return tmp_path


def bring_up_to_date() -> Outcome:
    return run(open_workspace(), ASSETS)


def test_the_listed_files_become_rows_and_every_check_holds(data: Path) -> None:
    outcome = bring_up_to_date()
    assert (outcome.problems, outcome.warnings) == ((), ())
    rows = Lake(data).read("raw_jobs").astype(object)
    rows = rows.where(rows.notna(), None)[["row_id", "split", "resume", "job_title", "salary"]].values.tolist()
    assert rows == [
        ["held.db:1", "test", None, "Cook", None],
        ["jobs.parquet:1", "train", "Ann, cook", "Cook", "85000"],
        ["jobs.parquet:2", "train", "Bob, nurse", "Cook", "85000"],
        ["jobs.parquet:3", "train", "Ann, cook", "Nurse", None],
        ["jobs.parquet:4", "train", "Bob, nurse", "Nurse", None],
    ]


def test_only_a_change_is_read_again(data: Path) -> None:
    bring_up_to_date()
    assert bring_up_to_date() == Outcome()
    (data / "raw" / "cvs" / "bob.txt").write_text("Bob, cook")
    assert "raw_jobs" in bring_up_to_date().computed


def test_a_resume_that_became_unreadable_is_a_warning_and_a_rejected_row(data: Path) -> None:
    (data / "raw" / "cvs" / "bob.txt").write_text("")
    outcome = bring_up_to_date()
    assert outcome.problems == ()
    assert ["every_resume_is_readable" in warning for warning in outcome.warnings] == [True]
    assert Lake(data).read("rejected_rows")["file"].tolist() == ["cvs/bob.txt"]


def test_a_mistake_in_the_listing_ends_the_run_in_one_line(data: Path) -> None:
    path = data / "raw" / "sources.yaml"
    path.write_text(path.read_text().replace("title: title", "title: name").replace("Job-Title: title", "Job-Title: x"))
    (problem,) = bring_up_to_date().problems
    assert "jobs.parquet lacks the column x: it has title, pay, text" in problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [", "line 1 is not YAML"),
        ("sources: [{file: 2024-01-01, split: train}]", "sources 1 file: Input should be a valid string"),
    ],
)
def test_a_listing_that_is_not_understood_ends_the_command_in_one_line(
    data: Path, capfd: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    file_with(data / "raw", text, "sources.yaml")
    assert cli.main(["run", "--select", "raw_jobs"]) == 1
    output = "".join(capfd.readouterr())
    assert message in " ".join(output.split())
    assert "Traceback" not in output
