"""`jobsearch run`: bring assets up to date like `make`.

Belongs here: deciding what runs, running it in this process or from it on a Ray cluster, and saying what happened.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from jobsearch_dagster.app.console import errors
from jobsearch_dagster.app.run_log import QUIET, RUN_CONFIG, bars
from jobsearch_dagster.app.verdicts import failed_checks
from jobsearch_dagster.app.workspace import Workspace, open_instance
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import home, proof, ray_cluster
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.staleness import Status

Result = dg.ExecuteInProcessResult | dg.JobExecutionResult


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes:
        computed: Assets whose content was made anew.
        reused: Assets whose stored content was still right.
        seconds: Wall time of the run.
        group_seconds: Time inside the assets' own code, per group.
        check_seconds: Time inside checks; the rest of the wall time is orchestration.
        problems: One line per failed step or failed blocking check.
        warnings: One line per failed check that does not block.
    """

    computed: tuple[str, ...] = ()
    reused: tuple[str, ...] = ()
    seconds: float = 0.0
    group_seconds: dict[str, float] = field(default_factory=dict)
    check_seconds: float = 0.0
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def asset_seconds(self) -> float:
        """Time inside the assets' own code."""
        return sum(self.group_seconds.values())


def explain(workspace: Workspace, selections: Sequence[str]) -> dict[str, Status]:
    """State and reason of the selected assets and everything upstream of them; nothing runs.

    Raises:
        UserError: Raw files or an embedded model are missing.
        UsageError: A change is of an asset that is not among them.
    """
    names = _with_upstream(workspace.selected(selections))
    workspace.refuse_changes_outside(names)
    with open_instance(workspace) as instance:
        return _statuses(workspace, instance, names)


def run(workspace: Workspace, selections: Sequence[str], *, only: bool = False) -> Outcome:
    """Run what is missing or out of date among the selection and its upstream; with `only`, the selection itself.

    Raises:
        UserError: Raw files or an embedded model are missing, the data folder cannot be written, or the machines that
            the steps are to run on cannot do so.
        UsageError: A change is of an asset that is not among those.
        KeyboardInterrupt: Ctrl-C; what was finished by then is kept.
    """
    if workspace.settings.executor == "k8s":
        raise UserError(
            "runs on Kubernetes start in Dagster's web UI there, or by its schedules (docs/cluster.md): unset "
            "JOBSEARCH_EXECUTOR to run here"
        )
    selected = workspace.selected(selections)
    workspace.refuse_changes_outside(selected if only else _with_upstream(selected))
    with (
        open_instance(workspace) as instance,
        home.only_run(workspace.settings.data_dir, lambda line: errors.print(line, markup=False)),
    ):
        for run_id in home.end_abandoned_runs(instance):
            errors.print(f"ended run {run_id[:8]}, whose process is gone", markup=False)
        if only:
            _refuse_unproven_inputs(workspace, instance, selected)
            todo = selected
        else:
            statuses = _statuses(workspace, instance, _with_upstream(selected))
            todo = [name for name, status in statuses.items() if status.state != "fresh"]
        return _execute(workspace, instance, todo) if todo else Outcome()


def _with_upstream(names: Iterable[str]) -> list[str]:
    assets = lake_assets()
    wanted = set(names)
    for name in reversed(list(assets)):
        if name in wanted:
            wanted.update(assets[name].inputs)
    return [name for name in assets if name in wanted]


def _statuses(workspace: Workspace, instance: dg.DagsterInstance, names: list[str]) -> dict[str, Status]:
    checks = proof.blocking_checks(workspace.defs)
    return proof.examine_with_verdicts(lake_assets(), workspace.folder, workspace.recipe, instance, checks, names)


def _refuse_unproven_inputs(workspace: Workspace, instance: dg.DagsterInstance, names: list[str]) -> None:
    unproven = proof.unproven(lake_assets(), workspace.folder, instance, proof.blocking_checks(workspace.defs))
    for name in names:
        for source in lake_assets()[name].inputs:
            if source in unproven and source not in names and lake_assets()[source].stamp(workspace.folder):
                raise UserError(f"{name} would be built on {source}, whose {unproven[source]}: run it without --only")


