"""Pictures of `metric_summary` and `contender_comparison`: by type, heat map, radar, differences to base.

Belongs here: drawing means and their intervals. Correlations are drawn in `correlation_pictures.py`.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.report.metrics import HEADLINE, metric
from jobsearch_dagster.evaluation.report.results import SHOWN_CONTENDERS, TYPES, Cells, Value
from jobsearch_dagster.evaluation.report.style import CONTENDER_MARKS, MUTED, ink, legend, picture, without_frame
from jobsearch_dagster.evaluation.scoring import BASELINE
from jobsearch_dagster.evaluation.tables import ALL_TYPES
from jobsearch_dagster.pairs.templates import QUERY_TYPES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OFFSET = 0.17
"""Between the marks of two contenders at one query type."""


def draw_by_type(means: Cells, slice_: str, target: Path) -> None:
    """One panel per metric: the mean of each contender for each query type, with its interval.

    Args:
        means: Numbers of `metric_summary`.
        slice_: Which slice.
        target: The PNG file.
    """
    with picture(target, 11, 6) as figure:
        for axis, name in zip(figure.subplots(2, 4, sharex=True, sharey=True).flat, HEADLINE, strict=True):
            axis.set(title=metric(name).label, ylim=(-0.03, 1.03))
            for turn, contender in enumerate(SHOWN_CONTENDERS):
                found = [means.get((contender, slice_, name, query_type)) for query_type in TYPES]
                places = [i + OFFSET * (turn - 1.5) for i in range(len(TYPES))]
                draw_means(axis, places, found, *CONTENDER_MARKS[contender])
            axis.set_xticks(range(len(TYPES)), [_counted(means, slice_, t) for t in TYPES], fontsize=7)
            axis.axvline(len(QUERY_TYPES) - 0.5, color="#b5b5b5", lw=0.8)
            axis.grid(visible=False, axis="x")
        legend(figure, CONTENDER_MARKS)


def draw_means(axis: "Axes", places: list[float], found: list[Value | None], color: str, mark: str) -> None:
    """Marks at numbers, each on a line from end to end of its interval."""
    rows = [(place, *value[:3]) for place, value in zip(places, found, strict=True) if value is not None]
    if rows:
        at, numbers, low, high = zip(*rows, strict=True)
        axis.vlines(at, low, high, color=color, lw=1.6, alpha=0.75)
        axis.plot(at, numbers, mark, color=color, mec="white", mew=0.6, clip_on=False)


def _counted(means: Cells, slice_: str, query_type: str) -> str:
    """A query type above its number of questions."""
    counts = [value.n for key, value in means.items() if (key[1], key[3]) == (slice_, query_type)]
    return f"{query_type}\nn={max(counts)}" if counts else query_type


def draw_heat_maps(means: Cells, slice_: str, target: Path) -> None:
    """One panel per contender: metrics by query types, each cell with its mean."""
    import matplotlib as mpl
    import numpy as np

    colors = mpl.colormaps["Blues"]
    with picture(target, 11, 3.4) as figure:
        labels = [_counted(means, slice_, query_type).replace("\n", ", ") for query_type in TYPES]
        for axis, contender in zip(figure.subplots(1, 4, sharey=True), SHOWN_CONTENDERS, strict=True):
            values = np.array([[_number(means.get((contender, slice_, name, t))) for t in TYPES] for name in HEADLINE])
            axis.imshow(values, cmap=colors, vmin=0, vmax=1, aspect="auto")
            for (row, column), value in np.ndenumerate(values):
                if value == value:
                    axis.text(
                        column, row, f"{value:.2f}", ha="center", va="center", fontsize=8, color=ink(colors(value))
                    )
            axis.set_xticks(range(len(TYPES)), labels, rotation=35, ha="right", rotation_mode="anchor", fontsize=8)
            axis.set_yticks(range(len(HEADLINE)), [metric(name).label for name in HEADLINE])
            axis.set_title(contender)
            without_frame(axis)


def _number(value: Value | None) -> float:
    return math.nan if value is None else value.number


def draw_radar(means: Cells, slice_: str, target: Path) -> None:
    """One panel per query type: the headline metrics around the circle, one line per contender."""
    angles = [2 * math.pi * i / len(HEADLINE) for i in range(len(HEADLINE))]
    with picture(target, 11, 9) as figure:
        panels = figure.subplots(2, 2, subplot_kw={"projection": "polar"})
        for axis, query_type in zip(panels.flat, QUERY_TYPES, strict=True):
            for contender in SHOWN_CONTENDERS:
                found = [_number(means.get((contender, slice_, name, query_type))) for name in HEADLINE]
                color, mark = CONTENDER_MARKS[contender]
                axis.plot([*angles, angles[0]], [*found, found[0]], color=color, marker=mark, lw=1.6)
                axis.fill(angles, found, color=color, alpha=0.06)
            axis.set(theta_offset=math.pi / 2, theta_direction=-1, ylim=(0, 1), yticks=(0.25, 0.5, 0.75, 1))
            axis.set_yticklabels(["", "0.5", "", "1"], fontsize=7, color=MUTED)
            axis.set_xticks(angles, [metric(name).label for name in HEADLINE])
            for angle, label in zip(angles, axis.get_xticklabels(), strict=True):
                side = math.sin(angle)
                label.set_ha("center" if abs(side) < 0.1 else "left" if side > 0 else "right")
            axis.set_title(_counted(means, slice_, query_type).replace("\n", ", "), loc="center", pad=14)
        legend(figure, CONTENDER_MARKS)


def draw_differences(differences: Cells, slice_: str, target: Path) -> None:
    """One panel per contender: its paired difference to base in each headline metric, with its interval.

    Args:
        differences: Numbers of `contender_comparison`.
        slice_: Which slice.
        target: The PNG file.
    """
    others = [name for name in SHOWN_CONTENDERS if name != BASELINE]
    with picture(target, 11, 3.6) as figure:
        for axis, contender in zip(figure.subplots(1, len(others), sharey=True), others, strict=True):
            color, mark = CONTENDER_MARKS[contender]
            found = [differences.get((contender, slice_, name, ALL_TYPES)) for name in HEADLINE]
            for row, value in enumerate(found):
                if value is not None:
                    axis.plot([value.low, value.high], [row, row], color=color, lw=1.8, alpha=0.75)
                    axis.plot(value.number, row, mark, color=color, mec="white", mew=0.6)
            axis.axvline(0, color="#444444", lw=1)
            axis.set_yticks(range(len(HEADLINE)), [metric(name).label for name in HEADLINE])
            axis.set(title=f"{contender} – base", xlim=(-1.03, 1.03), ylim=(len(HEADLINE) - 0.5, -0.5))
            axis.set_xlabel("worse than base   |   better than base", fontsize=8, color=MUTED)
