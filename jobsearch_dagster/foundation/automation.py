"""Automation: what runs without a hand, and when.

Belongs here: the condition, schedules and sensors of the product, and which assets each is for. What is out of date is
decided in `foundation/staleness.py` and `foundation/proof.py`; who is told of a failed run, in
`foundation/failure_report.py`.

The *data assets* follow the raw files by themselves. What a language model works on for minutes or hours, fine-tuning
and evaluation, waits for the weekly tick or for a hand, and stays together: answers of today's questions are not
compared with those of an older adapter.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import dagster as dg

from jobsearch_dagster.foundation import profiles, proof
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.failure_report import failure_sensor
from jobsearch_dagster.foundation.home import UNFINISHED
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.staleness import changed_at_its_source
from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset

SLOW_GROUPS = ("finetuning", "evaluation")
LOOK_EVERY = 60  # seconds; raw files are read whole at each look: about 1 s a GB
MONDAY = datetime(2024, 1, 1, tzinfo=UTC)  # fixed, so that the longest pause is the same whenever it is sought
WEEKS = timedelta(weeks=3)  # hold two whole pauses of a weekly tick
YEARS = timedelta(days=3 * 366)  # and those of a yearly one
LATE = timedelta(hours=1)  # what a refresh may take before its assets count as late


def follow_changes() -> dg.AutomationCondition:
    """An asset is asked for when the content of something it is made from has changed, and all of that is checked.

    `AutomationCondition.eager` asks for it after every materialization upstream, changed or not, and forgets a change
    that comes between a request and the next tick (dagster#33586). Here:

    - Only a data version that changed counts, and only while it is younger than the asset: compared by the time of
      the events where both fall into one tick.
    - What was asked for is not asked for again until something upstream is made anew, so that a run that failed or
      was cancelled does not come back with every tick.
    - A blocking check upstream must have passed on the version that is there; one on what the same run makes anew need
      not, for it stops the run itself. (`all_deps_blocking_checks_passed` asks for its last verdict even then.)

    An asset that is missing, or that was out of date before the first tick, is left to the sensor and the schedule.
    """
    condition = dg.AutomationCondition
    remade = condition.any_deps_match(condition.newly_updated())
    older_than_inputs = remade.since(condition.newly_updated())
    changed = condition.any_deps_match(condition.data_version_changed()).since(~older_than_inputs)
    in_this_run = condition.any_deps_match(condition.will_be_requested())
    asked_for = condition.newly_requested().since(remade | in_this_run)
    passed = condition.all_checks_match(condition.check_passed(), blocking_only=True)
    return (
        ((older_than_inputs & changed).with_label("inputs_changed") | in_this_run.with_label("inputs_in_this_run"))
        & ~asked_for.with_label("asked_for")
        & ~condition.any_deps_missing()
        & ~condition.any_deps_in_progress()
        & ~condition.in_progress()
        & condition.all_deps_match(passed | condition.will_be_requested()).with_label("inputs_checked")
    ).with_label("follow_changes")


def data_assets(assets: Mapping[str, LakeAsset]) -> dict[str, LakeAsset]:
    """The assets outside the slow groups and those they are made from, upstream first."""
    wanted = {name for name, asset in assets.items() if asset.group not in SLOW_GROUPS}
    for name in reversed(list(assets)):
        if name in wanted:
            wanted.update(assets[name].inputs)
    return {name: asset for name, asset in assets.items() if name in wanted}


def automated(
    definitions: Iterable[dg.AssetsDefinition], assets: Mapping[str, LakeAsset], settings: Settings
) -> Sequence[dg.AssetsDefinition]:
    """The definitions, with a condition and a freshness policy on each data asset.

    A policy warns when a refresh was missed, and fails when two were. The slow assets have none: they stand as long
    as nothing changes.
    """
    data = data_assets(assets)
    pause = _longest_pause("JOBSEARCH_REFRESH_CRON", settings.refresh_cron)
    policy = dg.FreshnessPolicy.time_window(fail_window=2 * pause + LATE, warn_window=pause + LATE)

    def with_automation(spec: dg.AssetSpec) -> dg.AssetSpec:
        asset = data.get(spec.key.to_user_string())
        if asset is None:
            return spec
        condition = follow_changes() if asset.inputs else None
        return spec.replace_attributes(automation_condition=condition, freshness_policy=policy)

    return dg.map_asset_specs(with_automation, definitions)


@cache
def _longest_pause(variable: str, cron: str) -> timedelta:
    """The longest time from one tick to the next; three years for what ticks still more rarely."""
    every_week_is_alike = cron.split()[2:4] == ["*", "*"]  # day of the month, month
    span = WEEKS if every_week_is_alike else YEARS
    try:
        ticks = dg.TimeWindowPartitionsDefinition(
            start=MONDAY, end=MONDAY + span, cron_schedule=cron, fmt="%Y-%m-%dT%H:%M"
        ).get_partition_keys()
    except dg.DagsterInvalidDefinitionError as error:
        raise UserError(f"{variable}={cron} is no cron expression: write five fields, e.g. 0 5 * * *") from error
    times = [datetime.fromisoformat(tick) for tick in ticks]
    return max((after - before for before, after in pairwise(times)), default=span)


@dataclass(frozen=True)
class Automation:
    """Schedules and sensors over one set of assets.

    Attributes:
        assets: All assets, upstream first.
        profile: The profile in force.
        settings: When they tick, and whether they start switched on.
    """

    assets: Mapping[str, LakeAsset]
    profile: str
    settings: Settings

    def recipe(self, asset: LakeAsset) -> Recipe:
        """The recipe that applies to an asset."""
        return profiles.resolve(asset.recipe, asset.name, self.profile)

    def schedules(self) -> list[dg.ScheduleDefinition]:
        """The refresh of the data, and training with evaluation."""
        return [self._refresh(), self._training()]

    def sensors(self) -> list[dg.SensorDefinition]:
        """New content, what follows from it, and failures where an address is told of them."""
        url = self.settings.failure_webhook
        return [self._new_content(), self._followers(), *([failure_sensor(url)] if url else [])]

    @property
    def _schedule_status(self) -> dg.DefaultScheduleStatus:
        return dg.DefaultScheduleStatus.RUNNING if self.settings.automation else dg.DefaultScheduleStatus.STOPPED

    @property
    def _sensor_status(self) -> dg.DefaultSensorStatus:
        return dg.DefaultSensorStatus.RUNNING if self.settings.automation else dg.DefaultSensorStatus.STOPPED

    def _refresh(self) -> dg.ScheduleDefinition:
        return dg.ScheduleDefinition(
            name="refresh_data",
            cron_schedule=self.settings.refresh_cron,
            target=_selection(data_assets(self.assets)),
            default_status=self._schedule_status,
            description="Brings every data asset up to date; what is unchanged is only read again.",
        )

    def _training(self) -> dg.ScheduleDefinition:
        _longest_pause("JOBSEARCH_TRAINING_CRON", self.settings.training_cron)

        @dg.schedule(
            name="train_and_evaluate",
            cron_schedule=self.settings.training_cron,
            target=_selection(self.assets),
            default_status=self._schedule_status,
            description="Trains and evaluates anew if anything that this rests on has changed since the last time.",
        )
        def train_and_evaluate(
            context: dg.ScheduleEvaluationContext, folder: DataFolder
        ) -> dg.RunRequest | dg.SkipReason:
            return self.training_tick(context, folder)

        return train_and_evaluate

    def training_tick(self, context: dg.ScheduleEvaluationContext, folder: DataFolder) -> dg.RunRequest | dg.SkipReason:
        """One run of everything out of date, data included; none where training and evaluation are up to date."""
        checks = proof.blocking_checks(context.repository_def)
        try:
            statuses = proof.examine_with_verdicts(self.assets, folder, self.recipe, context.instance, checks)
        except UserError as error:
            return dg.SkipReason(str(error))
        todo = [name for name, status in statuses.items() if status.state != "fresh"]
        if not set(todo) - set(data_assets(self.assets)):
            return dg.SkipReason("training and evaluation are up to date")
        return dg.RunRequest(asset_selection=[dg.AssetKey(name) for name in todo])

    def _new_content(self) -> dg.SensorDefinition:
        @dg.sensor(
            name="new_content",
            minimum_interval_seconds=LOOK_EVERY,
            target=_selection(data_assets(self.assets)),
            default_status=self._sensor_status,
            description="Asks for data assets whose files, settings or code have changed; what follows is asked for "
            "by their condition. By content: a file that was only touched is no change.",
        )
        def new_content(context: dg.SensorEvaluationContext, folder: DataFolder) -> dg.RunRequest | dg.SkipReason:
            return self.content_tick(context, folder)

        return new_content

    def content_tick(self, context: dg.SensorEvaluationContext, folder: DataFolder) -> dg.RunRequest | dg.SkipReason:
        """One run of all data assets that are missing or changed at their source.

        A change is asked for once, when two looks found the same: a file that is still being copied is left alone.
        A run makes the assets one after the other, so while it works, and if it stops half-way, a part of what was
        asked for is still changed: that is no new change. The cursor holds asset -> digest of the content it would be
        made from, as of the last look and of what was asked for.
        """
        try:
            changed = changed_at_its_source(data_assets(self.assets), folder, self.recipe)
        except UserError as error:
            return dg.SkipReason(str(error))
        if not changed:
            context.update_cursor("{}")
            return dg.SkipReason("nothing has changed")
        names = ", ".join(changed)
        if _is_at_work(context.instance, changed):
            return dg.SkipReason(f"{names}: changed; a run that makes some of it is not finished")
        cursor = json.loads(context.cursor) if context.cursor else {}
        asked_for = cursor.get("asked_for", {})
        if changed.items() <= asked_for.items():
            return dg.SkipReason(f"a run of {names} was asked for: repair what stopped it, or run it by hand")
        if changed != cursor.get("seen"):
            context.update_cursor(json.dumps({"seen": changed, "asked_for": asked_for}))
            return dg.SkipReason(f"{names}: changed; asked for at the next look if it is still the same then")
        context.update_cursor(json.dumps({"seen": changed, "asked_for": changed}))
        return dg.RunRequest(asset_selection=[dg.AssetKey(name) for name in changed])

    def _followers(self) -> dg.SensorDefinition:
        # Without a sensor of our own Dagster adds one under its own name, which is always stopped at first.
        return dg.AutomationConditionSensorDefinition(
            name="follow_changes",
            target=_selection(data_assets(self.assets)),
            default_status=self._sensor_status,
            description="Asks for every data asset whose inputs have changed, once all of them are checked.",
        )


def _is_at_work(instance: dg.DagsterInstance, names: Iterable[str]) -> bool:
    """Whether an unfinished run makes any of the assets; one without a selection makes all."""
    keys = {dg.AssetKey(name) for name in names}
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return any(run.asset_selection is None or run.asset_selection & keys for run in runs)


def _selection(assets: Iterable[str]) -> dg.AssetSelection:
    return dg.AssetSelection.assets(*assets)
