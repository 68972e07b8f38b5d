"""What the terminal shows of a run: one line per asset and the progress of long steps, nothing of Dagster's own events.

Belongs here: Dagster's log as lines on stderr, so that stdout stays free for results.
"""

import logging
from typing import Any

import dagster as dg

from jobsearch_dagster.app.console import errors


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
