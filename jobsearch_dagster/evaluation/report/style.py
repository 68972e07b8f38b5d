"""How every picture of the report looks, and how it is saved.

Belongs here: colours, marks, and PNG files whose bytes depend on the numbers alone.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008): told apart with any kind of colour vision; each colour has a mark of its own besides.
CONTENDER_MARKS = {
    "base": ("#6b6b6b", "o"),
    "lora": ("#d55e00", "s"),
    "rag": ("#0072b2", "^"),
    "analytics": ("#009e73", "D"),
}
TYPE_MARKS = {
    "skills": ("#0072b2", "o"),
    "location": ("#e69f00", "s"),
    "salary": ("#009e73", "^"),
    "experience": ("#cc79a7", "D"),
}
_LOOK = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a8a8a",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.7,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "legend.frameon": False,
    "lines.markersize": 5,
}
DPI = 110
MUTED = "#555555"


@contextmanager
def picture(target: Path, width: float, height: float) -> "Generator[Figure]":
    """A figure to draw on, saved as PNG when the block ends; the user's matplotlib settings do not count.

    Args:
        target: The PNG file.
        width: In inches.
        height: In inches.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(mpl.RcParams(_LOOK))
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        # matplotlib writes its version into every PNG: another version that draws the same gives the same bytes.
        figure.savefig(target, dpi=DPI, metadata={"Software": None})


def legend(figure: "Figure", marks: dict[str, tuple[str, str]], note: str = "") -> None:
    """One legend above all panels, in one row, with a note on what is drawn."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=color, marker=mark, ls="", label=name) for name, (color, mark) in marks.items()]
    figure.legend(handles=handles, loc="outside upper left", ncols=len(handles), title=note, alignment="left")


def without_frame(axis: "Axes") -> None:
    """A panel of cells: no spines, no ticks, no grid."""
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)


def ink(color: tuple[float, float, float, float]) -> str:
    """Black or white, whichever is read more easily on this colour."""
    red, green, blue, _ = color
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "white"
