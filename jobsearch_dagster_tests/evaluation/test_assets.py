"""What answers and scores are keyed by, what the UI shows of retrieval, and what is left when a process is killed."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster import search
from jobsearch_dagster.app.run import Outcome, run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.evaluation.assets import (
    AnalyticsRecipe,
    question_data,
    retrieval_data,
    shown_retrieval,
    why_no_natural_questions,
)
from jobsearch_dagster.evaluation.natural import RetrievalRecipe
from jobsearch_dagster.evaluation.relevance import NATURAL_QUESTIONS, judgements
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.foundation.digests import digest_of_data
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.table_asset import DataFolder


def test_every_list_that_a_question_is_understood_with_is_part_of_the_key(tmp_path: Path) -> None:
    found = question_data(DataFolder(path=str(tmp_path)), AnalyticsRecipe())
    lists = list(Path(search.__file__).parent.glob("**/*.yaml"))
    assert {"words.yaml", "levels.yaml", "frames.yaml", "refusals.yaml", "world_areas.yaml"} <= {f.name for f in lists}
    for file in lists:
        assert found[file.name] == digest_of_data(file)[file.name]
    assert found["pyspellchecker"] == version("pyspellchecker")


def test_the_judged_questions_are_part_of_the_key_of_what_they_judge(tmp_path: Path) -> None:
    found = retrieval_data(DataFolder(path=str(tmp_path)), RetrievalRecipe())
    assert found["natural_questions.yaml"] == digest_of_data(NATURAL_QUESTIONS)["natural_questions.yaml"]
    assert found.items() >= question_data(DataFolder(path=str(tmp_path)), RetrievalRecipe()).items()


def test_on_other_data_the_natural_questions_are_absent_and_the_metadata_says_so(
    finished: tuple[Path, Outcome],
) -> None:
    with Lake(finished[0]).connect(["retrieval_scores", "job_catalog"]) as connection:
        sets = connection.execute("SELECT DISTINCT question_set FROM retrieval_scores").fetchall()
        shown = shown_retrieval(connection)
    assert sets == [("templates",)]
    assert shown["natural questions"].startswith("not asked: their relevance was judged on the bundled sample: 140 of")
    assert "\n" not in shown["natural questions"]
    assert {f"| templates, all | answer | {contender} |" in shown["means"].value for contender in CONTENDERS} == {True}


def test_where_every_judged_posting_is_there_the_natural_questions_are_asked() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE job_catalog (posting_id VARCHAR)")
        assert why_no_natural_questions(connection)
        connection.executemany("INSERT INTO job_catalog VALUES (?)", [[name] for name in judgements().posting_ids])
        assert why_no_natural_questions(connection) is None


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
def test_answers_that_were_killed_go_on_after_the_last_batch_and_end_with_the_same_digest(data: Path) -> None:
    uninterrupted = make_answers(data)
    all_batches = {key for key, _ in kept_batches(data)}
    (data / "cache" / "answers.sqlite").unlink()
    (data / "lake" / "base_answers.parquet").unlink()

    settings = [word for change in CHANGES for word in ("--set", change)]
    killed = subprocess.Popen(
        [Path(sys.executable).with_name("jobsearch"), "run", "--select", "base_answers", *settings],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while len(kept_batches(data)) < 2:
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    finished = kept_batches(data)
    assert 2 <= len(finished) < len(all_batches)
    assert not (data / "lake" / "base_answers.parquet").exists()

    assert make_answers(data) == uninterrupted
    assert finished < kept_batches(data)
    assert {key for key, _ in kept_batches(data)} == all_batches
