"""Follow-ups that change one value of the question before without naming it: "bump it to 40", "the other way round".

Belongs here: what they change, and into what. All other ways in which a question goes on are in `follow_ups.py`.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from jobsearch_dagster.search.recognizers.place_forms import canonical_place
from jobsearch_dagster.search.recognizers.place_phrases import listed_places

Revision = float | Literal["flip", "list", "all", "any"]
"""A new number, the other order, the postings instead of a figure about them, or how many of the skills are needed."""
_FLAGS = re.IGNORECASE | re.VERBOSE
_NUMBER = re.compile(
    r"""
    (?: .*\b (?: bump | raise | lower | increase | decrease | reduce | drop | cut | change | set | push | make | move |
        take | go | up | too\s+(?:low|high|little|much|few|many) | more\s+like | rather | say ) \b [^\d]{0,20} )?
    (?<![\d.,]) (?P<number>\d{1,3}(?:,\d{3})+|\d{1,6}(?:\.\d+)?)
    (?:\s+(?:then|instead|please|rather|is\s+(?:enough|fine|ok)))? \W*
    """,
    _FLAGS,
)
_FLIP = re.compile(
    r".*\b(?:(?:the\s+)?other\s+way\s+(?:a?round)|(?:reverse|invert|flip)(?:\s+(?:the\s+)?(?:order|sort\w*|that|it|list))?"
    r"|(?:in\s+)?(?:reverse|opposite)\s+order)(?:\s+please|\W+(?:low|high)est\s+first)?\W*",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"""
    \W* (?:(?:ok|okay|and|now|then|please|so|just|can\s+you|could\s+you|let\s+me)\s+)*
    (?: list | show | see | give | display | name ) (?:\s+(?:me|us))? \s+
    (?: (?:all\s+(?:of\s+)?)? (?: them | those | these
          | the \s+ (?:(?:actual|real|individual|single)\s+)? (?:jobs|postings|ads|list|openings|positions|results) )
      | (?:those|these)\s+\w+ )
    (?:\s+(?:all|again|now|please|then|instead|too))* \W*
    """,
    _FLAGS,
)
_ALL = re.compile(
    r"""
    (?: (?:no|actually|sorry|well) \W+ )* (?: (?:i|we|they|it|you|must|should|do|needs?|wants?|have|has|to|know) \s+ )*
    both (?:\s+of\s+(?:them|those|these) | \s+(?:the\s+)?(?:skills|languages|tools))?
    (?: \s+ (?:is|are|needed|required|a\s+must|please|together|wanted) )* \W*
    """,
    _FLAGS,
)
_ANY = re.compile(
    r"""
    (?: (?:no|actually|sorry|well) \W+ )* (?:just|only)? \s* (?:one|1|either|any) (?:\s+one)?
    (?: \s+of\s+(?:the\s+)?(?:two|2|them|those|these) )? (?: \s+(?:of\s+the\s+)?(?:skills|languages|tools) )?
    (?: (?:\s+(?:is|would\s+be|will\s+be)|'s) \s+ (?:fine|ok|okay|enough|good|sufficient)
        | \s+(?:will|would)\s+do | \s+does\s+it | \s+works? ) \W*
    """,
    _FLAGS,
)
_THE_ONE_IN = re.compile(r"\bthe\s+(?:one|city|town|place)\s+(?:that\s+is\s+)?in\b", re.IGNORECASE)
_FIRST_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_REVISED = ("min_salary_usd", "max_salary_usd", "min_years", "max_years", "limit")
"""Slots that a bare number may mean, the likeliest first."""
_K = 1000
_MOST = 4
"""How many times the number before a new one may be: "10" after "over $100K" is a count of postings."""


def revision(question: str) -> Revision | None:
    """What a follow-up in plain English revises; None for any other question."""
    if _FLIP.fullmatch(question):
        return "flip"
    if _LIST.fullmatch(question):
        return "list"
    if _ALL.fullmatch(question):
        return "all"
    if _ANY.fullmatch(question):
        return "any"
    number = _NUMBER.fullmatch(question)
    return float(number["number"].replace(",", "")) if number else None


def revised(asked: Mapping[str, Any], evidence: Mapping[str, str], change: Revision) -> dict[str, Any]:
    """The slots after a revision; as they were where nothing is there to revise.

    Args:
        asked: The slots before.
        evidence: The words that each was read from: "over $35 an hour" says what 40 is worth.
        change: What is revised.
    """
    slots = dict(asked)
    if change == "list":
        return {slot: value for slot, value in slots.items() if slot not in ("agg", "field", "group_by")}
    if change in ("all", "any"):
        skills = (*slots.pop("skills", ()), *slots.pop("skills_any", ()))
        return slots | ({"skills" if change == "all" else "skills_any": skills} if skills else {})
    if change == "flip":
        other = {"salary_desc": "salary_asc", "salary_asc": "salary_desc"}
        return slots | ({"sort": other[slots["sort"]]} if slots.get("sort") in other else {})
    for slot in filter(slots.__contains__, _REVISED):
        said = _FIRST_NUMBER.search(evidence.get(slot, "").replace(",", ""))
        numbers = (float(said[0]), float(said[0]) * _K) if said is not None else ()  # 60000 after "over 50k"
        number = next((one for one in numbers if 1 / _MOST <= change / max(one, 1) <= _MOST), None)
        if number:
            return slots | {slot: slots[slot] * change / number if slot.endswith("usd") else round(change)}
    return slots


def narrowed_place(question: str, before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """The place of the question before told apart: "the one in England" after Boston is "boston, england"."""
    if not _THE_ONE_IN.search(question) or len(before) != 1 or len(new) != 1:
        return new
    joined = f"{before[0]}, {new[0]}"
    return (canonical_place(joined),) if listed_places(joined) == (joined,) else new
