"""What is out of date, and why: decided from the lake alone, never from the event log.

Belongs here: comparing the key an asset would get now with the key it was stored under. *Stale* = missing, or its own
key changed. *Affected* = downstream of something stale: it may turn out equal once its inputs are known.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jobsearch_dagster.foundation.lake import KeyParts
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset

State = Literal["fresh", "stale", "affected"]


@dataclass(frozen=True)
class Status:
    """State of one asset and the reason for it in words."""

    state: State
    reason: str = ""


def examine(
    assets: Mapping[str, LakeAsset],
    folder: DataFolder,
    recipe_of: Callable[[LakeAsset], Recipe],
    only: Iterable[str] | None = None,
) -> dict[str, Status]:
    """State of each asset.

    Args:
        assets: All assets, upstream first.
        folder: The data folder.
        recipe_of: The recipe that applies to an asset.
        only: Names to examine, closed under "upstream of"; all by default.

    Returns:
        Status per asset name, upstream first.

    Raises:
        UserError: Something from outside the lake is missing: raw files, an embedded model.
    """
    wanted = set(assets) if only is None else set(only)
    found: dict[str, Status] = {}
    for name, asset in assets.items():
        if name in wanted:
            found[name] = _status(asset, assets, folder, recipe_of(asset), found)
    return found


def changed_at_its_source(
    assets: Mapping[str, LakeAsset], folder: DataFolder, recipe_of: Callable[[LakeAsset], Recipe]
) -> dict[str, str]:
    """The assets that are missing, or made under another recipe, code version or content from outside the lake.

    Whether their inputs in the lake have changed is left out.

    Returns:
        Name -> digest of what it would be made from now.

    Raises:
        UserError: Something from outside the lake is missing: raw files, an embedded model.
    """
    found = {}
    for name, asset in assets.items():
        stored = asset.stamp(folder)
        now = asset.parts(folder, recipe_of(asset), stored.parts.inputs if stored else {})
        if stored is None or now.key != stored.parts.key:
            found[name] = now.key
    return found


def _status(
    asset: LakeAsset,
    assets: Mapping[str, LakeAsset],
    folder: DataFolder,
    config: Recipe,
    found: Mapping[str, Status],
) -> Status:
    stored = asset.stamp(folder)
    damage = asset.damage(folder)
    if stored is None or damage is not None:
        asset.external(folder, config)  # what is missing outside the lake is said before anything runs
        return Status("stale", damage or "missing")
    stamps = {name: assets[name].stamp(folder) for name in asset.inputs}
    # An input that is missing keeps its stored version here: the asset is then affected, not stale by itself.
    versions = {
        name: stamp.data_version if stamp else stored.parts.inputs.get(name, "") for name, stamp in stamps.items()
    }
    now = asset.parts(folder, config, versions)
    if now.key != stored.parts.key:
        return Status("stale", "; ".join(_differences(stored.parts, now)))
    lack = asset.lack(folder, stored)
    if lack is not None:
        return Status("stale", lack)
    changed = [name for name in asset.inputs if found[name].state != "fresh"]
    if changed:
        return Status("affected", f"downstream of {', '.join(changed)}")
    return Status("fresh")


def _differences(then: KeyParts, now: KeyParts) -> Iterable[str]:
    if then.code_version != now.code_version:
        yield f"code_version {then.code_version} -> {now.code_version}"
    for name in sorted(then.config.keys() | now.config.keys()):
        old, new = then.config.get(name), now.config.get(name)
        if old != new:
            yield f"{name} {old} -> {new}"
    for kind, old_parts, new_parts in (
        ("input", then.inputs, now.inputs),
        ("", then.external, now.external),
    ):
        for name in sorted(old_parts.keys() | new_parts.keys()):
            if old_parts.get(name) != new_parts.get(name):
                yield f"{kind} {name} changed".strip()
