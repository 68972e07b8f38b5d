"""What the answers are keyed by."""

from importlib.metadata import version
from pathlib import Path

from jobsearch_dagster import search
from jobsearch_dagster.evaluation.assets import AnalyticsRecipe, question_data
from jobsearch_dagster.foundation.digests import digest_of_data
from jobsearch_dagster.foundation.table_asset import DataFolder


def test_every_list_that_a_question_is_understood_with_is_part_of_the_key(tmp_path: Path) -> None:
    found = question_data(DataFolder(path=str(tmp_path)), AnalyticsRecipe())
    lists = list(Path(search.__file__).parent.glob("**/*.yaml"))
    assert {"words.yaml", "levels.yaml", "frames.yaml", "refusals.yaml", "world_areas.yaml"} <= {f.name for f in lists}
    for file in lists:
        assert found[file.name] == digest_of_data(file)[file.name]
    assert found["pyspellchecker"] == version("pyspellchecker")
