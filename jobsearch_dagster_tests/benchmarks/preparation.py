"""Ingestion and preparation at growing sizes, beside a row-by-row version of the same functions.

Belongs here: which sizes, what is compared with what, and the tables. Each size runs in a process of its own, ours
with DuckDB's default memory limit; making the data is not timed.

What is ours includes what the row-by-row version leaves out: keys, contracts, digests and a Parquet file per table; the
lines that begin with a dash leave that out too.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobsearch_dagster_tests.benchmarks.measuring import in_a_process_of_its_own, slope, table
from jobsearch_dagster_tests.benchmarks.raw_files import write_course_like, write_distinct

SIZES = (10_000, 100_000, 200_000)
COURSE_ROWS = 1_000_000
BASELINE_ROWS = 5_000

STEPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reading": (("raw_jobs",), ("reading",)),
    "- read, not published": (("read",), ("reading",)),
    "lowercase, duplicates": (("lowercased_jobs", "deduplicated_jobs"), ("lowercase, duplicates",)),
    "- found, not published": (("deduplicated",), ("lowercase, duplicates",)),
    "titles, places": (("standardized_jobs",), ("titles, places",)),
    "salaries": (("imputed_salaries",), ("pay read", "pay imputed")),
    "- imputed, not published": (("imputed",), ("pay imputed",)),
    "text": (("clean_jobs",), ("text",)),
    "entities": (("job_entities",), ("entities",)),
}
"""Step -> assets whose times add up, and steps of the row-by-row version."""
ALL = ("reading", "lowercase, duplicates", "titles, places", "salaries", "text", "entities")


@dataclass(frozen=True)
class Measured:
    """One size.

    Attributes:
        name: What the data is.
        rows: Rows in the files.
        ours: Seconds per step.
        theirs: Seconds per step of the row-by-row version, scaled to all rows.
        baseline_rows: Rows that it was timed on.
        peak: Resident memory of our process, MiB.
        baseline_peak: Resident memory of the other, MiB; on `baseline_rows`.
        further: Seconds of our assets that have no counterpart.
    """

    name: str
    rows: int
    ours: dict[str, float]
    theirs: dict[str, float]
    baseline_rows: int
    peak: float
    baseline_peak: float
    further: dict[str, float]


def measure(name: str, rows: int, write: Callable[[int, Path], None], baseline_rows: int, folder: Path) -> Measured:
    """Make the data, run both versions, delete the data."""
    data = folder / "data"
    write(rows, data / "raw")
    timed = min(rows, baseline_rows)
    ours = in_a_process_of_its_own("stages", data)
    theirs = in_a_process_of_its_own("row_by_row", data / "raw", timed)
    shutil.rmtree(data)
    compared = {asset for assets, _ in STEPS.values() for asset in assets}
    return Measured(
        name,
        rows,
        {step: _sum(ours["seconds"], assets) for step, (assets, _) in STEPS.items()},
        {step: _sum(theirs["seconds"], parts) * rows / timed for step, (_, parts) in STEPS.items()},
        timed,
        ours["peak"],
        theirs["peak"],
        {asset: value for asset, value in ours["seconds"].items() if asset not in compared},
    )


def _sum(seconds: Mapping[str, float], names: Sequence[str]) -> float:
    return sum(map(seconds.__getitem__, names))


def report(measured: Measured) -> str:
    """The steps of one size."""
    total = {"all": (sum(map(measured.ours.__getitem__, ALL)), sum(map(measured.theirs.__getitem__, ALL)))}
    steps = {step: (measured.ours[step], measured.theirs[step]) for step in STEPS} | total
    rows: list[list[Any]] = [
        [step, f"{ours:.2f}", f"{theirs:.2f}", f"{measured.baseline_rows:,}", f"{theirs / ours:.1f}"]
        for step, (ours, theirs) in steps.items()
    ]
    rows += [[asset, f"{seconds:.2f}", None, None, None] for asset, seconds in measured.further.items()]
    return table(["step", "seconds", "row by row, seconds", "baseline rows", "times as fast"], rows)


def growth(sizes: Sequence[Measured]) -> str:
    """How time and memory grow with rows that are all distinct."""
    rows: list[list[Any]] = []
    for step in (*STEPS, "all"):
        seconds = {m.rows: sum(map(m.ours.__getitem__, ALL)) if step == "all" else m.ours[step] for m in sizes}
        power = slope(seconds)
        rows.append([step, *(f"{value:.1f}" for value in seconds.values()), None if power is None else f"{power:.2f}"])
    rows.append(["peak memory, MiB", *(f"{m.peak:,.0f}" for m in sizes), None])
    others = (f"{m.baseline_peak:,.0f} at {m.baseline_rows:,} rows" for m in sizes)
    rows.append(["peak memory row by row, MiB", *others, None])
    return table(["seconds at", *(f"{m.rows:,}" for m in sizes), "slope (1 is linear)"], rows)


def main(sizes: Sequence[int] = SIZES, course_rows: int = COURSE_ROWS, baseline_rows: int = BASELINE_ROWS) -> None:
    """Measure every size and print the tables."""
    with tempfile.TemporaryDirectory(prefix="jobsearch-bench-") as temporary:
        folder = Path(temporary)
        distinct = []
        for rows in sizes:
            distinct.append(measure("all rows distinct", rows, write_distinct, baseline_rows, folder))
            print(f"\n### {rows:,} rows, all distinct\n\n{report(distinct[-1])}", flush=True)
        if distinct:
            print(f"\n### Growth, all rows distinct\n\n{growth(distinct)}", flush=True)
        if course_rows:
            course = measure("15 postings", course_rows, write_course_like, baseline_rows, folder)
            print(f"\n### {course_rows:,} rows, 15 postings crossed with resumes\n\n{report(course)}")
            theirs = f"row by row {course.baseline_peak:,.0f} MiB at {course.baseline_rows:,} rows"
            print(f"\nPeak memory {course.peak:,.0f} MiB; {theirs}")
    print(
        "\nWhere `baseline rows` is less than the rows, the row-by-row version was timed on so many and its time "
        "multiplied: its steps are linear."
    )
