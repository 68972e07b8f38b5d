"""What answers and scores are keyed by, what the UI shows of retrieval, and what is left when a process is killed."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster import build, search
from jobsearch_dagster.app.run import Outcome, run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.evaluation import pages
from jobsearch_dagster.evaluation.answers import AnalyticsRecipe
from jobsearch_dagster.evaluation.assets import (
    question_data,
    retrieval_data,
    scoring_data,
)
from jobsearch_dagster.evaluation.natural import RetrievalRecipe
from jobsearch_dagster.evaluation.relevance import NATURAL_QUESTIONS, judgements, why_not_asked
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.text_scoring import ScoringRecipe
from jobsearch_dagster.foundation import text_metrics
from jobsearch_dagster.foundation.digests import digest_of, digest_of_data
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.pairs.rendering import templates_digest
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.assets import entity_data


def test_every_list_that_a_question_is_understood_with_is_part_of_the_key(tmp_path: Path) -> None:
    found = question_data(DataFolder(path=str(tmp_path)), AnalyticsRecipe())
    home = Path(search.__file__).parent
    lists = list(home.glob("**/*.yaml"))
    assert {"words.yaml", "levels.yaml", "frames.yaml", "refusals.yaml", "world_areas.yaml"} <= {f.name for f in lists}
    for file in lists:
        assert found[file.relative_to(home.parent).as_posix()] == digest_of_data(file)[file.name]
    assert found["pyspellchecker"] == version("pyspellchecker")


def test_a_list_of_search_hides_none_of_preparation_that_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(path=str(tmp_path))
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "places.yaml").write_text("another: list\n", encoding="utf-8")
    monkeypatch.setattr(search, "__file__", str(tmp_path / "search" / "__init__.py"))
    found = question_data(folder, AnalyticsRecipe())
    assert found.items() > entity_data(folder, AnalyticsRecipe()).items()
    assert "search/places.yaml" in found


MODELS_ASKED = ("base_answers", "lora_answers", "rag_answers", "retrieval_scores", "latency")


@pytest.mark.parametrize("name", MODELS_ASKED)
def test_what_a_prompt_is_written_with_and_an_answer_redacted_with_is_part_of_the_key(
    name: str, tmp_path: Path
) -> None:
    asset = build.lake_assets()[name]
    found = asset.parts(DataFolder(path=str(tmp_path)), asset.recipe(), {}).external
    assert found["chat templates"] == templates_digest()
    assert found["instruction"] == digest_of(load_templates().instructions[0])
    assert {"first_names.txt", "name_words.yaml"} <= set(found)
    assert ("search/recognizers/words.yaml" in found) == (name not in MODELS_ASKED[:2])


def test_versions_of_the_libraries_that_score_are_part_of_the_key(
    finished: tuple[Path, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, recipe = DataFolder(path=str(finished[0])), ScoringRecipe(encoder="./smoke/encoder")
    before = scoring_data(folder, recipe)
    assert before["transformers"] == version("transformers")
    monkeypatch.setattr(text_metrics, "version", lambda name: "0" if name == "sacrebleu" else version(name))
    assert scoring_data(folder, recipe)["text metrics"] != before["text metrics"]


def test_near_duplicates_of_trained_postings_are_counted_among_the_unseen() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE base_answers AS SELECT unnest(['a', 'b', 'c']) AS question_id, 'unseen' AS slice"
        )
        connection.execute(
            "CREATE TABLE test_set AS SELECT unnest(['a', 'b', 'c']) AS pair_id, pair_id = 'b' AS near_seen"
        )
        assert "| unseen | 3 | 1 |" in pages.near_seen(connection)["near duplicates"].value


def test_the_judged_questions_are_part_of_the_key_of_what_they_judge(tmp_path: Path) -> None:
    found = retrieval_data(DataFolder(path=str(tmp_path)), RetrievalRecipe())
    assert found["natural_questions.yaml"] == digest_of_data(NATURAL_QUESTIONS)["natural_questions.yaml"]
    assert found.items() >= question_data(DataFolder(path=str(tmp_path)), RetrievalRecipe()).items()


def test_on_other_data_the_natural_questions_are_absent_and_the_metadata_says_so(
    finished: tuple[Path, Outcome],
) -> None:
    with Lake(finished[0]).connect(["retrieval_scores", "job_catalog"]) as connection:
        sets = connection.execute("SELECT DISTINCT question_set FROM retrieval_scores").fetchall()
        shown = pages.retrieval(connection)
    assert sets == [("templates",)]
    assert shown["natural questions"].startswith("not asked: their relevance was judged on the bundled sample: 140 of")
    assert "\n" not in shown["natural questions"]
    assert {f"| templates, all | answer | {contender} |" in shown["means"].value for contender in CONTENDERS} == {True}


def test_where_every_judged_posting_is_there_the_natural_questions_are_asked() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE job_catalog (posting_id VARCHAR)")
        assert why_not_asked(connection)
        connection.executemany("INSERT INTO job_catalog VALUES (?)", [[name] for name in judgements().posting_ids])
        assert why_not_asked(connection) is None


CHANGES = ["base_answers.batch_size=1", "base_answers.max_new_tokens=200"]
"""Many batches that take long enough to be killed between the first and the last."""


def make_answers(data: Path) -> str:
    """Run the asset and return the digest of its table."""
    assert run(open_workspace(changes=CHANGES), ["base_answers"]).problems == ()
    stamp = Lake(data).stamp("base_answers")
    assert stamp is not None
    return stamp.data_version


def kept_batches(data: Path) -> set[tuple[str, str]]:
    """Entries of the cache with the seconds that each batch took."""
    cache = data / "cache" / "answers.sqlite"
    if not cache.exists():
        return set()
    with closing(sqlite3.connect(cache)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'texts'").fetchall():
            return set()
        return set(connection.execute("SELECT key, text FROM texts"))


@pytest.mark.slow
def test_answers_that_were_killed_go_on_after_the_last_batch_and_end_with_the_same_digest(made: Path) -> None:
    (made / "cache" / "answers.sqlite").unlink()
    uninterrupted = make_answers(made)
    all_batches = {key for key, _ in kept_batches(made)}
    (made / "cache" / "answers.sqlite").unlink()
    (made / "lake" / "base_answers.parquet").unlink()

    settings = [word for change in CHANGES for word in ("--set", change)]
    killed = subprocess.Popen(
        [Path(sys.executable).with_name("jobsearch"), "run", "--select", "base_answers", *settings],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 240
        while len(kept_batches(made)) < 2:
            assert killed.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        killed.kill()
        killed.wait()
    finished = kept_batches(made)
    assert 2 <= len(finished) < len(all_batches)
    assert not (made / "lake" / "base_answers.parquet").exists()

    assert make_answers(made) == uninterrupted
    assert finished < kept_batches(made)
    assert {key for key, _ in kept_batches(made)} == all_batches
