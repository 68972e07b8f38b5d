"""The Definitions object that Dagster's web UI, daemon and `dg` load; nothing else belongs here."""

import dagster as dg

from jobsearch_dagster.build import build_defs


@dg.definitions
def defs() -> dg.Definitions:
    """All assets and checks under the profile and data folder of the environment."""
    return build_defs()
