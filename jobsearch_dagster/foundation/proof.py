"""Which stored versions the blocking checks have passed: the second half of what is out of date.

Belongs here: reading the latest verdicts from Dagster's storage and comparing them with what is stored now. What the
lake alone knows is in `foundation/staleness.py`; what a check is, in `foundation/table_check.py`.
"""

from collections.abc import Callable, Iterable, Mapping

import dagster as dg

from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.staleness import Status, examine
from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset
from jobsearch_dagster.foundation.table_check import VERSION

BlockingChecks = Iterable[dg.AssetCheckKey]


def blocking_checks(defs: dg.Definitions | dg.RepositoryDefinition) -> list[dg.AssetCheckKey]:
    """The checks that stop what is downstream when they fail."""
    graph = defs.resolve_asset_graph() if isinstance(defs, dg.Definitions) else defs.asset_graph
    return sorted(key for key in graph.asset_check_keys if graph.get(key).blocking)


def examine_with_verdicts(
    assets: Mapping[str, LakeAsset],
    folder: DataFolder,
    recipe_of: Callable[[LakeAsset], Recipe],
    instance: dg.DagsterInstance,
    checks: BlockingChecks,
    only: Iterable[str] | None = None,
) -> dict[str, Status]:
    """What `examine` says, and as stale also what is not proven; arguments and errors are those of `examine`."""
    statuses = examine(assets, folder, recipe_of, only)
    for name, reason in unproven(assets, folder, instance, checks).items():
        if name in statuses and statuses[name].state == "fresh":
            statuses[name] = Status("stale", reason)
    return statuses


def unproven(
    assets: Mapping[str, LakeAsset], folder: DataFolder, instance: dg.DagsterInstance, checks: BlockingChecks
) -> dict[str, str]:
    """Assets of whose stored version it is not known that a blocking check stops nothing: none may be built on them.

    A check that blocks may find what only warns: that was told when it was found, and the asset is as good as it gets.

    The verdict must be on the version that is stored now; one on another version, from another data folder or from
    before a restored backup, proves nothing.
    """
    reasons: dict[str, list[str]] = {}
    for key, evaluation in verdicts(assets, folder, instance, checks).items():
        found = reasons.setdefault(key.asset_key.to_user_string(), [])
        if evaluation is None:
            found.append(f"check {key.name} never ran on this version")
        elif not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
            found.append(f"check {key.name} did not pass")
    return {name: "; ".join(found) for name, found in reasons.items() if found}


def verdicts(
    assets: Mapping[str, LakeAsset],
    folder: DataFolder,
    instance: dg.DagsterInstance,
    checks: Iterable[dg.AssetCheckKey],
) -> dict[dg.AssetCheckKey, dg.AssetCheckEvaluation | None]:
    """What each check said last, where that was on the version that is stored now; None where it was not."""
    found = {}
    for key in checks:
        stamp = assets[key.asset_key.to_user_string()].stamp(folder)
        evaluation = _latest(instance, key)
        judged = evaluation.metadata.get(VERSION) if evaluation else None
        is_current = stamp is not None and judged is not None and judged.value == stamp.data_version
        found[key] = evaluation if is_current else None
    return found


def _latest(instance: dg.DagsterInstance, key: dg.AssetCheckKey) -> dg.AssetCheckEvaluation | None:
    """What a check said last; None where it did not run, or ended without saying anything."""
    record = instance.get_latest_asset_check_evaluation_record(key)
    event = record and record.event
    return event.asset_check_evaluation if event else None
