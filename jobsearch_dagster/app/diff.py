"""`jobsearch diff A B`: what differs between two data folders, or between two runs as far as their tables are kept.

Belongs here: finding what is compared, and showing it. How rows are compared is in `foundation/table_diff.py`, how
scores are in `evaluation/scoring.py`.

The lake keeps one version of each table. Of a run there is what Dagster recorded (versions, configuration), the adapter
that it left, and a table's rows only where the lake still holds that version; a folder with copies has everything.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from rich.box import SIMPLE_HEAD
from rich.table import Table

from jobsearch_dagster.app.usage import UsageError
from jobsearch_dagster.app.workspace import Workspace, open_instance
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.evaluation.scoring import PRIMARY, StatisticsRecipe, compare_versions
from jobsearch_dagster.finetuning.adapter import LOSSES
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.foundation.lake import KeyParts, Lake, Stamp
from jobsearch_dagster.foundation.statistics import estimate
from jobsearch_dagster.foundation.table_diff import TableDiff, diff_tables

HOW_TO_KEEP = "keep a version with `mkdir KEPT && cp -rl DATA/lake DATA/models KEPT` and compare with KEPT"
"""Links cost no space, and are safe: what is published replaces files and never writes into them."""
SHORTEST = 4
"""Digits of a run's id that may stand for it."""


@dataclass(frozen=True)
class Side:
    """One of the two things compared.

    Attributes:
        name: As the user wrote it.
        stamps: What each asset was, as far as it is known.
        tables: Files of the tables whose rows are kept.
        adapter: Folder of the adapter, where it is kept.
    """

    name: str
    stamps: Mapping[str, Stamp]
    tables: Mapping[str, Sequence[Path]]
    adapter: Path | None


@dataclass(frozen=True)
class Diff:
    """All that differs.

    Attributes:
        before: What was compared.
        after: With what.
        recipes: asset, field, earlier and later value, of configuration, code version and what is outside the lake.
        tables: Tables that differ and can be compared.
        equal: Assets that are the same in both.
        scores: Rows of `compare_versions`, as mappings.
        validation_loss: The adapters on the same validation pairs; empty where they are the same or not comparable.
        notes: What could not be compared, and why.
    """

    before: str
    after: str
    recipes: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, TableDiff] = field(default_factory=dict)
    equal: list[str] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    validation_loss: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def diff(workspace: Workspace, before: str, after: str) -> Diff:
    """Compare two data folders, lakes or runs, each named by its path or id.

    Raises:
        UsageError: One of them is neither.
    """
    first, second = (_side(workspace, name) for name in (before, after))
    found = Diff(before, after, recipes=list(_recipe_changes(first, second)))
    lake = Lake(workspace.settings.data_dir, workspace.settings.memory_limit)
    for name in lake_assets():
        _compare_asset(lake, name, first, second, found)
    _compare_scores(lake, first, second, found)
    _compare_losses(first, second, found)
    return found


# --- what is compared ---


def _side(workspace: Workspace, name: str) -> Side:
    path = Path(name).expanduser()
    if (path / "lake").is_dir():
        return _folder(name, path)
    if path.is_dir() and any(path.glob("*.par*")):
        return _lake(name, path)
    if path.exists():
        raise UsageError(f"{name} holds no tables: give a data folder, its lake, or a run's id")
    return _run(workspace, name)


def _folder(name: str, path: Path) -> Side:
    store, tables = ArtifactStore(path), _lake(name, path / "lake")
    models = {asset: stamp for asset in lake_assets() if (stamp := store.stamp(asset))}
    return Side(name, {**tables.stamps, **models}, tables.tables, store.pointed("lora_adapter"))


def _lake(name: str, path: Path) -> Side:
    # A lake below a link or under another name is read like one in its place.
    lake = Lake(path.parent)
    lake.root = path
    stamps = {asset: stamp for asset in lake_assets() if (stamp := lake.stamp(asset))}
    return Side(name, stamps, {asset: lake.files(asset) for asset in stamps}, None)