def _execute(workspace: Workspace, instance: dg.DagsterInstance, names: list[str]) -> Outcome:
    started = time.monotonic()
    execute = _executed_here if workspace.settings.executor == "local" else _executed_on_ray
    result = execute(workspace, instance, names)
    if (where := interrupted_in(result)) is not None:
        done = len(result.get_asset_materialization_events())
        errors.print(f"interrupted in {where}: {done} of {len(names)} assets were finished", markup=False)
        raise KeyboardInterrupt
    seconds = time.monotonic() - started
    reused: dict[bool, list[str]] = {True: [], False: []}
    group_seconds: dict[str, float] = {}
    for event in result.get_asset_materialization_events():
        metadata = event.materialization.metadata
        name = event.materialization.asset_key.to_user_string()
        reused[bool(metadata["reused"].value)].append(name)
        group = lake_assets()[name].group
        spent = metadata["seconds"].value
        assert isinstance(spent, float)
        group_seconds[group] = group_seconds.get(group, 0.0) + spent
    return Outcome(
        computed=tuple(reused[False]),
        reused=tuple(reused[True]),
        seconds=seconds,
        group_seconds=group_seconds,
        check_seconds=_check_seconds(instance, result),
        problems=_problems(workspace, result),
        warnings=tuple(failed_checks(workspace, result.get_asset_check_evaluations(), dg.AssetCheckSeverity.WARN)),
    )


def _executed_here(workspace: Workspace, instance: dg.DagsterInstance, names: list[str]) -> Result:
    with bars(names, "assets"):
        return workspace.defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(name) for name in names],
            run_config={**RUN_CONFIG, "ops": _changes(workspace, names)},
            tags=_tags(workspace),
            raise_on_error=False,
        )


def _executed_on_ray(workspace: Workspace, instance: dg.DagsterInstance, names: list[str]) -> Result:
    """The steps are jobs of the cluster, and this process waits for them; what they say is in the run's log."""
    for step in ray_cluster.stop_abandoned_steps(workspace.settings, instance):
        errors.print(f"stopped {step} on the Ray cluster, whose run has ended", markup=False)
    nodes = ray_cluster.refuse_unusable(workspace.settings, [name for name in names if lake_assets()[name].accelerator])
    where = f"the {nodes} nodes of {workspace.settings.ray_address}"
    errors.print(f"{len(names)} assets run on {where}: `make ui` shows how far they are", markup=False)
    return dg.execute_job(
        dg.build_reconstructable_job("jobsearch_dagster.build", "asset_job", (workspace.profile,)),
        instance,
        asset_selection=[dg.AssetKey(name) for name in names],
        run_config={**QUIET, "ops": _changes(workspace, names)},
        tags=_tags(workspace),
    )


def _changes(workspace: Workspace, names: list[str]) -> dict[str, Any]:
    return {name: {"config": values} for name, values in workspace.changes.items() if name in names}


def _tags(workspace: Workspace) -> dict[str, str]:
    return {**home.process_tags(), "jobsearch/profile": workspace.profile}


def _problems(workspace: Workspace, result: Result) -> tuple[str, ...]:
    failed = failed_checks(workspace, result.get_asset_check_evaluations(), dg.AssetCheckSeverity.ERROR)
    found = [*failed_steps(result).values(), *failed]
    if not result.success and not found:
        found = [f"run {result.run_id[:8]} failed outside its steps: see its log in the UI"]
    return tuple(dict.fromkeys(found))  # two steps can fail for the same reason


def _check_seconds(instance: dg.DagsterInstance, result: Result) -> float:
    names = set(lake_assets())
    return sum(
        (step.end_time or 0.0) - (step.start_time or 0.0)
        for step in instance.get_run_step_stats(result.run_id)
        if step.step_key not in names and step.end_time
    )


def interrupted_in(result: Result) -> str | None:
    """The step that Ctrl-C has stopped, `the run` where it came between steps; None where nothing was stopped.

    Dagster hands the result back as that of a failure: the run is recorded as failed, its pool slots are free.
    """
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
        else:
            error = event.job_failure_data.error if event.is_job_failure else None
        if error is not None and error.cls_name in {"DagsterExecutionInterruptedError", "KeyboardInterrupt"}:
            return event.step_key or "the run"
    return None


def failed_steps(result: Result) -> dict[str, str]:
    """Step -> why it failed, in one line: the user error's own words, or the exception.

    Dagster also fails the step of a blocking check that did not pass; `failed_checks` has those.
    """
    return {
        event.step_key or "": _reason(event, result.run_id)
        for event in result.all_events
        if event.is_step_failure and not _is_failed_check(event)
    }


def _is_failed_check(event: dg.DagsterEvent) -> bool:
    error = event.step_failure_data.error
    return error is not None and error.cls_name == "DagsterAssetCheckFailedError"


def _reason(event: dg.DagsterEvent, run_id: str) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data is not None:
        return str(failure.user_failure_data.description)
    error = failure.error and (failure.error.cause or failure.error)
    first = error.message.strip().splitlines()[0] if error else "no reason given"
    return f"{event.step_key} failed: {first} (traceback in run {run_id[:8]} of the UI)"
