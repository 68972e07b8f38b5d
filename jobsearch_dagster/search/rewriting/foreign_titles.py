"""Titles in other languages, such as `développeur web`, in English.

Belongs here: finding them. A frame in another language is for `frames.py`; the titles are in `titles_abroad.yaml`.
"""

import re
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.rewriting.edits import Edit

_ENDINGS = r"(?:innen|inne|in|en|es|er|s|e|n|r)?"
"""Of plurals and of female forms."""


def foreign_title_edits(text: str) -> list[Edit]:
    """The English for every foreign title."""
    english, pattern = _titles()
    return [Edit(*match.span(), english[match["title"].lower()]) for match in pattern.finditer(text)]


@cache
def _titles() -> tuple[dict[str, str], re.Pattern[str]]:
    """Title in its language -> in English, and what finds the titles, the longest first."""
    listed = read_yaml(resources.files("jobsearch_dagster.search.rewriting") / "titles_abroad.yaml")
    english = {title: name for titles in listed.values() for title, name in titles.items()}
    longest_first = "|".join(map(re.escape, sorted(english, key=len, reverse=True)))
    return english, re.compile(rf"(?<![\w'-])(?P<title>{longest_first}){_ENDINGS}(?![\w-])", re.IGNORECASE)
