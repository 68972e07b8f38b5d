"""What several files of these tests need."""

from collections.abc import Callable, Iterator

import pytest

from jobsearch_dagster.app.workspace import Workspace, open_workspace

TINY = {"enabled": "true", "max_steps": "2", "checkpoint_steps": "2", "sample_size": "1", "sample_tokens": "2"}


@pytest.fixture
def one_thread() -> Iterator[None]:
    """A model of width 64 is no work for several: on a busy machine they wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def switched_on() -> Callable[..., Workspace]:
    """The workspace in which an experiment is switched on, with trainings of two steps and other fields as given."""

    def open_with(asset: str, **fields: object) -> Workspace:
        return open_workspace(None, [f"{asset}.{name}={value}" for name, value in {**TINY, **fields}.items()])

    return open_with
