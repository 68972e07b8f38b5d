"""The comparison as a table narrow enough for a terminal.

Belongs here: contenders by query types, one metric at a time, for `jobsearch compare`.
"""

from typing import TYPE_CHECKING, Any

from jobsearch_dagster.evaluation.report.results import TYPES

if TYPE_CHECKING:
    import pandas as pd


def comparison_table(
    summary: "pd.DataFrame", metric: str, separator: str = " ", *, by_type: bool = False
) -> "pd.DataFrame":
    """One metric, contender x query type, each cell with its n and interval.

    Args:
        summary: The table `metric_summary`.
        metric: Which metric.
        separator: Between mean with n, and interval.
        by_type: A row for each query type and a column for each contender, which are fewer.
    """
    cells = summary[summary["metric"] == metric].assign(cell=lambda rows: rows.apply(_cell, axis=1, args=(separator,)))
    table = cells.pivot_table(index=["slice", "contender"], columns="query_type", values="cell", aggfunc="first")
    columns = [name for name in TYPES if name in table.columns]
    table = table[columns].sort_index(level=[0, 1], ascending=[False, True])
    if by_type:
        import pandas as pd

        slices = table.index.unique("slice")
        table = pd.concat({name: table.loc[name].T for name in slices}, names=["slice", "type"])
    return table.reset_index()


def _cell(row: "pd.Series[Any]", separator: str) -> str:
    interval = "" if row["low"] != row["low"] else f"{separator}{row['low']:.2f}-{row['high']:.2f}"
    return f"{row['mean']:.2f} n={row['n']}{interval}"
