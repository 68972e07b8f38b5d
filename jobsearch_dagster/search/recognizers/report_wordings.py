"""The report's own questions (its Appendix A), whose slot is all that stands behind a fixed beginning.

Belongs here: the questions whose slot may hold anything, a list of skills or a place, so that no word of it is taken
for something else: `What jobs are open in it?` asks for Italy. Pay and years are read as in any question.
"""

import re

from jobsearch_dagster.preparation.gazetteer import is_known
from jobsearch_dagster.preparation.locations import country_code
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.preparation.work_modes import split_work_mode
from jobsearch_dagster.search.recognizers.place_forms import canonical_place
from jobsearch_dagster.search.recognizers.place_phrases import listed_places
from jobsearch_dagster.search.recognizers.skills import skill_in_full
from jobsearch_dagster.search.recognizers.spans import Finding

_SKILLS = re.compile(
    r"(?:what\s+(?:jobs|roles)\s+are\s+available|are\s+there\s+jobs)\s+for\s+(?P<slot>[^?!]+?)\s*[?!.]*", re.IGNORECASE
)
_PLACE = re.compile(
    r"(?:what\s+jobs\s+are\s+(?:open|available)|give\s+me\s+the\s+information\s+of\s+available\s+jobs)\s+in\s+"
    r"(?P<slot>[^?!]+?)\s*[?!.]*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r",\s+(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_PLACES = re.compile(r"\s+(?:or|and)\s+|\s*/\s*", re.IGNORECASE)


def find_report_wordings(question: str) -> list[Finding]:
    """`skills`, or `locations` and `work_mode`; nothing for any other question, or a slot that is none of the two."""
    asked = _SKILLS.fullmatch(question)
    if asked:
        return _skills(asked["slot"], asked.start("slot"))
    asked = _PLACE.fullmatch(question)
    return _places(asked["slot"], asked.start("slot")) if asked else []


def _skills(slot: str, start: int) -> list[Finding]:
    """A list of which every item is a skill by its full name, the longest first ("research and development")."""
    if not slot:
        return []
    ends = [len(slot), *(match.start() for match in reversed(list(_SEPARATOR.finditer(slot))))]
    for end in ends:
        skill = skill_in_full(slot[:end])
        separator = _SEPARATOR.match(slot, end)
        behind = separator.end() if separator else len(slot)
        others = _skills(slot[behind:], start + behind) if behind < len(slot) else []
        if skill is not None and (others or behind == len(slot)):
            return [Finding("skills", skill, start, start + end), *others]
    return []


def _places(slot: str, start: int) -> list[Finding]:
    """The places of a slot, and how the work is done where it says so."""
    if slot == "IT" or not _is_place_like(slot):
        return []
    left, mode = split_work_mode(slot)
    end = start + len(slot)
    findings = [] if mode is None else [Finding("work_mode", mode, start, end)]
    named = left.strip(" ,-/")
    names = listed_places(named) or _PLACES.split(named)
    return [*findings, *(Finding("locations", canonical_place(name), start, end) for name in names if name)]


def _is_place_like(slot: str) -> bool:
    """Whether every part is a place or a work mode, or the whole a name that nothing else has."""
    parts = [part for part in re.split(r"[,/]|\s+(?:or|and)\s+|\s-\s", slot) if part.strip()]
    return bool(listed_places(slot)) or all(map(_names_place_or_mode, map(str.strip, parts)))


def _names_place_or_mode(part: str) -> bool:
    """Whether a part of a slot names a place, in any case, or how the work is done."""
    return split_work_mode(part)[1] is not None or country_code(part) is not None or is_known(place_key(part))
