"""The report of a failed run to a webhook.

Belongs here: what is said of a failure, and that saying it can fail without harm. Names only: an error's text may
quote a posting or a resume, and is read in the UI. The address is a secret itself and stands in no log.
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg

TIMEOUT = 10  # seconds


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


def send(url: str, report: dict[str, Any]) -> str | None:
    """Post a report.

    Returns:
        Why it was not taken, None when it was.
    """
    import httpx

    try:
        httpx.post(url, json=report, timeout=TIMEOUT).raise_for_status()
    except httpx.HTTPStatusError as error:
        return f"HTTP {error.response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return None


def failure_sensor(url: str) -> dg.SensorDefinition:
    """Reports each failed run once; switched on, because whoever gives an address wants to be told."""

    @dg.run_failure_sensor(
        name="report_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitor_all_code_locations=True,  # runs of the command line belong to no code location
        description="Tells JOBSEARCH_FAILURE_WEBHOOK which run failed at which steps.",
    )
    def report_failures(context: dg.RunFailureSensorContext) -> None:
        steps = [event.step_key for event in context.get_step_failure_events() if event.step_key]
        problem = send(url, failure_report(context.dagster_run, steps))
        if problem:
            context.log.warning(f"JOBSEARCH_FAILURE_WEBHOOK did not take the report: {problem}")

    return report_failures
