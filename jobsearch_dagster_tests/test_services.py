"""Dagster's own commands work on the code location, and none of them has a warning to tell."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest
from dagster._core.scheduler.instigation import TickStatus

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import home
from jobsearch_dagster.foundation.lake import Lake

REPOSITORY = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PATIENCE = 300  # seconds; a machine with little to spare takes a minute to import everything
DAEMONS = {"SENSOR", "SCHEDULER", "ASSET", "QUEUED_RUN_COORDINATOR", "MONITORING", "FRESHNESS_DAEMON"}

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(data: Path) -> dict[str, str]:
    """Of a shell on a data folder with nothing made yet."""
    return shell(data)


def shell(data: Path) -> dict[str, str]:
    """Of a shell in which the virtual environment is active and the data folder is prepared, as `make ui` does."""
    home.prepare_home(data)
    return {**os.environ, "VIRTUAL_ENV": str(BIN.parent), "PATH": f"{BIN}:{os.environ['PATH']}"}


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


def warnings_in(text: str) -> list[str]:
    return [line for line in text.splitlines() if "warning" in line.lower() or "error" in line.lower()]


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


@contextmanager
def service(command: str, environment: dict[str, str], log: Path) -> Generator[None]:
    """Run a service while the block runs, then stop it as Ctrl-C does; it must have had nothing to warn of."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [BIN / command.split()[0], *command.split()[1:]],
            cwd=REPOSITORY,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
            assert process.poll() is None, log.read_text()
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()  # does nothing to a process that has ended
    assert warnings_in(log.read_text()) == []


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/server_info").is_success
    except httpx.TransportError:
        return False


def test_the_web_server_shows_the_assets(environment: dict[str, str], tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    command = f"dagster-webserver -w workspace.yaml -h 127.0.0.1 -p {url.rpartition(':')[2]}"
    with service(command, environment, tmp_path / "log"):
        until(lambda: answers(url), "the web server")
        query = "{ assetNodes { assetKey { path } groupName } }"
        found: list[dict[str, Any]] = httpx.post(f"{url}/graphql", json={"query": query}).json()["data"]["assetNodes"]
    assert {node["assetKey"]["path"][0]: node["groupName"] for node in found} == {
        name: asset.group for name, asset in lake_assets().items()
    }


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
