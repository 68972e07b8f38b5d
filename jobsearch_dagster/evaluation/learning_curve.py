"""How an adapter gets better with the number of postings that it is trained on, beside ways that need no training.

Belongs here: the growing sets, and the table of means. How an adapter is trained is in `finetuning/`.

Every adapter has the same recipe, and so the same number of steps: few postings are seen more often. The sets are
nested. All are asked the questions of `lora_answers` about postings of which none saw anything.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from jobsearch_dagster.evaluation.questions import Question
from jobsearch_dagster.evaluation.scoring import summarize_metrics
from jobsearch_dagster.evaluation.tables import ALL_TYPES, LEARNING_CURVE, LOSS
from jobsearch_dagster.finetuning.kept_adapters import KeptAdapter
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.statistics import summarize

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

LINES = ("base", "rag", "analytics")
"""Contenders of `answer_scores` that learn nothing: the same at every number of postings."""
SHOWN = ("right", "grounded", "named", "rougeL", "bertscore_f1")
SCORES = "curve_scores"


class CurveRecipe(LoraRecipe):
    """The recipe that is trained on growing sets."""

    enabled: bool = Field(default=False, description="train an adapter per number of postings; off, the table is empty")
    try_postings: tuple[int, ...] = Field(
        default=(2, 8, 32), description="numbers of postings to train on; the whole training set is tried besides"
    )
    subset_seed: int = Field(default=42, description="of the order in which postings are added")


def nested_sets(connection: "duckdb.DuckDBPyConnection", recipe: CurveRecipe) -> dict[int, str]:
    """Number of postings -> name of a table with their pairs, the smallest first; each set holds those before it.

    Args:
        connection: Holds `training_set`.
        recipe: How many.
    """
    total = connection.execute("SELECT count(DISTINCT posting_id) FROM training_set").fetchall()[0][0]
    sizes = sorted({size for size in recipe.try_postings if 0 < size < total} | {total})
    for size in sizes:
        connection.execute(
            f"""
            CREATE TABLE of_{size}_postings AS FROM training_set SEMI JOIN (
                SELECT DISTINCT posting_id, md5(posting_id || '{recipe.subset_seed}') AS draw FROM training_set
                ORDER BY draw, posting_id LIMIT {size}
            ) USING (posting_id)
            """
        )
    return {size: f"of_{size}_postings" for size in sizes}


def unseen(questions: list[Question]) -> list[Question]:
    """Questions about postings that no adapter was trained on; all, where there is none of those."""
    return [question for question in questions if question.slice == "unseen"] or questions


def name_of(size: int) -> str:
    """What an adapter is called as a contender."""
    return f"lora_{size}"


def curve(
    connection: "duckdb.DuckDBPyConnection", adapters: Mapping[int, KeptAdapter], sets: Mapping[int, str]
) -> "pd.DataFrame":
    """One row per contender, number of postings and metric: the mean with its interval over the postings asked about.

    Args:
        connection: Holds `trained_scores` of the adapters, and `answer_scores`.
        adapters: By number of postings.
        sets: Tables that they were trained on.
    """
    import pandas as pd

    pairs = {size: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for size, name in sets.items()}
    # Contenders that need no training are asked more: only the same questions are compared.
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW {SCORES} AS FROM trained_scores UNION ALL BY NAME
        FROM answer_scores WHERE contender IN {LINES} AND question_id IN (SELECT question_id FROM trained_scores)
        """
    )
    means = summarize_metrics(connection, SCORES)
    means = means[(means["query_type"] == ALL_TYPES) & means["metric"].isin(SHOWN)]
    sizes = {name_of(size): size for size in adapters}
    rows: list[tuple[object, ...]] = []
    for contender, metric, *numbers in means[["contender", "metric", *_NUMBERS]].itertuples(index=False, name=None):
        size = sizes.get(contender, 0)
        rows.append(("lora" if size else contender, size, metric, pairs.get(size, 0), *numbers))
    for size, adapter in adapters.items():
        rows.append(("lora", size, LOSS, pairs[size], *_mean_loss(adapter, "adapter")))
    rows.append(("base", 0, LOSS, 0, *_mean_loss(adapters[min(adapters)], "base")))
    return pd.DataFrame(rows, columns=list(LEARNING_CURVE.names))


_NUMBERS = ["n", "postings", "mean", "low", "high"]


def _mean_loss(adapter: KeptAdapter, column: str) -> tuple[int, int, float, float, float]:
    """n, postings, mean and interval."""
    import numpy as np

    rows = adapter.losses
    parts = np.array([[row[column], 1.0] for row in rows])
    found = summarize(parts, np.array([row["posting_id"] for row in rows]))
    return found.n, found.clusters, found.mean, found.low, found.high
