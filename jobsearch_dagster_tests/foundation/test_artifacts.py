"""Artifacts appear whole, are found by their key, and never by their age."""

from pathlib import Path

import pytest

from jobsearch_dagster.foundation.artifacts import ArtifactStore
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
    assert not store.exists("adapter", parts(2).key)
    assert sorted(p.name for p in (tmp_path / "models" / "adapter").iterdir()) == sorted(["current", parts(1).key[:16]])


def test_going_back_to_an_earlier_recipe_finds_the_earlier_directory(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    first = build(store, 1)
    build(store, 2)
    assert store.exists("adapter", parts(1).key)
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
