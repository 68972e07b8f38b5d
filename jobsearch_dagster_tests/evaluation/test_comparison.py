"""The terminal's comparison shows every mean with its n and interval."""

import math
from typing import Any

import pandas as pd
import pytest

from jobsearch_dagster.evaluation.report.comparison import comparison_table

CONTENDERS = ("analytics", "base", "lora")


def summary_row(**values: Any) -> dict[str, Any]:
    return {"n": 8, "postings": 4, "mean": 0.5, "low": 0.25, "high": 0.754, **values}


@pytest.fixture
def summary() -> pd.DataFrame:
    """As `metric_summary` is; one cell has no interval, and one contender was not asked about salaries."""
    rows = [
        summary_row(contender=contender, slice=slice_, query_type=query_type, metric=metric)
        for contender in CONTENDERS
        for slice_ in ("seen", "unseen")
        for query_type in ("skills", "salary", "all")
        for metric in ("right", "bleu")
        if (contender, query_type) != ("lora", "salary")
    ]
    frame = pd.DataFrame(rows)
    alone = (frame["contender"] == "base") & (frame["query_type"] == "skills")
    frame.loc[alone, ["mean", "low", "high", "n"]] = [1.0, math.nan, math.nan, 1]
    return frame


def test_a_cell_is_mean_n_and_interval(summary: pd.DataFrame) -> None:
    table = comparison_table(summary, "right")
    row = table[(table["slice"] == "unseen") & (table["contender"] == "analytics")].iloc[0]
    assert row["all"] == "0.50 n=8 0.25-0.75"
    narrow = comparison_table(summary, "right", separator="\n")
    assert narrow["all"].unique().tolist() == ["0.50 n=8\n0.25-0.75"]


def test_a_cell_without_an_interval_shows_none(summary: pd.DataFrame) -> None:
    table = comparison_table(summary, "right").set_index(["slice", "contender"])
    assert table.loc[("seen", "base"), "skills"] == "1.00 n=1"


def test_the_table_has_query_types_in_their_order_and_unseen_questions_first(summary: pd.DataFrame) -> None:
    table = comparison_table(summary, "bleu")
    assert list(table.columns) == ["slice", "contender", "skills", "salary", "all"]
    assert list(zip(table["slice"], table["contender"], strict=True)) == [
        (slice_, contender) for slice_ in ("unseen", "seen") for contender in CONTENDERS
    ]


def test_a_narrow_terminal_gets_the_same_cells_with_contenders_side_by_side(summary: pd.DataFrame) -> None:
    wide = comparison_table(summary, "right").set_index(["slice", "contender"])
    narrow = comparison_table(summary, "right", by_type=True)
    assert list(narrow.columns) == ["slice", "type", *CONTENDERS]
    assert list(zip(narrow["slice"], narrow["type"], strict=True)) == [
        (slice_, query_type) for slice_ in ("unseen", "seen") for query_type in ("skills", "salary", "all")
    ]
    for _, row in narrow.iterrows():
        for contender in CONTENDERS:
            here, there = row[contender], wide.loc[(row["slice"], contender), row["type"]]
            assert here == there or (here != here and there != there)
