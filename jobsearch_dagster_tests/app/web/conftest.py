"""A data folder from which every contender can be served."""

from pathlib import Path

import pytest

from jobsearch_dagster_tests.app.web.sites import make_catalog, make_models


@pytest.fixture(scope="session")
def serving_all(smoke_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog with its index, a base model, and an adapter that is served. Not to be changed."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "smoke").symlink_to(smoke_models)
    make_models(make_catalog(folder), smoke_models)
    return folder
