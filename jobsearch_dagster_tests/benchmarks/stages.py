"""Ingestion and preparation as Dagster runs them, each asset timed, in a process whose memory is all theirs.

Belongs here: running the assets of one data folder and saying what they took, as JSON on the last line.
"""

import json
import sys

import dagster as dg

from jobsearch_dagster.build import build_defs, lake_assets
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.ingestion import reading
from jobsearch_dagster.preparation import deduplication, imputation
from jobsearch_dagster_tests.benchmarks.measuring import Clock, peak_memory
from jobsearch_dagster_tests.benchmarks.row_by_row import warm_up

GROUPS = ("ingestion", "preparation")


def materialize(folder: DataFolder) -> dict[str, float]:
    """Seconds of each asset of the two groups."""
    wanted = [name for name, asset in lake_assets().items() if asset.group in GROUPS]
    defs = build_defs(profile="demo")
    assets = [a for a in defs.assets or () if isinstance(a, dg.AssetsDefinition) and a.key.path[-1] in wanted]
    quiet = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
    result = dg.materialize(assets, resources={"folder": folder}, run_config=quiet)
    seconds = {}
    for name in wanted:
        (event,) = result.asset_materializations_for_node(name)
        took = event.metadata["seconds"].value
        assert isinstance(took, float)
        seconds[name] = took
    return seconds


def computed_only(folder: DataFolder) -> dict[str, float]:
    """Seconds of the steps that are DuckDB's work alone: the rows are computed, and nothing is published."""
    clock = Clock()
    with folder.lake.connect() as connection, clock.timing("read"):
        reading.load_accepted(connection, folder.root / "raw", folder.root / "tmp", print)
        connection.table("accepted").create("computed")
    with folder.lake.connect(["raw_jobs"]) as connection, clock.timing("deduplicated"):
        deduplication.lowercase(connection).create("lowercased_jobs")
        deduplication.drop_duplicates(connection).create("computed")
    with folder.lake.connect(["imputed_salaries"]) as connection:
        connection.execute(KNOWN)
        with clock.timing("imputed"):
            levels = imputation.SalaryRecipe().levels
            imputation.impute(connection, levels).project("row_id, salary_bucket").create("computed")
    return clock.seconds


KNOWN = """
    CREATE TEMP TABLE known AS
    SELECT * EXCLUDE (salary_bucket, salary_source, imputation_level, imputation_n),
        CASE WHEN salary_source IN ('stated', 'description') THEN salary_bucket END AS bucket,
        CASE WHEN salary_source IN ('stated', 'description') THEN salary_source END AS source
    FROM imputed_salaries
"""
"""What `read_pay` makes, taken from the stored table: reading pay again would take minutes."""


def main(data: str) -> None:
    """Materialize every asset of ingestion and preparation in this process."""
    warm_up()
    folder = DataFolder(path=data)
    seconds = materialize(folder)
    peak = peak_memory()
    stored = {name: sum(file.stat().st_size for file in folder.lake.files(name)) for name in seconds}
    print(json.dumps({"seconds": {**seconds, **computed_only(folder)}, "peak": peak, "bytes": stored}))


if __name__ == "__main__":
    main(sys.argv[1])
