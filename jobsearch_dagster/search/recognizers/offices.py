"""Offices in a question: titles that a rank and a field make up, such as `VP of sales` and `head of data science`.

Belongs here: ranks with the field they are of. A rank alone ("director roles") is a level (`levels.py`), all other
titles are in `titles.py`.
"""

import re
from dataclasses import replace

from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.search.recognizers.skills import is_skill
from jobsearch_dagster.search.recognizers.spans import NO_PREFERENCE, Finding
from jobsearch_dagster.search.recognizers.words import words

_RANK = r"(?:(?:senior|associate|assistant|executive|deputy|regional|global|group)\s+)?"
_OF_FIELD = re.compile(
    rf"\b(?P<rank>{_RANK}(?:[se]?vps?|vice[\s-]presidents?|directors?|heads?)|chief)(?:\s+of|\s*,)?\s+"
    r"(?P<field>(?!of\b)[^\W\d_]+(?:\s+(?:(?:and|&)\s+)?[^\W\d_]+){0,3})",
    re.IGNORECASE,
)
_DIRECTOR = re.compile(r"\b(?P<field>[^\W\d_]+(?:\s+(?:(?:and|&)\s+)?[^\W\d_]+){0,2})\s+directors?\b", re.IGNORECASE)
_WITHOUT_OF = re.compile(r"[se]?vps?|vice[\s-]presidents?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def find_offices(text: str) -> list[Finding]:
    """`titles`: "VP of sales", "head of people", "creative director"."""
    found = [finding for match in _OF_FIELD.finditer(text) for finding in _office_of(match)]
    taken = {finding.start for finding in found}
    found += [
        finding for match in _DIRECTOR.finditer(text) for finding in _director(match) if finding.start not in taken
    ]
    return [replace(one, slot=NO_PREFERENCE, value=None) if _is_boss(one, text) else one for one in found]


def _is_boss(office: Finding, text: str) -> bool:
    """Whether it is the office of whom somebody works for: "PA to a managing director"."""
    return _ASSISTANT_TO.search(text, 0, office.start) is not None


_ASSISTANT_TO = re.compile(r"\bassistant\s+to\s+(?:(?:an?|the|our)\s+)?$", re.IGNORECASE)


def _office_of(match: re.Match[str]) -> list[Finding]:
    """The title of "head of sales and marketing in Berlin": as far as its field reaches."""
    says_of = match.group()[len(match["rank"]) :].lstrip(" ,").lower().startswith("of ")
    if not (says_of or _WITHOUT_OF.fullmatch(match["rank"])) or match["rank"].lower() == "chief":
        return []
    field = _leading(match["field"])
    if not field:
        return []
    return _title(f"{_singular(match['rank'])} of {field}", match.start(), match.start("field") + len(field))


def _director(match: re.Match[str]) -> list[Finding]:
    field = _trailing(match["field"])
    return _title(f"{field} director", match.end("field") - len(field), match.end()) if field else []


def _title(written: str, start: int, end: int) -> list[Finding]:
    return [Finding("titles", standardize_title(written.lower()), start, end)]


def _singular(rank: str) -> str:
    return re.sub(r"(?<=[a-z])s$", "", rank.lower().replace("-", " "))


def _leading(phrase: str) -> str:
    """The words of a field that a phrase starts with; no "and" at the end."""
    end = 0
    for word in _WORD.finditer(phrase):
        if _is_field(word[0]):
            end = word.end()
        elif word[0].lower() != "and":
            break
    return phrase[:end]


def _trailing(phrase: str) -> str:
    """The words of a field that a phrase ends with."""
    start = len(phrase)
    for word in reversed(list(_WORD.finditer(phrase))):
        if not _is_field(word[0]):
            break
        start = word.start()
    return phrase[start:]


def _is_field(word: str) -> bool:
    name = word.lower()
    if name in words("office_field") | words("industry") | words("title_modifier"):
        return True
    return name not in words("plain") and is_skill(name)
