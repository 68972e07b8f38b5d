"""What a posting costs in each stage of data, fitted to several sizes, and what 100 million of them would cost.

Belongs here: seconds and stored bytes of ingestion and preparation, whose cost grows with rows. What a model costs, a
token at a time, is measured by `training`, `generation` and `summaries`; `docs/scale.md` puts them together.

    python -m jobsearch_dagster_tests.benchmarks scale --rows 10000 --rows 30000
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from jobsearch_dagster_tests.benchmarks.measuring import in_a_process_of_its_own, slope, table
from jobsearch_dagster_tests.benchmarks.raw_files import write_distinct

SIZES = (10_000, 30_000, 100_000)
GOAL = 100_000_000


@dataclass(frozen=True)
class Line:
    """A cost `start + a_row * rows`.

    Attributes:
        start: What no row costs.
        a_row: What each further row costs.
    """

    start: float
    a_row: float

    def at(self, rows: int) -> float:
        """The cost of so many rows."""
        return self.start + self.a_row * rows


def fitted(costs: Mapping[int, float]) -> Line:
    """The line through costs by rows, by least squares of relative errors, so that small sizes count as much as large.

    Raises:
        ValueError: Fewer than two sizes: start and rows cannot be told apart.
    """
    if len(costs) < 2:
        raise ValueError(f"a line needs two sizes, not {len(costs)}")
    a_row, start = np.polyfit(list(costs), list(costs.values()), 1, w=[1 / cost for cost in costs.values()])
    return Line(float(start), float(a_row))


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """Seconds and bytes of each asset, and the peak memory, on postings that are all distinct."""
    data = folder / f"{rows}"
    write_distinct(rows, data / "raw")
    return in_a_process_of_its_own("stages", data)


def report(found: Mapping[int, Mapping[str, Any]]) -> str:
    """The assets: measured seconds, cost of a row, exponent, and the goal."""
    lines: list[list[Any]] = []
    for name in found[min(found)]["bytes"]:
        seconds = {rows: result["seconds"][name] for rows, result in found.items()}
        time, space = fitted(seconds), fitted({rows: result["bytes"][name] for rows, result in found.items()})
        lines.append(
            [
                name,
                *(f"{cost:.2f}" for cost in seconds.values()),
                f"{time.a_row * 1e6:z.0f}",
                f"{slope(seconds):.2f}",
                f"{space.a_row:z.0f}",
                f"{time.at(GOAL) / 3600:z.1f}",
                f"{space.at(GOAL) / 1e9:z.1f}",
            ]
        )
    sizes = (f"s at {rows:,}" for rows in found)
    goal = (f"hours at {GOAL:,}", f"GB at {GOAL:,}")
    return table(["asset", *sizes, "us a row", "exponent", "bytes a row", *goal], lines)


def main(sizes: Sequence[int] = SIZES) -> None:
    """Measure every size and print the table.

    Raises:
        SystemExit: Fewer than two sizes: start and rows cannot be told apart.
    """
    if len(set(sizes)) < 2:
        raise SystemExit("scale needs two sizes: --rows A --rows B")
    with TemporaryDirectory(prefix="jobsearch-bench-") as temporary:
        found = {rows: measure(rows, Path(temporary)) for rows in sorted(sizes)}
    print(f"Postings that are all distinct.\n\n{report(found)}\n")
    print("Peak memory, MiB: " + ", ".join(f"{result['peak']:,.0f} at {rows:,}" for rows, result in found.items()))
