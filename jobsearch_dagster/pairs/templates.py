"""Templates of questions and answers: the report's Appendix A, and further wordings by a small grammar.

Belongs here: loading the wordings and filling them. Which values fill the slots is in `query_pairs.py`.
"""

import itertools
import random
import re
from collections.abc import Collection, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.imputation import UNKNOWN

QueryType = Literal["skills", "location", "salary", "experience"]
QUERY_TYPES: tuple[QueryType, ...] = get_args(QueryType)
SLOTS: dict[QueryType, tuple[str, ...]] = {
    "skills": ("skills",),
    "location": ("where", "place", "remote"),
    "salary": ("pay", "pay_bound", "pay_over"),
    "experience": ("experience",),
}
"""Slots that a wording of a query type may have."""

AnswerField = Literal["title", "place", "salary", "resume", "description"]
"""What an answer can say of a job."""

WORDINGS = Path(__file__).with_name("templates.yaml")
_SLOT = re.compile(r"\{(\w*)\}")
_ALTERNATIVE = re.compile(r"<(\w+)>")


def slot_name(wording: str) -> str:
    """Name of the one slot of a wording.

    Raises:
        ValueError: The wording has no slot, or several.
    """
    names = _SLOT.findall(wording)
    if len(names) != 1:
        raise ValueError(f"{wording!r} must have one slot in braces, not {len(names)}")
    return names[0]


def fill(wording: str, text: str) -> str:
    """A wording with its slot replaced; other braces stay as they are."""
    return _SLOT.sub(lambda _: text, wording)


def _with_known_slots(questions: dict[QueryType, tuple[str, ...]]) -> dict[QueryType, tuple[str, ...]]:
    if missing := set(QUERY_TYPES) - set(questions):
        raise ValueError(f"no questions for {', '.join(sorted(missing))}")
    for query_type, wordings in questions.items():
        if not wordings:
            raise ValueError(f"no questions for {query_type}")
        for wording in wordings:
            if slot_name(wording) not in SLOTS[query_type]:
                raise ValueError(f"{wording!r} has another slot than {' or '.join(SLOTS[query_type])}")
    return questions


Questions = Annotated[dict[QueryType, tuple[str, ...]], AfterValidator(_with_known_slots)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Grammar(_Frozen):
    """Wordings with alternatives in angle brackets, which expand to every combination."""

    alternatives: dict[str, tuple[str, ...]]
    questions: Questions

    @model_validator(mode="after")
    def _alternatives_exist(self) -> "Grammar":
        for wording in itertools.chain.from_iterable(self.questions.values()):
            if unknown := set(_ALTERNATIVE.findall(wording)) - set(self.alternatives):
                raise ValueError(f"{wording!r} names alternatives that do not exist: {', '.join(sorted(unknown))}")
        return self

    @cached_property
    def expanded(self) -> dict[QueryType, tuple[str, ...]]:
        """Every wording that the grammar gives, per query type."""
        return {
            query_type: tuple(itertools.chain.from_iterable(map(self._expansions, wordings)))
            for query_type, wordings in self.questions.items()
        }

    def _expansions(self, wording: str) -> Iterator[str]:
        names = _ALTERNATIVE.findall(wording)
        for chosen in itertools.product(*(self.alternatives[name] for name in names)):
            words = iter(chosen)
            yield _ALTERNATIVE.sub(lambda _, words=words: next(words), wording)

    def draw(self, query_type: QueryType, count: int, seed: str, slots: Collection[str]) -> list[str]:
        """Up to `count` different wordings with one of these slots, the same for the same seed."""
        fitting = [wording for wording in self.expanded[query_type] if slot_name(wording) in slots]
        return random.Random(seed).sample(fitting, min(count, len(fitting)))  # noqa: S311 - a draw, not a secret


def _with_place(heading: str) -> str:
    if _SLOT.findall(heading) != ["place"]:
        raise ValueError(f"{heading!r} must have the one slot {{place}}")
    return heading


def _without_slot(heading: str) -> str:
    if _SLOT.search(heading):
        raise ValueError(f"{heading!r} must have no slot: it is written where the place is not known")
    return heading


class AnswerTemplate(_Frozen):
    """The answer: a heading with the place, then one line per field."""

    heading: Annotated[str, AfterValidator(_with_place)]
    heading_without_place: Annotated[str, AfterValidator(_without_slot)]
    fields: dict[str, AnswerField]

    def fill(self, values: dict[AnswerField, str | None], *, keep_unknown: bool = False) -> str:
        """The answer text; fields without a value are left out, and so is `Unknown` unless it is kept."""
        said = {name: value for name, value in values.items() if value and (keep_unknown or value != UNKNOWN)}
        heading = fill(self.heading, said["place"]) if "place" in said else self.heading_without_place
        return "\n".join([heading, *(f"{label}: {said[name]}" for label, name in self.fields.items() if name in said)])


class Templates(_Frozen):
    """All wordings."""

    instructions: Annotated[
        tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)], ...], Field(min_length=1)
    ]
    questions: Questions
    paraphrases: Grammar
    answer: AnswerTemplate

    def digest(self) -> str:
        """Digest of the wordings; comments and layout of the file do not count."""
        return digest_of(self.model_dump(mode="json"))


@cache
def load_templates() -> Templates:
    """The templates that come with the package.

    Raises:
        UserError: The file was edited into something that holds no templates.
    """
    try:
        return Templates.model_validate(read_yaml(WORDINGS))
    except (yaml.YAMLError, ValidationError) as error:
        first = " ".join(_first_problem(error).split())[:200]
        raise UserError(f"{WORDINGS} does not hold the templates it must: {first}; correct or restore it") from error


def _first_problem(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, yaml.YAMLError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
