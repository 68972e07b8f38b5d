"""What is relevant to a question: by the values it was made from, or by a person's judgement.

Belongs here: grades, and on which catalog the judged ones hold. Nothing of `search/` is used, so that no contender is
its own judge. The judgements are in `natural_questions.yaml`, which says how they were made.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jobsearch_dagster.evaluation.truth import Asked, Posting, satisfies
from jobsearch_dagster.foundation.package_data import read_yaml

if TYPE_CHECKING:
    import duckdb

NATURAL_QUESTIONS = Path(__file__).with_name("natural_questions.yaml")
FITS, PARTLY = 2, 1
"""Grades of the judged postings; all others are 0."""


def constructed_grades(asked: Asked, postings: Iterable[Posting]) -> dict[str, int]:
    """Grade 1 for each posting that satisfies what a template question was made from."""
    return {posting.posting_id: 1 for posting in postings if satisfies(posting, asked)}


@dataclass(frozen=True)
class NaturalQuestion:
    """A question in a person's own words.

    Attributes:
        question_id: Its name in the file.
        kind: What makes it what it is, such as `negation` or `vague`.
        text: What is asked.
        grades: Grade of each posting that is worth seeing, by posting_id.
    """

    question_id: str
    kind: str
    text: str
    grades: Mapping[str, int]


Names = Annotated[tuple[str, ...], Field(min_length=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Judged(_Frozen):
    """An entry of the file; the lists name postings."""

    id: str
    kind: str
    question: str
    fits: Names
    partly: Names = ()

    @property
    def named(self) -> tuple[str, ...]:
        return (*self.fits, *self.partly)


class Judgements(_Frozen):
    """The file: the postings of the sample by name, and which of them answer each question."""

    postings: dict[str, str]
    questions: tuple[_Judged, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "Judgements":
        if len(set(self.postings.values())) < len(self.postings):
            raise ValueError("two names mean the same posting")
        if len({question.id for question in self.questions}) < len(self.questions):
            raise ValueError("two questions have the same id")
        for question in self.questions:
            if unknown := set(question.named) - set(self.postings):
                raise ValueError(f"{question.id} names unknown postings: {', '.join(sorted(unknown))}")
            if len(set(question.named)) < len(question.named):
                raise ValueError(f"{question.id} names a posting twice")
        return self

    @property
    def posting_ids(self) -> frozenset[str]:
        """All postings that were judged for every question."""
        return frozenset(self.postings.values())

    def natural_questions(self) -> list[NaturalQuestion]:
        """The questions with their grades, in the order of the file."""
        return [
            NaturalQuestion(
                question.id,
                question.kind,
                question.question,
                {self.postings[name]: FITS if name in question.fits else PARTLY for name in question.named},
            )
            for question in self.questions
        ]

    def reason_not_to_ask(self, catalog: Collection[str]) -> str | None:
        """Why the questions cannot be scored on a catalog; None where they can.

        They can where its postings are exactly the judged ones: a posting that nobody judged would count as useless.

        Args:
            catalog: The posting_ids of the catalog.
        """
        missing, others = len(self.posting_ids - set(catalog)), len(set(catalog) - self.posting_ids)
        if not missing and not others:
            return None
        return (
            f"their relevance was judged on the bundled sample: {missing} of its {len(self.posting_ids)} postings are "
            f"not in this catalog, and {others} of the catalog's {len(catalog)} were not judged"
        )


@cache
def judgements() -> Judgements:
    """What `natural_questions.yaml` says.

    Raises:
        pydantic.ValidationError: It was edited into something that contradicts itself.
    """
    return Judgements.model_validate(read_yaml(NATURAL_QUESTIONS))


def why_not_asked(connection: "duckdb.DuckDBPyConnection") -> str | None:
    """Why the natural questions are not asked of `job_catalog`; None where they are."""
    catalog = connection.execute("SELECT posting_id FROM job_catalog").fetchall()
    return judgements().reason_not_to_ask([posting_id for (posting_id,) in catalog])
