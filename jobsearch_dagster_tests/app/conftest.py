"""The command line in this process."""

from collections.abc import Callable

import pytest

from jobsearch_dagster.app import cli

Jobsearch = Callable[..., tuple[int, str, str]]
"""Exit code, stdout and stderr of `jobsearch` with these arguments."""


@pytest.fixture
def jobsearch(capsys: pytest.CaptureFixture[str]) -> Jobsearch:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
