"""What a posting costs in each stage of data, fitted to several sizes, and what 100 million of them would cost.

Belongs here: seconds and stored bytes of ingestion and preparation, whose cost grows with rows. What a model costs, a
token at a time, is measured by `training`, `generation` and `summaries`; `docs/scale.md` puts them together.

    python -m jobsearch_dagster_tests.benchmarks scale --rows 10000 --rows 30000
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
    weights = {rows: 1 / cost**2 for rows, cost in costs.items() if cost > 0}
    if len(weights) < 2:
        raise ValueError(f"a line needs two sizes, not {len(weights)}")
    total = math.fsum(weights.values())
    x_mean = math.fsum(weights[rows] * rows for rows in weights) / total
    y_mean = math.fsum(weights[rows] * costs[rows] for rows in weights) / total
    spread = math.fsum(weights[rows] * (rows - x_mean) ** 2 for rows in weights)
    a_row = math.fsum(weights[rows] * (rows - x_mean) * (costs[rows] - y_mean) for rows in weights) / spread
    return Line(y_mean - a_row * x_mean, a_row)


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """Seconds and bytes of each asset, and the peak memory, on postings that are all distinct."""
    data = folder / f"{rows}"
    write_distinct(rows, data / "raw")
    return in_a_process_of_its_own("stages", data)


def costs_of(found: Mapping[int, Mapping[str, Any]], what: str) -> dict[str, dict[int, float]]:
    """By asset and rows; an asset whose table does not grow costs nothing by row and is left out."""
    assets = found[min(found)]["bytes"]
    by_asset = {name: {rows: float(result[what][name]) for rows, result in found.items()} for name in assets}
    return {name: costs for name, costs in by_asset.items() if costs[max(costs)] > 0}


def report(found: Mapping[int, Mapping[str, Any]]) -> str:
    """The assets: measured seconds, cost of a row, exponent, and the goal."""
    seconds, stored = costs_of(found, "seconds"), costs_of(found, "bytes")
    lines: list[list[Any]] = []
    for name, costs in seconds.items():
        time, space = fitted(costs), fitted(stored[name]) if name in stored else Line(0, 0)
        power = slope(costs)
        lines.append(
            [
                name,
                *(f"{cost:.2f}" for cost in costs.values()),
                f"{time.a_row * 1e6:.0f}",
                None if power is None else f"{power:.2f}",
                f"{space.a_row:.0f}",
                f"{time.at(GOAL) / 3600:.1f}",
                f"{space.at(GOAL) / 1e9:.1f}",
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
