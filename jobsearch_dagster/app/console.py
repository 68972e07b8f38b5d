"""The two streams of the terminal: results on stdout, everything about the work on stderr.

Belongs here: printing, and what may be printed. Nothing of Dagster: `jobsearch ask` answers before Dagster would be
imported (`run_log.py`).
"""

import re

from rich.console import Console

errors = Console(stderr=True, highlight=False, soft_wrap=True)
output = Console(highlight=False)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, colours it or turns its text around; tab and line break stay."""


def printable(text: str) -> str:
    """A text of others for the terminal: control characters become blanks."""
    return _CONTROL.sub(" ", text)
