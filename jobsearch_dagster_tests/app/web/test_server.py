"""`jobsearch serve` says where it listens, ends when it is told to, and opens to nobody by mistake."""

import os
import signal
import socket
import subprocess
import sys
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


@pytest.mark.slow
def test_it_says_where_it_listens_and_ends_at_ctrl_c(tmp_path: Path) -> None:
    make_catalog(tmp_path)
    environment = {**os.environ, "JOBSEARCH_DATA_DIR": str(tmp_path)}
    environment.pop("JOBSEARCH_TOKEN", None)
    with subprocess.Popen(
        COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, restore_signals=True
    ) as served:
        assert served.stdout is not None
        try:
            address = served.stdout.readline().split()[0]
            assert httpx.get(address).status_code == 200
            assert len(httpx.get(f"{address}/api/search", params={"question": "python jobs"}).json()["rows"]) == 4
        finally:
            served.send_signal(signal.SIGINT)
            _, told = served.communicate(timeout=60)
    assert (served.returncode, told) == (0, "")
