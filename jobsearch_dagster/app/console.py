"""What the terminal shows of a run: one line per asset and the progress of long steps, nothing of Dagster's own events.

Belongs here: printing, and what may be printed. Lines go to stderr, so that stdout stays free for results.
"""

import logging
import re
from typing import Any

import dagster as dg
from rich.console import Console

errors = Console(stderr=True, highlight=False, soft_wrap=True)
output = Console(highlight=False)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, colours it or turns its text around; tab and line break stay."""


def printable(text: str) -> str:
    """A text of others for the terminal: control characters become blanks."""
    return _CONTROL.sub(" ", text)


class TerminalHandler(logging.Handler):
    """Prints what assets say about themselves."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a line that an asset wrote; Dagster's own events are left to the UI."""
        about: Any = getattr(record, "dagster_meta", {})
        if about.get("dagster_event") is None and record.levelno in {logging.INFO, logging.WARNING}:
            errors.print(f"{about.get('step_key') or '':<22} {about.get('orig_message')}", markup=False)


@dg.logger
def terminal_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """The logger of runs that the command line starts."""
    logger = logging.getLogger("jobsearch.terminal")
    logger.handlers = [TerminalHandler()]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


RUN_CONFIG = {"loggers": {"terminal": {}}}
"""Run configuration that replaces Dagster's console log by `terminal_logger`."""
