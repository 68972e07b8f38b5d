"""The small summarizer that several tests load; it takes seconds to learn."""

from pathlib import Path

import pytest

from jobsearch_dagster_tests.small_models import make_summarizer


@pytest.fixture(scope="session")
def summarizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `./model` is a small BART. Not to be changed: copy it."""
    folder = tmp_path_factory.mktemp("summarizer")
    make_summarizer(folder / "model")
    return folder
