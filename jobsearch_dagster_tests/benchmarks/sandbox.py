"""What safety costs: the guard, a statement in a warm process, and the first question after a runaway one.

Belongs here: times on a catalog of as many postings as asked. That attacks are met is in `search/test_sandbox.py`.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jobsearch_dagster.search.catalog import build_catalog, open_catalog
from jobsearch_dagster.search.guard import guard
from jobsearch_dagster.search.sandbox import Limits, Sandbox, StoppedError
from jobsearch_dagster_tests.benchmarks.measuring import table
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of
from jobsearch_dagster_tests.search.statements import HONEST, attack_named

POSTINGS_OF_THE_CATALOG = 10_000
RUNAWAYS = 10
QUESTION = "SELECT country, count(*) AS n, median(midpoint_usd) FROM jobs GROUP BY country ORDER BY n DESC"


def milliseconds(action: Callable[[], object]) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def runaway(sandbox: Sandbox) -> None:
    """Run a statement to its limit."""
    try:
        sandbox.run(attack_named("all with all").template)
    except StoppedError:
        return
    raise SystemExit("the runaway statement came to an end")


def main(postings: int = POSTINGS_OF_THE_CATALOG) -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = Path(folder) / "many.duckdb"
        with open_catalog(catalog_of(Path(folder))) as small:
            copies = f"FROM jobs, range({postings // len(POSTINGS)}) AS copy(n)"
            build_catalog(small.sql(f"SELECT jobs.* REPLACE (posting_id || n AS posting_id) {copies}"), catalog)
        guarding = [milliseconds(lambda sql=sql: guard(sql)) for sql in HONEST]
        opened = []
        starting = milliseconds(lambda: opened.append(Sandbox(catalog, Limits(seconds=1))))
        [sandbox] = opened
        with sandbox:
            warm = [milliseconds(lambda: sandbox.run(QUESTION)) for _ in range(50)]
            stopping, after = [], []
            for _ in range(RUNAWAYS):
                stopping.append(milliseconds(lambda: runaway(sandbox)))
                after.append(milliseconds(lambda: sandbox.run(QUESTION)))
                time.sleep(2)  # for the process that replaces the killed one
    measured = [
        (f"guard, {len(HONEST)} statements", guarding),
        ("sandbox starts", [starting]),
        (f"a question over {postings:,} postings", warm),
        ("a runaway statement until its limit, 1 s or 256 MB", stopping),
        ("the next question", after),
    ]
    print(table(("ms", "median", "largest"), [(n, *map(round, (statistics.median(v), max(v)))) for n, v in measured]))


if __name__ == "__main__":
    main()
