"""What a location cell says about where the work is done.

Belongs here: the wordings of cells, in the languages of `work_modes.yaml`. Does not belong here: those of descriptions
(`arrangements.py`), the places themselves (`locations.py`).
"""

import re
from functools import cache
from pathlib import Path

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.vocabulary import WorkMode

_STRONGEST_FIRST: tuple[WorkMode, ...] = ("hybrid", "remote", "onsite")


def split_work_mode(text: str) -> tuple[str, WorkMode | None]:
    """The cell with commas in place of its words for a work mode, and the strongest of the modes."""
    found: set[WorkMode] = set()
    for mode, pattern in _patterns():
        text, count = pattern.subn(" , ", text)
        if count:
            found.add(mode)
    return text, next((mode for mode in _STRONGEST_FIRST if mode in found), None)


@cache
def _patterns() -> tuple[tuple[WorkMode, re.Pattern[str]], ...]:
    data = read_yaml(Path(__file__).with_suffix(".yaml"))
    before = rf"(?:(?<!\w)(?:{data['joins']})\s+)?"
    return tuple(
        (mode, re.compile(rf"{before}(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE))
        for entry in data["patterns"]
        for mode, pattern in entry.items()
    )
