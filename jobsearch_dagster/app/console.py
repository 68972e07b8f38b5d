"""The two streams of the terminal: results on stdout, everything about the work on stderr.

Belongs here: printing. Nothing of Dagster: `jobsearch ask` answers before Dagster would be imported (`run_log.py`).
"""

from rich.console import Console

errors = Console(stderr=True, highlight=False, soft_wrap=True)
output = Console(highlight=False)
