"""The questions of the evaluation: the same for every contender.

Belongs here: which pairs are asked, decided by digests, so that a larger sample contains the smaller one and the
order of rows does not matter.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from jobsearch_dagster.foundation.profiles import Recipe

if TYPE_CHECKING:
    import duckdb


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
