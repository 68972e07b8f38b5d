"""Templates of questions and answers: the report's Appendix A, and further wordings by a small grammar.

Belongs here: loading the wordings and filling them. Which values fill the slots is in `query_pairs.py`.
"""

import itertools
import random
import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError

QueryType = Literal["skills", "location", "salary", "experience"]
QUERY_TYPES: tuple[QueryType, ...] = get_args(QueryType)
SLOTS: dict[QueryType, tuple[str, ...]] = {
    "skills": ("skills",),
    "location": ("place",),
    "salary": ("pay", "pay_bound"),
    "experience": ("years",),
}
"""Slots that a wording of a query type may have."""

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


def _with_known_slots(questions: dict[QueryType, tuple[str, ...]]) -> dict[QueryType, tuple[str, ...]]:
    if missing := set(QUERY_TYPES) - set(questions):
        raise ValueError(f"no questions for {', '.join(sorted(missing))}")
    for query_type, wordings in questions.items():
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

    def draw(self, query_type: QueryType, count: int, seed: str) -> list[str]:
        """Different wordings for one query type, the same for the same seed."""
        return random.Random(seed).sample(self.expanded[query_type], count)  # noqa: S311 - a draw, not a secret


class AnswerTemplate(_Frozen):
    """The answer: a heading with the place, then one line per field."""

    heading: str
    heading_without_place: str
    fields: dict[str, str]

    def fill(self, values: dict[str, str | None]) -> str:
        """The answer text; fields without a value are left out."""
        heading = self.heading if values.get("place") else self.heading_without_place
        lines = [f"{label}: {values[name]}" for label, name in self.fields.items() if values.get(name)]
        return "\n".join([heading.format(place=values.get("place")), *lines])


class Templates(_Frozen):
    """All wordings."""

    instructions: tuple[str, ...]
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
        return Templates.model_validate(yaml.safe_load(WORDINGS.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        first = " ".join(str(error).split())[:200]
        raise UserError(f"{WORDINGS} does not hold the templates it must: {first}; correct or restore it") from error
