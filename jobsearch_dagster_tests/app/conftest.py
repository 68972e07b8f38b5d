"""The command line in this process."""

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from jobsearch_dagster.app import cli
from jobsearch_dagster_tests.search.catalogs import catalog_of

Jobsearch = Callable[..., tuple[int, str, str]]
"""Exit code, stdout and stderr of `jobsearch` with these arguments."""
Piped = Callable[..., tuple[int, str, str]]
"""The same for a list of arguments, and lines that come through a pipe."""


@pytest.fixture
def jobsearch(capsys: pytest.CaptureFixture[str]) -> Jobsearch:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def piped(jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch) -> Piped:
    def call(arguments: Sequence[str], *lines: str | bytes) -> tuple[int, str, str]:
        raw = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        return jobsearch(*arguments)

    return call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with nothing but the small catalog, and a terminal of 100 columns."""
    data = tmp_path / "data"
    (data / "catalog").mkdir(parents=True)
    catalog_of(data / "catalog")
    (data / "catalog" / "current").write_text("jobs.duckdb", encoding="utf-8")
    monkeypatch.setenv("JOBSEARCH_DATA_DIR", str(data))
    monkeypatch.setenv("COLUMNS", "100")
    return data
