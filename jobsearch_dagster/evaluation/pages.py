"""What the page of an asset of this group shows in Dagster's UI, beside columns, row count and first rows.

Belongs here: tables and pictures of what is stored, as metadata. How they are drawn is in `report/`.
"""

from functools import partial
from typing import Any

import dagster as dg
import pandas as pd
from duckdb import DuckDBPyConnection

from jobsearch_dagster.evaluation import latency as timing
from jobsearch_dagster.evaluation import rankings
from jobsearch_dagster.evaluation.answers import NEAR_SEEN
from jobsearch_dagster.evaluation.ares_tables import NOBODY
from jobsearch_dagster.evaluation.relevance import judgements, why_not_asked
from jobsearch_dagster.evaluation.report import experiment_pictures, pictures, results
from jobsearch_dagster.evaluation.report.correlation_pictures import draw_matrices
from jobsearch_dagster.evaluation.report.time_pictures import draw_times
from jobsearch_dagster.evaluation.tables import ALL_TYPES
from jobsearch_dagster.foundation.artifacts import Artifact
from jobsearch_dagster.foundation.pictures import as_markdown, drawn
from jobsearch_dagster.foundation.ui_metadata import markdown_table

OFF = "off: set `enabled` in its config to train"
NO_VOTES = "no votes on these answers yet: give some at /compare of `jobsearch serve`"


def near_seen(connection: DuckDBPyConnection) -> dict[str, Any]:
    """How many of the unseen questions are about near duplicates of trained postings."""
    return {"near duplicates": dg.MetadataValue.md(markdown_table(connection.sql(NEAR_SEEN).df()))}


def retrieval(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Means with n, and whether the natural questions were asked."""
    reason = why_not_asked(connection)
    return {
        "means": dg.MetadataValue.md(markdown_table(rankings.means(connection))),
        "natural questions": f"not asked: {reason}" if reason else f"{len(judgements().questions)} asked",
    }


def latency(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Quantiles per contender and query type, where they were measured, and time against the length of the question."""
    summary = connection.sql(timing.SUMMARY).df()
    return {
        "quantiles": dg.MetadataValue.md(markdown_table(summary)),
        "setting": connection.sql("SELECT string_agg(DISTINCT setting, ', ') FROM latency").fetchall()[0][0],
        "time against length": drawn(partial(draw_times, connection.table("latency").df())),
    }


def means(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Means by query type, one picture for each slice."""
    means = results.cells(connection.table("metric_summary").df(), "mean")
    return {
        f"by query type, {slice_}": drawn(partial(pictures.draw_by_type, means, slice_))
        for slice_ in results.slices_of(means)
    }


def differences(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Differences to base over all query types, one picture for each slice."""
    differences = results.cells(connection.table("contender_comparison").df(), "difference")
    return {
        f"differences, {slice_}": drawn(partial(pictures.draw_differences, differences, slice_))
        for slice_ in results.slices_of(differences)
    }


def correlations(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The matrix of each contender, one picture for each slice."""
    found = results.pairs(connection.table("metric_correlations").df())
    return {
        f"correlations, {slice_}": drawn(partial(draw_matrices, found, slice_)) for slice_ in results.slices_of(found)
    }


def promotion(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The decision in words."""
    return {"decision": connection.execute("SELECT any_value(decision || ' ' || reason) FROM promoted_adapter")
            .fetchall()[0][0]}  # fmt: skip


def leakage(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The inflation of each metric, as a table and a picture."""
    table = connection.table("leakage_experiment").df()
    if table.empty:
        return {"inflation": OFF}
    picture = drawn(partial(experiment_pictures.draw_inflation, table))
    return {"inflation": dg.MetadataValue.md(markdown_table(table.drop(columns="signature"))), "picture": picture}


def curve(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The means, as a table and a picture."""
    table = connection.table("learning_curve").df()
    if table.empty:
        return {"curve": OFF}
    picture = drawn(partial(experiment_pictures.draw_curve, table))
    return {"curve": dg.MetadataValue.md(markdown_table(table)), "picture": picture}


def judges(artifact: Artifact) -> dict[str, Any]:
    """How well each judge judges what it never saw, beside the majority; and kind by kind."""
    figures = artifact.manifest["judges"]
    kinds = [{"criterion": judge["criterion"], **kind} for judge in figures for kind in judge["kinds"]]
    return {
        "judges": dg.MetadataValue.md(markdown_table(pd.DataFrame(figures).drop(columns="kinds"))),
        "by kind of example": dg.MetadataValue.md(markdown_table(pd.DataFrame(kinds))),
    }


def ares(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The rates over all query types; differences and single types are in the table."""
    rates = connection.sql(
        f"""
        SELECT criterion, contender, slice, n, labels, judge_accuracy, estimate, low, high, labels_estimate, labels_low,
            labels_high, judge_mean AS "judge alone, biased", judge_used
        FROM ares_scores WHERE versus = '{NOBODY}' AND query_type = '{ALL_TYPES}' ORDER BY ALL
        """
    ).df()
    return {"rates": dg.MetadataValue.md(markdown_table(rates))}


def preferences(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Strengths and win rates, or how to come by some."""
    table = connection.table("human_preferences").df()
    return {"preferences": NO_VOTES if table.empty else dg.MetadataValue.md(markdown_table(table))}


def report(artifact: Artifact) -> dict[str, Any]:
    """The report's text, its pictures beside it, and where the page for a browser lies."""
    text = (artifact.path / "report.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("![")]  # the UI cannot reach files
    return {
        "report": dg.MetadataValue.md("\n".join(lines)),
        "page": dg.MetadataValue.path(str(artifact.path / "report.html")),
        **{png.stem: as_markdown(png) for png in sorted(artifact.path.glob("*.png"))},
    }
