"""Ticks, driven one by one: what is asked for, and above all what is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.asset_daemon_cursor import AssetDaemonCursor
from dagster._core.test_utils import create_run_for_test

from jobsearch_dagster.app.workspace import open_instance, open_workspace
from jobsearch_dagster.build import build_defs, lake_assets
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.automation import SLOW_GROUPS, Automation, automated, data_assets, follow_changes
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster_tests.ticks import asked_by

FOLLOWERS = {"clean", "pairs", "catalog"}


@dataclass
class Toy:
    """`raw` -> `clean` -> `pairs`, and `catalog` from `clean` and `lists`; `raw` and `clean` have a blocking check.

    `raw` has one too that only warns, and always does: it must stop nothing.

    `content` is what the next materialization of an asset makes; an asset without an entry makes what its inputs are.
    """

    instance: dg.DagsterInstance
    content: dict[str, str] = field(default_factory=lambda: {"raw": "v1", "lists": "v1"})
    made: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    cursor: AssetDaemonCursor | None = None

    def definitions(self) -> dg.Definitions:
        def asset(name: str, *inputs: str) -> dg.AssetsDefinition:
            def make() -> dg.MaterializeResult:
                if name in self.broken:
                    raise dg.Failure(description="broken", allow_retries=False)
                self.made[name] = self.content.get(name) or " ".join(self.made[i] for i in inputs)
                return dg.MaterializeResult(data_version=dg.DataVersion(self.made[name]))

            condition = follow_changes() if inputs else None
            return dg.asset(name=name, deps=list(inputs), automation_condition=condition)(make)

        def check(name: str) -> dg.AssetChecksDefinition:
            @dg.asset_check(asset=name, name="holds", blocking=True)
            def holds() -> dg.AssetCheckResult:
                return dg.AssetCheckResult(passed="bad" not in self.made[name])

            return holds

        @dg.asset_check(asset="raw")
        def warns() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)

        assets = [asset("raw"), asset("lists"), asset("clean", "raw"), asset("pairs", "clean")]
        assets.append(asset("catalog", "clean", "lists"))
        return dg.Definitions(assets=assets, asset_checks=[check("raw"), check("clean"), warns])

    def tick(self) -> set[str]:
        """What is asked for; the definitions are built anew each time, as after a reload of the code location."""
        result = dg.evaluate_automation_conditions(self.definitions(), self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        return {r.key.to_user_string() for r in result.results if not r.true_subset.is_empty}

    def run(self, names: set[str]) -> bool:
        job = self.definitions().resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey(name) for name in names]
        return job.execute_in_process(instance=self.instance, asset_selection=keys, raise_on_error=False).success

    def make(self, name: str, content: str) -> bool:
        self.content[name] = content
        return self.run({name})


@pytest.fixture
def toy() -> Iterator[Toy]:
    with dg.DagsterInstance.ephemeral() as instance:
        toy = Toy(instance)
        assert toy.run({"raw", "lists", *FOLLOWERS})
        assert toy.tick() == set()
        yield toy


def test_nothing_has_changed_and_nothing_is_asked_for(toy: Toy) -> None:
    assert toy.tick() == set()


def test_equal_content_made_again_is_no_change(toy: Toy) -> None:
    assert toy.run({"raw", "lists"})
    assert toy.tick() == set()


def test_a_change_asks_once_and_for_everything_that_follows(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()
    assert toy.tick() == set()


def test_what_is_missing_is_left_to_the_sensor_that_looks_at_the_lake() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        toy = Toy(instance)
        assert toy.tick() == set()
        assert toy.make("lists", "v2")
        assert toy.tick() == set()  # `catalog` needs `clean`, which is not there


def test_only_what_follows_from_the_change_is_asked_for(toy: Toy) -> None:
    assert toy.make("lists", "v2")
    assert toy.tick() == {"catalog"}


def test_two_changes_at_once_ask_once(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    assert toy.make("lists", "v2")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()


def test_nothing_is_built_on_what_failed_its_check_until_it_is_repaired(toy: Toy) -> None:
    assert not toy.make("raw", "bad")
    assert toy.tick() == set()
    assert toy.tick() == set()
    assert toy.make("raw", "v3")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()


def test_a_check_that_passes_when_it_runs_again_is_a_repair(toy: Toy) -> None:
    assert not toy.make("raw", "bad")
    assert toy.tick() == set()
    toy.made["raw"] = "v3"  # what the check looks at is right now
    holds = dg.AssetCheckKey(dg.AssetKey("raw"), "holds")
    checks = dg.define_asset_job("checks", selection=dg.AssetSelection.checks(holds))
    defs = dg.Definitions.merge(toy.definitions(), dg.Definitions(jobs=[checks]))
    assert defs.resolve_job_def("checks").execute_in_process(instance=toy.instance).success
    assert toy.tick() == FOLLOWERS


def test_a_check_that_fails_within_the_run_stops_what_follows(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    toy.content["clean"] = "bad"
    assert toy.tick() == FOLLOWERS
    assert not toy.run(FOLLOWERS)
    assert toy.made["pairs"] == "v1"
    assert toy.tick() == set()


def test_a_run_that_failed_is_not_asked_for_with_every_tick(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    toy.broken = {"clean"}
    assert toy.tick() == FOLLOWERS
    assert not toy.run(FOLLOWERS)
    assert [toy.tick() for _ in range(3)] == [set(), set(), set()]
    toy.broken = set()
    assert toy.make("raw", "v3")
    assert toy.tick() == FOLLOWERS


def test_what_failed_in_the_middle_of_a_run_is_tried_once_more(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    toy.broken = {"pairs"}
    assert toy.tick() == FOLLOWERS
    assert not toy.run(FOLLOWERS)
    assert toy.tick() == {"pairs"}
    assert not toy.run({"pairs"})
    assert [toy.tick() for _ in range(3)] == [set(), set(), set()]


def test_a_change_between_a_request_and_the_next_tick_is_not_lost(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.make("raw", "v3")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.made["pairs"] == "v3"
    assert toy.tick() == set()


def test_what_a_hand_brought_up_to_date_is_not_asked_for(toy: Toy) -> None:
    toy.content["raw"] = "v2"
    assert toy.run({"raw", *FOLLOWERS})
    assert toy.tick() == set()
    assert toy.make("raw", "v3")
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()


def test_what_is_slow_is_left_to_the_schedule_and_all_else_follows_by_itself() -> None:
    specs = {spec.key.to_user_string(): spec for spec in build_defs(profile="demo").resolve_all_asset_specs()}
    for name, asset in lake_assets().items():
        is_data = name in data_assets(lake_assets())
        assert (specs[name].automation_condition is not None) == (is_data and bool(asset.inputs))
        assert (specs[name].freshness_policy is not None) == is_data
        assert is_data == (asset.group not in SLOW_GROUPS or name == "base_model")


@dataclass
class Looks:
    """The sensor over a finished data folder, look after look."""

    folder: DataFolder
    instance: dg.DagsterInstance
    cursor: str | None = None

    def __call__(self) -> dg.RunRequest | dg.SkipReason:
        context = dg.build_sensor_context(self.instance, cursor=self.cursor)
        told = Automation(lake_assets(), "smoke", Settings.from_environment()).content_tick(context, self.folder)
        self.cursor = context.cursor
        return told

    def asked_for(self) -> set[str]:
        return asked_by(self())


@pytest.fixture
def looks(made: Path) -> Iterator[Looks]:
    with dg.DagsterInstance.ephemeral() as instance:
        looks = Looks(DataFolder(path=str(made)), instance)
        assert looks.asked_for() == set()
        yield looks


READERS = {"raw_jobs", "rejected_rows"}


def add_file(made: Path, name: str, postings: int = 1) -> Path:
    """A new raw file."""
    path = made / "raw" / name
    rows = "".join(f"resume,painter {n},Oslo,$50k,Paint walls and fences.\n" for n in range(postings))
    path.write_text(f"Resume,Job-Title,Location,Salary,Description\n{rows}", encoding="utf-8")
    return path


def test_a_touched_file_is_no_new_content(made: Path, looks: Looks) -> None:
    for file in (made / "raw").glob("*.csv"):
        file.touch()
    assert [looks.asked_for() for _ in range(3)] == [set(), set(), set()]


def test_new_files_are_asked_for_once_and_together(made: Path, looks: Looks) -> None:
    add_file(made, "train-2.csv")
    add_file(made, "test-2.csv")
    assert [looks.asked_for() for _ in range(4)] == [set(), READERS, set(), set()]


def test_a_file_that_is_still_being_copied_is_left_alone(made: Path, looks: Looks) -> None:
    for postings in (1, 2, 3):
        add_file(made, "train-2.csv", postings)
        assert looks.asked_for() == set()
    assert looks.asked_for() == READERS


def test_a_change_that_was_taken_back_is_none(made: Path, looks: Looks) -> None:
    file = add_file(made, "train-2.csv")
    assert looks.asked_for() == set()
    file.unlink()
    assert [looks.asked_for() for _ in range(2)] == [set(), set()]


def test_what_failed_is_asked_for_again_only_when_it_was_repaired(made: Path, looks: Looks) -> None:
    add_file(made, "train-2.csv")
    assert [looks.asked_for() for _ in range(2)] == [set(), READERS]
    told = looks()  # the run left the lake as it was
    assert isinstance(told, dg.SkipReason)
    assert "repair" in (told.skip_message or "")
    add_file(made, "train-2.csv", postings=2)
    assert [looks.asked_for() for _ in range(2)] == [set(), READERS]


def test_what_a_run_has_not_made_yet_is_not_asked_for_again_while_it_works_or_after_it_stopped(
    made: Path, looks: Looks
) -> None:
    add_file(made, "train-2.csv")
    path = Lake(made).path("lowercased_jobs")
    away = path.rename(path.with_suffix(".away"))
    asked = [READERS | {"lowercased_jobs"}, READERS]  # what is still to be made shrinks as the run goes on
    assert [looks.asked_for() for _ in range(2)] == [set(), asked[0]]
    run = create_run_for_test(
        looks.instance,
        asset_selection=frozenset(dg.AssetKey(name) for name in asked[0]),
        status=dg.DagsterRunStatus.STARTED,
    )
    away.rename(path)
    assert [looks.asked_for() for _ in range(3)] == [set(), set(), set()]
    looks.instance.report_run_failed(run)
    assert [looks.asked_for() for _ in range(3)] == [set(), set(), set()]


def test_what_changes_while_a_run_works_is_asked_for_after_it(made: Path, looks: Looks) -> None:
    run = create_run_for_test(
        looks.instance, asset_selection=frozenset({dg.AssetKey("raw_jobs")}), status=dg.DagsterRunStatus.STARTED
    )
    add_file(made, "train-2.csv")
    assert [looks.asked_for() for _ in range(3)] == [set(), set(), set()]
    looks.instance.report_run_failed(run)
    assert [looks.asked_for() for _ in range(2)] == [set(), READERS]


def test_raw_files_that_cannot_be_read_are_the_reason_to_wait(made: Path, looks: Looks) -> None:
    (made / "raw" / "sources.yaml").write_text("sources: [", encoding="utf-8")
    told = looks()
    assert isinstance(told, dg.SkipReason)
    assert "sources.yaml" in (told.skip_message or "")


def test_in_an_empty_data_folder_all_data_assets_are_asked_for(data: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        looks = Looks(DataFolder(path=str(data)), instance)
        assert [looks.asked_for() for _ in range(2)] == [set(), set(data_assets(lake_assets()))]


def test_the_sensor_that_dagster_gets_looks_at_the_folder_resource(made: Path) -> None:
    add_file(made, "train-2.csv")
    defs = build_defs()
    sensor = defs.resolve_sensor_def("new_content")
    with open_instance(open_workspace()) as instance:
        context = dg.build_sensor_context(
            instance, definitions=defs, resources={"folder": DataFolder(path=str(made))}, sensor_name="new_content"
        )
        first = sensor.evaluate_tick(context)
        context.update_cursor(first.cursor)
        second = sensor.evaluate_tick(context)
    assert (first.run_requests, len(second.run_requests or ())) == ([], 1)


Training = Callable[[], dg.RunRequest | dg.SkipReason]


@pytest.fixture
def training_tick(made: Path) -> Training:
    """A tick of the schedule on the instance and the data folder of the environment."""

    def tick() -> dg.RunRequest | dg.SkipReason:
        automation = Automation(lake_assets(), "smoke", Settings.from_environment())
        with open_instance(open_workspace()) as instance:
            context = dg.build_schedule_context(instance=instance, repository_def=build_defs().get_repository_def())
            return automation.training_tick(context, DataFolder(path=str(made)))

    return tick


def test_nothing_is_trained_while_all_it_rests_on_stands(training_tick: Training) -> None:
    told = training_tick()
    assert isinstance(told, dg.SkipReason)
    assert told.skip_message == "training and evaluation are up to date"


def test_a_changed_recipe_is_trained_with_all_that_follows(
    training_tick: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = profiles.load("smoke")
    monkeypatch.setitem(values, "lora_adapter", {**values["lora_adapter"], "lora_r": 2})
    told = training_tick()
    assert isinstance(told, dg.RunRequest)
    assert {"lora_adapter", "training_log", "lora_answers", "answer_scores"} <= asked_by(told)
    assert not asked_by(told) & set(data_assets(lake_assets()))


def test_changed_data_are_made_before_they_are_trained_on(made: Path, training_tick: Training) -> None:
    add_file(made, "train-2.csv")
    told = training_tick()
    assert isinstance(told, dg.RunRequest)
    assert {"raw_jobs", "clean_jobs", "training_set", "lora_adapter"} <= asked_by(told)


def test_data_without_a_verdict_are_checked_before_they_are_trained_on(
    made: Path, training_tick: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(made / "another_home"))
    told = training_tick()
    assert isinstance(told, dg.RunRequest)
    assert {"training_set", "validation_set"} <= asked_by(told)


def test_schedules_and_sensors_wait_for_a_click_unless_they_are_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def states() -> set[str]:
        defs = build_defs(profile="smoke")
        return {thing.default_status.value for thing in [*(defs.schedules or ()), *(defs.sensors or ())]}

    monkeypatch.delenv("JOBSEARCH_AUTOMATION", raising=False)
    assert states() == {"STOPPED"}
    monkeypatch.setenv("JOBSEARCH_AUTOMATION", "on")
    assert states() == {"RUNNING"}


def test_the_times_are_settings_and_freshness_follows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_REFRESH_CRON", "0 6 * * 1-5")
    monkeypatch.setenv("JOBSEARCH_TRAINING_CRON", "0 1 1 * *")
    defs = build_defs(profile="smoke")
    crons = {s.name: s.cron_schedule for s in defs.schedules or () if isinstance(s, dg.ScheduleDefinition)}
    assert crons == {"refresh_data": "0 6 * * 1-5", "train_and_evaluate": "0 1 1 * *"}
    specs = [spec for asset in defs.assets or () if isinstance(asset, dg.AssetsDefinition) for spec in asset.specs]
    (raw,) = [spec for spec in specs if spec.key == dg.AssetKey("raw_jobs")]
    weekend, late = timedelta(days=3), timedelta(hours=1)
    assert raw.freshness_policy == dg.FreshnessPolicy.time_window(
        fail_window=2 * weekend + late, warn_window=weekend + late
    )


@pytest.mark.parametrize(
    ("cron", "pause"),
    [
        ("*/5 9-17 * * 1-5", timedelta(days=2, hours=15, minutes=5)),
        ("0 * * * 1-5", timedelta(days=2, hours=1)),
        ("0 3 * * 0", timedelta(days=7)),
        ("0 3 * * 1", timedelta(days=7)),
        ("0 1 1 * *", timedelta(days=31)),
        ("*/30 * 1 * *", timedelta(days=30, minutes=30)),
        ("0 0 1 1 *", timedelta(days=366)),
        ("0 0 29 2 *", timedelta(days=3 * 366)),
    ],
)
def test_freshness_allows_for_the_longest_pause_whenever_definitions_are_loaded(
    monkeypatch: pytest.MonkeyPatch, cron: str, pause: timedelta
) -> None:
    monkeypatch.setenv("JOBSEARCH_REFRESH_CRON", cron)
    (raw,) = automated(
        [lake_assets()["raw_jobs"].definition("smoke", lake_assets())], lake_assets(), Settings.from_environment()
    )
    (policy,) = {spec.freshness_policy for spec in raw.specs}
    late = timedelta(hours=1)
    assert policy == dg.FreshnessPolicy.time_window(fail_window=2 * pause + late, warn_window=pause + late)


@pytest.mark.parametrize("variable", ["JOBSEARCH_REFRESH_CRON", "JOBSEARCH_TRAINING_CRON"])
def test_a_time_that_is_none_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "every morning")
    with pytest.raises(UserError, match=f"{variable}=every morning is no cron expression"):
        build_defs(profile="smoke")
