"""A filter as chips and as a form: what of it can be taken out, and what a form makes of it.

Belongs here: the way from a `JobFilter` to fields of a page and back. How a filter is run is in `search/`: what comes
out of here goes the same way as a question.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from jobsearch_dagster.app.web.browser_sessions import MOST_ROWS
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.preparation.skills import find_skills
from jobsearch_dagster.search.filter import Constraints, JobFilter
from jobsearch_dagster.search.wording import describe_figure, describe_order, describe_slot

SEPARATORS = {"titles": ", ", "skills": ", ", "skills_any": ", ", "locations": "; ", "keywords": ", "}
"""Slots of free words -> what stands between two of them; places have commas of their own."""
CHOICES = ("work_mode", "seniority", "education", "employment_type")
"""Slots of which any of some known values are chosen."""
NUMBERS = ("min_salary_usd", "max_salary_usd", "min_years", "max_years")
_FIGURE = ("agg", "field", "group_by")
_EXCLUDED = "exclude."


@dataclass(frozen=True)
class Chip:
    """One condition that can be taken out.

    Attributes:
        slot: Of the filter; `exclude.<slot>` for an excluded one.
        value: Of a list the one value, else empty.
        words: The condition as it stands behind "jobs ...".
    """

    slot: str
    value: str
    words: str


def chips(job_filter: JobFilter) -> list[Chip]:
    """All that a filter asks for, a chip for each thing that can be taken out by itself."""
    excluded = [
        Chip(f"{_EXCLUDED}{chip.slot}", chip.value, f"not {chip.words}") for chip in _conditions(job_filter.exclude)
    ]
    return [*_alternatives(_conditions(job_filter)), *excluded, *_shape(job_filter)]


def _conditions(constraints: Constraints) -> Iterator[Chip]:
    for slot, value in constraints.slots.items():
        if isinstance(value, tuple):
            yield from (Chip(slot, item, describe_slot(slot, (item,))) for item in value)
        else:
            yield Chip(slot, "", describe_slot(slot, value))


def _alternatives(conditions: Iterable[Chip]) -> Iterator[Chip]:
    """The same, with an "or" where one of several values is enough; skills that are asked together are all asked."""
    before = None
    for chip in conditions:
        is_other = chip.slot == before and chip.slot != "skills"
        yield replace(chip, words=f"or {chip.words}") if is_other else chip
        before = chip.slot


def _shape(job_filter: JobFilter) -> Iterator[Chip]:
    if job_filter.agg is not None:
        by = f" by {_name(job_filter.group_by)}" if job_filter.group_by else ""
        yield Chip("agg", "", f"{describe_figure(job_filter)}{by}")
    if job_filter.sort != "relevance":
        yield Chip("sort", "", describe_order(job_filter).partition(",")[0])
    if job_filter.limit is not None:
        yield Chip("limit", "", f"{job_filter.limit} at most")
    if job_filter.include_imputed:
        yield Chip("include_imputed", "", "counting estimated pay")


def _name(column: str) -> str:
    return column.replace("_", " ")


def without(job_filter: JobFilter, slot: str, value: str) -> JobFilter:
    """The filter without what a chip stands for; unchanged where it holds no such thing.

    Raises:
        UserError: There is no such slot.
    """
    if slot.startswith(_EXCLUDED):
        left = _taken_out(job_filter.exclude, slot.removeprefix(_EXCLUDED), value)
        return job_filter.model_copy(update={"exclude": job_filter.exclude.model_copy(update=left)})
    return job_filter.model_copy(update=_taken_out(job_filter, slot, value))


def _taken_out(constraints: Constraints, slot: str, value: str) -> dict[str, Any]:
    fields = type(constraints).model_fields
    if slot not in fields or slot == "exclude":
        raise UserError(f"a filter has nothing called {slot!r}: reload the page")
    if slot == "agg":
        return dict.fromkeys(_FIGURE)
    held = getattr(constraints, slot)
    return {slot: tuple(item for item in held if item != value) if isinstance(held, tuple) else fields[slot].default}


def more(job_filter: JobFilter, shown: int) -> JobFilter:
    """The filter for as many postings again as are shown, `MOST_ROWS` at most."""
    return job_filter.model_copy(update={"limit": min(shown * 2, MOST_ROWS)})


def fields_of(job_filter: JobFilter) -> dict[str, Any]:
    """The filter as values of form fields: texts, and lists of what is ticked."""
    numbers = {slot: getattr(job_filter, slot) for slot in NUMBERS}
    return {
        **{slot: between.join(getattr(job_filter, slot)) for slot, between in SEPARATORS.items()},
        **{slot: list(getattr(job_filter, slot)) for slot in CHOICES},
        **{slot: "" if number is None else f"{number:.0f}" for slot, number in numbers.items()},
        "has_salary": {None: "", True: "yes", False: "no"}[job_filter.has_salary],
        "sort": job_filter.sort,
        "include_imputed": job_filter.include_imputed,
    }


def changed(job_filter: JobFilter, sent: Mapping[str, Sequence[str]]) -> JobFilter:
    """The filter that a form makes of one; what the form has no field for stays: exclusions, figures, a limit.

    Args:
        job_filter: The filter before.
        sent: Field -> its values; an empty one asks for nothing.

    Raises:
        UserError: A value is none of its slot.
    """
    values: dict[str, Any] = {slot: _words(slot, _text(sent, slot)) for slot in SEPARATORS}
    values |= {slot: tuple(sent.get(slot, ())) for slot in CHOICES}
    values |= {slot: _text(sent, slot).replace(",", "").lstrip("$") or None for slot in NUMBERS}
    values["has_salary"] = {"yes": True, "no": False}.get(_text(sent, "has_salary"))
    values["include_imputed"] = bool(_text(sent, "include_imputed"))
    values["sort"] = _text(sent, "sort") or "relevance"
    try:
        return JobFilter.model_validate(job_filter.model_dump() | values)
    except ValidationError as error:
        wrong = error.errors()[0]
        slot = ".".join(map(str, wrong["loc"]))
        raise UserError(f"{_name(slot)} cannot be {wrong['input']!r}: {wrong['msg']}") from error


def _text(sent: Mapping[str, Sequence[str]], slot: str) -> str:
    return next(iter(sent.get(slot, ())), "").strip()


def _words(slot: str, text: str) -> tuple[str, ...]:
    """The words of a field, skills by their names in the lexicon: "js" is JavaScript."""
    words = [word.strip() for word in text.split(SEPARATORS[slot].strip()) if word.strip()]
    if slot in ("skills", "skills_any"):
        words = [name for word in words for name in find_skills(word) or (word,)]
    return tuple(dict.fromkeys(words))
