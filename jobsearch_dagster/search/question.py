"""A question in English, understood by rules: what is asked, what it was read from, and whether it can be answered.

Belongs here: the order of the recognizers, the step from findings to a filter, what to do when there is nothing to
search for, and how a question goes on from the earlier ones. The wordings of each slot are in `recognizers/`. No
catalog and no model is needed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from jobsearch_dagster.search.filter import Constraints, Interpretation, JobFilter
from jobsearch_dagster.search.recognizers.experience import find_experience
from jobsearch_dagster.search.recognizers.levels import (
    find_education,
    find_employment_type,
    find_seniority,
    find_work_mode,
)
from jobsearch_dagster.search.recognizers.pay import find_pay
from jobsearch_dagster.search.recognizers.places import find_named_places, find_places, find_unknown_places
from jobsearch_dagster.search.recognizers.shape import find_aggregate, find_limit, find_sort
from jobsearch_dagster.search.recognizers.skills import find_misspelt_skills, find_skill_mentions
from jobsearch_dagster.search.recognizers.spans import Finding, Recognizer, collect, tidy
from jobsearch_dagster.search.recognizers.titles import find_titles
from jobsearch_dagster.search.recognizers.words import find_keywords, words

RECOGNIZERS: tuple[Recognizer, ...] = (
    find_places,
    find_experience,
    find_pay,
    find_aggregate,
    find_limit,
    find_sort,
    find_education,
    find_employment_type,
    find_work_mode,
    find_seniority,
    find_named_places,
    find_titles,
    find_skill_mentions,
    find_misspelt_skills,
    find_unknown_places,
    find_keywords,
)
"""In this order, because each takes its words away from the later ones: "5 years" is no "5 jobs"."""

LONGEST_QUESTION = 2000
"""Characters; the longest list of skills in a generated question has about 1,000."""

_FLAGS = re.IGNORECASE | re.VERBOSE
_HARMFUL = re.compile(
    r"""
    \b(?:drop|truncate|alter) \s+ (?:the\s+)? (?:table|database|schema|view|index)\b
    | \bcreate \s+ (?:or\s+replace\s+)? (?:temp\w*\s+)? (?:table|view|macro)\b
    | \bdelete \s+ (?:from|all|every|the\s+(?:table|database|jobs|catalog))\b
    | \binsert\s+into\b | \bupdate\s+\w+\s+set\b | \bunion\s+(?:all\s+)?select\b | \bor\s+1\s*=\s*1\b | ;\s*--
    | \bselect \s+ \* | \bselect\b [^?]{1,80} \bfrom \s+ (?:jobs|information_schema|sqlite_master|duckdb_\w+)\b
    | \b(?:attach|copy|pragma|install|load) \s+ ['"] | \bread_(?:csv|parquet|text|json)\b | /etc/passwd
    | \bignore \s+ (?:(?:all|the|your|any)\s+)* (?:previous|prior|above|earlier)\b | \b(?:system|developer)\s+prompt\b
    """,
    _FLAGS,
)
_PEOPLE = r"(?:candidate|applicant|people|person|user|seeker|employee)s?"
_PRIVATE = r"""
    (?: resumes?(?!\s+\w+ing\b) | cvs? | phone\s+numbers? | e-?mails? | (?:e-?mail|home|postal)\s+address(?:es)?
        | contact\s+details | personal\s+(?:data|details|information) | social\s+security\s+numbers?
        | dates?\s+of\s+birth )
"""
_PERSONAL = re.compile(
    rf"""
    \b(?:{_PRIVATE}|names?) \s+ (?:of|from|for) \s+ (?:\w+\s+){{0,3}} {_PEOPLE}\b
    | \b{_PEOPLE}(?:'s?)? \s+ (?:{_PRIVATE}|names?|addresses)\b
    | \b(?:show|give|list|send|get|find|download|export|print|reveal)\b [^.?]{{0,30}} \b(?:the|all|their|every|his|her)
      \s+ {_PRIVATE}\b
    """,
    _FLAGS,
)
_OFF_TOPIC_START = re.compile(
    r"""
    (?: what | who | where | when | why | how ) (?: 's | \s+ (?:is|are|was|do|does|to) )\b
    | tell\s+me\s+a\b | write\b | translate\b | explain\b
    """,
    _FLAGS,
)
_LISTS_ALL = re.compile(
    r"\b(?:all|every|any|list|show|what|which|display|browse|are\s+there|available|open)\b", re.IGNORECASE
)
_NEAR_ME = re.compile(
    r"\b(?:near|around|close\s+to)\s+(?:me|here|by)\b|\bnearby\b|\bmy\s+(?:area|city|town|region)\b",
    re.IGNORECASE,
)
_START_OVER = re.compile(
    r"""
    (?: (?:ok|okay|please|let's|no|now)[\s,]+ )*
    (?: start\s+(?:over|again|afresh) | reset | new\s+search | forget\s+(?:it|that|everything|all)
        | clear\s+(?:all|everything|(?:the\s+)?filters?) )\b
    """,
    _FLAGS,
)
_FOLLOWS_UP = re.compile(
    r"""
    (?: (?:ok|okay|and|now|then|no|yes|please|but|so)[\s,]+ )*
    (?: only | just | also | plus | add | what\s+about | how\s+about | what\s+if | same | make\s+it )\b
    | .{0,80} \b(?: ones | of\s+(?:those|these|them) | instead | those | these | them )\b
    """,
    _FLAGS,
)
_GOES_ON = re.compile(r"\s*(?:and|but|with(?:out)?|not|no|in|under|over|at|or|for)\b", re.IGNORECASE)
_ADDS = re.compile(r"\s*(?:(?:ok|okay|now|please)[\s,]+)*(?:also|and|plus|add)\b", re.IGNORECASE)

MESSAGES = {
    "empty": "What kind of job are you looking for? Name a skill, a title, a place or a salary.",
    "long": f"The question has more than {LONGEST_QUESTION} characters. Please ask a shorter one.",
    "vague": "Which job do you mean? Name at least one of: skill, title, place, salary, years of experience.",
    "place": "Which place do you mean? I do not know where you are; name a city, a region or a country.",
    "pay": "No pay is at least ${low:,.0f} and at most ${high:,.0f} a year. Which of the two do you mean?",
    "over": "Started over. What kind of job are you looking for?",
    "harmful": "I only answer questions about job postings; I run no commands that stand in a question.",
    "personal": "I do not give out resumes or personal details of candidates. Ask me about job postings instead.",
    "off_topic": 'I answer questions about job postings, for example "remote Python jobs over $100K".',
}

Slots = dict[str, Any]
LIST_SLOTS = frozenset(name for name, value in Constraints() if value == ())
FAMILIES = (
    {"skills", "skills_any"},
    {"min_salary_usd", "max_salary_usd", "has_salary"},
    {"min_years", "max_years"},
    {"agg", "field", "group_by"},
)
"""Slots that a following question replaces together: "over $150K" after "under $100K" leaves no upper bound."""
SHORT = 3
"""Words of a fragment ("in Berlin", "over $100K") that goes on from the question before."""


@dataclass(frozen=True)
class _Reading:
    """What one question, or a conversation so far, asks for.

    Attributes:
        included: Slots of `JobFilter` but `exclude`.
        excluded: Slots of `exclude`.
        evidence: Slot -> words.
        topical: Whether it is about jobs at all.
        follows: How it goes on from the question before: not, in place of its slots, or beside them.
        reply: Key of `MESSAGES` where there is something to say instead of searching.
    """

    included: Slots
    excluded: Slots
    evidence: dict[str, str]
    topical: bool
    follows: Literal["no", "replacing", "adding"] = "no"
    reply: str | None = None


def parse_question(question: str, history: Sequence[str] = ()) -> Interpretation:
    """Understand a question.

    Args:
        question: Any string.
        history: Earlier questions of the conversation, oldest first. A question that goes on from them ("only remote
            ones", "what about Berlin") keeps their slots and replaces those that it names itself; "also" adds to them.

    Returns:
        The interpretation; every string has one, nothing is raised.
    """
    readings = (_read(tidy(text)) for text in (*history, question))
    return _interpretation(reduce(_continued, readings))


def _read(question: str) -> _Reading:
    reply = _reply_unread(question)
    if reply is not None:
        return _Reading({}, {}, {}, topical=True, reply=reply)
    findings, rest = collect(question, RECOGNIZERS)
    return _Reading(
        included=_slots(f for f in findings if not f.negated),
        excluded=_slots(f for f in findings if f.negated and f.slot in Constraints.model_fields),
        evidence=_evidence(findings, question),
        topical=_is_topical(question, findings),
        follows=_follows(question, findings),
        reply=_reply_to(rest, findings),
    )


def _reply_unread(question: str) -> str | None:
    """What to say where the words must not, or need not, be read for slots."""
    if not question:
        return "empty"
    if len(question) > LONGEST_QUESTION:
        return "long"
    if _HARMFUL.search(question):
        return "harmful"
    if _PERSONAL.search(question):
        return "personal"
    return "over" if _START_OVER.match(question) else None


def _reply_to(rest: str, findings: list[Finding]) -> str | None:
    """What to ask back: a place that only the asker knows, or a question about jobs that names nothing."""
    if _NEAR_ME.search(rest):
        return "place"
    return None if findings or _LISTS_ALL.search(rest) else "vague"


def _slots(findings: Iterable[Finding]) -> Slots:
    """The findings as slot values: list slots collect, of a single value the last counts."""
    slots: Slots = {}
    for finding in findings:
        if finding.slot in LIST_SLOTS:
            slots[finding.slot] = _union(slots.get(finding.slot, ()), (finding.value,))
        else:
            slots[finding.slot] = finding.value
    return slots


def _union(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _evidence(findings: list[Finding], question: str) -> dict[str, str]:
    words: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        slot = f"exclude.{finding.slot}" if finding.negated else finding.slot
        words[slot] = _union(words.get(slot, ()), (question[finding.start : finding.end].strip(),))
    return {slot: ", ".join(parts) for slot, parts in words.items()}


def _is_topical(question: str, findings: list[Finding]) -> bool:
    """Whether a question is about jobs: it says so, or it is made of slots and nothing else."""
    if _words(question) & words("job"):
        return True
    named = {finding.slot for finding in findings}
    if not named or _OFF_TOPIC_START.match(question):
        return "agg" in named
    return bool(named - {"locations", "keywords", "limit", "sort"}) or named == {"locations"}


def _words(question: str) -> set[str]:
    return set(re.findall(r"[a-z]+", question.lower()))


def _follows(question: str, findings: list[Finding]) -> Literal["no", "replacing", "adding"]:
    named = {finding.slot for finding in findings}
    about_before = "agg" in named and not named & set(Constraints.model_fields)  # "how many are there?"
    asked = _words(question)
    fragment = not asked & words("job") and (len(asked) <= SHORT or _GOES_ON.match(question))
    if not (about_before or fragment or _FOLLOWS_UP.match(question)):
        return "no"
    return "adding" if _ADDS.match(question) else "replacing"


def _continued(before: _Reading, new: _Reading) -> _Reading:
    """The conversation after one more question."""
    if new.follows == "no" or new.reply is not None or before.reply == "over":
        return new
    adding = new.follows == "adding"
    included = _without_values(_merged(before.included, new.included, adding=adding), new.excluded)
    excluded = _merged(_without_values(before.excluded, new.included), new.excluded, adding=True)
    asked = {*included, *(f"exclude.{slot}" for slot in excluded)}
    evidence = {slot: words for slot, words in (before.evidence | new.evidence).items() if slot in asked}
    return _Reading(included, excluded, evidence, topical=before.topical or new.topical)


def _merged(before: Slots, new: Slots, *, adding: bool) -> Slots:
    """The earlier slots, but those of a family that the new ones name; a list slot can grow instead."""
    renewed = {slot for family in FAMILIES for slot in family if family & set(new)} | set(new)
    kept = {slot: value for slot, value in before.items() if slot not in renewed}
    if adding:
        grown = {slot: _union(before.get(slot, ()), value) for slot, value in new.items() if slot in LIST_SLOTS}
        new = new | grown
    return kept | new


def _without_values(slots: Slots, gone: Slots) -> Slots:
    """The slots without list values that are now asked the other way round."""
    left = {
        slot: tuple(item for item in value if item not in gone.get(slot, ())) if slot in LIST_SLOTS else value
        for slot, value in slots.items()
    }
    return {slot: value for slot, value in left.items() if value != ()}


def _interpretation(reading: _Reading) -> Interpretation:
    if reading.reply in ("harmful", "personal"):
        return Interpretation(intent="refuse", message=MESSAGES[reading.reply])
    if not reading.topical:
        return Interpretation(intent="none", message=MESSAGES["off_topic"])
    if reading.reply is not None:
        return Interpretation(intent="clarify", message=MESSAGES[reading.reply])
    low, high = reading.included.get("min_salary_usd"), reading.included.get("max_salary_usd")
    if low is not None and high is not None and low > high:
        return Interpretation(intent="clarify", message=MESSAGES["pay"].format(low=low, high=high))
    job_filter = JobFilter(**reading.included, exclude=Constraints(**reading.excluded))
    intent = "search" if job_filter.agg is None else "aggregate"
    return Interpretation(intent=intent, filter=job_filter, evidence=reading.evidence)
