"""Pictures of `metric_correlations`: the matrix, and each metric against the length of the question.

Belongs here: drawing correlations, each with its interval and n.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.correlations import ANSWER_WORDS, QUESTION_WORDS
from jobsearch_dagster.evaluation.report.metrics import HEADLINE, metric
from jobsearch_dagster.evaluation.report.results import SHOWN_CONTENDERS, Correlation, Pairs
from jobsearch_dagster.evaluation.report.style import MUTED, TYPE_MARKS, ink, legend, picture, without_frame

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SHIFT = 0.15
"""Of a word, between marks of two query types that would cover each other."""
MATRIX = (*HEADLINE, QUESTION_WORDS)


def draw_matrices(found: Pairs, slice_: str, target: Path) -> None:
    """One panel per contender; a cell is bold where its interval leaves out zero.

    Args:
        found: Rows of `metric_correlations`.
        slice_: Which slice.
        target: The PNG file.
    """
    import matplotlib as mpl
    import numpy as np

    colors, labels = mpl.colormaps["PuOr_r"], [metric(name).label for name in MATRIX]
    with picture(target, 11, 8.6) as figure:
        for axis, contender in zip(figure.subplots(2, 2, sharex=True, sharey=True).flat, SHOWN_CONTENDERS, strict=True):
            values = np.full((len(MATRIX), len(MATRIX)), np.nan)
            for i, j in zip(*np.tril_indices(len(MATRIX), -1), strict=True):
                pair = found.get((contender, slice_, MATRIX[i], MATRIX[j]))
                if pair is not None and pair.r == pair.r:
                    values[i, j] = pair.r
                    _write(axis, i, j, pair, ink(colors((pair.r + 1) / 2)))
            axis.imshow(values, cmap=colors, vmin=-1, vmax=1, aspect="auto")
            axis.set_xticks(range(len(MATRIX) - 1), labels[:-1], rotation=35, ha="right", rotation_mode="anchor")
            axis.set_yticks(range(1, len(MATRIX)), labels[1:])
            n = max((pair.n for key, pair in found.items() if key[:2] == (contender, slice_)), default=0)
            axis.set(title=f"{contender}, n={n}", xlim=(-0.5, len(MATRIX) - 1.5), ylim=(len(MATRIX) - 0.5, 0.5))
            without_frame(axis)


def _write(axis: "Axes", row: int, column: int, pair: Correlation, color: str) -> None:
    weight = "bold" if pair.is_sure else "normal"
    axis.text(column, row, f"{pair.r:.2f}", ha="center", va="center", fontsize=8, color=color, weight=weight)


def draw_against_length(found: Pairs, answered: "pd.DataFrame", contender: str, slice_: str, target: Path) -> None:
    """One panel per headline metric: each question a mark, at its length in words.

    Args:
        found: Rows of `metric_correlations`.
        answered: The contender's answers on the slice, as `Results.answered` gives them.
        contender: Which contender.
        slice_: Which slice.
        target: The PNG file.
    """
    with picture(target, 11, 5.6) as figure:
        for axis, name in zip(figure.subplots(2, 4, sharex=True, sharey=True).flat, HEADLINE, strict=True):
            for query_type, (color, mark) in TYPE_MARKS.items():
                rows = answered[answered["query_type"] == query_type]
                aside = SHIFT * (list(TYPE_MARKS).index(query_type) - 1.5)
                axis.plot(rows[QUESTION_WORDS] + aside, rows[name], mark, color=color, alpha=0.65, mew=0)
            pair = found.get((contender, slice_, name, QUESTION_WORDS), "")
            axis.set_title(metric(name).label, pad=16)
            axis.text(0, 1.02, str(pair), transform=axis.transAxes, fontsize=8, color=MUTED)
            axis.set_ylim(-0.03, 1.03)
            axis.locator_params(axis="x", integer=True)
        figure.supxlabel("question length in words", fontsize=9)
        legend(figure, TYPE_MARKS)


def draw_answer_length(found: Pairs, answered: "dict[str, pd.DataFrame]", slice_: str, target: Path) -> None:
    """One panel per contender: the length of its answers against that of the questions.

    Args:
        found: Rows of `metric_correlations`.
        answered: The answers of each contender on the slice, as `Results.answered` gives them.
        slice_: Which slice.
        target: The PNG file.
    """
    with picture(target, 11, 3) as figure:
        for axis, contender in zip(figure.subplots(1, 4, sharex=True, sharey=True), SHOWN_CONTENDERS, strict=True):
            for query_type, (color, mark) in TYPE_MARKS.items():
                rows = answered[contender][answered[contender]["query_type"] == query_type]
                axis.plot(rows[QUESTION_WORDS], rows[ANSWER_WORDS], mark, color=color, alpha=0.65, mew=0)
            pair = found.get((contender, slice_, ANSWER_WORDS, QUESTION_WORDS), "")
            axis.set_title(contender, pad=16)
            axis.text(0, 1.02, str(pair), transform=axis.transAxes, fontsize=8, color=MUTED)
            axis.locator_params(axis="x", integer=True)
            axis.set_ylim(bottom=0)
        figure.supxlabel("question length in words", fontsize=9)
        figure.supylabel("answer length in words", fontsize=9)
        legend(figure, TYPE_MARKS)
