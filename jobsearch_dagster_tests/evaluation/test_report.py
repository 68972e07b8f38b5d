"""The report shows every mean with its interval and n, and equal results give equal files."""

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from jobsearch_dagster.evaluation.report import MEANING, SHOWN, comparison_table, write_report

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
        for metric in (*SHOWN, "rouge1", "empty")
        if (contender, query_type) != ("lora", "salary")
    ]
    frame = pd.DataFrame(rows)
    alone = (frame["contender"] == "base") & (frame["query_type"] == "skills")
    frame.loc[alone, ["mean", "low", "high", "n"]] = [1.0, math.nan, math.nan, 1]
    return frame


@pytest.fixture
def comparison() -> pd.DataFrame:
    rows = [
        {"contender": contender, "slice": "unseen", "query_type": query_type, "metric": metric, "n": 8, "postings": 4,
         "difference": 0.12345, "low": -0.5, "high": math.nan, "p": 0.04321}
        for contender in ("analytics", "lora")
        for query_type in ("skills", "all")
        for metric in (*SHOWN, "rouge1")
    ]  # fmt: skip
    return pd.DataFrame(rows)


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


def test_the_report_shows_every_metric_with_what_it_means(
    summary: pd.DataFrame, comparison: pd.DataFrame, tmp_path: Path
) -> None:
    text = write_report(summary, comparison, tmp_path)
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == text
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [*SHOWN, "Difference to base", "Signatures"]
    assert all(meaning in text for meaning in MEANING.values())
    assert "| unseen | lora | 0.50 n=8 0.25-0.75 |  | 0.50 n=8 0.25-0.75 |" in text.splitlines()


def test_differences_are_those_over_all_query_types_with_their_p(
    summary: pd.DataFrame, comparison: pd.DataFrame, tmp_path: Path
) -> None:
    text = write_report(summary, comparison, tmp_path)
    section = text.split("## Difference to base")[1].split("## Signatures")[0]
    rows = [line for line in section.splitlines() if line.startswith("| unseen")]
    assert len(rows) == 2 * len(SHOWN)
    assert rows[0] == "| unseen | analytics | right | 0.123 | -0.5 |  | 0.0432 | 8 |"


def test_equal_results_give_equal_files(summary: pd.DataFrame, comparison: pd.DataFrame, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        write_report(summary, comparison, tmp_path / name)
    for file in ("report.md", "comparison.png"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_other_results_give_another_report_and_another_picture(
    summary: pd.DataFrame, comparison: pd.DataFrame, tmp_path: Path
) -> None:
    for name, mean in (("first", 0.4), ("second", 0.6)):
        (tmp_path / name).mkdir()
        write_report(summary.assign(mean=mean), comparison, tmp_path / name)
    for file in ("report.md", "comparison.png"):
        assert (tmp_path / "first" / file).read_bytes() != (tmp_path / "second" / file).read_bytes()


def test_no_date_no_time_and_no_path_stand_in_the_report(
    summary: pd.DataFrame, comparison: pd.DataFrame, tmp_path: Path
) -> None:
    text = write_report(summary, comparison, tmp_path)
    assert not re.search(r"\b20\d\d[-/]\d|\d\d:\d\d", text)
    assert str(tmp_path) not in text
    assert "Date" not in (tmp_path / "comparison.png").read_bytes().decode("latin-1")


def test_one_slice_alone_can_be_reported(summary: pd.DataFrame, comparison: pd.DataFrame, tmp_path: Path) -> None:
    text = write_report(summary[summary["slice"] == "unseen"], comparison, tmp_path)
    assert "| seen |" not in text
    assert (tmp_path / "comparison.png").read_bytes().startswith(b"\x89PNG")
