"""What the pages of the pairs' assets show: examples that can be read, and how much the jobs state."""

from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.pairs.templates import QUERY_TYPES

TABLES = ("query_pairs", "training_set", "validation_set", "test_set", "token_statistics")


def page(asset: str) -> dict[str, Any]:
    """Metadata of the latest materialization."""
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


def cells(table: str) -> list[list[str]]:
    """Rows of a Markdown table, its head first."""
    head, _, *rows = table.splitlines()
    return [[cell.strip() for cell in row.strip("| ").split("|")] for row in (head, *rows)]


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("table", TABLES)
def test_the_preview_shows_two_examples_of_each_type_with_their_line_breaks(table: str) -> None:
    head, *rows = cells(page(table)["preview"])
    assert head == ["query_type", "question", "answer"]
    assert Counter(query_type for query_type, *_ in rows) == dict.fromkeys(QUERY_TYPES, 2)
    assert all(answer.startswith("Job available") and r"\nJob-Title: " in answer for *_, answer in rows)


def test_the_page_of_the_pairs_counts_them_by_type_and_the_rows_left_out(made: Path) -> None:
    shown = page("query_pairs")
    head, *rows = cells(shown["coverage"])
    assert head == ["query type", "train pairs", "test pairs", "jobs with a value", "share without a value"]
    assert [query_type for query_type, *_ in rows] == list(QUERY_TYPES)
    assert sum(int(train) + int(test) for _, train, test, *_ in rows) == shown["dagster/row_count"]
    with Lake(made).connect(["clean_jobs"]) as connection:
        copies = connection.sql("SELECT count(*) - count(DISTINCT (split, posting_id)) FROM clean_jobs").fetchall()
    assert copies == [(shown["rows not asked about: another row of their posting is"],)]
    assert copies > [(0,)]


@pytest.mark.usefixtures("made")
def test_the_page_of_the_tokens_shows_the_mask_of_each_type_in_lines_that_fit() -> None:
    shown = page("token_statistics")
    for query_type in QUERY_TYPES:
        text = shown[f"{query_type}: loss is taken on [[...]]"]
        assert "[[Job available" in text
        assert max(map(len, text.splitlines())) <= 80
    assert len(cells(shown["median / 95 % / longest"])[0]) == 1 + len(QUERY_TYPES)
