"""Two readings of one question held against each other: the rules' filter and a language model's.

Belongs here: when two filters mean the same, and the difference in words. Who fills the second one is in
`model_filter.py`. The rules' reading is the one that runs, whatever comes out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.skills import find_skills
from jobsearch_dagster.preparation.titles import split_title
from jobsearch_dagster.search.filter import Constraints, JobFilter
from jobsearch_dagster.search.wording import describe_slot

NOTHING = "nothing"
_SHAPE = ("sort", "limit", "agg", "field", "group_by", "include_imputed")


@dataclass(frozen=True)
class Agreement:
    """How a model's reading of a question compares with the rules'.

    Attributes:
        model: Who read it.
        agrees: Whether both ask for the same; None where the model gave no reading.
        differences: Slot -> what the rules and what the model read, in words; slots of `exclude` as `exclude.<slot>`.
        problem: Why there is no reading.
    """

    model: str
    agrees: bool | None
    differences: dict[str, tuple[str, str]]
    problem: str | None = None

    @property
    def in_words(self) -> str:
        """One line for the person who asked."""
        used = "the rules' reading is used"
        if self.agrees is None:
            return f"{self.model} gave no reading ({self.problem}): {used}."
        if self.agrees:
            return f"Rules and model agree ({self.model})."
        parts = (f"{model} where the rules read {rules}" for rules, model in self.differences.values())
        return f"{self.model} read it otherwise: {'; '.join(parts)}: {used}."


def compare(rules: JobFilter, model: JobFilter, name: str) -> Agreement:
    """Compare two filters slot by slot, in the spelling of the product's vocabularies."""
    read, other = _slots(rules), _slots(model)
    apart = [
        slot for slot in (*read, *(slot for slot in other if slot not in read)) if read.get(slot) != other.get(slot)
    ]
    differences = {slot: (_in_words(slot, read.get(slot)), _in_words(slot, other.get(slot))) for slot in apart}
    return Agreement(name, not differences, differences)


def _slots(job_filter: JobFilter) -> dict[str, Any]:
    """Slot -> what it asks for, such that equal means the same; empty slots are left out."""
    shape = {name: getattr(job_filter, name) for name in _SHAPE}
    asked = {name: value for name, value in shape.items() if value not in (None, False, "relevance")}
    excluded = {f"exclude.{name}": value for name, value in _constraints(job_filter.exclude).items()}
    return _constraints(job_filter) | excluded | asked


def _constraints(constraints: Constraints) -> dict[str, Any]:
    slots = constraints.slots
    if len(slots.get("skills_any", ())) == 1:  # any of one is that one
        slots["skills"] = (*slots.get("skills", ()), *slots.pop("skills_any"))
    return {
        name: tuple(sorted({_SPELLED.get(name, str.lower)(item) for item in value}))
        if isinstance(value, tuple)
        else value
        for name, value in slots.items()
    }


def _skill(text: str) -> str:
    found = find_skills(text)
    return (found[0] if len(found) == 1 else text).lower()


_SPELLED: dict[str, Callable[[str], str]] = {
    "skills": _skill,
    "skills_any": _skill,
    "titles": lambda text: split_title(text)[0].removesuffix("s"),
    "locations": lambda text: normalize_place(parse_location(text)) or text.lower(),
}


def _in_words(slot: str, value: Any) -> str:
    if value is None:
        return NOTHING
    name = slot.removeprefix("exclude.")
    if name in _SHAPE:
        return f"{name.replace('_', ' ')} {value}"
    return ("not " if name != slot else "") + describe_slot(name, value)
