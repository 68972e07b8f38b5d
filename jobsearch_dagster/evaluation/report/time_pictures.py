"""Pictures of `latency`: how long answers take, and what happens when several questions are asked at once.

Belongs here: drawing. Seconds differ from run to run, so they are shown on the page of `latency` and not in the report.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.correlations import correlate
from jobsearch_dagster.evaluation.report.pictures import draw_means
from jobsearch_dagster.evaluation.report.results import SHOWN_CONTENDERS, Correlation, Value
from jobsearch_dagster.evaluation.report.style import CONTENDER_MARKS, MUTED, legend, picture

if TYPE_CHECKING:
    import pandas as pd

TIMES = {"first_token_seconds": "to the first token", "seconds": "to the end of the answer"}
AT_ONCE_MARKS = {"1 question": ("#0072b2", "o"), "2 at once": ("#e69f00", "s"), "4 at once": ("#009e73", "^")}


def draw_times(latency: "pd.DataFrame", target: Path) -> None:
    """Time against the length of what is asked: a row of panels for each time, a column for each contender.

    Args:
        latency: The table `latency`.
        target: The PNG file.
    """
    from matplotlib.ticker import LogFormatter

    with picture(target, 11, 5.4) as figure:
        panels = figure.subplots(len(TIMES), len(SHOWN_CONTENDERS), sharex=True, sharey="row")
        for row, (column, words) in zip(panels, TIMES.items(), strict=True):
            row[0].set_ylabel(f"seconds {words}")
            for axis, contender in zip(row, SHOWN_CONTENDERS, strict=True):
                rows = latency[latency["contender"] == contender]
                for (color, mark), (_, of_kind) in zip(
                    AT_ONCE_MARKS.values(), rows.groupby("questions_at_once"), strict=False
                ):
                    axis.plot(of_kind["question_tokens"], of_kind[column], mark, color=color, alpha=0.75, mew=0)
                axis.set_title(contender, pad=16)
                found = str(_correlation(rows, "question_tokens", column))
                axis.text(0, 1.02, found, transform=axis.transAxes, fontsize=8, color=MUTED)
                axis.set_yscale("log")
                axis.yaxis.set_major_formatter(LogFormatter())
                axis.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
        figure.supxlabel("length of the question in tokens", fontsize=9)
        legend(figure, AT_ONCE_MARKS)


def draw_at_once(shares: dict[tuple[str, int], Value], target: Path) -> None:
    """Share of questions answered with a right job when 1, 2 and 4 are asked at once.

    Args:
        shares: By contender and number of questions.
        target: The PNG file.
    """
    counts = sorted({count for _, count in shares})
    with picture(target, 6.5, 3.4) as figure:
        axis = figure.subplots()
        for turn, contender in enumerate(SHOWN_CONTENDERS):
            places = [i + 0.12 * (turn - 1.5) for i in range(len(counts))]
            draw_means(axis, places, [shares.get((contender, n)) for n in counts], *CONTENDER_MARKS[contender])
        prompts = {count: max(value.n for (_, n), value in shares.items() if n == count) for count in counts}
        axis.set_xticks(range(len(counts)), [f"{count} at once\n{prompts[count]} prompts" for count in counts])
        axis.set(ylim=(-0.03, 1.03), ylabel="share answered with a right job")
        axis.grid(visible=False, axis="x")
        legend(figure, CONTENDER_MARKS)


def _correlation(rows: "pd.DataFrame", one: str, other: str) -> Correlation:
    """Spearman's, each prompt taken as an independent draw."""
    found = correlate(rows[[one, other]], rows["prompt_id"].to_numpy())
    return Correlation(found.r[0, 1], found.low[0, 1], found.high[0, 1], int(found.n[0, 1]))
