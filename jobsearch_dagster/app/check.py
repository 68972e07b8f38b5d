"""`jobsearch check`: bring assets up to date, then every asset check over them, as an exit code and a report for CI.

Belongs here: running checks without materializing, and writing what they said as JUnit or Markdown. How assets are
brought up to date is in `run.py`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import dagster as dg

from jobsearch_dagster.app import verdicts
from jobsearch_dagster.app.run import failed_steps, interrupted_in, run
from jobsearch_dagster.app.run_log import RUN_CONFIG, bars
from jobsearch_dagster.app.workspace import Workspace, open_instance
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import home

JOB = "asset_checks"
RUN, UP_TO_DATE = "jobsearch run", "up_to_date"
"""Asset and check of the finding about the run itself."""


@dataclass(frozen=True)
class Finding:
    """What one check said, or how the run before the checks went.

    Attributes:
        asset: Asset name; `RUN` for the run.
        check: Check name.
        state: `passed`, `warned`, `failed`, or `missing` for a check that did not report.
        details: What it found, or why it did not report, in one line.
        lacks: The table or model that must be made before the check can run; empty where all are there.
    """

    asset: str
    check: str
    state: str
    details: str
    lacks: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the gate must close."""
        return self.state in {"failed", "missing"}


def bring_up_to_date(workspace: Workspace, selections: Sequence[str]) -> Finding:
    """Run what is missing or stale among the selection and its upstream.

    What a run reports of checks is left to these, which all run afterwards; it fails here too when it was stopped.

    Raises:
        UserError: Raw files or an embedded model are missing, or the data folder cannot be written.
    """
    outcome = run(workspace, selections)
    if outcome.problems:
        return Finding(RUN, UP_TO_DATE, "failed", " | ".join(outcome.problems))
    return Finding(RUN, UP_TO_DATE, "passed", f"{len(outcome.computed)} computed, {len(outcome.reused)} reused")


def run_checks(workspace: Workspace, selections: Sequence[str]) -> list[Finding]:
    """Run all checks of the selected assets.

    A check that raises leaves no evaluation, only a failed step: it counts as missing, never as passed. So does one
    whose table is not made yet; that one is not started.
    """
    keys = [dg.AssetKey(name) for name in workspace.selected(selections)]
    expected = dg.AssetSelection.assets(*keys).resolve_checks(workspace.defs.resolve_asset_graph())
    found = [_waiting(key, lacks) for key in expected if (lacks := _lacking(workspace, key))]
    waiting = {(finding.asset, finding.check) for finding in found}
    found += _executed(workspace, [k for k in expected if (k.asset_key.to_user_string(), k.name) not in waiting])
    return sorted(found, key=lambda finding: (finding.asset, finding.check))


def _lacking(workspace: Workspace, key: dg.AssetCheckKey) -> str | None:
    """What the check reads and what is not made: its own asset first, for making that makes all upstream of it."""
    read = workspace.defs.resolve_asset_graph().get(key).parent_entity_keys
    own = key.asset_key.to_user_string()
    names = [own, *(name for name in lake_assets() if dg.AssetKey(name) in read and name != own)]
    return next((name for name in names if not lake_assets()[name].is_made(workspace.folder)), None)


def _waiting(key: dg.AssetCheckKey, lacks: str) -> Finding:
    details = f"{lacks} is not made yet: run `jobsearch run --select {lacks}`"
    return Finding(key.asset_key.to_user_string(), key.name, "missing", details, lacks)


def _executed(workspace: Workspace, keys: Sequence[dg.AssetCheckKey]) -> list[Finding]:
    if not keys:
        return []
    job = dg.define_asset_job(JOB, selection=dg.AssetSelection.checks(*keys))
    defs = dg.Definitions.merge(workspace.defs, dg.Definitions(jobs=[job]))
    steps = [f"{key.asset_key.to_user_string()}_{key.name}" for key in keys]
    with open_instance(workspace) as instance, bars(steps, "checks"):
        result = defs.resolve_job_def(JOB).execute_in_process(
            instance=instance, run_config=RUN_CONFIG, tags=home.process_tags(), raise_on_error=False
        )
    if interrupted_in(result) is not None:
        raise KeyboardInterrupt
    reported = {e.asset_check_key: e for e in result.get_asset_check_evaluations()}
    reasons = failed_steps(result)
    return [_finding(workspace, key, reported.get(key), reasons) for key in keys]


def _finding(
    workspace: Workspace, key: dg.AssetCheckKey, evaluation: dg.AssetCheckEvaluation | None, reasons: dict[str, str]
) -> Finding:
    asset = key.asset_key.to_user_string()
    if evaluation is None:
        return Finding(asset, key.name, "missing", reasons.get(f"{asset}_{key.name}", "did not report"))
    return Finding(asset, key.name, verdicts.state(evaluation), verdicts.found(workspace, evaluation))


def complaints(findings: Sequence[Finding]) -> list[str]:
    """A line for each finding that did not pass, and one for each table that checks wait for."""
    waiting = Counter(finding.lacks for finding in findings if finding.lacks)
    lines = [
        f"missing: {name} is not made yet, {count} check{'s wait' if count > 1 else ' waits'} for it: "
        f"run `jobsearch run --select {name}`"
        for name, count in waiting.items()
    ]
    lines += [f"{f.state}: {f.asset}.{f.check}: {f.details}" for f in findings if f.state != "passed" and not f.lacks]
    return lines


def write_junit(findings: Sequence[Finding], path: Path) -> None:
    """Write the findings as JUnit XML; warnings pass and stand in the output."""
    suite = ET.Element(
        "testsuite",
        name="asset checks",
        tests=str(len(findings)),
        failures=str(sum(finding.state == "failed" for finding in findings)),
        errors=str(sum(finding.state == "missing" for finding in findings)),
    )
    for finding in findings:
        case = ET.SubElement(suite, "testcase", classname=finding.asset, name=finding.check)
        if finding.is_bad:
            ET.SubElement(case, "failure" if finding.state == "failed" else "error", message=finding.details)
        elif finding.state == "warned":
            ET.SubElement(case, "system-out").text = f"warning: {finding.details}"
    ET.indent(suite)
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def write_markdown(findings: Sequence[Finding], path: Path) -> None:
    """Write the findings as a Markdown table, the bad ones first."""
    rows = sorted(findings, key=lambda finding: (not finding.is_bad, finding.state != "warned"))
    lines = ["| asset | check | state | details |", "| --- | --- | --- | --- |"]
    lines += [f"| {f.asset} | {f.check} | {f.state} | {f.details[:300].replace('|', chr(92) + '|')} |" for f in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
