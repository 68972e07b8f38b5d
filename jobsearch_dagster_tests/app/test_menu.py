"""`jobsearch` without arguments: the report's menu, through a pipe and at a real pseudo-terminal."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from jobsearch_dagster.app.console import output
from jobsearch_dagster.app.menu import ENTRIES
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster_tests.app.conftest import Piped
from jobsearch_dagster_tests.app.terminal import terminal

TITLE = "== Conversational AI for job search =="
PROMPT = "Enter your choice (1-6): "


def commands(out: str) -> list[str]:
    return [line.removeprefix("$ jobsearch ") for line in out.splitlines() if line.startswith("$ ")]


def test_job_queries_are_answered_in_the_chat_and_leaving_it_leads_back(folder: Path, piped: Piped) -> None:
    code, out, err = piped([], "4", "python jobs", "only senior ones", "/quit", "4", "nurse jobs", "bye", "6", "4")
    assert (code, err) == (0, "")
    assert commands(out) == ["chat", "chat"]
    assert [line for line in out.splitlines() if line.startswith("I looked for: ")] == [
        "I looked for: jobs with Python",
        "I looked for: jobs with Python, at senior level",
        "I looked for: jobs as nurse",
    ]
    assert out.count(TITLE) == 1
    assert PROMPT not in out


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], 0),
        (["6"], 0),
        (["", "  ", "6."], 0),
        (["exit"], 0),
        (["7", "6"], 2),
        (["0"], 2),
        (["1.5"], 2),
        (["[red]x[/]"], 2),
        ([b"\xff\xfe"], 2),
        (["²"], 2),
    ],
)
def test_the_end_of_the_input_leaves_and_what_is_no_choice_is_said_to(
    folder: Path, piped: Piped, lines: Sequence[str], code: int
) -> None:
    ended, out, err = piped([], *lines)
    assert (ended, err) == (code, "")
    assert out.count(" is no choice: enter a number from 1 to 6\n") == (code == 2)


def test_an_entry_that_fails_is_one_line_and_the_menu_goes_on(data: Path, piped: Piped) -> None:
    for path in (data / "raw").iterdir():
        path.unlink()
    code, out, err = piped([], "5", "4", "remote jobs", "6")
    assert code == 2  # of the line that no chat has read
    assert commands(out) == ["run --select group:evaluation", "run --select job_catalog"]
    assert [line.split(":")[0] for line in err.splitlines()] == ["error", "error"]
    assert "remote jobs is no choice" in out


def test_every_entry_selects_assets_that_exist(data: Path) -> None:
    workspace = open_workspace()
    for entry in ENTRIES:
        for name, *words in entry.commands:
            assert name in {"run", "chat", "compare"}
            assert set(words[::2]) <= {"--select"}
            assert workspace.selected(words[1::2])


def test_evaluation_runs_what_is_out_of_date_and_prints_the_comparison(made: Path, piped: Piped) -> None:
    code, out, _ = piped([], "5", "3", "6")
    assert code == 0
    assert commands(out) == ["run --select group:evaluation", "compare", "run --select group:finetuning"]
    assert out.count("Everything is up to date: nothing was computed.") == 2
    assert "right: share of the jobs" in out


def test_nothing_is_wider_than_60_columns(folder: Path, piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "width", 60)
    _, out, _ = piped([], "9", "4", "/help", "python jobs", "/quit", "6")
    assert max(map(len, out.splitlines())) <= 60


def test_at_a_terminal_the_menu_comes_again_until_one_leaves(folder: Path) -> None:
    with terminal(columns=60) as person:
        person.wait_for(PROMPT)
        person.type("9\n")
        person.wait_for("9 is no choice")
        person.wait_for(PROMPT, times=2)
        person.type("4\n")
        person.wait_for("jobs> ")
        person.type("python jobs\n")
        person.wait_for("I looked for: jobs with Python")
        person.wait_for("jobs> ", times=2)
        person.type("\x04")
        person.wait_for(PROMPT, times=3)
        assert person.seen.count(TITLE) == 2
        person.type("6\n")
        assert person.exit_code() == 0
        assert "Traceback" not in person.seen


def test_ctrl_c_at_the_menu_leaves_cleanly(folder: Path) -> None:
    with terminal() as person:
        person.wait_for(PROMPT)
        person.interrupt()
        assert person.exit_code() == 0
        assert "Traceback" not in person.seen
        assert "rror" not in person.seen
