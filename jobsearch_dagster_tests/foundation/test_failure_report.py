"""A failed run is reported to whoever asked for it, without the words of the data and without a word of the address."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest

from jobsearch_dagster.build import build_defs
from jobsearch_dagster.foundation import failure_report
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.failure_report import failure_sensor

PRIVATE = "Jane Doe, 1 Main Street"


@pytest.fixture
def failed_run() -> Iterator[tuple[dg.DagsterInstance, dg.ExecuteInProcessResult]]:
    @dg.asset
    def raw_jobs() -> None:
        raise ValueError(f"cannot read the resume of {PRIVATE}")

    with dg.DagsterInstance.ephemeral() as instance:
        yield instance, dg.materialize([raw_jobs], instance=instance, raise_on_error=False)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_report, "PAUSES", (0, 0))


class Receiver:
    """A webhook on this machine that answers with one status after the other and keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        answers = iter(statuses)
        self.received: list[dict[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(json.loads(body))
                self.send_response(next(answers))
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hooks/a-secret"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def report(url: str, failed_run: tuple[dg.DagsterInstance, dg.ExecuteInProcessResult]) -> None:
    instance, result = failed_run
    context = dg.build_run_status_sensor_context(
        "report_failures", result.get_run_failure_event(), instance, result.dagster_run
    ).for_run_failure()
    failure_sensor(url)(context)


def test_the_report_names_run_and_step_and_no_word_of_the_data(
    failed_run: tuple[dg.DagsterInstance, dg.ExecuteInProcessResult],
) -> None:
    receiver = Receiver(200)
    report(receiver.url, failed_run)
    receiver.close()
    (sent,) = receiver.received
    assert sent["run_id"] == failed_run[1].run_id
    assert sent["failed_steps"] == ["raw_jobs"]
    assert "failed at raw_jobs" in sent["text"]
    assert "resume" not in json.dumps(sent)
    assert "Jane" not in json.dumps(sent)


def test_a_webhook_that_fails_twice_gets_the_report_all_the_same(
    failed_run: tuple[dg.DagsterInstance, dg.ExecuteInProcessResult],
) -> None:
    receiver = Receiver(500, 503, 200)
    report(receiver.url, failed_run)
    receiver.close()
    assert [sent["run_id"] for sent in receiver.received] == [failed_run[1].run_id] * 3


def test_a_webhook_that_refuses_to_the_last_fails_the_tick_without_its_address(
    failed_run: tuple[dg.DagsterInstance, dg.ExecuteInProcessResult],
) -> None:
    receiver = Receiver(500, 500, 403)
    with pytest.raises(UserError, match=r"JOBSEARCH_FAILURE_WEBHOOK did not take the report .*: HTTP 403") as refused:
        report(receiver.url, failed_run)
    receiver.close()
    assert "a-secret" not in str(refused.value)


def test_the_address_stands_in_no_log_of_the_http_client(
    failed_run: tuple[dg.DagsterInstance, dg.ExecuteInProcessResult], caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Receiver(200)
    with caplog.at_level(logging.DEBUG):
        report(receiver.url, failed_run)
    receiver.close()
    assert "a-secret" not in caplog.text
    assert logging.getLogger("httpx").level == logging.NOTSET


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a-secret", "http://[/a-secret", "http://no-such-host.invalid/"])
def test_a_webhook_that_is_not_there_fails_the_tick_without_its_address(
    failed_run: tuple[dg.DagsterInstance, dg.ExecuteInProcessResult], capfd: pytest.CaptureFixture[str], url: str
) -> None:
    with pytest.raises(UserError, match="did not take the report") as refused:
        report(url, failed_run)
    assert url.removeprefix("http://") not in str(refused.value) + capfd.readouterr().err


def test_there_is_a_sensor_where_there_is_an_address_and_it_is_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOBSEARCH_FAILURE_WEBHOOK", raising=False)
    assert "report_failures" not in {sensor.name for sensor in build_defs(profile="smoke").sensors or ()}
    monkeypatch.setenv("JOBSEARCH_FAILURE_WEBHOOK", "https://example.com/hooks/a-secret")
    (sensor,) = [s for s in build_defs(profile="smoke").sensors or () if s.name == "report_failures"]
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_an_address_that_is_none_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_FAILURE_WEBHOOK", "hooks.example.com/a-secret")
    with pytest.raises(UserError, match="JOBSEARCH_FAILURE_WEBHOOK is no address") as refused:
        build_defs(profile="smoke")
    assert "a-secret" not in str(refused.value)
