"""The seniority of a posting: that of its title, else the one its text states.

Belongs here: where a text states a level and which words of the title do. Does not belong here: which level a title has
(`titles.py`).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from jobsearch_dagster.preparation.posting import Posting, Reading
from jobsearch_dagster.preparation.titles import split_title
from jobsearch_dagster.preparation.vocabulary import Seniority

_WORDS: Mapping[Seniority, str] = MappingProxyType({
    "intern": r"intern(?:ship)?|trainee|apprentice(?:ship)?|working student|werkstudent\w*",
    "entry": r"entry[- ]level|graduate|fresher|new grad",
    "junior": r"junior|jr|jnr",
    "mid": r"mid(?:[- ]?(?:level|weight|senior))?|intermediate|ii",
    "senior": r"senior|sr|snr|iii|experienced",
    "lead": r"(?:team |tech(?:nical)? )?lead(?:er)?",
    "staff": r"staff",
    "principal": r"principal",
    "manager": r"(?:senior )?manager|mgr",
    "executive": r"(?:vice )?president|[es]?vp|chief(?: \w+){1,2} officer|c[a-z]o|head of|(?:managing )?director",
})  # fmt: skip
_LEVEL_LINE = re.compile(
    r"\b(?:(?:job|career|seniority|position|experience) level\b\W+"
    r"|seniority\s?:\s?)(?P<level>[^\n.;,]{2,30})",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"level|eniority", re.IGNORECASE)
_AT_LEVEL = re.compile(
    r"(?<!to )(?<!with )(?<!and )(?<!from )\b(?P<level>senior|mid(?:dle)?|junior|entry|intermediate"
    r"|graduate)[- ]level\b"
    r"(?! (?:stakeholder|leader|manage|executive|staff|colleague|team))",
    re.IGNORECASE,
)
_NAMES: Mapping[str, Seniority] = MappingProxyType(
    {"middle": "mid", "intermediate": "mid", "graduate": "entry", "mid": "mid", "entry": "entry"}
)


def read_seniority(posting: Posting, title: str) -> Reading | None:
    """The seniority of the title, else of a statement such as "Job level: senior" or "a senior-level position"."""
    level = split_title(title)[1]
    if level is not None:
        named = re.search(rf"\b(?:{_WORDS[level]})\b", posting.text[: posting.title_end], re.IGNORECASE)
        return Reading(level, *(named.span() if named else (0, posting.title_end)))
    return _level_line(posting) or _at_level(posting) or _before_the_role(posting, title)


def _level_line(posting: Posting) -> Reading | None:
    line = _LEVEL_LINE.search(posting.text) if _LEVEL.search(posting.text) else None
    level = split_title(line["level"])[1] if line else None
    return Reading(level, *line.span("level")) if line and level else None


def _at_level(posting: Posting) -> Reading | None:
    stated = _AT_LEVEL.search(posting.text, posting.title_end) if _LEVEL.search(posting.text) else None
    if stated is None:
        return None
    word = stated["level"].lower()
    return Reading(_NAMES.get(word, word), *stated.span())


def _before_the_role(posting: Posting, title: str) -> Reading | None:
    """`seeking a Senior Software Engineer` where the title says no more than `Software Engineer`."""
    role = re.match(r"[\w/&+#. -]{4,60}", title.strip())
    if role is None or len(role[0].split()) < 2:
        return None
    pattern = (
        r"\b(?:seeking|looking for|hiring|as|need|for) (?:an? |our |the )?"
        rf"(?P<level>senior|junior|sr\.?|jr\.?|lead|principal|mid-level) {re.escape(role[0].strip())}"
    )
    stated = re.search(pattern, posting.text[posting.title_end :], re.IGNORECASE)
    if stated is None:
        return None
    start, end = stated.span("level")
    return Reading(split_title(f"{stated['level']} engineer")[1], start + posting.title_end, end + posting.title_end)
