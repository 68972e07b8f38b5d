"""Questions that are not answered: commands in disguise, and personal data.

Belongs here: telling them by their words, which are in `refusals.yaml`. This is courtesy, not the lock: no word of a
question reaches the database but as a parameter (`sql.py`), and no resume is in the catalog.
"""

import re
from functools import cache
from importlib import resources
from typing import Any

from jobsearch_dagster.foundation.package_data import read_yaml


def is_harmful(question: str) -> bool:
    """Whether a question tries to command the database, the machine or a model, or asks for their secrets."""
    return _pattern("harmful").search(question) is not None


def is_personal(question: str) -> bool:
    """Whether a question asks for resumes or for what only candidates themselves should tell."""
    return _pattern("personal").search(question) is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    wordings = _wordings()
    private = "(?:" + "|".join(wordings["private"]) + ")"
    parts = [part.replace("{private}", private).replace("{people}", wordings["people"]) for part in wordings[name]]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE | re.VERBOSE)


@cache
def _wordings() -> dict[str, Any]:
    return read_yaml(resources.files("jobsearch_dagster.search") / "refusals.yaml")
