"""Scores of all answers, their summaries, and the comparison of contenders.

Belongs here: tables from tables, with no model. What a metric measures is in `foundation/text_metrics.py` and
`truth.py`, how sure a mean is in `statistics.py`.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from jobsearch_dagster.evaluation.truth import Asked, Posting, Postings, grounded, right
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.statistics import estimate
from jobsearch_dagster.foundation.text_metrics import text_scores

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

ALL_TYPES = "all"
BASELINE = "base"


class StatisticsRecipe(Recipe):
    """How intervals are computed."""

    seed: int = Field(default=42, description="of the bootstrap and the sign flips")


def score_answers(connection: "duckdb.DuckDBPyConnection", contenders: Sequence[str]) -> "pd.DataFrame":
    """One row per contender, question and metric.

    Args:
        connection: Holds `clean_jobs`, `job_entities`, `query_pairs` and one `<contender>_answers` each.
        contenders: Their names.
    """
    import pandas as pd

    postings = Postings(_postings(connection))
    asked = {
        pair_id: Asked(query_type, tuple(values))
        for pair_id, query_type, values in connection.execute(
            "SELECT pair_id, query_type, slot_values FROM query_pairs"
        ).fetchall()
    }
    columns = ["contender", "question_id", "slice", "query_type", "posting_id", "metric", "value"]
    rows = [
        (contender, *where, metric, value)
        for contender in contenders
        for where, answer, reference in _answers(connection, contender)
        for metric, value in _scores(answer, reference, asked[where[0]], postings)
    ]
    return pd.DataFrame(rows, columns=columns)


def _scores(answer: str, reference: str, asked: Asked, postings: Postings) -> Iterator[tuple[str, float]]:
    yield from text_scores(answer, reference).items()
    yield "grounded", grounded(answer, postings)
    yield "right", right(answer, asked, postings)
    yield "empty", float(not answer.strip())


def _answers(connection: "duckdb.DuckDBPyConnection", contender: str) -> list[tuple[tuple[Any, ...], str, str]]:
    rows = connection.execute(
        f"""
        SELECT question_id, slice, query_type, posting_id, answer, reference
        FROM {contender}_answers ORDER BY question_id
        """
    ).fetchall()
    return [(row[:4], row[4], row[5]) for row in rows]


def _postings(connection: "duckdb.DuckDBPyConnection") -> list[Posting]:
    rows = connection.execute(
        """
        SELECT posting_id, first(standard_title), first(place), list(DISTINCT salary_bucket),
            first(e.min_years ORDER BY row_id), first(skills ORDER BY row_id)
        FROM clean_jobs JOIN job_entities e USING (row_id) GROUP BY posting_id ORDER BY posting_id
        """
    ).fetchall()
    return [
        Posting(posting_id, title, place, frozenset(salaries), years, frozenset(skills))
        for posting_id, title, place, salaries, years, skills in rows
    ]


def summarize_metrics(connection: "duckdb.DuckDBPyConnection", recipe: StatisticsRecipe) -> "pd.DataFrame":
    """Mean and interval per contender, slice, query type (and all types together) and metric."""
    import pandas as pd

    scores = connection.sql("SELECT * FROM answer_scores ORDER BY ALL").df()
    both = pd.concat([scores, scores.assign(query_type=ALL_TYPES)])
    keys = ["contender", "slice", "query_type", "metric"]
    rows = []
    for key, group in both.groupby(keys, sort=True):
        found = estimate(group["value"].to_numpy(), group["posting_id"].to_numpy(), recipe.seed)
        rows.append((*key, found.n, found.clusters, found.mean, found.low, found.high))
    return pd.DataFrame(rows, columns=[*keys, "n", "postings", "mean", "low", "high"])


def compare_contenders(connection: "duckdb.DuckDBPyConnection", recipe: StatisticsRecipe) -> "pd.DataFrame":
    """Paired difference of each contender to the base model, on the same questions."""
    import pandas as pd

    paired = connection.sql(
        f"""
        SELECT c.contender, c.slice, c.metric, c.posting_id, c.query_type, c.value - b.value AS difference
        FROM answer_scores c JOIN answer_scores b USING (question_id, metric)
        WHERE b.contender = '{BASELINE}' AND c.contender <> '{BASELINE}' ORDER BY ALL
        """
    ).df()
    both = pd.concat([paired, paired.assign(query_type=ALL_TYPES)])
    keys = ["contender", "slice", "query_type", "metric"]
    rows = []
    for key, group in both.groupby(keys, sort=True):
        found = estimate(group["difference"].to_numpy(), group["posting_id"].to_numpy(), recipe.seed)
        rows.append((*key, found.n, found.clusters, found.mean, found.low, found.high, found.p))
    return pd.DataFrame(rows, columns=[*keys, "n", "postings", "difference", "low", "high", "p"])
