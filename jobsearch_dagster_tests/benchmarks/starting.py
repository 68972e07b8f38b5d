"""What it takes before anything is made: importing, building the definitions, a run that finds nothing to do.

Belongs here: fresh processes, against `import dagster`, which each of them has to pay. What a run costs that makes
something is in `orchestration.py`.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from jobsearch_dagster_tests.benchmarks.measuring import table

RUNS = 3
JOBSEARCH = str(Path(sys.executable).with_name("jobsearch"))
COMMANDS = {
    "`import dagster`": [sys.executable, "-c", "import dagster"],
    "`import jobsearch_dagster.definitions`": [sys.executable, "-c", "import jobsearch_dagster.definitions"],
    "the definitions, built and resolved": [
        sys.executable,
        "-c",
        "from jobsearch_dagster.definitions import defs; defs().get_repository_def().asset_graph",
    ],
    "`jobsearch run` with nothing changed": [JOBSEARCH, "run"],
}


def cost_of(command: list[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Wall and processor seconds of a command that must succeed, with the processes that it starts."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def costs(environment: Mapping[str, str]) -> str:
    """A table: medians of a few runs each, and processor time as a multiple of the first row's."""
    measured = {name: [cost_of(command, environment) for _ in range(RUNS)] for name, command in COMMANDS.items()}
    medians = {name: [median(column) for column in zip(*runs, strict=True)] for name, runs in measured.items()}
    base = next(iter(medians.values()))[1]
    rows = [(name, f"{wall:.1f}", f"{cpu:.1f}", f"{cpu / base:.1f}") for name, (wall, cpu) in medians.items()]
    return table(("what", "wall seconds", "processor seconds", "x `import dagster`"), rows)


def main() -> None:
    """Bring the data folder of the environment up to date, then print the table."""
    environment = dict(os.environ)
    subprocess.run([JOBSEARCH, "run"], check=True, env=environment)
    print(costs(environment))