def _run(workspace: Workspace, name: str) -> Side:
    """What every asset was when a run ended."""
    now = _folder(name, workspace.settings.data_dir)
    with open_instance(workspace) as instance:
        record = _record(instance, name)
        ended = (record.end_time or record.update_timestamp.timestamp()) + 0.001
        stamps = {asset: stamp for asset in lake_assets() if (stamp := _recorded(instance, asset, ended))}
    kept = {
        asset: path
        for asset, path in now.tables.items()
        if asset in stamps and stamps[asset].data_version == now.stamps[asset].data_version
    }
    adapter = stamps.get("lora_adapter")
    store = ArtifactStore(workspace.settings.data_dir)
    return Side(name, stamps, kept, store.path("lora_adapter", adapter.data_version) if adapter else None)


def _record(instance: dg.DagsterInstance, name: str) -> dg.RunRecord:
    runs = instance.get_run_records() if len(name) >= SHORTEST else []
    found = [record for record in runs if record.dagster_run.run_id.startswith(name)]
    if len(found) != 1:
        what = "begins several runs' ids" if found else "is neither a folder nor begins a run's id"
        known = ", ".join(record.dagster_run.run_id[:8] for record in (found or runs)[:5])
        raise UsageError(f"{name} {what}: give a data folder, its lake, or a run's id" + (known and f" ({known} ...)"))
    return found[0]


def _recorded(instance: dg.DagsterInstance, asset: str, ended: float) -> Stamp | None:
    """The last materialization of an asset before a moment, as a stamp without what it was made from."""
    before = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), before_timestamp=ended)
    for record in instance.fetch_materializations(before, limit=1).records:
        event = record.asset_materialization
        if event is not None and event.tags and "config" in event.metadata:
            config: Any = event.metadata["config"].value
            rows: Any = event.metadata["dagster/row_count"].value if "dagster/row_count" in event.metadata else 0
            code_version = event.tags.get("dagster/code_version", "")
            return Stamp(event.tags["dagster/data_version"], KeyParts({}, config, code_version), rows)
    return None


# --- what differs ---


def _recipe_changes(before: Side, after: Side) -> Iterator[dict[str, Any]]:
    for asset in lake_assets():
        if asset in before.stamps and asset in after.stamps:
            then, now = before.stamps[asset].parts, after.stamps[asset].parts
            outside = [part.external for part in (then, now)] if then.external and now.external else [{}, {}]
            for old, new in (
                ({"code_version": then.code_version}, {"code_version": now.code_version}),
                (then.config, now.config),
                (outside[0], outside[1]),
            ):
                for name in sorted(old.keys() | new.keys()):
                    if old.get(name) != new.get(name):
                        yield {"asset": asset, "field": name, "before": old.get(name), "after": new.get(name)}


def _compare_asset(lake: Lake, name: str, before: Side, after: Side, found: Diff) -> None:
    asset, stamps = lake_assets()[name], [side.stamps.get(name) for side in (before, after)]
    if None in stamps:
        missing = [side.name for side in (before, after) if name not in side.stamps]
        if len(missing) == 1:
            found.notes.append(f"{name} is not in {missing[0]}")
    elif stamps[0] is not None and stamps[1] is not None and stamps[0].data_version == stamps[1].data_version:
        found.equal.append(name)
    elif asset.schema is None:
        found.notes.append(f"{name} is another one")
    elif lost := [side.name for side in (before, after) if name not in side.tables]:
        found.notes.append(f"{name} differs, but its rows in {' and '.join(lost)} are not kept: {HOW_TO_KEEP}")
    else:
        with lake.connect() as connection:
            changes = diff_tables(connection, before.tables[name], after.tables[name], asset.schema)
        if changes is None:
            found.notes.append(f"{name} has another key: its rows cannot be compared")
        else:
            found.tables[name] = changes


