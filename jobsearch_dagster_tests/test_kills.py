"""Runs that are killed at any moment leave nothing broken, and the next one ends where an undisturbed one does."""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import home
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.lake import Stamp
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster_tests.conftest import enter
from jobsearch_dagster_tests.processes import Command

SEED = 11
KILLS = 4
"""Of each stage, in the middle of its work."""
SOON = 0.05  # seconds; no stage works for less


def has_checkpoint(data: Path) -> bool:
    """Whether a training has a whole checkpoint."""
    return any((data / "models" / "lora_adapter").rglob("complete.json"))


@dataclass(frozen=True)
class Stage:
    """What is killed while it is made.

    Attributes:
        assets: Made anew by the runs that are killed, each of them in the middle of one of these.
        places: Below the data folder, what is deleted beside their tables and models so that all work is done again.
        seconds: How long making one of them takes; the moments lie in this time, which runs that get through correct.
        is_under_way: What must hold of the data folder beside, before a run is killed.
        goes_on: Whether the run after a killed one is left what that had kept.
    """

    assets: tuple[str, ...]
    places: tuple[str, ...] = ()
    seconds: float = 8.0
    is_under_way: Callable[[Path], bool] = Path.exists
    goes_on: bool = False


STAGES = {
    "ingestion": Stage(("raw_jobs", "rejected_rows", "column_profile"), seconds=0.3),
    "summarizing": Stage(("job_summaries",), ("cache/texts.sqlite",), goes_on=True),
    "training": Stage(("lora_adapter",), seconds=2.0, is_under_way=has_checkpoint),  # each waits for its own checkpoint
    "generation": Stage(("base_answers",), ("cache/answers.sqlite",), goes_on=True),
    "catalog publication": Stage(("job_catalog", "search_index"), ("catalog", "cache/vectors.sqlite"), seconds=2.0),
}


@pytest.fixture(scope="module")
def killed(finished: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the finished folder for all kills, one after the other."""
    data = tmp_path_factory.mktemp("killed") / "data"
    shutil.copytree(finished[0], data, symlinks=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        enter(monkeypatch, data)
        yield data


def forget(data: Path, stage: Stage) -> None:
    for name in stage.assets:
        (data / "lake" / f"{name}.parquet").unlink(missing_ok=True)
        shutil.rmtree(data / "models" / name, ignore_errors=True)
    for place in stage.places:
        shutil.rmtree(data / place, ignore_errors=True)
        (data / place).unlink(missing_ok=True)


def start(stage: Stage) -> Command:
    return Command("run", *(word for name in stage.assets for word in ("--select", name)))


def at_work(instance: dg.DagsterInstance, process: Command) -> set[str]:
    """The steps that a process has started and not ended, by the event log."""
    runs = instance.get_runs(dg.RunsFilter(tags={"jobsearch/pid": str(process.pid)}), limit=1)
    steps = [step for run in runs for step in instance.get_run_step_stats(run.run_id)]
    return {step.step_key for step in steps if step.start_time and not step.end_time}


def kill_in(instance: dg.DagsterInstance, data: Path, stage: Stage, asset: str, share: float) -> tuple[bool, float]:
    """Kill a run at a share of the time that an asset takes; whether it was at work on it, and for how long."""
    process = start(stage)
    while process.is_alive() and not (asset in at_work(instance, process) and stage.is_under_way(data)):
        time.sleep(0.03)
    began = time.monotonic()
    while process.is_alive() and asset in at_work(instance, process):
        if time.monotonic() - began > share * stage.seconds:
            process.kill()
            break
        time.sleep(0.01)
    worked = time.monotonic() - began
    code, said = process.wait()
    assert code in {0, -9}, said
    return code == -9 and asset in at_work(instance, process), worked


def stamps_outside(data: Path, stage: Stage) -> dict[str, Stamp | None]:
    """What is stored of the assets that the killed runs do not make."""
    folder = DataFolder(path=str(data))
    return {name: asset.stamp(folder) for name, asset in lake_assets().items() if name not in stage.assets}


def versions(data: Path) -> dict[str, str]:
    """Digest of the content of every asset, and of the weights and vectors of those that are trained or indexed."""
    folder = DataFolder(path=str(data))
    found = {name: asset.stamp(folder) for name, asset in lake_assets().items()}
    digests = {name: stamp.data_version for name, stamp in found.items() if stamp}
    return digests | weights(folder.artifacts)


def weights(store: ArtifactStore) -> dict[str, str]:
    """Digests of the files that say nothing of where they lie, as `adapter_config.json` does."""
    files = {"lora_adapter": "adapter_model.safetensors", "search_index": "vectors.npy"}
    folders = {name: store.read(name).path for name in files}
    return {file: digest_of_files(folders[name], [folders[name] / file]) for name, file in files.items()}


def assert_readers_see_nothing_broken(data: Path) -> None:
    folder = DataFolder(path=str(data))
    for name, asset in lake_assets().items():
        assert asset.damage(folder) is None, name
    assert {path.stem for path in (data / "lake").glob("*.parquet")} <= set(lake_assets())
    for catalog in (data / "catalog").glob("*.duckdb"):
        with open_catalog(catalog) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM jobs").fetchall() == [(True,)]


@pytest.mark.slow
@pytest.mark.parametrize("name", STAGES)
def test_a_run_killed_at_any_moment_breaks_nothing_and_the_next_ends_with_the_same_content(
    finished: tuple[Path, object], killed: Path, name: str
) -> None:
    stage, moments = STAGES[name], random.Random(f"{SEED} {name}")
    before = stamps_outside(killed, stage)
    assert None not in before.values()
    kills, is_afresh = 0, True
    with dg.DagsterInstance.get() as instance:
        while kills < KILLS:
            if is_afresh:
                forget(killed, stage)
            is_hit, worked = kill_in(instance, killed, stage, moments.choice(stage.assets), moments.random())
            assert_readers_see_nothing_broken(killed)
            assert stamps_outside(killed, stage) == before
            kills += is_hit
            if is_afresh and not is_hit:  # faster than thought
                stage = replace(stage, seconds=min(stage.seconds, max(worked, SOON)))
            is_afresh = not (is_hit and stage.goes_on)
    code, said = start(stage).wait()
    assert code == 0, said
    assert "whose process is gone" in said
    assert versions(killed) == versions(finished[0])
    assert [path for path in killed.rglob("*.tmp") if "dagster_home" not in path.parts] == []
    with dg.DagsterInstance.get() as instance:
        assert list(home.unfinished_runs(instance)) == []
        for pool in instance.event_log_storage.get_concurrency_keys():
            assert instance.event_log_storage.get_concurrency_info(pool).active_slot_count == 0


@pytest.mark.slow
def test_of_two_runs_at_once_one_waits_says_so_and_finds_all_done(finished: tuple[Path, object], killed: Path) -> None:
    stage = Stage(tuple(name for name, asset in lake_assets().items() if asset.group == "preparation"))
    forget(killed, stage)
    both = [start(stage) for _ in range(2)]
    codes, said = zip(*(process.wait() for process in both), strict=True)
    assert codes == (0, 0)
    (waited,) = [text for text in said if f"waiting for another run on {killed}: process " in text]
    assert "Everything is up to date" in waited
    assert sum(text.count(" computed ") for text in said) == len(stage.assets)
    assert versions(killed) == versions(finished[0])
