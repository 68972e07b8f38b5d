"""What orchestration costs, measured in one run of the demo in a fresh data folder.

Belongs here: the wall time of a run that was spent neither in an asset's own code nor in a check's step: planning,
Dagster's events, its storage. What the assets do with their time is in `preparation.py`.
"""

import os
import shutil
import tempfile
from pathlib import Path

from jobsearch_dagster_tests.benchmarks import starting

REPOSITORY = Path(__file__).parents[2]


def main() -> None:
    """Run the demo, then what it takes to find nothing to do, and print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        shutil.copytree(REPOSITORY / "data" / "raw", data / "raw")
        os.environ |= {"JOBSEARCH_DATA_DIR": str(data), "JOBSEARCH_PROFILE": "demo"}
        os.environ.pop("DAGSTER_HOME", None)
        from jobsearch_dagster.app.run import run
        from jobsearch_dagster.app.workspace import open_workspace

        outcome = run(open_workspace(), [])
        if outcome.problems:
            raise SystemExit("\n".join(outcome.problems))
        orchestration = outcome.seconds - outcome.asset_seconds - outcome.check_seconds
        before_anything = starting.costs(dict(os.environ))
    print("| what | seconds | share of the demo |")
    print("| --- | ---: | ---: |")
    rows = [
        ("demo, wall time", outcome.seconds),
        ("in assets", outcome.asset_seconds),
        ("in checks", outcome.check_seconds),
        ("orchestration", orchestration),
    ]
    for name, value in rows:
        print(f"| {name} | {value:.1f} | {value / outcome.seconds:.1%} |")
    print(f"\n{before_anything}")
    print("\n| group | seconds |\n| --- | ---: |")
    for group, value in outcome.group_seconds.items():
        print(f"| {group} | {value:.1f} |")
