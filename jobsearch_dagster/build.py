"""Assembly: every stage's assets and checks become one `dagster.Definitions`.

Belongs here: the list of stages and the seams that tests and CI override. What exists in a stage is in its
`assets.py` and `checks.py`.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import dagster as dg

from jobsearch_dagster.foundation import executors, profiles
from jobsearch_dagster.foundation.automation import Automation, automated
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset
from jobsearch_dagster.foundation.table_check import stored_as_declared_check

STAGES = ("ingestion", "preparation", "summarization", "pairs", "finetuning", "search", "evaluation")
ASSET_JOB = "all_assets"


@cache
def lake_assets() -> dict[str, LakeAsset]:
    """All assets by name, upstream first."""
    declared = {
        value.name: value
        for module in _modules("assets")
        for value in vars(module).values()
        if isinstance(value, LakeAsset)
    }
    ordered: dict[str, LakeAsset] = {}

    def place(asset: LakeAsset) -> None:
        if asset.name not in ordered:
            for name in asset.inputs:
                place(declared[name])
            ordered[asset.name] = asset

    for asset in declared.values():
        place(asset)
    return ordered


def build_defs(
    *,
    executor: dg.ExecutorDefinition | None = None,
    resources: Mapping[str, Any] | None = None,
    profile: str | None = None,
) -> dg.Definitions:
    """Everything Dagster needs to know.

    Args:
        executor: Who runs the steps; by default what `JOBSEARCH_EXECUTOR` says.
        resources: Replaces resources by name, e.g. `{"folder": DataFolder(path=...)}`.
        profile: Defaults of the assets' config; by default `JOBSEARCH_PROFILE`.

    Raises:
        UserError: The environment or the profile is wrong.
    """
    settings = Settings.from_environment()
    assets = lake_assets()
    profile = profile or settings.profile
    profiles.refuse_unknown_assets(profile, assets)
    checks = [
        value
        for module in _modules("checks")
        for value in vars(module).values()
        if isinstance(value, dg.AssetChecksDefinition)
    ]
    checks += [stored_as_declared_check(asset) for asset in assets.values()]
    definitions = [asset.definition(profile, assets, executors.retries(settings)) for asset in assets.values()]
    automation = Automation(assets, profile, settings)
    return dg.Definitions(
        assets=automated(definitions, assets, settings),
        asset_checks=checks,
        schedules=automation.schedules(),
        sensors=automation.sensors(),
        resources={
            "folder": DataFolder(
                path=str(settings.data_dir),
                memory_limit=settings.memory_limit,
                map_workers=settings.map_workers,
                executor=settings.executor,
            ),
            **(resources or {}),
        },
        executor=executor or executors.chosen(settings, profile),
    )


def asset_job(profile: str) -> dg.JobDefinition:
    """The job of all assets, in a form that a step on another machine makes again from its arguments."""
    jobs = dg.Definitions(jobs=[dg.define_asset_job(ASSET_JOB)])
    return dg.Definitions.merge(build_defs(profile=profile), jobs).resolve_job_def(ASSET_JOB)


def _modules(name: str) -> list[ModuleType]:
    return [import_module(f"jobsearch_dagster.{stage}.{name}") for stage in STAGES]
