"""The report's counts on the report's own data, under the profile `report`.

Runs where `JOBSEARCH_COURSE_DATA` names the folder of its two files.
"""

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.pairs import checks
from jobsearch_dagster.preparation.skills import personal_skills
from jobsearch_dagster_tests.conftest import enter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made_by_report(course_data: Path, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The pairs and their sets, made under `report` with the embedded encoder."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "raw").mkdir()
    for name in ("train-1.csv", "test-1.csv"):
        shutil.copy(course_data / name, folder / "raw" / name)
    with pytest.MonkeyPatch.context() as monkeypatch:
        enter(monkeypatch, folder, "report")
        outcome = run(open_workspace(), ["validation_set", "test_set", "job_catalog"])
    assert outcome.problems == ()
    return DataFolder(path=str(folder))


@pytest.fixture(scope="module")
def lake(made_by_report: DataFolder) -> Lake:
    return made_by_report.lake


def count(lake: Lake, table: str, where: str = "true") -> dict[str, int]:
    with lake.connect([table]) as connection:
        return dict(connection.execute(f"SELECT split, count(*) FROM {table} WHERE {where} GROUP BY split").fetchall())


def test_the_rows_read_and_left_are_the_reports(lake: Lake) -> None:
    assert count(lake, "raw_jobs") == {"train": 596, "test": 149}
    assert count(lake, "raw_jobs", "salary IS NOT NULL") == {"train": 161, "test": 45}
    assert count(lake, "clean_jobs") == {"train": 307, "test": 122}
    assert count(lake, "clean_jobs", "salary IS NULL") == {"train": 220, "test": 85}


def test_there_are_fifteen_postings(lake: Lake) -> None:
    assert lake.read("clean_jobs")["posting_id"].nunique() == 15
    assert len(lake.read("job_catalog")) == 15


def test_nothing_can_be_imputed_by_title_and_location(lake: Lake) -> None:
    assert count(lake, "imputed_salaries", "salary_source = 'imputed'") == {}
    assert count(lake, "imputed_salaries", "salary_bucket = 'Unknown'") == {"train": 220, "test": 85}


def test_the_pairs_and_sets_have_the_reports_sizes(lake: Lake) -> None:
    assert count(lake, "query_pairs") == {"train": 3684, "test": 1464}
    assert count(lake, "training_set") == {"train": 2947}
    assert count(lake, "validation_set") == {"train": 737}
    assert count(lake, "test_set") == {"test": 1464}
    assert count(lake, "test_set", "seen") == {"test": 1464}


def test_no_question_leads_with_a_quality_of_a_person_where_a_craft_is_asked(lake: Lake) -> None:
    with lake.connect(["query_pairs", "job_entities"]) as connection:
        asked = connection.execute(
            "SELECT slot_values, skills FROM query_pairs JOIN job_entities USING (row_id) WHERE query_type = 'skills'"
        ).fetchall()
    assert asked
    assert not [
        values for values, skills in asked if values[0] in personal_skills() and set(skills) - personal_skills()
    ]


def found_by(check: dg.AssetChecksDefinition, folder: DataFolder) -> dict[str, Any]:
    """What a check that fails on this data reports."""
    result = check(folder=folder)
    assert isinstance(result, dg.AssetCheckResult)
    assert not result.passed
    return dict(result.metadata)


def test_a_warning_says_how_many_questions_ask_for_unknown(made_by_report: DataFolder) -> None:
    found = found_by(checks.every_question_asks_for_a_known_value, made_by_report)
    assert found["train salary"].value == pytest.approx(0.7166)
    assert found["with salary"].value == "124 of 429"


def test_a_warning_says_how_much_of_the_test_data_was_seen(made_by_report: DataFolder) -> None:
    found = found_by(checks.test_postings_are_unseen, made_by_report)
    assert (found["postings_seen"].value, found["postings"].value) == (15, 15)
    assert (found["rows_copied_from_train"].value, found["rows"].value) == (91, 122)
