"""Trainings that several files of tests look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsearch_dagster_tests.finetuning.trainings import Trained, train


@pytest.fixture(scope="package", autouse=True)
def _one_thread() -> Iterator[None]:
    """A model of width 64 is no work for several: on a busy machine they wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def trained(smoke_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Six steps, with checkpoints after three and six. Not to be changed."""
    return train(smoke_models, tmp_path_factory.mktemp("trained"))
