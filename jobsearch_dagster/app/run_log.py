"""What the terminal shows of a run: one line per asset and the progress of long steps, nothing of Dagster's own events.

Belongs here: Dagster's log as lines on stderr, so that stdout stays free for results, and at a terminal two bars below
them. When a long step says something where there are no bars is decided in `foundation/progress.py`.
"""

import logging
import os
import sys
from collections.abc import Collection, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import dagster as dg
from rich import progress as rich_progress
from rich.console import Console
from rich.table import Column
from rich.text import Text

from jobsearch_dagster.app.console import errors
from jobsearch_dagster.foundation.progress import Progress

WIDE = 80
"""Columns from which on there is room for the unit of a count."""


class Words(rich_progress.ProgressColumn):
    """What stands behind a bar: the count, or how long it takes so far."""

    def render(self, task: rich_progress.Task) -> Text:
        """The count in words, with the time where it says none."""
        words: str = task.fields["words"]
        return Text(words if words.endswith("left") else f"{words} {_clock(task.elapsed or 0.0)}".lstrip())


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


class Bars:
    """The step that runs, with its count, rate and remaining time, and below it how many steps are done."""

    def __init__(self, steps: Collection[str], unit: str, console: Console) -> None:
        """Nothing is done yet.

        Args:
            steps: Keys of the steps that are counted; others run too.
            unit: What they are called together.
            console: Where the bars are.
        """
        self._waiting = set(steps)
        self._count, self._unit = len(self._waiting), unit
        self._progress: Progress | None = None
        self._is_wide = console.width >= WIDE
        self.display = rich_progress.Progress(
            rich_progress.TextColumn("{task.description}", table_column=Column(no_wrap=True, max_width=20)),
            rich_progress.BarColumn(bar_width=20 if self._is_wide else 8),
            Words(table_column=Column(no_wrap=True)),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._step = self.display.add_task("", total=None, words="", visible=False)
        self._all = self.display.add_task("all", total=self._count, words=f"0/{self._count} {unit}")

    def follow(self, event: dg.DagsterEvent) -> None:
        """Show which step runs and which are done."""
        key = event.step_key or ""
        if event.event_type == dg.DagsterEventType.STEP_START:
            self.display.reset(self._step, total=None, description=key, words="", visible=True)
        elif event.is_step_success or event.is_step_failure or event.is_step_skipped:
            self._waiting.discard(key)
            done = self._count - len(self._waiting)
            self.display.update(self._step, visible=False)
            self.display.update(self._all, completed=done, words=f"{done}/{self._count} {self._unit}")

    def count(self, progress: Progress) -> None:
        """Show the count of the step that runs."""
        self._progress = progress
        words = f"{progress.done:,}/{progress.total:,}{f' {progress.unit}' if self._is_wide else ''}"
        if rate := progress.rate:
            words += f" {rate:.3g}/s {_clock((progress.total - progress.done) / rate)} left"
        self.display.update(self._step, total=progress.total, completed=progress.done, words=words)

    def print(self, step: str, line: str) -> None:
        """Print a line above the bars, unless it says what they have shown."""
        if self._progress is None or line != self._progress.said:
            _print(self.display.console, step, line)


def _print(console: Console, step: str, line: str) -> None:
    console.print(f"{step:<22} {line}", markup=False)


class TerminalHandler(logging.Handler):
    """Prints what assets say about themselves.

    Attributes:
        bars: The bars below the lines, while there are any.
    """

    bars: Bars | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Print a line that an asset wrote; Dagster's own events are left to the UI and the bars."""
        about: Any = getattr(record, "dagster_meta", {})
        event = about.get("dagster_event")
        if event is not None:
            if self.bars is not None:
                self.bars.follow(event)
        elif record.levelno in {logging.INFO, logging.WARNING}:
            step, line = about.get("step_key") or "", str(about.get("orig_message"))
            if self.bars is None:
                _print(errors, step, line)
            else:
                self.bars.print(step, line)


HANDLER = TerminalHandler()


@dg.logger
def terminal_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """The logger of runs that the command line starts."""
    logger = logging.getLogger("jobsearch.terminal")
    logger.handlers = [HANDLER]
    logger.setLevel(logging.DEBUG)  # of which are the events that begin and end a step
    logger.propagate = False
    return logger


@contextmanager
def bars(steps: Collection[str], unit: str) -> Generator[None]:
    """Bars below the lines while something runs, where there is a terminal that can move its cursor.

    Args:
        steps: Keys of the steps that are counted.
        unit: What they are called together.
    """
    if not errors.is_terminal or errors.is_dumb_terminal:
        yield
        return
    with _stderr_away() as terminal:
        shown = Bars(steps, unit, Console(file=terminal, highlight=False, soft_wrap=True))
        HANDLER.bars, Progress.watcher = shown, shown.count
        try:
            with shown.display:
                yield
        finally:
            HANDLER.bars = Progress.watcher = None


@contextmanager
def _stderr_away() -> Generator[TextIO]:
    """The terminal as a file of its own, where nothing else writes between the bars.

    During a run Dagster keeps stderr in a file, which the UI shows as the run's log, and two processes copy it to where
    it went before; on Ctrl-C they would leave a traceback each.
    """
    stderr = sys.stderr.fileno()
    with os.fdopen(os.dup(stderr), "w", encoding="utf-8") as terminal, Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), stderr)
        try:
            yield terminal
        finally:
            os.dup2(terminal.fileno(), stderr)


RUN_CONFIG = {"loggers": {"terminal": {}}}
"""Run configuration that replaces Dagster's console log by `terminal_logger`."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""That of runs whose steps are elsewhere: Dagster's own events stay in the run's log."""
