"""The report's pictures of training: loss, gradient norm, both, learning rate.

Belongs here: drawing. The numbers are in the table `training_log`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def draw_training_curves(log: "pd.DataFrame", target: Path) -> None:
    """Draw the four panels of the report's section 4a as one PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
    panels = [
        ("loss", ["loss"]),
        ("gradient norm", ["grad_norm"]),
        ("loss and gradient norm", ["loss", "grad_norm"]),
        ("learning rate", ["learning_rate"]),
    ]
    for axis, (title, columns) in zip(axes.flat, panels, strict=True):
        for column in columns:
            axis.plot(log["step"], log[column], marker=".", label=column)
        axis.set(title=title, xlabel="step")
        axis.grid(alpha=0.3)
        if len(columns) > 1:
            axis.legend()
    figure.savefig(target, dpi=90)
    plt.close(figure)
