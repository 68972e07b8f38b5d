"""Scores of all answers, their summaries, and the comparison of contenders.

Belongs here: tables from tables. What a metric measures is in `text_scoring.py`, `truth.py` and `fields.py`, how sure a
mean is in `foundation/statistics.py`. Only the scores need texts and a model; their summaries are made of stored rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from jobsearch_dagster.evaluation import fields, truth
from jobsearch_dagster.evaluation.tables import ALL_TYPES, ANSWER_SCORES, CONTENDER_COMPARISON, LOSS, METRIC_SUMMARY
from jobsearch_dagster.evaluation.text_scoring import Score, ScoringRecipe, score_texts
from jobsearch_dagster.evaluation.truth import Asked, Posting, Postings
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.statistics import Bounds, Estimate, Statistic, compare, holm, mean_of, summarize
from jobsearch_dagster.foundation.text_metrics import corpus_bleu

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

BASELINE = "base"
PRIMARY = ("right", "rougeL", "bertscore_f1")
"""The metrics that the comparison is decided by, named before it is made: truth, overlap, meaning, each over all query
types together. Holm's correction is over these cells of a slice; over theirs of single query types, which are there to
explore; and over those of all other metrics."""
CONDITIONAL = ("hallucinated", *fields.SIGNATURES)
"""Metrics that an answer has only where it names a job, or states the field."""
_SLICE = "CASE WHEN seen_in_train THEN 'seen' ELSE 'unseen' END"
POOLED: dict[str, Statistic] = {"bleu_corpus": corpus_bleu}
"""Metrics that are no mean of answers' values: computed from the sums of their `parts`."""


class StatisticsRecipe(Recipe):
    """How answers are compared."""

    seed: int = Field(default=42, description="of sign flips, where there are too many postings to try all")


class Answered(NamedTuple):
    """A row of `<contender>_answers`, and whose it is."""

    contender: str
    question_id: str
    query_type: str
    posting_id: str
    seen_in_train: bool
    answer: str
    reference: str
    stopped: bool
    posting_ids: list[str]


class _Cell(NamedTuple):
    """What a row of a summary is about; values with two signatures have no common mean."""

    contender: str
    slice: str
    query_type: str
    metric: str
    signature: str


def score_answers(
    connection: "duckdb.DuckDBPyConnection", contenders: Sequence[str], recipe: ScoringRecipe, data_dir: Path
) -> "pd.DataFrame":
    """One row per contender, question and metric.

    Args:
        connection: Holds `clean_jobs`, `job_entities`, `query_pairs` and one `<contender>_answers` each.
        contenders: Their names.
        recipe: How texts are compared.
        data_dir: The data folder.
    """
    import pandas as pd

    answers = [answer for contender in contenders for answer in read_answers(connection, contender)]
    owners = {answer.reference: answer.posting_id for answer in answers}
    texts = score_texts([(a.answer, a.reference) for a in answers], owners, recipe, data_dir)
    signatures = {**texts.signatures, **truth.SIGNATURES, **fields.SIGNATURES}
    postings, asked = Postings(read_postings(connection)), read_asked(connection)
    rows = [
        (*answer[:5], metric, score.value, signatures[metric], score.parts)
        for answer in answers
        for metric, score in (
            *texts.of[answer.answer, answer.reference].items(),
            ("stopped", Score(float(answer.stopped))),
            *_truth(truth.whole_lines(answer.answer, stopped=answer.stopped), asked[answer.question_id], postings),
        )
    ]
    return pd.DataFrame(rows, columns=list(ANSWER_SCORES.names))


def _truth(answer: str, asked: Asked, postings: Postings) -> Iterator[tuple[str, Score]]:
    invented = truth.hallucinated(answer, postings)
    yield "named", Score(float(invented is not None))
    if invented is not None:
        yield "hallucinated", Score(invented)
    yield "grounded", Score(truth.grounded(answer, postings))
    yield "right", Score(truth.right(answer, asked, postings))
    for metric, value in fields.field_scores(answer, postings).items():
        yield metric, Score(value)


def read_answers(connection: "duckdb.DuckDBPyConnection", contender: str) -> list[Answered]:
    """What a contender answered, in the order of questions."""
    rows = connection.execute(
        f"""
        SELECT ?, question_id, query_type, posting_id, slice = 'seen', answer, reference, stopped,
            posting_ids
        FROM {contender}_answers ORDER BY question_id
        """,
        [contender],
    ).fetchall()
    return [Answered(*row) for row in rows]


def read_asked(connection: "duckdb.DuckDBPyConnection") -> dict[str, Asked]:
    """What each pair of `query_pairs` asks for, by its id."""
    rows = connection.execute("SELECT pair_id, query_type, slot_values FROM query_pairs").fetchall()
    return {pair_id: Asked(query_type, tuple(values)) for pair_id, query_type, values in rows}


def read_postings(connection: "duckdb.DuckDBPyConnection") -> list[Posting]:
    """What `clean_jobs` and `job_entities` say of each posting.

    Its skills are those that have a span, so those of title and description: `job_entities.skills` can hold those of
    the resume in the same row too, for which the posting does not ask.
    """
    rows = connection.execute(
        """
        SELECT posting_id, first(standard_title), first(place), list(DISTINCT salary_bucket),
            first(e.min_years ORDER BY row_id), first(spans ORDER BY row_id), first(other_places ORDER BY row_id)
        FROM clean_jobs JOIN job_entities e USING (row_id) GROUP BY posting_id ORDER BY posting_id
        """
    ).fetchall()
    return [
        Posting(posting_id, title, place, frozenset(salaries), years, _skills(spans), tuple(others or ()))
        for posting_id, title, place, salaries, years, spans, others in rows
    ]


