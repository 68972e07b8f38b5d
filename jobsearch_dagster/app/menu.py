"""`jobsearch` without arguments: the menu of the report (its Appendix C).

Belongs here: the entries and reading the choice. What an entry does is what a command does, and each is shown as it
would be typed.
"""

import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from jobsearch_dagster.app.console import output, printable
from jobsearch_dagster.app.lines import is_terminal, lines
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.search.publication import published_catalog

Call = Callable[[Sequence[str]], int]
"""Runs `jobsearch` with these words and gives its exit code; errors are printed by then."""
Command = tuple[str, ...]
"""Words behind `jobsearch`."""


@dataclass(frozen=True)
class Entry:
    """A step that can be chosen.

    Attributes:
        title: What it says in the menu.
        commands: What it does, one after the other; the first that fails ends it.
    """

    title: str
    commands: tuple[Command, ...]


MAKE_CATALOG: Command = ("run", "--select", "job_catalog")
ENTRIES = (
    Entry("Data preprocessing", (("run", "--select", "group:preparation"),)),
    Entry(
        "Data preprocessing with summaries (resume, description)",
        (("run", "--select", "group:preparation", "--select", "group:summarization"),),
    ),
    Entry("Fine-tune the model on <job query, answer> pairs", (("run", "--select", "group:finetuning"),)),
    Entry("Job queries: skills, location, salary, experience ...", (("chat",),)),
    Entry("Evaluate with ARES, ROUGE, BLEU and METEOR", (("run", "--select", "group:evaluation"), ("compare",))),
)
EXIT = len(ENTRIES) + 1
PROMPT = f"Enter your choice (1-{EXIT}): "


def menu(call: Call) -> int:
    """Offer the entries until one leaves.

    Args:
        call: Runs a command.

    Returns:
        0 where a person chose. Nobody sees an error that a script leads to, so through a pipe it is the exit code of
        the last entry that failed; a line that is no choice counts as wrong usage, 2.
    """
    failed = 0
    _show()
    with suppress(KeyboardInterrupt, EOFError):
        for line in lines(PROMPT):
            choice = line.strip().rstrip(".").lower()
            if choice in {str(EXIT), "exit", "quit", "q"}:
                return 0 if is_terminal() else failed
            failed = _chosen(choice, call) or failed
            if output.quiet:  # so Rich leaves it when the reader of a pipe has gone
                return failed
    if is_terminal():
        output.print()  # the prompt of the shell begins its own line
        return 0
    return failed


def _show() -> None:
    output.print("== Conversational AI for job search ==\nSelect the step that you want to proceed with:")
    for number, title in enumerate([*(entry.title for entry in ENTRIES), "Exit"], 1):
        output.print(f"{number}. {title}", markup=False)


def _chosen(choice: str, call: Call) -> int:
    """What came of a line: 0, or the exit code of what failed."""
    if not choice:
        return 0
    number = int(choice) if choice.isascii() and choice.isdigit() else 0
    if not 1 <= number <= len(ENTRIES):
        output.print(f"{printable(choice)} is no choice: enter a number from 1 to {EXIT}", markup=False, soft_wrap=True)
        return 2
    code = _done(ENTRIES[number - 1], call)
    if is_terminal():
        output.print()
        _show()
    return code


def _done(entry: Entry, call: Call) -> int:
    """Do the commands of an entry; who wants to ask before there is a catalog gets one."""
    commands = entry.commands
    if ("chat",) in commands and not _has_catalog():
        commands = (MAKE_CATALOG, *commands)
    for command in commands:
        output.print(f"$ {shlex.join(['jobsearch', *command])}", markup=False, soft_wrap=True)
        if code := call(command):
            return code
    return 0


def _has_catalog() -> bool:
    try:
        published_catalog(Settings.from_environment().data_dir)
    except UserError:
        return False
    return True
