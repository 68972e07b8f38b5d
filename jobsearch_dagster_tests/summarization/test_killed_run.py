"""A run killed in the middle of summarizing: the next one makes the same table and summarizes only what is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster.summarization.summaries import BATCH

RUN = """
import sys
from pathlib import Path
import duckdb
from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.progress import Progress
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.summarization.extractive import Choice, Extractive
from jobsearch_dagster.summarization.summaries import KeptSummaries, SummaryRecipe, summarize

folder, models = map(Path, sys.argv[1:])


class Logged(Extractive):
    def summarize(self, texts, advance):
        with (folder / "log").open("a") as log:
            log.writelines(f"{text.split()[0]}\\n" for text in texts)
        return super().summarize(texts, advance)


recipe = SummaryRecipe()
with duckdb.connect() as connection:
    connection.execute(
        "CREATE TABLE clean_jobs AS SELECT n::VARCHAR AS row_id, 'train' AS split, '' AS resume_text, "
        "'' AS resume_clean, '' AS description_clean, array_to_string([format('kitchen{} dish{}{} is cooked there "
        "every day for {} children. ', n, n, m, m) FOR m IN range(12)], '') AS description_text FROM range(600) t(n)"
    )
    summarize(
        connection,
        recipe,
        lambda: Logged(Encoder("./encoder", models), Choice(recipe.sentences, recipe.characters, recipe.diversity)),
        KeptSummaries(TextCache(folder / "texts.sqlite"), recipe, "the encoder"),
        lambda total, unit: Progress(total, unit, print),
    ).order("row_id").write_parquet(str(folder / "table.parquet"))
"""


def start(folder: Path, models: Path) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen([sys.executable, "-c", RUN, str(folder), str(models)], env={**os.environ})


def summarized(folder: Path) -> list[str]:
    return (folder / "log").read_text().split() if (folder / "log").is_file() else []


@pytest.mark.slow
def test_after_a_kill_only_what_is_left_is_summarized(tmp_path: Path, smoke_models: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = start(killed, smoke_models)
    while len(summarized(killed)) < 5 * BATCH and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before = summarized(killed)
    assert start(killed, smoke_models).wait() == 0
    after = summarized(killed)[len(before) :]
    assert start(whole, smoke_models).wait() == 0

    stored = before[:-BATCH]  # the last batch was in flight
    assert len(stored) >= 3 * BATCH
    assert not set(stored) & set(after)
    assert len(after) == len(set(after))
    assert set(before) | set(after) == set(summarized(whole))
    with duckdb.connect() as connection:
        finished = connection.read_parquet(str(killed / "table.parquet"))
        uninterrupted = connection.read_parquet(str(whole / "table.parquet"))
        assert finished.fetchall() == uninterrupted.fetchall()
        assert finished.count("*").fetchall() == [(600,)]
