"""A data folder from which every contender can be served."""

import shutil
from pathlib import Path

import pytest

from jobsearch_dagster.app.run import Outcome
from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.artifacts import ArtifactStore


@pytest.fixture(scope="session")
def serving_all(finished: tuple[Path, Outcome], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the finished data folder whose adapter is served. Not to be changed."""
    folder = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(finished[0], folder, symlinks=True)
    adapter = ArtifactStore(folder).read("lora_adapter").path.name
    promotions.change(folder / "models", lambda found: found.pin(adapter))
    return folder
