"""`jobsearch check`: every asset check over the tables as they stand, as an exit code and a report for CI.

Belongs here: running checks without materializing, and writing what they said as JUnit or Markdown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import dagster as dg

from jobsearch_dagster.app.console import RUN_CONFIG
from jobsearch_dagster.app.run import failed_steps
from jobsearch_dagster.app.workspace import Workspace, open_instance
from jobsearch_dagster.foundation import home

JOB = "asset_checks"


@dataclass(frozen=True)
class Finding:
    """What one check said.

    Attributes:
        asset: Asset name.
        check: Check name.
        state: `passed`, `warned`, `failed`, or `missing` for a check that did not report.
        details: Its metadata, or why it did not report, in one line.
    """

    asset: str
    check: str
    state: str
    details: str

    @property
    def is_bad(self) -> bool:
        """Whether the gate must close."""
        return self.state in {"failed", "missing"}


def run_checks(workspace: Workspace, selections: Sequence[str]) -> list[Finding]:
    """Run all checks of the selected assets.

    A check that raises leaves no evaluation, only a failed step: it counts as missing, never as passed.
    """
    keys = [dg.AssetKey(name) for name in workspace.selected(selections)]
    selection = dg.AssetSelection.assets(*keys)
    expected = selection.resolve_checks(workspace.defs.resolve_asset_graph())
    job = dg.define_asset_job(JOB, selection=dg.AssetSelection.checks(*expected))
    defs = dg.Definitions.merge(workspace.defs, dg.Definitions(jobs=[job]))
    with open_instance(workspace) as instance:
        result = defs.resolve_job_def(JOB).execute_in_process(
            instance=instance, run_config=RUN_CONFIG, tags=home.process_tags(), raise_on_error=False
        )
    reported = {(e.asset_key, e.check_name): e for e in result.get_asset_check_evaluations()}
    reasons = failed_steps(result)
    return [
        _finding(key, reported.get((key.asset_key, key.name)), reasons)
        for key in sorted(expected, key=lambda k: (k.asset_key.to_user_string(), k.name))
    ]


def _finding(key: dg.AssetCheckKey, evaluation: dg.AssetCheckEvaluation | None, reasons: dict[str, str]) -> Finding:
    asset = key.asset_key.to_user_string()
    if evaluation is None:
        return Finding(asset, key.name, "missing", reasons.get(f"{asset}_{key.name}", "did not report"))
    details = ", ".join(f"{name} {value.value}" for name, value in evaluation.metadata.items())
    if evaluation.passed:
        return Finding(asset, key.name, "passed", details)
    warned = evaluation.severity == dg.AssetCheckSeverity.WARN
    return Finding(asset, key.name, "warned" if warned else "failed", details)


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
