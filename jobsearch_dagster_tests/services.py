"""Dagster's long-running services as a person starts them: web server and daemon, over one data folder.

Belongs here: starting, waiting and stopping, and what must not stand in their logs. What is asked of them is in the
tests.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from jobsearch_dagster.foundation import home

REPOSITORY = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PATIENCE = 300  # seconds; a machine with little to spare takes a minute to import everything
REPLACED = "No heartbeat received in 20 seconds, shutting down"
"""Every minute the daemon starts a new code server; the old one says this when it ends."""


def shell(data: Path) -> dict[str, str]:
    """Of a shell in which the virtual environment is active and the data folder is prepared, as `make ui` does."""
    home.prepare_home(data)
    return {**os.environ, "VIRTUAL_ENV": str(BIN.parent), "PATH": f"{BIN}:{os.environ['PATH']}"}


@contextmanager
def service(command: str, environment: dict[str, str], log: Path) -> Generator[None]:
    """Run a service while the block runs, then stop it as Ctrl-C does; until then it must have had nothing to warn of.

    What it says after Ctrl-C is not judged: one that is just starting a code server ends in a traceback of the
    interruption.
    """
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
            assert warnings_in(log.read_text()) == []
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()  # does nothing to a process that has ended


@contextmanager
def web_server(environment: dict[str, str], log: Path) -> Generator[str]:
    """The address of a web server that answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with service(f"dagster-webserver -w workspace.yaml -h 127.0.0.1 -p {port}", environment, log):
        until(lambda: answers(url), "the web server")
        yield url


def warnings_in(text: str) -> list[str]:
    """The lines that tell of a warning or an error."""
    lines = [line for line in text.splitlines() if REPLACED not in line]
    return [line for line in lines if "warning" in line.lower() or "error" in line.lower()]


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for something, and fail when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.5)


def free_port() -> int:
    """A port of this machine that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    """Whether a web server is up."""
    try:
        return httpx.get(f"{url}/server_info").is_success
    except httpx.TransportError:
        return False
