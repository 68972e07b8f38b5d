"""How much better an adapter looks where the postings that it is asked about were among those it was trained on.

Belongs here: the two divisions of the same pairs, the questions that both hold back, and the table of differences. How
pairs are divided is in `pairs/sets.py`, how an adapter is trained in `finetuning/`.

The same recipe is trained twice: on pairs divided by row, as the report did, and by posting. Both adapters are asked
the same questions: those of pairs that neither was trained on, about postings of which the first has seen other pairs.
What differs between two answers to one question is whether the posting was seen: their difference is the inflation.
"""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from jobsearch_dagster.evaluation.scoring import StatisticsRecipe, compare_contenders, summarize_metrics
from jobsearch_dagster.evaluation.tables import ALL_TYPES, LEAKAGE_EXPERIMENT, LOSS
from jobsearch_dagster.finetuning.kept_adapters import KeptAdapter
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.sets import SplitRecipe, training_pairs

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

BY_ROW, BY_POSTING = "by_row", "by_posting"
ARMS = (BY_ROW, BY_POSTING)
HELD_BACK = "held_back"
"""Name of the table with the pairs that are asked."""
SCORES = "leakage_scores"


class LeakageRecipe(LoraRecipe):
    """The recipe that is trained twice, and what is asked."""

    enabled: bool = Field(default=False, description="train both adapters; off, the table is empty")
    validation_share: float = Field(default=0.4, gt=0, lt=1, description="share that each division holds back")
    split_seed: int = Field(default=42, description="of both divisions and of the sample of questions")
    per_type: int | None = Field(default=12, ge=1, description="questions per query type; all where it is null")
    answer_tokens: int = Field(default=160, ge=1, description="longest answer in tokens")
    answers_at_once: int = Field(default=32, ge=1, description="questions that are answered together")


def divide(connection: "duckdb.DuckDBPyConnection", recipe: LeakageRecipe) -> None:
    """Make the tables `by_row`, `by_posting` and `held_back`: what each adapter learns from, and what is asked.

    Args:
        connection: Holds `query_pairs`.
        recipe: How.

    Raises:
        UserError: No pair is held back by both divisions.
    """
    for name, by in ((BY_ROW, "row"), (BY_POSTING, "posting")):
        how = SplitRecipe(by=by, validation_share=recipe.validation_share, seed=recipe.split_seed)
        training_pairs(connection, how).create(name)
    connection.execute(
        f"""
        CREATE TABLE {HELD_BACK} AS FROM query_pairs ANTI JOIN {BY_ROW} USING (pair_id)
        ANTI JOIN {BY_POSTING} USING (pair_id) SEMI JOIN {BY_ROW} USING (posting_id) WHERE split = 'train'
        """
    )
    # As `sample_questions` reads them: all of these are new to the adapter that was trained by posting.
    connection.execute(f"CREATE VIEW test_set AS SELECT *, false AS seen FROM {HELD_BACK}")
    connection.execute(f"CREATE VIEW training_set AS FROM {BY_POSTING} LIMIT 0")
    if not connection.execute(f"SELECT count(*) FROM {HELD_BACK}").fetchall()[0][0]:
        raise UserError(
            "no pair is held back by both divisions: raise validation_share, or put more postings into raw/"
        )


def loss_rows(adapters: dict[str, KeptAdapter]) -> "pd.DataFrame":
    """Validation losses as rows of scores, so that they are compared like any metric."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "contender": name,
            "question_id": f"{number:06}",
            "query_type": row["query_type"],
            "posting_id": row["posting_id"],
            "seen_in_train": False,
            "metric": LOSS,
            "value": row["adapter"],
            "signature": "mean cross entropy per supervised token|nats",
            "parts": None,
        }
        for name, adapter in adapters.items()
        for number, row in enumerate(adapter.losses)
    ]
    return pd.DataFrame(rows)


def inflation(connection: "duckdb.DuckDBPyConnection", recipe: LeakageRecipe) -> "pd.DataFrame":
    """One row per metric: both means, and their paired difference, by row minus by posting.

    Args:
        connection: Holds `leakage_scores`, and the tables that `divide` makes.
        recipe: How.
    """
    means = summarize_metrics(connection, SCORES)
    means = means[means["query_type"] == ALL_TYPES].pivot(index="metric", columns="contender", values="mean")
    differences = compare_contenders(connection, StatisticsRecipe(seed=recipe.split_seed), SCORES, BY_POSTING)
    found = differences[differences["query_type"] == ALL_TYPES].join(means, on="metric")
    sizes = {f"pairs_{name}": connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in ARMS}
    return found.rename(columns={"difference": "inflation"}).assign(**sizes)[list(LEAKAGE_EXPERIMENT.names)]
