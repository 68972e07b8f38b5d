"""Dagster's own commands work on the code location, and none of them has a warning to tell.

The web server is in `app/test_web_ui.py`, with a daemon and a browser.
"""

import json
import subprocess
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster_tests.services import BIN, PATIENCE, REPOSITORY, service, shell, until, warnings_in

DAEMONS = {"SENSOR", "SCHEDULER", "ASSET", "QUEUED_RUN_COORDINATOR", "MONITORING", "FRESHNESS_DAEMON"}

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(data: Path) -> dict[str, str]:
    """Of a shell on a data folder with nothing made yet."""
    return shell(data)


def dagster(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself, without a warning."""
    done = subprocess.run(
        [BIN / command.split()[0], *command.split()[1:]],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert warnings_in(done.stdout + done.stderr) == []
    return done


def test_dg_checks_the_definitions(environment: dict[str, str]) -> None:
    assert "All definitions loaded successfully" in dagster("dg check defs", environment).stdout


def test_dg_lists_every_asset_schedule_and_sensor(environment: dict[str, str]) -> None:
    listed = json.loads(dagster("dg list defs --json", environment).stdout)
    text = json.dumps(listed)
    for name in [*lake_assets(), "refresh_data", "train_and_evaluate", "new_content", "follow_changes"]:
        assert f'"{name}"' in text


def test_dg_launches_an_asset_with_its_checks(data: Path, environment: dict[str, str]) -> None:
    dagster("dg launch --assets raw_jobs", environment)
    assert Lake(data).stamp("raw_jobs") is not None


SENSORS = {"new_content", "follow_changes"}


def test_the_daemon_ticks_sensors_that_are_switched_on(made: Path, tmp_path: Path) -> None:
    def ticked() -> dict[str, TickStatus]:
        """The sensors that have looked, and how the first look ended: the next one may be under way."""
        ticks = {
            state.instigator_name: instance.get_ticks(state.instigator_origin_id, state.selector_id)  # latest first
            for state in instance.all_instigator_state()
        }
        ended = {name: [tick.status for tick in found if tick.is_completed] for name, found in ticks.items()}
        return {name: statuses[-1] for name, statuses in ended.items() if statuses}

    on = {**shell(made), "JOBSEARCH_AUTOMATION": "on"}
    with (
        dg.DagsterInstance.get() as instance,
        service("dagster-daemon run -w workspace.yaml", on, tmp_path / "log"),
    ):
        until(lambda: instance.get_daemon_statuses().keys() >= DAEMONS, "the daemons")
        until(lambda: ticked().keys() >= SENSORS, "a tick of every sensor")
        # Everything is made, so there is nothing to ask for.
        assert {ticked()[name] for name in SENSORS} == {TickStatus.SKIPPED}
