"""`jobsearch prune` deletes what nothing names, and never what a pointer, manifest or the promotion names."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import psutil
import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import home, promotions, pruning
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import KeyParts, Lake
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.search.publication import catalog_file, published_catalog
from jobsearch_dagster_tests.app.conftest import Jobsearch


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "dagster_home" not in path.parts and path.name != "run.lock"}


def another(data: Path, asset: str, number: int, **inputs: str) -> Path:
    """Another finished edition of a model, older than all others; the pointer stays where it is."""
    store = ArtifactStore(data)
    now = store.current(asset)
    parts = KeyParts(inputs=inputs, config={"number": number}, code_version="1")
    with store.building(asset, parts) as (path, _):
        (path / "weights").write_text("x" * 1000)
    made = store.read(asset).path
    os.utime(made, (number, number))
    if now is not None and now.stamp is not None:
        store.point(asset, now.stamp.parts.key)
    return made


def key_of(path: Path) -> str:
    stamp = ArtifactStore(path.parents[2]).opened(path)
    assert stamp is not None
    assert stamp.stamp is not None
    return stamp.stamp.parts.key


def test_without_yes_it_shows_and_deletes_nothing(made: Path, jobsearch: Jobsearch) -> None:
    old = another(made, "lora_adapter", 1)
    before = files(made)
    code, out, _ = jobsearch("prune", "--keep", "1")
    assert code == 0
    assert f"{old}: edition of lora_adapter that nothing names, " in out
    assert "would be deleted: `jobsearch prune --keep 1 --yes`" in out
    assert files(made) == before


def test_a_finished_folder_holds_nothing_to_delete(made: Path, jobsearch: Jobsearch) -> None:
    assert jobsearch("prune", "--keep", "0") == (0, "Nothing to delete.\n", "")


def test_what_readers_tables_and_the_promotion_name_stays_whatever_its_age(made: Path, jobsearch: Jobsearch) -> None:
    """The promoted adapter is of an older base model, which nothing else names."""
    store = ArtifactStore(made)
    base = another(made, "base_model", 1)
    promoted = another(made, "lora_adapter", 2, base_model=key_of(base))
    loose = [another(made, "lora_adapter", number) for number in (3, 4)]
    loose.append(another(made, "base_model", 5))
    replaced = another(made, "lora_adapter", 6)
    for adapter in (replaced, promoted):
        promotions.change(made / "models", lambda found, name=adapter.name: found.pin(name))
    served = {name: store.read(name).path for name in ("base_model", "lora_adapter", "search_index", "training_curves")}
    code, out, _ = jobsearch("prune", "--keep", "0", "--yes")
    assert code == 0
    assert out.endswith(" deleted.\n")
    assert [path.exists() for path in loose] == [False, False, False]
    assert [path.exists() for path in (base, promoted, replaced)] == [True, True, True]
    assert {name: store.read(name).path for name in served} == served
    # What compares the new adapter with the one that is served now does so; nothing that was deleted is missed.
    assert run(open_workspace(), []).computed == ("promoted_adapter", "evaluation_report")


def test_what_an_answer_table_was_made_with_stays_after_another_training(made: Path, jobsearch: Jobsearch) -> None:
    store = ArtifactStore(made)
    answered = store.read("lora_adapter").path
    parts = KeyParts(inputs={}, config={"number": 9}, code_version="1")
    with store.building("lora_adapter", parts) as (path, _):
        (path / "weights").write_text("newer")
    stamp = Lake(made).stamp("lora_answers")
    assert stamp is not None
    assert stamp.parts.inputs["lora_adapter"].startswith(answered.name)
    assert jobsearch("prune", "--keep", "0", "--yes")[0] == 0
    assert answered.exists()


def test_keep_counts_the_newest_editions(made: Path, jobsearch: Jobsearch) -> None:
    old = [another(made, "lora_adapter", number) for number in (1, 2, 3)]
    assert jobsearch("prune", "--keep", "3", "--yes")[0] == 0
    assert [path.exists() for path in old] == [False, True, True]


def test_a_damaged_model_that_the_pointer_names_stays(made: Path, jobsearch: Jobsearch) -> None:
    adapter = ArtifactStore(made).read("lora_adapter").path
    (adapter / "manifest.json").write_text("{")
    assert jobsearch("prune", "--keep", "0", "--yes")[0] == 0
    assert adapter.exists()


def test_catalogs_that_neither_pointer_nor_index_names_go(made: Path, jobsearch: Jobsearch) -> None:
    current = published_catalog(made)
    old, indexed = catalog_file(made, "an older version"), catalog_file(made, "an indexed version")
    for path in (old, indexed):
        path.write_bytes(b"catalog")
        os.utime(path, (1, 1))
    index = another(made, "search_index", 1, job_catalog="an indexed version")
    ArtifactStore(made).point("search_index", key_of(index))
    assert jobsearch("prune", "--keep", "1", "--yes")[0] == 0
    assert [path.exists() for path in (current, indexed, old)] == [True, True, False]


def test_unfinished_work_goes_when_it_is_done_or_was_left_for_a_month(made: Path, jobsearch: Jobsearch) -> None:
    """Recipes that are trained by turns all go on from where they were."""
    store = ArtifactStore(made)
    recent, old, done = (
        store.workspace("lora_adapter", key) for key in ("0" * 64, "1" * 64, store.read("lora_adapter").path.name)
    )
    for path in (recent, old, done):
        path.mkdir(parents=True)
    os.utime(old, (1, 1))
    code, out, _ = jobsearch("prune", "--yes")
    assert code == 0
    assert out.count("unfinished work that is done or was left for a month") == 2
    assert [path.exists() for path in (recent, old, done)] == [True, False, False]


def test_leftovers_of_killed_processes_and_unknown_caches_go(made: Path, jobsearch: Jobsearch) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    started = round(psutil.Process(child.pid).create_time() * 100)
    child.kill()
    child.wait()
    name = f"{home.process_tags()['jobsearch/host']}-{child.pid}-{started}"
    left = [made / "lake" / f"clean_jobs.{name}.tmp", made / "catalog" / f"x.{name}.tmp", made / "tmp" / f"{name}.1"]
    left += [made / "models" / "lora_adapter" / f"0123456789abcdef.{name}.tmp", made / "cache" / "texts.sqlite.damaged"]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_text("left")
    kept = [made / "lake" / f"clean_jobs.{'another-host-1-2'}.tmp", made / "cache" / "vectors.sqlite"]
    kept[0].write_text("of a process of another machine")
    assert jobsearch("prune", "--yes")[0] == 0
    assert [path for path in left if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []


def test_while_a_run_of_the_ui_is_at_work_nothing_is_deleted(made: Path, jobsearch: Jobsearch) -> None:
    old = another(made, "lora_adapter", 1)
    job = dg.JobDefinition(graph_def=dg.GraphDefinition(name="empty"))
    with dg.DagsterInstance.get() as instance:
        working = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    code, out, err = jobsearch("prune", "--keep", "1", "--yes")
    assert (code, out) == (1, "")
    assert err.startswith(f"error: run {working.run_id[:8]} is at work")
    assert old.exists()


def test_what_became_named_after_the_list_was_made_stays_with_what_it_was_made_from(made: Path) -> None:
    """A run of the UI may go back to an earlier recipe at any moment."""
    store, folder = ArtifactStore(made), DataFolder(path=str(made))
    base = another(made, "base_model", 1)
    chosen = another(made, "lora_adapter", 2, base_model=key_of(base))
    loose = another(made, "lora_adapter", 3)
    found = pruning.removables(folder, lake_assets(), keep=0)
    assert {removable.path for removable in found} == {base, chosen, loose}
    store.point("lora_adapter", key_of(chosen))
    deleted = pruning.delete(folder, lake_assets(), found, lambda: None)
    assert [removable.path for removable in deleted] == [loose]
    assert [path.exists() for path in (base, chosen, loose)] == [True, True, False]


def test_a_run_that_begins_while_it_deletes_stops_it_and_everything_is_back(made: Path) -> None:
    loose = another(made, "lora_adapter", 3)
    folder = DataFolder(path=str(made))

    def refuse() -> None:
        assert not loose.exists()
        raise UserError("a run is at work")

    with pytest.raises(UserError, match="at work"):
        pruning.delete(folder, lake_assets(), pruning.removables(folder, lake_assets(), keep=0), refuse)
    assert (loose / "weights").is_file()
    assert pruning.delete(folder, lake_assets(), pruning.removables(folder, lake_assets(), keep=0), lambda: None)
    assert not loose.exists()


def test_what_could_not_be_deleted_is_named(made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The superuser may delete anything, so that a failing `rmtree` stands for the folder of somebody else."""
    old = another(made, "lora_adapter", 1)
    monkeypatch.setattr("jobsearch_dagster.foundation.scratch.shutil.rmtree", lambda path, ignore_errors: None)
    code, out, err = jobsearch("prune", "--keep", "1", "--yes")
    assert (code, out) == (1, "")
    assert err.startswith(f"error: cannot delete {old}.")
