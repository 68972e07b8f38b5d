"""Who reads what the commands print: a person at a terminal of any kind, a pipe, a shell that completes words."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import DagsterRunStatus
from typer.main import get_command

from jobsearch_dagster.app import cli, completion
from jobsearch_dagster.app.console import output
from jobsearch_dagster.app.workspace import open_instance, open_workspace
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster_tests.app.conftest import Jobsearch
from jobsearch_dagster_tests.app.terminal import COMMAND, Screen, open_terminal, terminal
from jobsearch_dagster_tests.processes import FORKS, Command

ESCAPE = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3\d|4\d|9\d|10\d)(?:;\d+)*m")


# --- Ctrl-C ---


def test_ctrl_c_in_a_training_leaves_what_the_next_run_goes_on_from(
    made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a real terminal of 60 columns, where it comes to all processes that the run has begun."""
    monkeypatch.setenv("TERM", "xterm")
    run = ("run", "--select", "training_log", "--set", "lora_adapter.lora_r=3")
    ours, theirs = open_terminal(60)
    command, screen = Command(*run, terminal=os.ttyname(theirs)), Screen(ours)
    screen.wait_for("step 0 of 8: answering")
    screen.type("\x03")
    code, _ = command.wait()
    os.close(theirs)
    screen.read_on()
    os.close(ours)
    assert code == 130
    lines = [line.rstrip() for line in ESCAPE.sub("", screen.seen).splitlines()]
    assert lines[-2:] == [
        "interrupted in lora_adapter: 0 of 2 assets were finished",
        "what is finished is kept; to go on: jobsearch run --select training_log --set lora_adapter.lora_r=3",
    ]
    assert "Traceback" not in screen.seen
    bars = [line for line in re.split(r"[\r\n]+", ESCAPE.sub("", screen.seen)) if "━" in line]
    assert {"lora_adapter", "all"} <= {bar.split()[0] for bar in bars}
    assert any("0/2 assets" in bar for bar in bars)
    assert max(len(bar.rstrip()) for bar in bars) <= 60

    workspace = open_workspace()
    with open_instance(workspace) as instance:
        (last,) = instance.get_runs(limit=1)
        assert last.status == DagsterRunStatus.FAILURE
        assert not instance.event_log_storage.get_concurrency_info("gpu").claimed_slots
        assert not instance.event_log_storage.get_concurrency_info("gpu").pending_steps
    code, out, err = jobsearch(*run)
    assert (code, out.split(" in ")[0]) == (0, "2 computed, 0 reused")
    assert "whose process is gone" not in err


# --- a pipe ---


def call_unread(commands: list[list[str]], environment: dict[str, str], said: Path) -> None:
    """Call each with a pipe as stdout whose reader has left; write down what is said on stderr and how it ends."""
    os.environ.update(environment)
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 2)
    for words in commands:
        os.dup2(writer, 1)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        output.quiet = False
        os.write(2, f"{words} {cli.main(words)}\n".encode())
    os._exit(0)


def test_a_reader_that_has_left_gets_no_traceback(made: Path, tmp_path: Path) -> None:
    """As after `| head -1`, only sooner."""
    commands: list[list[str]] = [
        *(["ask", "jobs in London"], ["ask", "jobs in London", "--json"], ["compare"], ["dictionary"], ["promote"], []),
        *(
            ["status"],
            ["run", "--explain"],
            ["run"],
            ["check", "--no-run", "--select", "raw_jobs"],
            ["diff", str(made)],
        ),
        *(["doctor"], ["prune"], ["run", "--help"]),
    ]
    said = tmp_path / "said.txt"
    process = FORKS.Process(target=call_unread, args=(commands, dict(os.environ), said))
    process.start()
    process.join()
    lines = said.read_text(encoding="utf-8").splitlines()
    assert [line.rsplit(" ", 1)[0] for line in lines] == [str(words) for words in commands]
    assert {line.rsplit(" ", 1)[1] for line in lines} <= {"0", "1"}


def test_the_first_line_of_an_answer_can_be_had_alone(folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{COMMAND} ask 'all jobs' | head -1; {COMMAND} ask 'all jobs' --json | true"],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )
    assert (done.stdout, done.stderr) == ("I looked for: all jobs\n", "")


# --- colours and width ---


@pytest.mark.parametrize(
    ("environment", "is_coloured", "is_styled"),
    [
        ({"TERM": "xterm-256color"}, True, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False, True),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colours_are_for_terminals_that_have_and_people_who_want_them(
    environment: dict[str, str], is_coloured: bool, is_styled: bool
) -> None:
    with terminal("run", "--help", columns=60, **environment) as person:
        assert person.exit_code() == 0
        assert (COLOUR.search(person.seen) is not None) == is_coloured
        assert (ESCAPE.search(person.seen) is not None) == is_styled
        if is_styled:  # Rich takes 80 columns for granted where a terminal is dumb and COLUMNS is not set
            assert max(map(len, ESCAPE.sub("", person.seen).splitlines())) <= 60


def test_a_pipe_gets_no_escape_codes(folder: Path) -> None:
    for words in (["ask", "all jobs"], ["--help"]):
        done = subprocess.run(
            [COMMAND, *words], capture_output=True, text=True, check=True, env=os.environ | {"TERM": "xterm-256color"}
        )
        assert "\x1b" not in done.stdout + done.stderr


def test_tables_are_readable_in_60_columns(made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "width", 60)
    _, out, _ = jobsearch("status")
    assert max(map(len, out.splitlines())) <= 60
    firsts = {line.split()[0] for line in out.splitlines() if line.strip()}
    assert set(lake_assets()) <= firsts  # each name whole, in a line of its own
    _, out, _ = jobsearch("compare", "--metric", "right")
    *lines, last = out.splitlines()
    assert max(map(len, lines)) <= 60
    assert last.endswith("report.html")  # a path in one piece, to be copied
    assert "…" not in out
    for contender in ("analytics", "base", "lora", "rag"):
        assert contender in out
    _, out, _ = jobsearch("ask", "jobs in London")
    assert max(map(len, out.splitlines())) <= 60


# --- help and completion ---


def test_every_command_has_examples_of_itself() -> None:
    commands = get_command(cli.app).commands  # ty: ignore[missing-attribute]
    for name, command in commands.items():
        assert f"jobsearch {name}" in f"{command.help} {command.epilog}"


def test_the_words_for_tab_are_the_assets_groups_profiles_and_contenders() -> None:
    groups = {f"group:{asset.group}" for asset in lake_assets().values()}
    assert set(completion.selections("")) == set(lake_assets()) | groups
    assert completion.selections("+clean") == ["+clean_jobs"]
    assert completion.profile_names("") == ["demo", "gpu", "report"]
    assert completion.contenders("a") == ["analytics"]


def test_a_shell_is_told_them_without_dagster_and_can_be_set_up() -> None:
    def told(line: str) -> list[str]:
        asked = {"_JOBSEARCH_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
        done = subprocess.run([COMMAND], capture_output=True, text=True, check=True, env=os.environ | asked)
        return done.stdout.split()

    assert told("jobsearch run --select raw") == ["raw_jobs"]
    script = (
        "import sys; from jobsearch_dagster.app import completion; completion.selections('');"
        "print([m for m in ('dagster', 'pandas', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    named = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # else it is the shell that started this
    done = subprocess.run([COMMAND, "--show-completion", "bash"], capture_output=True, text=True, check=True, env=named)
    assert "_JOBSEARCH_COMPLETE=complete_bash" in done.stdout
