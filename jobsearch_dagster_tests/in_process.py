"""The definitions of the environment with an executor that starts no process: for tests that load them by name."""

import dagster as dg

from jobsearch_dagster.build import build_defs


@dg.definitions
def defs() -> dg.Definitions:
    """As `jobsearch_dagster.definitions`."""
    return build_defs(executor=dg.in_process_executor)
