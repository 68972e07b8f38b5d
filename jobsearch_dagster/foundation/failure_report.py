"""The report of a failed run to a webhook.

Belongs here: what is said of a failure, and how often it is tried. Names only: an error's text may quote a posting or
a resume, and is read in the UI. The address is a secret itself and stands in no log.
"""

import logging
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

import dagster as dg

from jobsearch_dagster.foundation.errors import UserError

TIMEOUT = 10  # seconds
PAUSES = (1, 5)  # seconds between tries; with three time-outs 36, of the 60 that Dagster gives a tick


def failure_report(run: dg.DagsterRun, steps: Iterable[str]) -> dict[str, Any]:
    """What is sent; `text` is what Slack and the tools that understand its webhooks show."""
    failed = sorted(steps)
    place = f" at {', '.join(failed)}" if failed else ""
    return {
        "text": f"jobsearch_dagster: run {run.run_id[:8]} failed{place}",
        "event": "run_failed",
        "run_id": run.run_id,
        "failed_steps": failed,
    }


def send(url: str, report: dict[str, Any]) -> None:
    """Post a report, and try again after each pause while it is not taken.

    Raises:
        UserError: It was not taken at last; why, without the address.
    """
    problem = _post(url, report)
    for pause in PAUSES:
        if problem is None:
            return
        time.sleep(pause)
        problem = _post(url, report)
    if problem:
        raise UserError(
            f"JOBSEARCH_FAILURE_WEBHOOK did not take the report of run {report['run_id']}: {problem}; "
            "check the address and the service behind it"
        )


def _post(url: str, report: dict[str, Any]) -> str | None:
    """Why the report was not taken, None when it was."""
    import httpx

    try:
        with _address_in_no_log():
            httpx.post(url, json=report, timeout=TIMEOUT).raise_for_status()
    except httpx.HTTPStatusError as error:
        return f"HTTP {error.response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return None


@contextmanager
def _address_in_no_log() -> Generator[None]:
    """The client logs the whole address of each request at INFO, and what it connects to at DEBUG."""
    loggers = [logging.getLogger(name) for name in ("httpx", "httpcore")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def failure_sensor(url: str) -> dg.SensorDefinition:
    """Reports each failed run once; switched on, because whoever gives an address wants to be told.

    A report that was not taken fails the tick, which the UI shows; the run is not reported by a later one.
    """

    @dg.run_failure_sensor(
        name="report_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitor_all_code_locations=True,  # runs of the command line belong to no code location
        description="Tells JOBSEARCH_FAILURE_WEBHOOK which run failed at which steps.",
    )
    def report_failures(context: dg.RunFailureSensorContext) -> None:
        steps = [event.step_key for event in context.get_step_failure_events() if event.step_key]
        send(url, failure_report(context.dagster_run, steps))

    return report_failures
