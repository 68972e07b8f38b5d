"""Pictures of the two experiments: what seen postings add to each metric, and what more postings bring.

Belongs here: drawing `leakage_experiment` and `learning_curve`, where they hold rows.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.report.metrics import HEADLINE, metric
from jobsearch_dagster.evaluation.report.style import CONTENDER_MARKS, MUTED, legend, picture
from jobsearch_dagster.evaluation.tables import LOSS

if TYPE_CHECKING:
    import pandas as pd

PANELS = (LOSS, "right", "grounded", "rougeL")


def draw_inflation(table: "pd.DataFrame", target: Path) -> None:
    """Each headline metric by row minus by posting, with its interval; the loss, which has another unit, beside it.

    Args:
        table: `leakage_experiment`.
        target: The PNG file.
    """
    found = table.set_index("metric")
    with picture(target, 9, 3.6) as figure:
        wide, narrow = figure.subplots(1, 2, width_ratios=(3, 1))
        names = [name for name in HEADLINE if name in found.index]
        for axis, rows in ((wide, names), (narrow, [LOSS])):
            for place, name in enumerate(rows):
                row = found.loc[name]
                axis.plot([row["low"], row["high"]], [place, place], color="#d55e00", lw=1.8, alpha=0.75)
                axis.plot(row["inflation"], place, "s", color="#d55e00", mec="white", mew=0.6)
            axis.axvline(0, color="#444444", lw=1)
            axis.set_yticks(range(len(rows)), [metric(name).label for name in rows])
            axis.set_ylim(len(rows) - 0.5, -0.5)
        wide.set_title("by row – by posting")
        wide.set_xlabel("looks worse by row   |   looks better by row", fontsize=8, color=MUTED)
        narrow.set_xlabel("nats per token; less looks better", fontsize=8, color=MUTED)


def draw_curve(table: "pd.DataFrame", target: Path) -> None:
    """Validation loss and truth against the number of postings; who was not trained is a horizontal line.

    Args:
        table: `learning_curve`.
        target: The PNG file.
    """
    with picture(target, 11, 3.4) as figure:
        for axis, name in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
            rows = table[table["metric"] == name]
            trained = rows[rows["contender"] == "lora"].sort_values("training_postings")
            color, mark = CONTENDER_MARKS["lora"]
            axis.vlines(trained["training_postings"], trained["low"], trained["high"], color=color, alpha=0.6)
            axis.plot(trained["training_postings"], trained["value"], color=color, marker=mark)
            lines = rows.loc[rows["contender"] != "lora", ["contender", "value"]]
            for contender, value in lines.itertuples(index=False, name=None):
                axis.axhline(value, color=CONTENDER_MARKS[contender][0], lw=1.4, ls="--")
            axis.set_xscale("log", base=2)
            axis.set_xticks(trained["training_postings"], [f"{n}" for n in trained["training_postings"]])
            axis.minorticks_off()
            axis.set_title(metric(name).label)
            axis.set_xlabel("training postings")
        legend(figure, CONTENDER_MARKS)