def _compare_scores(lake: Lake, before: Side, after: Side, found: Diff) -> None:
    if "answer_scores" not in found.tables:
        return
    with lake.connect() as connection:
        for name, side in (("before", before), ("after", after)):
            connection.read_parquet([str(path) for path in side.tables["answer_scores"]]).create_view(name)
        found.scores.extend(_plain(compare_versions(connection, StatisticsRecipe()).to_dict("records")))
    if not found.scores:
        found.notes.append("answer_scores have no question, metric and signature in common: no score is compared")


def _compare_losses(before: Side, after: Side, found: Diff) -> None:
    """The validation losses of two adapters, where both were taken on the same tokens."""
    import numpy as np

    if "lora_adapter" in found.equal or before.adapter is None or after.adapter is None:
        return
    opened = [ArtifactStore(path.parents[2]).opened(path) for path in (before.adapter, after.adapter)]
    if opened[0] is None or opened[1] is None:
        found.notes.append("an adapter's folder is gone: validation losses are not compared")
        return
    if opened[0].manifest["validation"]["digest"] != opened[1].manifest["validation"]["digest"]:
        found.notes.append("the adapters were validated on other pairs: their losses are not compared")
        return
    first, second = (json.loads((side.path / LOSSES).read_text(encoding="utf-8")) for side in opened if side)
    values = [np.array([row["adapter"] for row in rows]) for rows in (first, second)]
    difference = estimate(
        values[1] - values[0], np.array([row["posting_id"] for row in first]), StatisticsRecipe().seed
    )
    row = {
        "n": difference.n,
        "postings": difference.clusters,
        "before": float(values[0].mean()),
        "after": float(values[1].mean()),
        "difference": difference.mean,
        "low": difference.low,
        "high": difference.high,
    }
    found.validation_loss.update(_plain([row])[0])


def _plain(rows: list[dict[Any, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON has them: what is no number is null."""
    return [
        {str(name): None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in rows
    ]


# --- in the terminal ---


def as_json(found: Diff) -> dict[str, Any]:
    """All of it as one JSON document."""
    return asdict(found)


def shown(found: Diff) -> Iterator[Table | str]:
    """What differs, part by part; parts without anything are left out."""
    if found.recipes:
        rows = [(row["asset"], row["field"], _short(row["before"]), _short(row["after"])) for row in found.recipes]
        yield _grid("Recipes", ("asset", "field", "before", "after"), rows)
    if found.tables:
        yield _grid(
            "Rows by key", ("table", "before", "after", "added", "changed", "removed", "changed in"),
            [(name, *(f"{n:,}" for n in (t.rows_before, t.rows_after, t.added, t.changed, t.removed)), _columns(t))
             for name, t in found.tables.items()],
        )  # fmt: skip
    primary = [row for row in found.scores if row["metric"] in PRIMARY]
    if primary:
        yield _grid(
            "Scores, after minus before on the same questions, 95 % interval over postings (--json has every metric)",
            ("contender", "slice", "metric", "n", "difference"),
            [(row["contender"], row["slice"], row["metric"], str(row["n"]), _difference(row)) for row in primary],
        )
    if found.validation_loss:
        loss = found.validation_loss
        yield (
            f"Validation loss of the adapters: {loss['before']:.3f} -> {loss['after']:.3f}, {_difference(loss)}, "
            f"n={loss['n']}"
        )
    yield from found.notes
    yield f"{len(found.equal)} assets are equal{': ' if found.equal else ''}{', '.join(found.equal)}"


def _grid(title: str, names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(*names, title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for row in rows:
        table.add_row(*row)
    return table


def _columns(changes: TableDiff) -> str:
    parts = [f"{name} {count:,}" for name, count in changes.changed_in.items()]
    parts += [f"+{name}" for name in changes.new_columns] + [f"-{name}" for name in changes.old_columns]
    return ", ".join(parts)


def _difference(row: Mapping[str, Any]) -> str:
    interval = " (no interval)" if row["low"] is None else f" [{row['low']:+.3f}, {row['high']:+.3f}]"
    return f"{row['difference']:+.3f}{interval}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:12]}..."
