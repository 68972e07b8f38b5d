"""The rankings that contenders give, and their scores.

Belongs here: which postings an answer names, in which order, and the rows of `retrieval_scores`. The metrics are in
`retrieval.py`, what is relevant in `relevance.py`.

All contenders are ranked by one rule, whether they look postings up or write freely: by the jobs that the answer names
with title and place, in the order of naming (`answer`). A job that does not exist keeps its rank and is relevant to
nothing. A title and place that several postings share stand for all of them, in the order of `retrieval.ranked`: an
answer that does not tell them apart is not helped by luck. Where postings were looked up, their own order is scored
beside it (`retrieved`): what is lost between the two is lost in the writing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from jobsearch_dagster.evaluation.contenders import Answer
from jobsearch_dagster.evaluation.relevance import NaturalQuestion, constructed_grades
from jobsearch_dagster.evaluation.retrieval import ranked, retrieval_metrics, signature
from jobsearch_dagster.evaluation.retrieval_tables import RETRIEVAL_SCORES
from jobsearch_dagster.evaluation.scoring import read_answers, read_asked, read_postings
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.truth import Asked, Postings, named_jobs, whole_lines
from jobsearch_dagster.foundation.statistics import summarize

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

FILTERED = ("analytics", "rag")
"""Contenders that look postings up by a filter."""


@dataclass(frozen=True)
class Ranking:
    """The postings that a contender gives for a question, the best first.

    Attributes:
        question_set: `templates` or `natural`.
        ranking: `answer` or `retrieved`.
        contender: Whose it is.
        question_id: Of the question.
        query_type: What is asked for.
        posting_id: The posting asked about; of a natural question, which is about none, its own id.
        seen_in_train: Whether the posting asked about was seen in training; None for a natural question.
        by_construction: Whether a filter chose the postings, or those that the model was shown, by the columns that
            their relevance is read from.
        posting_ids: Each once.
        grades: Of the postings that are worth seeing.
    """

    question_set: Literal["templates", "natural"]
    ranking: Literal["answer", "retrieved"]
    contender: str
    question_id: str
    query_type: str
    posting_id: str
    seen_in_train: bool | None
    by_construction: bool
    posting_ids: Sequence[str]
    grades: Mapping[str, int]


def named_postings(answer: str, postings: Postings) -> list[str]:
    """The postings that an answer names, in the order of naming; an invented job stands under a name of its own."""
    scores: dict[str, float] = {}
    for rank, (job, found) in enumerate(zip(named_jobs(answer), postings.named_in(answer), strict=True)):
        for posting_id in [posting.posting_id for posting in found] or [f"invented: {job}"]:
            scores.setdefault(posting_id, -rank)
    return ranked(scores)


def template_rankings(connection: "duckdb.DuckDBPyConnection") -> Iterator[Ranking]:
    """The rankings of the stored answers.

    Args:
        connection: Holds `clean_jobs`, `job_entities`, `query_pairs` and one `<contender>_answers` each.
    """
    every_posting = read_postings(connection)
    postings, asked = Postings(every_posting), read_asked(connection)

    @cache
    def grades(question: Asked) -> dict[str, int]:
        return constructed_grades(question, every_posting)

    for contender in CONTENDERS:
        for row in read_answers(connection, contender):
            of = (*row[:5], contender in FILTERED)
            relevant = grades(asked[row.question_id])
            said = whole_lines(row.answer, stopped=row.stopped)
            yield Ranking("templates", "answer", *of, named_postings(said, postings), relevant)
            if contender in FILTERED:
                yield Ranking("templates", "retrieved", *of, row.posting_ids, relevant)


def answer_rankings(
    contender: str, questions: Sequence[NaturalQuestion], answers: Sequence[Answer], postings: Postings
) -> Iterator[Ranking]:
    """The rankings by what the answers to natural questions name."""
    for question, answer in zip(questions, answers, strict=True):
        said = whole_lines(answer.text, stopped=answer.stopped)
        yield _natural("answer", contender, question, named_postings(said, postings))


def retrieved_rankings(
    contender: str, questions: Sequence[NaturalQuestion], posting_ids: Sequence[Sequence[str]]
) -> Iterator[Ranking]:
    """The rankings of what was looked up for natural questions."""
    for question, found in zip(questions, posting_ids, strict=True):
        yield _natural("retrieved", contender, question, found)


def _natural(
    ranking: Literal["answer", "retrieved"], contender: str, question: NaturalQuestion, posting_ids: Sequence[str]
) -> Ranking:
    # A person judged what is relevant, so nothing is true by construction.
    of = (contender, question.question_id, question.kind, question.question_id, None, False)
    return Ranking("natural", ranking, *of, posting_ids, question.grades)


def score_rankings(rankings: Iterable[Ranking], cutoffs: Sequence[int]) -> "pd.DataFrame":
    """One row per ranking and metric; of every ranking count as many postings as the largest cutoff says."""
    import pandas as pd

    depth = max(cutoffs)
    rows = [
        (r.question_set, r.ranking, r.contender, r.question_id, r.posting_id, r.query_type, r.seen_in_train, metric,
         value, r.by_construction, signature(metric, depth))
        for r in rankings
        for metric, value in retrieval_metrics(r.posting_ids[:depth], r.grades, cutoffs).items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(RETRIEVAL_SCORES.names))
    return frame.astype({"seen_in_train": "boolean"})


def means(connection: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """Mean of each metric with its 95 % interval over postings, per question set, ranking and contender, with n.

    A language model may have answered a part of the natural questions; then the same means over that part alone follow,
    for they compare contenders on equal questions.

    Args:
        connection: Holds `retrieval_scores`.
    """
    found = connection.sql(
        f"""
        WITH common AS (
            SELECT *, count(DISTINCT contender) FILTER (ranking = 'answer') OVER (
                PARTITION BY question_set, question_id
            ) = {len(CONTENDERS)} AS asked_of_all
            FROM retrieval_scores
        ), sets AS (
            SELECT * REPLACE (question_set || ', all' AS question_set) FROM common
            UNION ALL
            SELECT * REPLACE (question_set || ', asked of all four' AS question_set) FROM common
            WHERE asked_of_all AND question_set IN (SELECT question_set FROM common WHERE NOT asked_of_all)
        )
        SELECT question_set AS questions, ranking, contender, by_construction AS "by construction", metric, value,
            question_id, posting_id
        FROM sets ORDER BY ALL
        """
    ).df()
    keys = ["questions", "ranking", "contender", "by construction"]
    table = found.groupby([*keys, "metric"])[["value", "posting_id"]].apply(_mean).unstack("metric")
    table.insert(0, "n", found.groupby(keys)["question_id"].nunique())
    return table.reset_index()


def _mean(rows: "pd.DataFrame") -> str:
    """Mean [low, high]."""
    import numpy as np

    parts = np.column_stack([rows["value"], np.ones(len(rows))])
    found = summarize(parts, rows["posting_id"].to_numpy(), bounds=(0.0, 1.0))
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]"
