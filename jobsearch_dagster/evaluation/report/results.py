"""The tables that the report shows, and how a number is looked up and written.

Belongs here: reading and formatting. What is made of the numbers is in `reading.py` and `document.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from jobsearch_dagster.evaluation.correlations import ANSWER_WORDS, QUESTION_WORDS, words_of
from jobsearch_dagster.evaluation.tables import ALL_TYPES, CONTENDERS
from jobsearch_dagster.foundation.statistics import summarize
from jobsearch_dagster.pairs.templates import QUERY_TYPES

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

SLICES = ("unseen", "seen")
TYPES = (*QUERY_TYPES, ALL_TYPES)
SHOWN_CONTENDERS = ("base", "lora", "rag", "analytics")
"""From the model alone to search alone; the original report has the first two."""
NONE = "–"


Cells = dict[tuple[str, str, str, str], "Value"]
"""Numbers by contender, slice, metric, query type; what was not measured is missing."""
Pairs = dict[tuple[str, str, str, str], "Correlation"]
"""Correlations by contender, slice and two metrics, in either order."""


class Value(NamedTuple):
    """A number with its interval, as `0.50 [0.25, 0.75] n=8`; without one where none could be given."""

    number: float
    low: float
    high: float
    n: int
    postings: int

    def __str__(self) -> str:
        interval = "" if self.low != self.low else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"{self.number:.2f}{interval} n={self.n}"

    @property
    def signed(self) -> str:
        """As a difference, without n: `+0.50 [+0.25, +0.75]`."""
        return f"{self.number:+.2f}" + ("" if self.low != self.low else f" [{self.low:+.2f}, {self.high:+.2f}]")


class Correlation(NamedTuple):
    """Of two metrics, written as `r = 0.50 [0.25, 0.75], n = 8`."""

    r: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if self.r != self.r:
            return f"no r (one does not vary), n = {self.n}"
        interval = "" if self.low != self.low else f" [{self.low:.2f}, {self.high:.2f}]"
        return f"r = {self.r:.2f}{interval}, n = {self.n}"

    @property
    def is_sure(self) -> bool:
        """Whether its interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Results:
    """The tables, each under its asset's name.

    `answers` are those of all contenders, with columns for contender and the two lengths in words; `judges` is what
    the manifest of `ares_judges` says of each.
    """

    metric_summary: "pd.DataFrame"
    contender_comparison: "pd.DataFrame"
    metric_correlations: "pd.DataFrame"
    answer_scores: "pd.DataFrame"
    answers: "pd.DataFrame"
    latency: "pd.DataFrame"
    retrieval_scores: "pd.DataFrame"
    promoted_adapter: "pd.DataFrame"
    leakage_experiment: "pd.DataFrame"
    learning_curve: "pd.DataFrame"
    ares_scores: "pd.DataFrame"
    human_preferences: "pd.DataFrame"
    judges: Sequence[Mapping[str, Any]]

    @property
    def slices(self) -> list[str]:
        """Those that were asked about, unseen postings first."""
        return slices_of(self.means)

    @cached_property
    def means(self) -> Cells:
        """Of `metric_summary`."""
        return cells(self.metric_summary, "mean")

    @cached_property
    def differences(self) -> Cells:
        """Of `contender_comparison`: to base, paired."""
        return cells(self.contender_comparison, "difference")

    @cached_property
    def correlations(self) -> Pairs:
        """Of `metric_correlations`."""
        return pairs(self.metric_correlations)

    @cached_property
    def at_once(self) -> dict[tuple[str, int], Value]:
        """Share of questions answered with a right job, by contender and how many were asked at once."""
        found = {}
        for (contender, count), rows in self.latency.groupby(["contender", "questions_at_once"]):
            found[str(contender), int(str(count))] = mean_of_shares(rows["right"], rows["prompt_id"])
        return found

    def answered(self, contender: str, slice_: str) -> "pd.DataFrame":
        """One contender's answers on a slice, with one column per metric."""
        rows = self.answers[(self.answers["contender"] == contender) & (self.answers["slice"] == slice_)]
        scores = self.answer_scores[self.answer_scores["contender"] == contender]
        wide = scores.pivot(index="question_id", columns="metric", values="value").reset_index()
        return rows.merge(wide, on="question_id")

    def signatures(self) -> dict[str, str]:
        """Of each metric: what is needed to compute it again; several where rows differ."""
        rows = self.answer_scores[["metric", "signature"]].drop_duplicates().sort_values("signature")
        found: dict[str, str] = {}
        for name, signature in rows.itertuples(index=False, name=None):
            found[name] = f"{found[name]}; {signature}" if name in found else signature
        return found


def number(value: float | None) -> str:
    """With two decimals; a dash for none."""
    return NONE if value is None or value != value else f"{value:.2f}"


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """As `0.50 [0.25, 0.75]`; without the interval where there is none."""
    return number(value) + ("" if low is None or low != low else f" [{number(low)}, {number(high)}]")


def records(rows: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows as mappings from column to value."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def mean_of_shares(shares: "pd.Series[float]", clusters: "pd.Series[str]") -> Value:
    """Mean of values from 0 to 1, with its interval over clusters."""
    import numpy as np

    parts = np.column_stack([shares.to_numpy(), np.ones(len(shares))])
    found = summarize(parts, clusters.to_numpy(), bounds=(0.0, 1.0))
    return Value(found.mean, found.low, found.high, found.n, found.clusters)


def slices_of(numbers: Cells | Pairs) -> list[str]:
    """Slices that there are numbers of, unseen postings first."""
    return [name for name in SLICES if any(slice_ == name for _, slice_, *_ in numbers)]


def cells(table: "pd.DataFrame", column: str) -> Cells:
    """All numbers of `metric_summary` (`mean`) or `contender_comparison` (`difference`)."""
    columns = ["contender", "slice", "metric", "query_type", column, "low", "high", "n", "postings"]
    return {row[:4]: Value(*row[4:]) for row in table[columns].itertuples(index=False, name=None)}


def pairs(table: "pd.DataFrame") -> Pairs:
    """All rows of `metric_correlations`."""
    columns = ["contender", "slice", "metric_a", "metric_b", "r", "low", "high", "n"]
    found = {}
    for contender, slice_, a, b, *numbers in table[columns].itertuples(index=False, name=None):
        found[contender, slice_, a, b] = found[contender, slice_, b, a] = Correlation(*numbers)
    return found


def read_results(connection: "duckdb.DuckDBPyConnection", judges: Sequence[Mapping[str, Any]]) -> Results:
    """All tables of the report, in key order.

    Args:
        connection: Holds the tables and `<contender>_answers`.
        judges: Of the manifest of `ares_judges`.
    """
    names = (
        "metric_summary",
        "contender_comparison",
        "metric_correlations",
        "answer_scores",
        "retrieval_scores",
        "latency",
        "promoted_adapter",
        "leakage_experiment",
        "learning_curve",
        "ares_scores",
        "human_preferences",
    )
    tables = {name: connection.sql(f"FROM {name} ORDER BY ALL").df() for name in names}
    answers = " UNION ALL BY NAME ".join(
        f"""
        SELECT '{name}' AS contender, question_id, slice, query_type, posting_id, question, reference, answer,
            {words_of("question")} AS {QUESTION_WORDS}, {words_of("answer")} AS {ANSWER_WORDS}
        FROM {name}_answers
        """
        for name in CONTENDERS
    )
    return Results(**tables, answers=connection.sql(f"{answers} ORDER BY ALL").df(), judges=judges)
