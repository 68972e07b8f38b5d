"""Rules over texts on all processors of a machine: same results, and nothing left behind when one ends early."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import duckdb
import psutil
import pytest

from jobsearch_dagster.build import build_defs
from jobsearch_dagster.foundation import distinct, map_batches
from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.map_batches import InProcesses, OnRay, chosen_for_rules, cut_shards, here
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample

TWO = InProcesses(2)
BATCHES = [[number, number + 1] for number in range(0, 20, 2)]


def doubled(worker: None, batch: list[int], advance: Callable[[int], object]) -> tuple[int, list[int]]:
    advance(len(batch))
    return os.getpid(), [2 * number for number in batch]


def complaint(worker: None, batch: list[int], advance: Callable[[int], object]) -> None:
    raise UserError("the list of names is not here: install it")


def ended(worker: None, batch: list[int], advance: Callable[[int], object]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_every_batch_comes_back_once_from_processes_of_their_own() -> None:
    counts: list[int] = []
    found = dict(TWO(lambda: None, doubled, BATCHES, counts.append))
    assert [found[position][1] for position in range(len(BATCHES))] == [[2 * n for n in batch] for batch in BATCHES]
    assert os.getpid() not in {process for process, _ in found.values()}
    assert sum(counts) == 20
    assert dict(TWO(pytest.fail, doubled, [], counts.append)) == {}


def test_a_user_error_of_a_process_is_told_as_it_is() -> None:
    with pytest.raises(UserError, match=r"^the list of names is not here: install it$"):
        list(TWO(lambda: None, complaint, BATCHES, lambda n: None))


def test_a_process_ended_from_outside_is_one_line_and_the_next_map_works() -> None:
    with pytest.raises(UserError, match=r"was ended from outside, .*: run it again with LOKY_MAX_CPU_COUNT=1$"):
        list(TWO(lambda: None, ended, BATCHES, lambda n: None))
    assert len(dict(TWO(lambda: None, doubled, BATCHES, lambda n: None))) == len(BATCHES)


def works(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    """The idle ones wait `IDLE_SECONDS` for more and then 30 s for a word of the run that they may end."""
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, time
            from jobsearch_dagster.foundation import map_batches

            def work(worker, batch, advance):
                print(os.getpid(), flush=True)
                time.sleep(1)

            map_batches.IDLE_SECONDS = 1
            list(map_batches.InProcesses(2)(lambda: None, work, [[n] for n in range(16)], print))
            """
        )
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        workers: set[int] = set()
        while len(workers) < 2:
            workers.add(int(run.stdout.readline()))
        run.kill()
    deadline = time.monotonic() + 90
    while any(map(works, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_rules_go_to_all_processors_up_to_a_limit_or_to_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen_for_rules(3, "ray") == OnRay(3, gpus=0)
    assert chosen_for_rules(1, "ray") == here
    for processors, chosen in ((1, here), (2, TWO), (64, InProcesses(map_batches.MOST_PROCESSES))):
        monkeypatch.setattr("joblib.cpu_count", lambda found=processors: found)
        assert chosen_for_rules(1) == chosen


def who(n: int) -> tuple[int, int]:
    return n * n, os.getpid()


@pytest.mark.parametrize(("count", "spread"), [(7, False), (8, True), (21, True)])
def test_more_distinct_values_than_a_batch_are_spread(
    monkeypatch: pytest.MonkeyPatch, count: int, spread: bool
) -> None:
    monkeypatch.setattr(distinct, "BATCH", 7)
    monkeypatch.setattr(distinct, "SLICE", 2)
    with duckdb.connect() as connection:
        source = f"(SELECT range AS n FROM range({count}))"
        returns = {"square": "BIGINT", "process": "BIGINT"}
        map_distinct(connection, source, ["n"], who, returns, "squares", mapper=TWO)
        rows = connection.table("squares").fetchall()
    assert {(n, square) for n, square, _ in rows} == {(n, n * n) for n in range(count)}
    assert (os.getpid() not in {process for *_, process in rows}) is spread


SPREAD = ("imputed_salaries", "clean_jobs", "job_entities")


def prepared(data: Path) -> list[str]:
    """The digests of the tables that rules made of the data."""
    assets = [a for a in build_defs(profile="smoke").assets or () if isinstance(a, dg.AssetsDefinition)]
    groups = {"ingestion", "preparation"}
    chosen = [asset for asset in assets if set(asset.group_names_by_key.values()) <= groups]
    assert dg.materialize(chosen, resources={"folder": DataFolder(path=str(data))}).success
    stamps = [Lake(data).stamp(name) for name in SPREAD]
    return [stamp.data_version for stamp in stamps if stamp is not None]


@pytest.mark.slow
def test_tables_have_the_same_digests_however_many_processors_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distinct, "BATCH", 10)
    calls: list[int] = []

    def cut(batches: int, count: int) -> list[range]:
        calls.append(count)
        return cut_shards(batches, count)

    monkeypatch.setattr(map_batches, "cut_shards", cut)
    found = {}
    for processors in (1, 2):
        data = tmp_path / str(processors)
        write_sample(SampleSpec(rows=120, postings=60, seed=3), data / "raw")
        monkeypatch.setattr("joblib.cpu_count", lambda count=processors: count)
        found[processors] = prepared(data)
        assert bool(calls) is (processors == 2)
    assert len(found[1]) == len(SPREAD)
    assert found[1] == found[2]
