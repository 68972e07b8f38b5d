"""`jobsearch serve` says where it listens, ends when it is told to, and opens to nobody by mistake."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from jobsearch_dagster_tests.app.conftest import Jobsearch
from jobsearch_dagster_tests.app.web.sites import make_catalog

COMMAND = [sys.executable, "-c", "from jobsearch_dagster.app.cli import command; command()", "serve", "--port", "0"]


def test_an_address_that_others_reach_needs_a_token_that_nobody_guesses(
    jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "jobs.example"):
        code, out, told = jobsearch("serve", "--host", host)
        assert (code, out) == (1, "")
        assert "JOBSEARCH_TOKEN" in told
    monkeypatch.setenv("JOBSEARCH_TOKEN", "short")
    code, _, told = jobsearch("serve", "--host", "0.0.0.0")
    assert code == 1
    assert "openssl rand" in told


def test_a_port_that_is_taken_is_named(jobsearch: Jobsearch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, told = jobsearch("serve", "--port", port)
    assert (code, told) == (1, f"error: another program listens at 127.0.0.1:{port}: choose another --port\n")


@contextmanager
def served(folder: Path) -> Generator[str]:
    """The address of a server that was started as a person starts it, and that ends in silence at Ctrl-C."""
    make_catalog(folder)
    environment = {**os.environ, "JOBSEARCH_DATA_DIR": str(folder)}
    environment.pop("JOBSEARCH_TOKEN", None)
    with subprocess.Popen(
        COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, restore_signals=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[0]
        finally:
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, "")


@pytest.mark.slow
def test_it_says_where_it_listens_and_ends_at_ctrl_c(tmp_path: Path) -> None:
    with served(tmp_path) as address:
        assert httpx.get(address).status_code == 200
        assert len(httpx.get(f"{address}/api/search", params={"question": "python jobs"}).json()["rows"]) == 4


@pytest.mark.slow
def test_a_client_that_says_it_has_other_addresses_is_limited_all_the_same(tmp_path: Path) -> None:
    with served(tmp_path) as address, httpx.Client(base_url=address) as client:
        found = [client.get("/login", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(200)]
    assert set(found) == {200, 429}
