"""The environment is read once, and what cannot be meant is refused with one line."""

from pathlib import Path

import pytest

from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.build import build_defs
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import MEMORY_LIMIT, Settings


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", MEMORY_LIMIT),
        ("500MB", 500_000_000),
        ("2GiB", 2 * 1024**3),
        ("1.5 GB", 1_500_000_000),
        ("250000kb", 250_000_000),
        (" 1TB ", 10**12),
    ],
)
def test_the_memory_limit_is_a_number_and_a_unit(monkeypatch: pytest.MonkeyPatch, text: str, size: int) -> None:
    monkeypatch.setenv("JOBSEARCH_MEMORY_LIMIT", text)
    assert Settings.from_environment().memory_limit == size


@pytest.mark.parametrize("text", ["lots", "1000", "-1GB", "1XB", "90%", "none", "1 GB; DROP TABLE x", "0GB", "99MB"])
def test_a_limit_that_is_no_size_or_too_little_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("JOBSEARCH_MEMORY_LIMIT", text)
    with pytest.raises(UserError, match=f"JOBSEARCH_MEMORY_LIMIT={text}") as refused:
        Settings.from_environment()
    assert len(str(refused.value).splitlines()) == 1


def test_the_limit_reaches_the_tables_of_runs_and_commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JOBSEARCH_MEMORY_LIMIT", "300MB")
    monkeypatch.setenv("JOBSEARCH_DATA_DIR", str(tmp_path))
    assert open_workspace().folder.lake.memory_limit == 300_000_000
    resources = build_defs().resources or {}
    assert resources["folder"].lake.memory_limit == 300_000_000


@pytest.mark.parametrize(("text", "is_on"), [("", False), ("off", False), ("on", True), ("ON", True)])
def test_automation_is_on_or_off(monkeypatch: pytest.MonkeyPatch, text: str, is_on: bool) -> None:
    monkeypatch.setenv("JOBSEARCH_AUTOMATION", text)
    assert Settings.from_environment().automation is is_on


def test_a_switch_that_is_neither_on_nor_off_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_AUTOMATION", "yes")
    with pytest.raises(UserError, match="JOBSEARCH_AUTOMATION=yes is neither on nor off"):
        Settings.from_environment()