def _skills(spans: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(span["value"] for span in spans if span["field"] == "skills")


def bounds_of(metric: str) -> Bounds | None:
    """Least and greatest value of a metric; None where one of them does not exist."""
    if metric in {"length_ratio", LOSS} or metric.endswith("_rescaled"):
        return None
    return (-1.0, 1.0) if metric.startswith("bertscore_") else (0.0, 1.0)


def widest_difference(bounds: Bounds | None) -> Bounds | None:
    """Bounds of a difference of two values that have these bounds."""
    return (bounds[0] - bounds[1], bounds[1] - bounds[0]) if bounds else None


def summarize_metrics(connection: "duckdb.DuckDBPyConnection", table: str = "answer_scores") -> "pd.DataFrame":
    """Mean and interval per contender, slice, query type (and all types together) and metric.

    Args:
        connection: Holds the table.
        table: Its name; has the columns of `answer_scores`.
    """
    import pandas as pd

    rows = []
    for key, cell in _cells(connection.sql(f"SELECT *, {_SLICE} AS slice FROM {table}").df()):
        parts, statistic = _counted(key.metric, cell, "value", "parts")
        found = summarize(parts, cell["posting_id"].to_numpy(), statistic, bounds_of(key.metric))
        rows.append((*key, found.n, found.clusters, found.mean, found.low, found.high))
    return pd.DataFrame(rows, columns=list(METRIC_SUMMARY.names))


def compare_contenders(
    connection: "duckdb.DuckDBPyConnection",
    recipe: StatisticsRecipe,
    table: str = "answer_scores",
    baseline: str = BASELINE,
) -> "pd.DataFrame":
    """Paired difference of each contender to one of them, the base model, on the same questions.

    Args:
        connection: Holds the table.
        recipe: How.
        table: Its name; has the columns of `answer_scores`.
        baseline: The contender that the others are compared with.
    """
    import pandas as pd

    paired = connection.sql(
        f"""
        SELECT c.*, {_SLICE} AS slice, b.value AS base_value, b.parts AS base_parts
        FROM {table} c
        JOIN (
            SELECT question_id, metric, signature, value, parts FROM {table} WHERE contender = '{baseline}'
        ) b USING (question_id, metric, signature)
        WHERE contender <> '{baseline}'
        """
    ).df()
    rows = [
        (*key, found.n, found.clusters, found.mean, found.low, found.high, found.p, _family(key))
        for key, found in _differences(paired, recipe)
    ]
    found = pd.DataFrame(rows, columns=[name for name in CONTENDER_COMPARISON.names if name != "p_holm"])
    return found.assign(p_holm=found.groupby(["slice", "family"])["p"].transform(lambda p: holm(p.tolist())))


def compare_versions(connection: "duckdb.DuckDBPyConnection", recipe: StatisticsRecipe) -> "pd.DataFrame":
    """Paired difference of each contender to itself in an earlier version of the scores, on the same questions.

    Args:
        connection: Holds `before` and `after`, two versions of `answer_scores`.
        recipe: How.

    Returns:
        One row per contender, slice and metric, over all query types; later minus earlier, with its 95 % interval.
    """
    import pandas as pd

    paired = connection.sql(
        f"""
        SELECT a.*, {_SLICE} AS slice, b.value AS base_value, b.parts AS base_parts
        FROM after a JOIN before b USING (contender, question_id, metric, signature, seen_in_train)
        """
    ).df()
    rows = [
        (key.contender, key.slice, key.metric, found.n, found.clusters, found.mean, found.low, found.high)
        for key, found in _differences(paired, recipe)
        if key.query_type == ALL_TYPES
    ]
    names = ["contender", "slice", "metric", "n", "postings", "difference", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def _differences(paired: "pd.DataFrame", recipe: StatisticsRecipe) -> Iterator[tuple[_Cell, Estimate]]:
    """Of rows with a value and a `base_value`: the mean difference of each cell."""
    for key, cell in _cells(paired):
        parts, statistic = _counted(key.metric, cell, "value", "parts")
        base, _ = _counted(key.metric, cell, "base_value", "base_parts")
        widest = widest_difference(bounds_of(key.metric))
        yield key, compare(parts, base, cell["posting_id"].to_numpy(), statistic, recipe.seed, widest)


def _family(cell: _Cell) -> str:
    if cell.metric not in PRIMARY:
        return "other"
    return "primary" if cell.query_type == ALL_TYPES else "by type"


def _cells(rows: "pd.DataFrame") -> Iterator[tuple[_Cell, "pd.DataFrame"]]:
    """Rows of each contender, slice, query type or all types, and metric, in the order of questions."""
    import pandas as pd

    coded = rows.sort_values("question_id").assign(posting_id=lambda frame: pd.factorize(frame["posting_id"], True)[0])
    both = pd.concat([coded, coded.assign(query_type=ALL_TYPES)])
    for key, cell in both.groupby(list(_Cell._fields), sort=True):
        yield _Cell(*map(str, key)), cell


def _counted(metric: str, cell: "pd.DataFrame", value: str, parts: str) -> tuple["np.ndarray", Statistic]:
    """What each question adds to the sums that the metric is computed from, and how."""
    import numpy as np

    if metric in POOLED:
        return np.array(cell[parts].tolist(), dtype=float), POOLED[metric]
    return np.column_stack([cell[value].to_numpy(), np.ones(len(cell))]), mean_of
