"""`jobsearch status`: what is stored, whether it is up to date, and what the checks last said of it.

Belongs here: putting these side by side for a terminal or as JSON. What is out of date is decided in `run.py`, what a
check said in `verdicts.py`; nothing is run or changed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jobsearch_dagster.app import verdicts
from jobsearch_dagster.app.run import explain
from jobsearch_dagster.app.workspace import Workspace, open_instance
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.staleness import Status

WIDE = 90
"""Columns from which on a line holds digest and time beside what the checks said."""


@dataclass(frozen=True)
class AssetStatus:
    """One asset as it stands.

    Attributes:
        asset: Name.
        group: Asset group.
        state: `fresh`, `stale`, `affected` (downstream of what is stale), or `missing`.
        reason: Why it is not fresh.
        rows: Of a table; None for a model or what is missing.
        bytes: Size of its files.
        digest: Data version; empty where it is missing.
        made: When its files were written, as ISO 8601 in UTC; empty where it is missing.
        checks: Check -> its last verdict on this version: `passed`, `warned`, `failed`, or `missing`.
    """

    asset: str
    group: str
    state: str
    reason: str
    rows: int | None
    bytes: int
    digest: str
    made: str
    checks: Mapping[str, str]


def collect(workspace: Workspace, selections: Sequence[str]) -> list[AssetStatus]:
    """Status of the selected assets, upstream first.

    Raises:
        UserError: Raw files or an embedded model are missing, so that it cannot be told what is up to date.
    """
    names = workspace.selected(selections)
    statuses = explain(workspace, selections)
    keys = dg.AssetSelection.assets(*names).resolve_checks(workspace.defs.resolve_asset_graph())
    with open_instance(workspace) as instance:
        found = verdicts.latest(workspace, instance, sorted(keys))
    checks: dict[str, dict[str, str]] = {name: {} for name in names}
    for key, verdict in found.items():
        checks[key.asset_key.to_user_string()][key.name] = verdict
    return [_status(workspace, name, statuses[name], checks[name]) for name in names]


def _status(workspace: Workspace, name: str, status: Status, checks: Mapping[str, str]) -> AssetStatus:
    asset = lake_assets()[name]
    stamp = asset.stamp(workspace.folder)
    stats = [path.stat() for path in asset.files(workspace.folder)]
    made = max((stat.st_mtime for stat in stats), default=0.0)
    return AssetStatus(
        asset=name,
        group=asset.group,
        state="missing" if status.reason == "missing" else status.state,
        reason=status.reason,
        rows=stamp.rows if stamp and asset.schema else None,
        bytes=sum(stat.st_size for stat in stats),
        digest=stamp.data_version if stamp else "",
        made=datetime.fromtimestamp(made, UTC).isoformat(timespec="seconds") if stats else "",
        checks=checks,
    )


def as_json(workspace: Workspace, statuses: Sequence[AssetStatus]) -> dict[str, Any]:
    """All of it as one JSON document."""
    return {
        "data_dir": str(workspace.settings.data_dir),
        "profile": workspace.profile,
        "served_adapter": promotions.read(workspace.folder.artifacts.root).served,
        "assets": [asdict(status) for status in statuses],
    }


def as_table(statuses: Sequence[AssetStatus], width: int) -> Table:
    """A line per asset; digests are shortened, and of the checks only those that did not pass are named.

    Args:
        statuses: Of the assets.
        width: Columns of the terminal; where they do not hold all, digest and time are left to `--json`.
    """
    is_wide = width >= WIDE
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    names = ("asset", "state", "rows", "size", *(("digest", "made (UTC)") if is_wide else ()), "checks")
    for name in names:
        right, whole = name in {"rows", "size"}, name != "checks"
        table.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=whole)
    for status in statuses:
        table.add_row(
            status.asset,
            status.state,
            "" if status.rows is None else f"{status.rows:,}",
            in_units(status.bytes) if status.digest else "",
            *((status.digest[:8], status.made[:16].replace("T", " ")) if is_wide else ()),
            _in_words(status.checks),
        )
    return table


def reasons(statuses: Sequence[AssetStatus]) -> list[str]:
    """A line for each asset that is neither fresh nor simply missing, and one that counts the states."""
    states = Counter(status.state for status in statuses)
    lines = [f"{s.asset} is {s.state}: {s.reason}" for s in statuses if s.state in {"stale", "affected"}]
    counts = ", ".join(f"{count} {state}" for state, count in states.most_common())
    return [*lines, f"{len(statuses)} assets: {counts}; {in_units(sum(status.bytes for status in statuses))}"]


def in_units(size: float) -> str:
    """Bytes for people: `12 kB`, `538 MB`."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _in_words(checks: Mapping[str, str]) -> str:
    others = [f"{name} {verdict}" for name, verdict in checks.items() if verdict not in {"passed", "missing"}]
    missing = sum(verdict == "missing" for verdict in checks.values())
    passed = sum(verdict == "passed" for verdict in checks.values())
    words = [f"{passed} passed", *([f"{missing} not run"] if missing else []), *others]
    return ", ".join(words)
