"""The report's pictures of training (its section 4a): loss, gradient norm, both, learning rate, scores over epochs.

Belongs here: drawing. The numbers are in the table `training_log`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

PICTURES = ("training_curves", "performance_over_epochs")
PANELS = (
    ("loss", ("loss",)),
    ("gradient norm", ("grad_norm",)),
    ("loss and gradient norm", ("loss", "grad_norm")),
    ("learning rate", ("learning_rate",)),
)
SCORES = {
    "token_accuracy": "accuracy: tokens of the training set that were the likeliest",
    "bleu": "accuracy: BLEU",
    "rougeL": "relevance: ROUGE-L F1",
    "meteor": "METEOR",
    "bert_score": "faithfulness: BERTScore F1",
}
"""What the report calls accuracy, relevance and faithfulness."""


def draw(log: "pd.DataFrame", folder: Path) -> None:
    """Both pictures as PNG.

    Args:
        log: The table `training_log`.
        folder: Where `training_curves.png` and `performance_over_epochs.png` are written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6), layout="constrained")
    steps = log[log["loss"].notna()]
    for axis, (title, columns) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        for column in columns:
            axis.plot(steps["step"], steps[column], marker=".", label=column)
        axis.set(title=title, xlabel="step")
        axis.grid(alpha=0.3)
        if len(columns) > 1:
            axis.legend()
    figure.savefig(folder / f"{PICTURES[0]}.png", dpi=90)

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axis = figure.subplots()
    for column, label in SCORES.items():
        scored = log[log[column].notna()]
        axis.plot(scored["epoch"], scored[column], marker=".", label=label)
    seconds = steps["seconds_per_epoch"].median()
    axis.set(title=f"performance over epochs ({seconds:,.0f} s per epoch)", xlabel="epoch", ylim=(0, 1))
    axis.grid(alpha=0.3)
    axis.legend(fontsize="small")
    figure.savefig(folder / f"{PICTURES[1]}.png", dpi=90)
