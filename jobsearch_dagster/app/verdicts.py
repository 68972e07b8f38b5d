"""What asset checks said, in words for the terminal and for reports.

Belongs here: the word for a check's evaluation, and the sentence. Which checks run, and what follows from them, is in
`run.py` and `check.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from jobsearch_dagster.app.workspace import Workspace
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import proof
from jobsearch_dagster.foundation.table_check import VERSION

_MOST_CHARACTERS = 300
_FEW = 3
"""Examples shown; the UI has all that the check found."""


def state(evaluation: dg.AssetCheckEvaluation | None) -> str:
    """`passed`, `warned`, `failed`, or `missing` for a check that did not report."""
    if evaluation is None:
        return "missing"
    if evaluation.passed:
        return "passed"
    return "warned" if evaluation.severity == dg.AssetCheckSeverity.WARN else "failed"


def latest(
    workspace: Workspace, instance: dg.DagsterInstance, keys: Iterable[dg.AssetCheckKey]
) -> dict[dg.AssetCheckKey, str]:
    """The last verdict of each check on the version that is stored now; `missing` where it never ran on that."""
    found = proof.verdicts(lake_assets(), workspace.folder, instance, keys)
    return {key: state(evaluation) for key, evaluation in found.items()}


def failed_checks(
    workspace: Workspace, evaluations: Sequence[dg.AssetCheckEvaluation], severity: dg.AssetCheckSeverity
) -> list[str]:
    """Each failed check of a severity: its name, what must hold, and what it found instead."""
    graph = workspace.defs.resolve_asset_graph()
    return [
        f"check {e.check_name} of {e.asset_key.to_user_string()} failed: "
        f"{_first_line(graph.get(e.asset_check_key).description)} Found: {found(workspace, e)[:_MOST_CHARACTERS]}."
        for e in evaluations
        if not e.passed and e.severity == severity
    ]


def found(workspace: Workspace, evaluation: dg.AssetCheckEvaluation) -> str:
    """What a check's metadata says, without what only machines compare."""
    stamp = lake_assets()[evaluation.asset_key.to_user_string()].stamp(workspace.folder)
    entries = {name: value.value for name, value in evaluation.metadata.items() if name != VERSION}
    return in_words(entries, rows=stamp.rows if stamp else 0)


def in_words(entries: Mapping[str, Any], rows: int = 0) -> str:
    """Entries of metadata as a phrase; `rows` are those of the table that was checked, where it is one."""
    phrases = []
    for name, value in entries.items():
        if name == "violations":
            phrases.append(f"{value} violation{'' if value == 1 else 's'}{f' in {rows:,} rows' if rows else ''}")
        elif name == "problems":  # each is a sentence of its own
            phrases.extend(map(str, value))
        elif value not in ([], {}, "", None):
            phrases.append(f"{name.replace('_', ' ')} {_shown(value)}")
    return ", ".join(phrases) or "nothing"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_shown(entry)}" for key, entry in [*value.items()][:_FEW])
    if isinstance(value, list):
        rows = [" ".join(map(_shown, row)).strip() if isinstance(row, list) else _shown(row) for row in value[:_FEW]]
        return "; ".join(rows)
    return str(value)


def _first_line(description: str | None) -> str:
    return (description or "").partition("\n")[0]
