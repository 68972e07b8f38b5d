"""A conversation so far, and what one more question does to it: replaces, adds, drops, excludes, takes back.

Belongs here: slots of the question before beside slots of the new one. What a question says by itself is read in
`question.py`, how it says that it goes on in `follow_ups.py`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.search.filter import Constraints
from jobsearch_dagster.search.follow_ups import Follows
from jobsearch_dagster.search.recognizers.skills import skill_named
from jobsearch_dagster.search.revisions import Revision, narrowed_place, revised

Slots = dict[str, Any]
LIST_SLOTS = frozenset(name for name, value in Constraints() if value == ())
FIGURE = {"agg", "field", "group_by"}
FAMILIES = (
    {"skills", "skills_any"},
    {"min_salary_usd", "max_salary_usd", "has_salary"},
    {"min_years", "max_years"},
    FIGURE,
)
"""Slots that a following question replaces together: "over $150K" after "under $100K" leaves no upper bound."""
UNANSWERED = ("harmful", "personal", "off_topic", "long", "empty", "place", "employers", "amount", "currency", "either")
"""Replies after which the conversation is as it was."""


@dataclass(frozen=True)
class Reading:
    """What one question, or a conversation so far, asks for.

    Attributes:
        included: Slots of `JobFilter` but `exclude`.
        excluded: Slots of `exclude`.
        evidence: Slot -> words.
        reply: Key of `MESSAGES` where there is something to say instead of searching.
        follows: How it goes on from the question before: not, in place of its slots, or beside them.
        dropped: Slots of the question before that no longer hold.
        pick: The number of a row shown before, from 1; -1 is the last.
        gone: Values of the question before that no longer hold, without being excluded.
        undoes: Whether it takes the question before back.
        revises: What it changes of the question before without naming it.
        text: The question in plain English.
        unread: Words of the question with a meaning of their own that no slot has used.
        before: The conversation up to the question before.
    """

    included: Slots
    excluded: Slots
    evidence: dict[str, str]
    reply: str | None = None
    follows: Follows = "no"
    dropped: frozenset[str] = frozenset()
    pick: int | None = None
    gone: Slots = field(default_factory=dict)
    undoes: bool = False
    revises: Revision | None = None
    text: str = ""
    unread: tuple[str, ...] = ()
    before: "Reading | None" = None


def continued(before: Reading, new: Reading) -> Reading:
    """The conversation after one more question."""
    if new.reply == "over":
        return new
    if new.revises is not None:
        changed = _revised(before, new.revises)
        says_itself = isinstance(new.revises, float) and new.included.keys() - {"limit"}  # "up to 80000"
        if not says_itself and (changed.included != before.included or not new.included):
            return replace(changed, reply=None, pick=None, before=before)
    if new.reply in UNANSWERED:
        return replace(before, reply=new.reply, pick=None)  # the next question goes on from where this one came
    if new.undoes:
        return before.before or before
    if new.pick is not None:
        return replace(before, pick=new.pick, reply=None if _asks(before) else "vague", before=before)
    if new.follows == "no":
        return replace(new, before=before)
    return replace(_gone_on(before, new), before=before)


def _gone_on(before: Reading, new: Reading) -> Reading:
    """The slots of a question beside those of the one before that still hold."""
    new = _told_apart(before, new)
    if _OFFERS_ANOTHER.match(new.text) and new.included.keys() & _SKILLS:  # "or Maya" after "with Blender"
        before, new = _revised(before, "any"), _revised(new, "any")
    adding = new.follows == "adding"
    # "it doesn't have to be remote, hybrid would do too" takes nothing away.
    dropped = new.dropped - set(new.included) if adding else new.dropped
    kept = {slot: value for slot, value in before.included.items() if slot not in dropped}
    kept = without_values(kept, new.gone)
    excluded = {} if "exclude" in new.dropped else without_values(before.excluded, new.included)
    excluded = without_values(excluded, new.gone)
    if _ALLOWS.search(new.text):  # "weekends are fine after all" excludes them no more, and asks for none
        excluded = _still_excluded(excluded, new.text)
        new = replace(new, included=without_values(new.included, before.excluded))
    elif adding:  # "London too" after "all but London" asks for no place; "also Java" after "Python, no Java" does
        lifted = {slot: values for slot, values in before.excluded.items() if slot not in before.included}
        new = replace(new, included=without_values(new.included, lifted))
    included = without_values(_merged(kept, new.included, adding=adding), new.excluded)
    excluded = _merged(excluded, new.excluded, adding=True)
    asked = {*included, *(f"exclude.{slot}" for slot in excluded)}
    evidence = {slot: words for slot, words in _evidence(before, new, adding=adding).items() if slot in asked}
    return Reading(included, excluded, evidence, unread=new.unread)


_SKILLS = ("skills", "skills_any")
_OFFERS_ANOTHER = re.compile(r"or\b", re.IGNORECASE)


def _revised(reading: Reading, change: Revision) -> Reading:
    """The reading after a revision; the words of skills go with them where one of them becomes enough, or all."""
    included = revised(reading.included, reading.evidence, change)
    said = ", ".join(reading.evidence[slot] for slot in _SKILLS if slot in reading.evidence)
    if change not in ("all", "any") or not said:
        return replace(reading, included=included)
    evidence = {slot: words for slot, words in reading.evidence.items() if slot not in _SKILLS}
    return replace(reading, included=included, evidence=evidence | {slot: said for slot in _SKILLS if slot in included})


def _evidence(before: Reading, new: Reading, *, adding: bool) -> dict[str, str]:
    """The words of every slot; of a list that grows, those of both questions."""
    grown = {
        slot: ", ".join(union("evidence", before.evidence[slot].split(", "), words.split(", ")))
        for slot, words in new.evidence.items()
        if adding and slot in LIST_SLOTS and slot in before.evidence
    }
    return before.evidence | new.evidence | grown


def _still_excluded(excluded: Slots, text: str) -> Slots:
    """What is excluded less what a text names: "nights are fine" says nothing against the night shift."""
    said = {word.removesuffix("s") for word in re.findall(r"\w+", text.lower())}
    named = {
        slot: tuple(item for item in values if set(re.findall(r"\w+", item.lower())) - _OF_ANY_WORK <= said)
        for slot, values in excluded.items()
        if slot == "keywords"
    }
    return without_values(excluded, named)


_OF_ANY_WORK = frozenset(("shift", "work", "home", "job"))
"""Words of a condition that do not tell it from others."""
_ALLOWS = re.compile(
    r"\bi\s+(?:can|could)\s+(?:do|work)\b|\bi\s+do(?:n't|\s+not)\s+mind\b|\b(?:(?:is|are)\s+(?:ok|okay|fine|alright|acceptable|no\s+problem)|after\s+all)\b",
    re.IGNORECASE,
)


def _told_apart(before: Reading, new: Reading) -> Reading:
    """The new question with its place in that of the question before where it only says which is meant."""
    if "locations" not in new.included:
        return new
    places = narrowed_place(new.text, before.included.get("locations", ()), new.included["locations"])
    return replace(new, included=new.included | {"locations": places})


def _asks(reading: Reading) -> bool:
    """Whether anything was asked so far."""
    return bool(reading.included or reading.excluded)


def _merged(before: Slots, new: Slots, *, adding: bool) -> Slots:
    """The earlier slots, but those of a family that the new ones name; a list slot can grow instead."""
    renewed = {slot for family in FAMILIES for slot in family if family & set(new)} | set(new)
    if "sort" in new and not FIGURE & set(new) and not ("group_by" in before or before.get("agg") == "top"):
        renewed |= FIGURE  # "the best paid one" after "how many are there" asks for postings again
    if "group_by" in new and "agg" not in new:  # "by city" groups the figure before, or counts
        renewed -= {"agg", "field"}
        new = {"agg": before.get("agg", "count")} | new
    if adding:
        renewed -= LIST_SLOTS
        new = {
            slot: union(slot, before.get(slot, ()), value) if slot in LIST_SLOTS else value
            for slot, value in new.items()
        }
    return {slot: value for slot, value in before.items() if slot not in renewed} | new


def without_values(slots: Slots, gone: Slots) -> Slots:
    """The slots without list values that are now asked the other way round, under any of their names."""
    names = {slot: {_name(slot, item) for item in value} for slot, value in gone.items() if slot in LIST_SLOTS}
    left = {
        slot: tuple(item for item in value if _name(slot, item) not in names.get(slot, ()))
        if slot in LIST_SLOTS
        else value
        for slot, value in slots.items()
    }
    return {slot: value for slot, value in left.items() if value != ()}


def union(slot: str, first: Iterable[Any], second: Iterable[Any]) -> tuple[Any, ...]:
    """Both, each value of a slot once, in the order and under the name of its first mention."""
    named: dict[Any, Any] = {}
    for item in (*first, *second):
        named.setdefault(_name(slot, item), item)
    return tuple(named.values())


def _name(slot: str, item: Any) -> Any:
    """What a value is called in the catalog: "MS Office" and Microsoft Office are one skill, Bombay is Mumbai."""
    if slot in ("skills", "skills_any"):
        return (skill_named(item.lower()) or item).lower()
    if slot == "locations":
        return normalize_place(parse_location(item)) or item
    return standardize_title(item) if slot == "titles" else item
