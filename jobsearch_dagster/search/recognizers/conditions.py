"""What a job offers or asks beside the work, in a question: hours, benefits, what the place of work is like.

Belongs here: conditions of work by whatever people call them, each under one keyword. They are in `conditions.yaml`;
industries and all other keywords are in `words.py`.
"""

import re
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.search.recognizers.spans import Finding, is_excluded, is_part
from jobsearch_dagster.search.recognizers.words import is_background, singular

_AS_SAID = "as said"
_TIMES = re.compile(r"\b(?P<time>night|evening|weekend)s\b", re.IGNORECASE)
_CALLED = {"night": "night shift", "evening": "evening shift", "weekend": "weekend"}


def find_conditions(text: str) -> list[Finding]:
    """`keywords` such as `night shift`, `visa sponsorship` and `outdoor`; "nights" alone where they are excluded."""
    found = [
        Finding("keywords", singular(match[0].lower()) if keyword == _AS_SAID else keyword, *match.span())
        for keyword, pattern in _wordings().items()
        for match in pattern.finditer(text)
        if not is_background(text, *match.span()) and not _has_none(text, *match.span())
    ]
    found += [
        Finding("keywords", _CALLED[match["time"].lower()], *match.span())
        for match in _TIMES.finditer(text)
        if is_excluded(text, match.start()) and not any(one.start == match.start() for one in found)
    ]
    return [one for one in found if not any(is_part(one, other) for other in found)]


def _has_none(text: str, start: int, end: int) -> bool:
    """Whether what is wanted is to be free of it, or not to need it: "weekends off", "I won't need sponsorship"."""
    if _ONLY.match(text, end):
        return False
    return _FREE_OF.match(text, end) is not None or _NEEDS_NONE.search(text, max(0, start - _REACH), start) is not None


_ONLY = re.compile(r"\s+only\b", re.IGNORECASE)
_REACH = 40
"""Characters before a condition that are looked at."""
_FREE_OF = re.compile(r"\s+(?:off|free|(?:(?:is|are)\s+)?(?:ok|okay|fine)(?!\s+(?:after|now)))\b", re.IGNORECASE)
_NEEDS_NONE = re.compile(
    r"\b(?:(?:do|does|will|wo)(?:n't|\s+not)|won't|no\s+longer)\s+(?:need|require)\s+(?:an?\s+|any\s+)?$|\bfree\s+$"
    r"|\b(?:do(?:n't|\s+not)\s+mind|happy\s+(?:to\s+(?:do|work)|with))\s+$"
    r"|(?:^|[,.;|]\s*|\band\s+)i\s+(?:can|could)\s+(?:also\s+)?(?:do|work)\s+$",
    re.IGNORECASE,
)


@cache
def _wordings() -> dict[str, re.Pattern[str]]:
    listed = read_yaml(resources.files("jobsearch_dagster.search.recognizers") / "conditions.yaml")
    return {
        keyword: re.compile(rf"(?<![\w-])(?:{'|'.join(wordings)})(?![\w-])", re.IGNORECASE)
        for keyword, wordings in listed.items()
    }
