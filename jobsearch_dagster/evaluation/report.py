"""The evaluation report: the comparison as Markdown and as one picture.

Belongs here: how results are shown. No wall-clock time and no path stands in it, so that equal results give equal
files.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.evaluation.scoring import ALL_TYPES
from jobsearch_dagster.foundation.text_metrics import signatures
from jobsearch_dagster.pairs.templates import QUERY_TYPES

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("right", "grounded", "rougeL", "bleu")
MEANING = {
    "right": "share of the jobs an answer names that exist and satisfy the question",
    "grounded": "share of the jobs an answer names that exist",
    "rougeL": "longest common subsequence with the constructed answer, F1",
    "bleu": "n-gram overlap with the constructed answer",
}


def comparison_table(summary: "pd.DataFrame", metric: str, separator: str = " ") -> "pd.DataFrame":
    """One metric, contender x query type, each cell with its n and interval.

    Args:
        summary: The table `metric_summary`.
        metric: Which metric.
        separator: Between mean with n, and interval.
    """
    cells = summary[summary["metric"] == metric].assign(cell=lambda rows: rows.apply(_cell, axis=1, args=(separator,)))
    table = cells.pivot_table(index=["slice", "contender"], columns="query_type", values="cell", aggfunc="first")
    columns = [name for name in (*QUERY_TYPES, ALL_TYPES) if name in table.columns]
    return table[columns].sort_index(level=[0, 1], ascending=[False, True]).reset_index()


def _cell(row: "pd.Series[Any]", separator: str) -> str:
    interval = "" if row["low"] != row["low"] else f"{separator}{row['low']:.2f}-{row['high']:.2f}"
    return f"{row['mean']:.2f} n={row['n']}{interval}"


def write_report(summary: "pd.DataFrame", comparison: "pd.DataFrame", folder: Path) -> str:
    """Write `report.md` and `comparison.png`.

    Args:
        summary: The table `metric_summary`.
        comparison: The table `contender_comparison`.
        folder: Where to write.

    Returns:
        The Markdown text.
    """
    lines = ["# Comparison of the contenders", ""]
    lines += [
        "Means with 95 % intervals over postings, and the number of questions. "
        "`unseen` questions are about postings that training never saw, `seen` ones about postings that it did.",
        "",
    ]
    for metric in SHOWN:
        lines += [f"## {metric}", "", f"{MEANING[metric]}.", ""]
        lines += [*_markdown(comparison_table(summary, metric)), ""]
    lines += ["## Difference to base", "", "Paired on the same questions, all query types together.", ""]
    lines += [*_markdown(_differences(comparison)), ""]
    lines += ["## Signatures", "", *(f"- `{name}`: {text}" for name, text in signatures().items()), ""]
    _draw(summary, folder / "comparison.png")
    text = "\n".join(lines)
    (folder / "report.md").write_text(text, encoding="utf-8")
    return text


def _differences(comparison: "pd.DataFrame") -> "pd.DataFrame":
    rows = comparison[(comparison["query_type"] == ALL_TYPES) & comparison["metric"].isin(SHOWN)]
    shown = rows[["slice", "contender", "metric", "difference", "low", "high", "p", "n"]]
    return shown.round({"difference": 3, "low": 3, "high": 3, "p": 4})


def _markdown(frame: "pd.DataFrame") -> list[str]:
    rows = [list(frame.columns), ["---"] * len(frame.columns), *frame.itertuples(index=False)]
    return ["| " + " | ".join("" if cell != cell else str(cell) for cell in row) + " |" for row in rows]


def _draw(summary: "pd.DataFrame", target: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    slices = sorted(summary["slice"].unique(), reverse=True)
    figure, axes = plt.subplots(
        len(slices), len(SHOWN), figsize=(12, 3 * len(slices)), layout="constrained", squeeze=False
    )
    for row, slice_ in enumerate(slices):
        for column, metric in enumerate(SHOWN):
            axis = axes[row, column]
            cells = summary[
                (summary["slice"] == slice_) & (summary["metric"] == metric) & (summary["query_type"] == ALL_TYPES)
            ]
            low = (cells["mean"] - cells["low"]).clip(lower=0).fillna(0)
            high = (cells["high"] - cells["mean"]).clip(lower=0).fillna(0)
            axis.bar(cells["contender"], cells["mean"], yerr=[low, high], capsize=4)
            axis.set(title=f"{metric}, {slice_}", ylim=(0, 1))
    figure.savefig(target, dpi=80)
    plt.close(figure)
