"""What becomes of the decision of `promoted_adapter`: the adapter that is served, and the history of decisions.

Belongs here: carrying out a stored decision. The table is written first and `models/promoted.json` afterwards: a run
that ends in between leaves the earlier adapter served, and the next one carries the stored decision out.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.evaluation.promotion import BASE
from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.promotions import Decision

if TYPE_CHECKING:
    from jobsearch_dagster.foundation.table_asset import DataFolder

TABLE = "promoted_adapter"


class PromotionPublication:
    """Publishes the table `promoted_adapter` as the adapter that is served."""

    def lack(self, folder: "DataFolder", data_version: str) -> str | None:
        """Words where the stored decision is neither carried out nor recorded; None where it is."""
        found = promotions.read(folder.artifacts.root)
        decided = found.carry_out(_decision(folder, data_version))
        return None if decided == found else "the decision about the adapter is not carried out"

    def publish(self, folder: "DataFolder", data_version: str) -> None:
        """Carry it out, unless an adapter is pinned, and record it."""
        decision = _decision(folder, data_version)
        promotions.change(folder.artifacts.root, lambda found: found.carry_out(decision))

    def edition(self, folder: "DataFolder", data_version: str) -> Path:
        """The file that says which adapter is served; it has no editions, as it keeps its own history."""
        return folder.artifacts.root / promotions.FILE

    def editions(self, folder: "DataFolder") -> list[Path]:
        """None that could be deleted."""
        return []

    def current(self, folder: "DataFolder") -> Path | None:
        """None beside the file itself."""
        return None


def _decision(folder: "DataFolder", data_version: str) -> Decision:
    with folder.lake.connect([TABLE]) as connection:
        rows = connection.execute(f"SELECT DISTINCT candidate, compared_with, decision, reason FROM {TABLE}").fetchall()
    ((candidate, compared_with, decision, reason),) = rows
    other = None if compared_with == BASE else compared_with
    return Decision(data_version, candidate, other, decision == "promote", reason)
