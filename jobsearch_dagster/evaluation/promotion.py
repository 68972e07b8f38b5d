"""Whether the new adapter is better than the one that is served, and by how much.

Belongs here: the two paired comparisons and the decision that follows from them. What becomes of a decision is in
`publication.py`.

An adapter is promoted only if both its validation loss and one metric, named before, are better than those of the
adapter that is served (of the base model, where none is) on the same questions, with a 95 % interval over postings that
leaves out zero. Where postings of today's validation set or questions were among those that the served one was trained
on, that is in its favour: the new one must still beat it.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from jobsearch_dagster.evaluation.scoring import bounds_of, widest_difference
from jobsearch_dagster.evaluation.tables import LOSS, PROMOTED_ADAPTER
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.statistics import Estimate, compare, mean_of

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

BASE = "base"
"""As what a candidate is compared with: the model without any adapter."""
SERVED = "served"
"""As a contender: the adapter that is served, on the questions of `lora_answers`."""


class PromotionRecipe(Recipe):
    """What an adapter must be better in, beside the validation loss."""

    metric: Literal["right", "rougeL", "bertscore_f1"] = Field(
        default="right", description="primary metric of the comparison that must be better beside the validation loss"
    )
    seed: int = Field(default=42, description="of sign flips, where there are too many postings to try all")


class Paired(NamedTuple):
    """One measure of two models on the same questions; empty where they cannot be compared.

    Attributes:
        measure: `validation_loss` or a metric.
        asked_about: `validation` set, or `unseen` or `seen` postings.
        candidate: Value of each question for the new adapter.
        other: The same for what it is compared with.
        postings: The posting of each question.
    """

    measure: str
    asked_about: str
    candidate: Sequence[float]
    other: Sequence[float]
    postings: Sequence[str]


def stored_losses(rows: Sequence[dict[str, Any]]) -> Paired:
    """Losses with the adapter and without it, from the rows that its training stored."""
    adapter, base = ([row[name] for row in rows] for name in ("adapter", "base"))
    return Paired(LOSS, "validation", adapter, base, [row["posting_id"] for row in rows])


def paired_scores(connection: "duckdb.DuckDBPyConnection", metric: str, other: str) -> Paired:
    """A metric of `lora` and another contender, question by question: of unseen postings, where any were asked about.

    Args:
        connection: Holds `answer_scores`, and `served_scores` where `other` is `served`.
        metric: Its name.
        other: A contender of `answer_scores`, or `served`.
    """
    table = "served_scores" if other == SERVED else "answer_scores"
    rows = connection.execute(
        f"""
        WITH paired AS (
            SELECT question_id, l.posting_id, l.seen_in_train, l.value, o.value AS other
            FROM answer_scores l JOIN {table} o USING (question_id, metric, signature)
            WHERE l.contender = 'lora' AND o.contender = $other AND metric = $metric
        )
        SELECT value, other, posting_id, seen_in_train FROM paired
        WHERE NOT seen_in_train OR (SELECT bool_and(seen_in_train) FROM paired) ORDER BY question_id
        """,
        {"other": other, "metric": metric},
    ).fetchall()
    asked_about = "seen" if rows and rows[0][3] else "unseen"
    return Paired(metric, asked_about, *([row[i] for row in rows] for i in range(3)))


def incomparable(metric: str) -> list[Paired]:
    """Nothing measured: adapters of two base models have neither tokens nor a tokenizer in common."""
    return [Paired(LOSS, "validation", [], [], []), Paired(metric, "unseen", [], [], [])]


def decide(measured: Sequence[Paired], candidate: str, other: str | None, recipe: PromotionRecipe) -> "pd.DataFrame":
    """One row per measure, each with the decision that follows from all of them.

    Args:
        measured: The validation loss and the metric.
        candidate: Digest of the new adapter.
        other: Digest of the adapter that it is compared with; None for the base model.
        recipe: How.
    """
    import pandas as pd

    found = [_difference(paired, recipe.seed) for paired in measured]
    better = [_is_better(paired.measure, difference) for paired, difference in zip(measured, found, strict=True)]
    decision = {"decision": "promote" if all(better) else "keep", "reason": _in_words(measured, found, better, other)}
    rows = [
        {
            "measure": paired.measure,
            "asked_about": paired.asked_about,
            "candidate": candidate,
            "compared_with": other or BASE,
            "n": difference.n,
            "postings": difference.clusters,
            "candidate_value": _mean(paired.candidate),
            "other_value": _mean(paired.other),
            "difference": difference.mean,
            "low": difference.low,
            "high": difference.high,
            "is_better": is_better,
            **decision,
        }
        for paired, difference, is_better in zip(measured, found, better, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(PROMOTED_ADAPTER.names))


def _difference(paired: Paired, seed: int) -> Estimate:
    """Candidate minus other."""
    import numpy as np

    if not paired.postings:
        return Estimate(0, 0, math.nan, math.nan, math.nan)
    first, second, postings = (np.array(values) for values in paired[2:])
    ones = np.ones(len(first))
    both = (np.column_stack([values, ones]) for values in (first, second))
    return compare(*both, postings, mean_of, seed, widest_difference(bounds_of(paired.measure)))


def _is_better(measure: str, difference: Estimate) -> bool:
    """Whether the interval leaves out zero on the better side; a difference without an interval is no proof."""
    return difference.high < 0 if measure == LOSS else difference.low > 0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def _in_words(measured: Sequence[Paired], found: Sequence[Estimate], better: Sequence[bool], other: str | None) -> str:
    against = f"adapter {other}" if other else "the base model"
    if not any(difference.n for difference in found):
        return f"not comparable with {against}, which belongs to another base model"
    parts = [
        f"{paired.measure} {_written(difference)} {'is' if is_better else 'is not shown to be'} better"
        for paired, difference, is_better in zip(measured, found, better, strict=True)
    ]
    return f"against {against}: {', '.join(parts)}"


def _written(difference: Estimate) -> str:
    interval = "" if math.isnan(difference.low) else f" [{difference.low:+.3f}, {difference.high:+.3f}]"
    return f"{difference.mean:+.3f}{interval or ' (no interval)'}, n={difference.n}"
