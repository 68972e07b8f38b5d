"""The questions of the evaluation: the same for every contender.

Belongs here: which pairs are asked, decided by digests, so that a larger sample contains the smaller one and the
order of rows does not matter; and which of them are asked in one breath.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from pydantic import Field

from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.pairs.templates import QUERY_TYPES

if TYPE_CHECKING:
    import duckdb

AT_ONCE = (1, 2, 4)
"""How many questions a prompt asks (the report's multi-query test)."""
MIXED = "mixed"
"""As the query type of a prompt that asks several questions."""


class QuestionRecipe(Recipe):
    """How many questions are asked."""

    per_type: int | None = Field(default=8, ge=1, description="test questions per query type; all where it is null")
    seen_per_type: int = Field(
        default=4,
        ge=0,
        description="training questions per query type, asked where no test posting was seen in training",
    )
    seed: int = Field(default=42, description="of the sample")


@dataclass(frozen=True)
class Question:
    """One question with its reference answer.

    Attributes:
        question_id: The pair's id.
        slice: `seen` when the posting occurs in the training set, else `unseen`.
        query_type: skills, location, salary or experience.
        posting_id: The posting the pair was made from.
        text: What is asked.
        reference: The answer that was constructed for it.
    """

    question_id: str
    slice: str
    query_type: str
    posting_id: str
    text: str
    reference: str


def sample_questions(connection: "duckdb.DuckDBPyConnection", recipe: QuestionRecipe) -> list[Question]:
    """Questions from `test_set`, stratified by query type, and some from `training_set` as the slice `seen`.

    Training questions are asked only where no test posting was seen in training. One question per posting and type
    comes before a second one, so that few questions cover many postings.

    Args:
        connection: Holds `test_set` and `training_set`.
        recipe: How many.
    """
    rows = connection.execute(
        f"""
        WITH candidates AS (
            SELECT *, 'test' AS source FROM test_set
            UNION ALL BY NAME
            SELECT *, true AS seen, 'training' AS source FROM training_set
            WHERE NOT EXISTS (SELECT 1 FROM test_set WHERE seen)
        ), drawn AS (
            SELECT *, md5(pair_id || '{recipe.seed}') AS draw FROM candidates
        ), spread AS (
            SELECT *,
                row_number() OVER (PARTITION BY source, query_type, posting_id ORDER BY draw, pair_id) AS turn
            FROM drawn
        ), numbered AS (
            SELECT *,
                row_number() OVER (PARTITION BY source, query_type ORDER BY turn, draw, pair_id) AS number
            FROM spread
        )
        SELECT pair_id, CASE WHEN seen THEN 'seen' ELSE 'unseen' END, query_type, posting_id, question, answer
        FROM numbered
        WHERE number <= CASE source WHEN 'test' THEN coalesce(?, number) ELSE ? END
        ORDER BY pair_id
        """,
        [recipe.per_type, recipe.seen_per_type],
    ).fetchall()
    return [Question(*row) for row in rows]


@dataclass(frozen=True)
class Prompt:
    """Questions that are asked in one breath; at least one."""

    questions: tuple[Question, ...]

    @property
    def prompt_id(self) -> str:
        """The ids of its questions."""
        return "+".join(question.question_id for question in self.questions)

    @property
    def query_type(self) -> str:
        """That of its only question, or `mixed`."""
        return self.questions[0].query_type if len(self.questions) == 1 else MIXED

    @property
    def text(self) -> str:
        """What is asked."""
        return " ".join(question.text for question in self.questions)


def make_prompts(questions: Sequence[Question]) -> list[Prompt]:
    """The same questions one by one, two and four at once: only how many are asked together differs.

    A prompt's questions are of different query types where there are as many; those that fill no prompt are left out.

    Args:
        questions: Those of a query type are used in their order.
    """
    by_type = [[question for question in questions if question.query_type == name] for name in QUERY_TYPES]
    in_turn = [question for turn in zip_longest(*by_type) for question in turn if question is not None]
    return [
        Prompt(tuple(in_turn[start : start + at_once]))
        for at_once in AT_ONCE
        for start in range(0, len(in_turn) - at_once + 1, at_once)
    ]
