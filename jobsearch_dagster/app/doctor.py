"""`jobsearch doctor`: whether this machine can do the work, and what the work will take, before anything starts.

Belongs here: looking at interpreter, libraries, machine, data and models, and saying what is missing. Nothing is run.
What an asset needs from outside is known by the asset itself.
"""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from jobsearch_dagster.app.run import explain
from jobsearch_dagster.app.status import in_units
from jobsearch_dagster.app.workspace import Workspace, open_instance
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.finetuning import backends, memory
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation import costs, model_store, ray_cluster
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.llm_endpoint import shown_address
from jobsearch_dagster.foundation.table_asset import LakeAsset

PACKAGE = "jobsearch-dagster"
SHOWN = ("dagster", "duckdb", "pandas", "torch", "transformers", "peft", "trl")
"""Libraries whose version is shown; of the others only that they are as required."""
LEAST_DISK = 1_000_000_000
"""Bytes: the demo's data folder takes 0.7 GB, most of it the base model as safetensors."""
MODEL_FIELDS = ("model", "encoder", "sample_encoder")


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        subject: What.
        details: How it is; where something is missing, with what helps.
        is_missing: Whether the work cannot be done without it.
    """

    subject: str
    details: str
    is_missing: bool = False


def examine(workspace: Workspace) -> list[Finding]:
    """Everything that decides whether a run will succeed, and how long it will take."""
    found = [*_python(), *_machine(workspace), *_training(workspace), *_models(workspace), *_outside(workspace)]
    found += _cluster(workspace)
    if not any(finding.is_missing for finding in found):
        found += _work(workspace)
    return found


def _python() -> Iterator[Finding]:
    wanted = metadata.metadata(PACKAGE)["Requires-Python"] or ""
    fits = SpecifierSet(wanted).contains(platform.python_version())
    yield Finding("python", f"{platform.python_version()} (needs {wanted})", is_missing=not fits)
    requirements = [Requirement(text) for text in metadata.requires(PACKAGE) or ()]
    needed = [r for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = [line for requirement in needed if (line := _wrong(requirement))]
    for line in wrong:
        yield Finding("library", line, is_missing=True)
    versions = ", ".join(f"{name} {version}" for name in SHOWN if (version := _version(name)))
    yield Finding("libraries", f"{len(needed) - len(wrong)} of {len(needed)} as required; {versions}")


def _wrong(requirement: Requirement) -> str | None:
    version = _version(requirement.name)
    if version is None:
        return f"{requirement.name} is not installed: run `make install`"
    if not requirement.specifier.contains(version, prereleases=True):
        return f"{requirement.name} {version} is not {requirement.specifier}: run `make install`"
    return None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _machine(workspace: Workspace) -> Iterator[Finding]:
    settings = workspace.settings
    folder = settings.data_dir
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    writable = existing.is_dir() and os.access(existing, os.W_OK)
    yield Finding("data folder", str(folder) if writable else f"{existing} cannot be written", is_missing=not writable)
    free = shutil.disk_usage(existing).free
    need = "" if free >= LEAST_DISK else f"; at least {in_units(LEAST_DISK)} are needed: free space"
    yield Finding("disk", f"{in_units(free)} free at {existing}{need}", is_missing=bool(need))
    total = psutil.virtual_memory().total
    yield Finding(
        "memory", f"{in_units(memory.free_memory())} free of {in_units(total)}; DuckDB takes up to "
        f"{in_units(settings.memory_limit)} (JOBSEARCH_MEMORY_LIMIT)"
    )  # fmt: skip
    yield Finding("processor", f"{os.cpu_count()} cores, {platform.machine()}")
    yield Finding("profile", f"{workspace.profile}, executor {settings.executor}")
    if settings.llm_url:
        yield Finding("endpoint", f"{settings.llm_model} at {shown_address(settings.llm_url)}; not asked")


def _training(workspace: Workspace) -> Iterator[Finding]:
    recipe = workspace.recipe(lake_assets()["lora_adapter"])
    assert isinstance(recipe, LoraRecipe)
    yield Finding("accelerator", _accelerator())
    try:
        choice = backends.choose_here(recipe)
        yield Finding("training", f"with {choice.backend}: {choice.reason}")
    except UserError as error:
        yield Finding("training", str(error), is_missing=True)


def _accelerator() -> str:
    import torch

    if not torch.cuda.is_available():
        return "no CUDA card: models run on the processor"
    total = torch.cuda.get_device_properties(0).total_memory
    return f"{torch.cuda.get_device_name(0)}, {in_units(total)}, CUDA {torch.version.cuda}"


def _models(workspace: Workspace) -> Iterator[Finding]:
    """The models that recipes name and that are there; one that is needed and is not is found by its asset."""
    named = {
        str(getattr(recipe, name))
        for asset in lake_assets().values()
        for recipe in [workspace.recipe(asset)]
        for name in MODEL_FIELDS
        if getattr(recipe, name, None)
    }
    for name in sorted(named):
        try:
            root, files = model_store.model_files(name, workspace.settings.data_dir)
        except UserError:
            continue
        yield Finding("model", f"{name}: {root}, {in_units(sum(path.stat().st_size for path in files))}")


def _outside(workspace: Workspace) -> Iterator[Finding]:
    """What assets need from outside the lake, raw files and models, as the assets themselves say it."""
    needs = dict.fromkeys(line for asset in lake_assets().values() if (line := _need(workspace, asset)))
    for line in needs:
        yield Finding("needed", line, is_missing=True)
    if not needs:
        yield Finding("raw files", f"found in {workspace.settings.data_dir / 'raw'}")


def _need(workspace: Workspace, asset: LakeAsset) -> str | None:
    try:
        asset.external(workspace.folder, workspace.recipe(asset))
    except UserError as error:
        return str(error)
    return None


def _cluster(workspace: Workspace) -> Iterator[Finding]:
    """What a whole run needs of the machines that its steps are to run on."""
    settings = workspace.settings
    if settings.executor != "ray":
        return
    try:
        nodes = ray_cluster.refuse_unusable(settings, [a.name for a in lake_assets().values() if a.accelerator])
        yield Finding("cluster", f"{nodes} nodes of Ray at {settings.ray_address}, with all that steps need there")
    except UserError as error:
        yield Finding("cluster", str(error), is_missing=True)


def _work(workspace: Workspace) -> Iterator[Finding]:
    """What the next `jobsearch run` will do, how long that took last time, and how much memory."""
    todo = [name for name, status in explain(workspace, []).items() if status.state != "fresh"]
    if not todo:
        yield Finding("next run", "nothing to do: everything is up to date")
        return
    with open_instance(workspace) as instance:
        known = costs.last_costs(instance, todo)
    if known:
        seconds = sum(cost.seconds for cost in known.values())
        peak = max(cost.memory for cost in known.values())
        profiles = sorted({cost.profile for cost in known.values() if cost.profile})
        yield Finding(
            "next run",
            f"{len(todo)} assets; {len(known)} of them took {seconds / 60:.1f} minutes and {in_units(peak)} of memory "
            f"when they were last computed here (profile {', '.join(profiles) or 'unknown'})",
        )
    unknown = [name for name in todo if name not in known]
    if unknown:
        whole = costs.WHOLE_RUNS.get(workspace.profile)
        told = f"; a whole run of {workspace.profile} on the sample took {whole}" if whole else "; no figure is known"
        yield Finding("next run", f"{len(unknown)} assets were never computed here{told}")
    if "lora_adapter" in todo:
        yield from _training_memory(workspace)


def _training_memory(workspace: Workspace) -> Iterator[Finding]:
    """The forecast of the largest pass that the recipe allows; the training itself counts its real examples."""
    base = workspace.folder.artifacts.current("base_model")
    recipe = workspace.recipe(lake_assets()["lora_adapter"])
    assert isinstance(recipe, LoraRecipe)
    if base is None:
        yield Finding("training memory", "can be predicted once base_model is made")
        return
    import torch

    tokens = recipe.batch_size * recipe.max_seq_length
    longest = recipe.max_seq_length
    needed = memory.forecast(Path(base.path), recipe, tokens, longest, cuda=torch.cuda.is_available())
    free = memory.free_memory()
    try:
        memory.refuse_too_little(needed, free)
        yield Finding("training memory", f"at most {in_units(needed.total)} by forecast; {in_units(free)} free")
    except UserError as error:
        yield Finding("training memory", f"with examples of {recipe.max_seq_length} tokens {error}", is_missing=True)
