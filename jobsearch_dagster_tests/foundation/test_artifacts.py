"""Artifacts appear whole, are found by their key, and never by their age."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobsearch_dagster.foundation.artifacts import ArtifactStore, manifest_text
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import KeyParts


def parts(value: int) -> KeyParts:
    return KeyParts(inputs={}, config={"r": value}, code_version="1")


def build(store: ArtifactStore, value: int) -> Path:
    with store.building("adapter", parts(value)) as (path, manifest):
        (path / "weights").write_text(str(value))
        manifest["recipe"] = value
    return store.read("adapter").path


def test_a_finished_artifact_counts_and_carries_its_manifest(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    path = build(store, 1)
    assert (path / "weights").read_text() == "1"
    assert store.read("adapter").manifest["recipe"] == 1
    stamp = store.stamp("adapter")
    assert stamp is not None
    assert stamp.parts == parts(1)
    assert stamp.data_version == parts(1).key


def test_an_artifact_that_fails_in_the_middle_leaves_the_earlier_one(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    build(store, 1)
    with pytest.raises(FloatingPointError), store.building("adapter", parts(2)) as (path, _):
        (path / "weights").write_text("half")
        raise FloatingPointError
    assert store.read("adapter").manifest["recipe"] == 1
    assert not store.is_sound("adapter", parts(2).key)
    assert sorted(p.name for p in (tmp_path / "models" / "adapter").iterdir()) == sorted(["current", parts(1).key[:16]])


def test_going_back_to_an_earlier_recipe_finds_the_earlier_directory(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    first = build(store, 1)
    build(store, 2)
    assert store.is_sound("adapter", parts(1).key)
    store.point("adapter", parts(1).key)
    assert store.read("adapter").path == first


def test_a_missing_artifact_names_the_command_that_makes_it(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    assert store.stamp("adapter") is None
    with pytest.raises(UserError, match="jobsearch run --select adapter"):
        store.read("adapter")


def test_a_manifest_that_does_not_open_counts_as_missing(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    (build(store, 1) / "manifest.json").write_text("{")
    assert store.stamp("adapter") is None


def test_a_folder_that_cannot_be_written_is_a_user_error(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot write"):
        build(ArtifactStore(tmp_path), 1)


def worked_on(store: ArtifactStore, value: int) -> Path:
    """Unfinished work on the artifact of a recipe."""
    path = store.workspace("adapter", parts(value).key)
    path.mkdir(parents=True)
    (path / "weights").write_text("half")
    return path


def test_a_finished_artifact_leaves_the_unfinished_work_on_others_alone(tmp_path: Path) -> None:
    """Two recipes that are trained by turns both go on from where they were."""
    store = ArtifactStore(tmp_path)
    own, other = worked_on(store, 1), worked_on(store, 2)
    build(store, 1)
    assert (own.exists(), other.exists()) == (False, True)


def test_what_a_killed_process_was_filling_is_removed_by_the_next_one(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from jobsearch_dagster.foundation.artifacts import ArtifactStore;"
        "from jobsearch_dagster.foundation.lake import KeyParts;"
        "block = ArtifactStore(Path(sys.argv[1])).building('adapter', KeyParts({}, {'r': 1}, '1'));"
        "path, _ = block.__enter__(); (path / 'weights').write_text('half'); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    folder = tmp_path / "models" / "adapter"
    assert len(list(folder.glob("*.tmp"))) == 1
    build(ArtifactStore(tmp_path), 2)
    assert sorted(path.name for path in folder.iterdir()) == sorted(["current", parts(2).key[:16]])


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_files_can_be_read_by_those_whom_the_umask_lets(tmp_path: Path, umask: int, mode: int) -> None:
    """Also those of safetensors, which lets nobody but the owner read what it writes."""
    before = os.umask(umask)
    try:
        store = ArtifactStore(tmp_path)
        with store.building("adapter", parts(1)) as (path, _):
            (path / "more").mkdir()
            for file in (path / "weights", path / "more" / "state"):
                file.touch(0o600)
    finally:
        os.umask(before)
    found = store.read("adapter").path
    assert {file.stat().st_mode & 0o777 for file in found.rglob("*") if file.is_file()} == {mode}


def flipped(path: Path, position: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_a_changed_file_is_named_and_the_artifact_is_not_sound(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    path = build(store, 1)
    assert (store.damage("adapter"), store.is_sound("adapter", parts(1).key)) == (None, True)
    flipped(path / "weights")
    assert store.damage("adapter") == (
        f"files of {path} are damaged or were changed from outside: they differ from the manifest"
    )
    assert not store.is_sound("adapter", parts(1).key)
    assert build(store, 1) == path
    assert store.damage("adapter") is None


def test_a_changed_character_of_a_manifest_is_found_wherever_it_stands(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    manifest = build(store, 1) / "manifest.json"
    good = manifest.read_bytes()
    for position in range(len(good)):
        flipped(manifest, position)
        if store.current("adapter") is not None:  # blanks between the entries say nothing
            assert json.loads(manifest.read_bytes()) == json.loads(good)
        manifest.write_bytes(good)
    manifest.write_text(good.decode().replace('"recipe": 1', '"recipe": 2'))
    assert "no folder with a whole manifest.json" in str(store.damage("adapter"))
    manifest.write_text(manifest_text(json.loads(good) | {"recipe": 2}))
    assert store.damage("adapter") is None


def test_a_damaged_pointer_is_named_and_mended_without_building(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    path = build(store, 1)
    flipped(tmp_path / "models" / "adapter" / "current")
    assert str(tmp_path / "models" / "adapter" / "current") in str(store.damage("adapter"))
    assert store.is_sound("adapter", parts(1).key)
    store.point("adapter", parts(1).key)
    assert store.read("adapter").path == path
