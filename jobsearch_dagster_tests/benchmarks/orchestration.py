"""What orchestration costs, measured in one run of the demo in a fresh data folder.

Belongs here: the wall time of a run that was spent neither in an asset's own code nor in a check's step: planning,
Dagster's events, its storage. What the assets do with their time is in `preparation.py`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def seconds_of(command: list[str], environment: dict[str, str]) -> float:
    """Wall time of a command that must succeed."""
    started = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Run the demo, then nothing, then import the definitions, and print a table."""
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
        environment = dict(os.environ)
        command = str(Path(sys.executable).with_name("jobsearch"))
        unchanged = seconds_of([command, "run"], environment)
        definitions = seconds_of([sys.executable, "-c", "import jobsearch_dagster.definitions"], environment)
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
    print(f"| `jobsearch run` with nothing changed | {unchanged:.1f} | |")
    print(f"| `import jobsearch_dagster.definitions` | {definitions:.1f} | |")
    print("\n| group | seconds |\n| --- | ---: |")
    for group, value in outcome.group_seconds.items():
        print(f"| {group} | {value:.1f} |")
