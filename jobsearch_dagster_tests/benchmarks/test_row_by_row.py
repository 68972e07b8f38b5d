"""The row-by-row version of the benchmark does the work of the assets, and the benchmark prints its tables."""

from pathlib import Path

import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster_tests.benchmarks import preparation
from jobsearch_dagster_tests.benchmarks.measuring import Clock, slope
from jobsearch_dagster_tests.benchmarks.raw_files import write_course_like
from jobsearch_dagster_tests.benchmarks.row_by_row import prepare

RESULTS = {
    "standard_title": "standard_title",
    "place": "place",
    "country": "country",
    "salary_bucket": "salary_bucket",
    "resume_text": "Resume_text",
    "resume_clean": "Resume_clean",
    "description_text": "Description_text",
    "description_clean": "Description_clean",
}


@pytest.mark.slow
def test_both_versions_give_the_same_tables(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_PROFILE", "demo")
    assert run(open_workspace(), ["clean_jobs", "job_entities"]).problems == ()
    ours = Lake(data).read("clean_jobs")
    order = ours.sort_values(["split", "record"], ascending=[False, True]).index
    theirs = prepare(data / "raw", None, Clock())
    for column, name in RESULTS.items():
        found = ours.loc[order, column]
        assert found.where(found.notna(), None).tolist() == theirs[name].tolist(), column
    skills = Lake(data).read("job_entities").loc[order, "skills"]
    assert [list(s) for s in skills] == [list(e.skills) for e in theirs["entities"]]


@pytest.mark.slow
def test_the_benchmark_prints_a_table_per_size_and_how_time_grows(capsys: pytest.CaptureFixture[str]) -> None:
    preparation.main(sizes=[10, 20], course_rows=14, baseline_rows=5)
    printed = capsys.readouterr().out
    assert "### 10 rows, all distinct" in printed
    assert "### 20 rows, all distinct" in printed
    assert "### 14 rows, 15 postings crossed with resumes" in printed
    assert "| slope (1 is linear) |" in printed
    for step in preparation.STEPS:
        assert printed.count(f"| {step} |") == 4, step


def test_the_slope_of_linear_growth_is_one() -> None:
    assert slope({10: 1.0, 100: 10.0, 1000: 100.0}) == pytest.approx(1)
    assert slope({10: 1.0, 100: 100.0}) == pytest.approx(2)
    assert slope({10: 1.0}) is None


def test_course_like_rows_are_distinct_but_for_fifteen_descriptions(tmp_path: Path) -> None:
    import pandas as pd

    write_course_like(100, tmp_path)
    frame = pd.concat([pd.read_csv(tmp_path / name) for name in ("train-1.csv", "test-1.csv")])
    assert len(frame) == len(frame.drop_duplicates()) == 100
    assert frame["Description"].nunique() == 15
