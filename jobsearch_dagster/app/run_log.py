"""What the terminal shows of a run: one line per asset and the progress of long steps, nothing of Dagster's own events.

Belongs here: Dagster's log as lines on stderr, so that stdout stays free for results, and at a terminal two bars below
them. When a long step says something where there are no bars is decided in `foundation/progress.py`.
"""

import logging
from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from rich import progress as rich_progress
from rich.table import Column

from jobsearch_dagster.app.console import errors
from jobsearch_dagster.foundation.progress import Progress


class Bars:
    """The step that runs, with its count, rate and remaining time, and below it how many steps are done."""

    def __init__(self, steps: Collection[str], unit: str) -> None:
        """Nothing is done yet.

        Args:
            steps: Keys of the steps that are counted; others run too.
            unit: What they are called together.
        """
        self._waiting = set(steps)
        self._count, self._unit = len(self._waiting), unit
        self._progress: Progress | None = None
        self.display = rich_progress.Progress(
            rich_progress.TextColumn("{task.description}", table_column=Column(no_wrap=True, max_width=24)),
            rich_progress.BarColumn(bar_width=12),
            rich_progress.TextColumn("{task.fields[words]}", table_column=Column(no_wrap=True, overflow="ellipsis")),
            rich_progress.TimeElapsedColumn(),
            console=errors,
            transient=True,
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
        rate = progress.rate
        self._progress = progress
        words = f"{progress.done:,}/{progress.total:,} {progress.unit}"
        if rate:
            minutes, seconds = divmod(int((progress.total - progress.done) / rate), 60)
            words += f" {rate:.3g}/s {minutes}:{seconds:02d} left"
        self.display.update(self._step, total=progress.total, completed=progress.done, words=words)

    def has_shown(self, line: str) -> bool:
        """Whether a line of the log says what the bar has shown."""
        return self._progress is not None and line == self._progress.said


class TerminalHandler(logging.Handler):
    """Prints what assets say about themselves.

    Attributes:
        bars: The bars below the lines, while there are any.
    """

    bars: Bars | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Print a line that an asset wrote; Dagster's own events are left to the UI and the bars."""
        about: Any = getattr(record, "dagster_meta", {})
        event, line = about.get("dagster_event"), str(about.get("orig_message"))
        if event is not None:
            if self.bars is not None:
                self.bars.follow(event)
        elif record.levelno in {logging.INFO, logging.WARNING} and not (self.bars and self.bars.has_shown(line)):
            errors.print(f"{about.get('step_key') or '':<22} {line}", markup=False)


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
    shown = Bars(steps, unit)
    HANDLER.bars, Progress.watcher = shown, shown.count
    try:
        with shown.display:
            yield
    finally:
        HANDLER.bars = Progress.watcher = None


RUN_CONFIG = {"loggers": {"terminal": {}}}
"""Run configuration that replaces Dagster's console log by `terminal_logger`."""
