"""The rows of the tables `<contender>_answers`, and what can be chosen about them.

Belongs here: how many questions, how long an answer, how many postings; and what is stored of an answer. Who answers is
in `contenders.py`, which questions are drawn in `questions.py`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from jobsearch_dagster.evaluation.contenders import Contender
from jobsearch_dagster.evaluation.questions import Question, QuestionRecipe
from jobsearch_dagster.evaluation.tables import ANSWERS
from jobsearch_dagster.foundation.errors import UserError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


class GenerationRecipe(QuestionRecipe):
    """How the language models answer."""

    max_new_tokens: int = Field(default=160, ge=1, description="longest answer in tokens")
    batch_size: int = Field(default=32, ge=1, description="questions at once")


class RagRecipe(GenerationRecipe):
    """How the language model answers from postings."""

    postings: int = Field(default=3, ge=1, description="postings that the model is shown")


class AnalyticsRecipe(QuestionRecipe):
    """How the analytics contender answers."""

    limit: int = Field(default=3, ge=1, description="postings in an answer")


def answer_table(questions: Sequence[Question], contender: Contender) -> "pd.DataFrame":
    """Ask the contender all questions.

    One row per question.

    Raises:
        UserError: There is no question.
    """
    import pandas as pd

    refuse_silence(questions)
    answers = contender.answer([question.text for question in questions])
    rows = [
        {
            "question_id": question.question_id,
            "slice": question.slice,
            "query_type": question.query_type,
            "posting_id": question.posting_id,
            "question": question.text,
            "reference": question.reference,
            "answer": answer.text,
            "tokens": answer.tokens,
            "stopped": answer.stopped,
            "posting_ids": list(answer.posting_ids),
            "seconds": answer.seconds,
        }
        for question, answer in zip(questions, answers, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(ANSWERS.names))


def asked_questions(connection: "duckdb.DuckDBPyConnection", table: str) -> list[Question]:
    """The questions of a table of answers, in the order in which they were asked."""
    rows = connection.execute(
        f"SELECT question_id, slice, query_type, posting_id, question, reference FROM {table} ORDER BY question_id"
    ).fetchall()
    return [Question(*row) for row in rows]


def refuse_silence(questions: Sequence[Question]) -> None:
    """A user error where there is nothing to ask."""
    if not questions:
        raise UserError("there is no question to ask: test_set is empty; put a test*.csv into raw/")


NEAR_SEEN = """
    SELECT a.slice, count(*) AS questions, count(*) FILTER (t.near_seen) AS "near duplicates of trained postings"
    FROM base_answers a LEFT JOIN test_set t ON t.pair_id = a.question_id GROUP BY ALL ORDER BY ALL
"""
"""How many questions of each slice are about a posting that a trained one nearly repeats: hardly unseen, says n."""
