"""What assets cost when they were last computed, so that it can be said before they are computed again.

Belongs here: finding these figures in Dagster's storage. Nothing is extrapolated: other data or other recipes cost
something else, and whoever shows a figure says where it is from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg

RECORDS = 50
"""Materializations looked through per asset: most of them only reported that nothing had changed."""
WHOLE_RUNS = {"demo": "about 11 minutes and 2.5 GB of memory on two cores of an AMD EPYC without AVX-512"}
"""What a whole run took on the sample data, where it was measured; for a machine that has computed nothing yet."""


@dataclass(frozen=True)
class Cost:
    """One computation of an asset.

    Attributes:
        seconds: Wall time of the step.
        memory: Most bytes that its process held meanwhile; 0 where it was not recorded.
        when: When it ended.
        profile: Profile of its run; empty for a run of the UI.
    """

    seconds: float
    memory: int
    when: datetime
    profile: str


def last_costs(instance: dg.DagsterInstance, names: Iterable[str]) -> dict[str, Cost]:
    """The latest computation of each asset that was not reused; assets that were never computed here are left out."""
    found = {}
    for name in names:
        for record in instance.fetch_materializations(dg.AssetKey(name), limit=RECORDS).records:
            materialization = record.asset_materialization
            if materialization is not None and not _value(materialization, "reused", default=True):
                run = instance.get_run_by_id(record.run_id)
                found[name] = Cost(
                    seconds=float(_value(materialization, "seconds", default=0.0)),
                    memory=int(_value(materialization, "peak_memory_mb", default=0)) * 1_000_000,
                    when=datetime.fromtimestamp(record.timestamp, UTC),
                    profile=run.tags.get("jobsearch/profile", "") if run else "",
                )
                break
    return found


def _value(materialization: dg.AssetMaterialization, name: str, *, default: Any) -> Any:
    entry = materialization.metadata.get(name)
    return default if entry is None else entry.value
