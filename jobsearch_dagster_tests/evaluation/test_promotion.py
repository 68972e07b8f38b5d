"""An adapter is promoted where both measures are surely better, and never by chance."""

import math
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from jobsearch_dagster.evaluation.promotion import (
    BASE,
    LOSS,
    SERVED,
    Paired,
    PromotionRecipe,
    decide,
    incomparable,
    paired_scores,
    stored_losses,
)
from jobsearch_dagster.evaluation.tables import PROMOTED_ADAPTER

NEW, OLD = "1" * 16, "2" * 16
POSTINGS = 12


def measured(better_loss: float, better_right: float, *, seed: int = 3, noise: float = 0.1) -> list[Paired]:
    """Both measures on two questions of each of 12 postings; the new adapter is better by these means."""
    generator = np.random.default_rng(seed)
    postings = [f"posting {i // 2}" for i in range(2 * POSTINGS)]

    def values(name: str, asked_about: str, other: float, gain: float) -> Paired:
        first = other + gain + generator.normal(0, noise, len(postings))
        return Paired(name, asked_about, first.tolist(), [other] * len(postings), postings)

    return [values(LOSS, "validation", 2.0, -better_loss), values("right", "unseen", 0.4, better_right)]


def decided(found: list[Paired], other: str | None = None) -> dict[str, Any]:
    table = decide(found, NEW, other, PromotionRecipe())
    assert tuple(table.columns) == PROMOTED_ADAPTER.names
    (decision,) = set(table["decision"])
    return {"decision": decision, "better": table["is_better"].tolist(), "reason": table["reason"][0]}


def test_better_for_real_in_both_is_promoted() -> None:
    found = decided(measured(0.3, 0.2))
    assert (found["decision"], found["better"]) == ("promote", [True, True])
    assert found["reason"].startswith("against the base model: validation_loss -0.3")
    assert "right +0.2" in found["reason"]


@pytest.mark.parametrize(
    ("loss", "right", "better"),
    [(0.3, 0.0, [True, False]), (0.0, 0.2, [False, True]), (0.3, -0.2, [True, False]), (-0.3, 0.2, [False, True])],
)
def test_better_in_one_alone_is_kept_and_the_reason_says_in_which_it_is_not(
    loss: float, right: float, better: list[bool]
) -> None:
    found = decided(measured(loss, right, noise=0.3), OLD)
    assert (found["decision"], found["better"]) == ("keep", better)
    assert found["reason"].startswith(f"against adapter {OLD}: ")
    assert found["reason"].count("is not shown to be better") == 1


def test_better_by_chance_is_not_promoted() -> None:
    """Of 400 pairs of equal adapters a half has the better mean in each measure; as good as none is promoted."""
    tables = [decide(measured(0.0, 0.0, seed=seed), NEW, None, PromotionRecipe()) for seed in range(400)]
    looked_better = [(table["difference"][0] < 0) and (table["difference"][1] > 0) for table in tables]
    assert sum(looked_better) > 60
    assert sum(set(table["decision"]) == {"promote"} for table in tables) <= 2
    assert sum(table["is_better"][1] for table in tables) <= 20


def test_a_difference_without_an_interval_is_no_proof() -> None:
    alike = Paired("right", "unseen", [1.0, 1.0], [0.0, 0.0], ["one", "one"])
    assert decided([measured(0.3, 0.2)[0], alike])["better"] == [True, False]
    zero = Paired("right", "unseen", [0.0] * 6, [0.0] * 6, list("abcdef"))
    assert "right +0.000 (no interval), n=6 is not shown" in decided([measured(0.3, 0.2)[0], zero])["reason"]


def test_adapters_of_two_base_models_are_not_compared_and_the_served_one_stays() -> None:
    found = decided(incomparable("right"), OLD)
    assert (found["decision"], found["better"]) == ("keep", [False, False])
    assert found["reason"] == f"not comparable with adapter {OLD}, which belongs to another base model"


def test_losses_are_those_of_the_training() -> None:
    rows = [{"posting_id": "a", "query_type": "skills", "base": 2.0, "adapter": 1.5, "tokens": 9}]
    assert stored_losses(rows) == Paired(LOSS, "validation", [1.5], [2.0], ["a"])


def scores(*rows: tuple[str, str, bool, float, str]) -> pd.DataFrame:
    columns = ["contender", "question_id", "seen_in_train", "value", "signature"]
    return pd.DataFrame(rows, columns=columns).assign(metric="right", posting_id=lambda f: "p" + f["question_id"])


def test_scores_are_paired_by_question_and_unseen_postings_count_where_there_are_any() -> None:
    table = scores(
        ("lora", "1", False, 0.5, "s"), ("base", "1", False, 0.25, "s"),
        ("lora", "2", True, 1.0, "s"), ("base", "2", True, 0.0, "s"),
        ("lora", "3", False, 1.0, "s"), ("base", "3", False, 0.0, "another way to compute it"),
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("answer_scores", table)
        assert paired_scores(connection, "right", BASE) == Paired("right", "unseen", [0.5], [0.25], ["p1"])
        connection.register("answer_scores", table[table["seen_in_train"]])
        assert paired_scores(connection, "right", BASE).asked_about == "seen"
        connection.register("served_scores", table[table["contender"] == "base"].assign(contender=SERVED))
        assert paired_scores(connection, "right", SERVED).other == [0.0]


def test_every_column_has_its_type_where_nothing_was_measured() -> None:
    table = decide(incomparable("right"), NEW, OLD, PromotionRecipe())
    assert table["n"].tolist() == [0, 0]
    assert all(math.isnan(value) for value in table["difference"])
