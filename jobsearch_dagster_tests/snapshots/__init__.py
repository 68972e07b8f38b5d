"""Two snapshots under version control: what Dagster is told of every asset, and the code each asset is made by.

After a change that is meant, record both: `python -m jobsearch_dagster_tests.snapshots`. The difference is then
reviewed like any other: where an asset's code changed and its `code_version` did not, the claim is that its content
stays the same.
"""

import ast
import hashlib
import inspect
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg

from jobsearch_dagster.build import build_defs, lake_assets
from jobsearch_dagster.foundation.table_asset import LakeAsset

FOLDER = Path(__file__).parent
PACKAGE = "jobsearch_dagster"
ROOT = Path(__file__).parents[2]
COMMAND = "python -m jobsearch_dagster_tests.snapshots"

PLUMBING = {
    f"{PACKAGE}.foundation.{name}"
    for name in (
        "artifacts", "automation", "digests", "errors", "executors", "failure_report", "home", "known_digests", "lake",
        "measures", "package_data", "pictures", "profiles", "progress", "proof", "schema", "scratch", "seals",
        "settings", "staleness", "table_asset", "table_check", "ui_metadata",
    )
}  # fmt: skip
"""How assets are stored and shown; what they hold does not depend on it, and everything imports it."""


def record() -> None:
    """Write both snapshots as the code is now."""
    for name, content in (("definitions", definitions()), ("code", code())):
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def recorded(name: str) -> dict[str, Any]:
    """A snapshot as it was recorded."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def definitions() -> dict[str, Any]:
    """What Dagster is told: each asset's dependencies, group, kinds, owners, tags, automation and checks; the ticks."""
    defs = build_defs(profile="demo")
    graph = defs.resolve_asset_graph()
    checks: dict[dg.AssetKey, dict[str, str]] = {}
    for key in graph.asset_check_keys:
        checks.setdefault(key.asset_key, {})[key.name] = "blocks" if graph.get(key).blocking else "warns"
    return {
        "assets": {
            spec.key.to_user_string(): _told(spec, checks.get(spec.key, {})) for spec in defs.resolve_all_asset_specs()
        },
        "steps": {
            a.op.name: {"pool": a.op.pool, "tags": dict(a.op.tags)}
            for a in defs.assets or ()
            if isinstance(a, dg.AssetsDefinition)
        },
        "schedules": {
            s.name: {"cron": s.cron_schedule, "starts": s.default_status.value}
            for s in defs.schedules or ()
            if isinstance(s, dg.ScheduleDefinition)
        },
        "sensors": {
            s.name: {"seconds": s.minimum_interval_seconds, "starts": s.default_status.value}
            for s in defs.sensors or ()
        },
    }


def _told(spec: dg.AssetSpec, checks: dict[str, str]) -> dict[str, Any]:
    condition, policy = spec.automation_condition, spec.freshness_policy
    return {
        "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
        "group": spec.group_name,
        "kinds": sorted(spec.kinds),
        "owners": list(spec.owners),
        "tags": {name: value for name, value in spec.tags.items() if not name.startswith("dagster/kind/")},
        "automation": _tree(condition) if condition else None,
        "freshness": str(policy) if policy else None,
        "checks": checks,
    }


def _tree(condition: dg.AutomationCondition) -> str:
    """A condition with all it consists of, by name or label."""
    named = condition.get_label() or condition.name
    parts = ", ".join(_tree(child) for child in condition.children)
    return f"{named}({parts})" if parts else named


def code() -> dict[str, Any]:
    """The digest of the code of each asset, and of each module that such code is in."""
    sources = {name: asset_sources(asset) for name, asset in lake_assets().items()}
    return {
        "assets": {
            name: {
                "code_version": lake_assets()[name].code_version,
                "code": _digest(*(part for _, part in sorted(parts.items()))),
            }
            for name, parts in sources.items()
        },
        "modules": {module: _digest(source) for parts in sources.values() for module, source in parts.items()},
    }


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def asset_sources(asset: LakeAsset) -> dict[str, str]:
    """Module -> its code without comments and docstrings, for the asset's body and all it reaches by imports.

    Of `assets.py` only the body and what it calls there. Columns (`tables.py`) are left out: they are in the key.
    """
    assert inspect.isfunction(asset.body)
    parts, used = _body(asset.body.__module__, asset.body.__name__)
    sources = {f"{asset.body.__module__}:{asset.name}": parts}
    todo = list(used)
    while todo:
        module = todo.pop()
        if module not in sources and module not in PLUMBING and not module.endswith((".tables", ".assets")):
            sources[module] = written(tree_of(module))
            todo += _imports(tree_of(module)).values()
    return sources


def tree_of(module: str) -> ast.Module:
    """A module's syntax without docstrings."""
    return _parsed(file_of(module).read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> ast.Module:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    return tree


@cache
def written(tree: ast.AST) -> str:
    """The syntax tree as text, the same in every version of Python: `ast.unparse` quotes f-strings by version.

    Without places, and without fields that are empty, for later versions add some (`type_params`).
    """
    fields = []
    for name, value in ast.iter_fields(tree):
        if isinstance(value, list):
            text = ",".join(written(part) if isinstance(part, ast.AST) else repr(part) for part in value)
        else:
            text = written(value) if isinstance(value, ast.AST) else repr(value)
        if value is not None and value != []:
            fields.append(f"{name}=[{text}]" if isinstance(value, list) else f"{name}={text}")
    return f"{type(tree).__name__}({' '.join(fields)})"


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def file_of(module: str) -> Path:
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imports(tree: ast.AST) -> dict[str, str]:
    """Name -> the module of this package that it is, or is from."""
    found = {}
    for node in _run_nodes(tree):
        if isinstance(node, ast.Import):
            plain = [alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE]
            assert not plain, f"import {plain[0]}: write `from ... import`, which the snapshot of the code follows"
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = inner if file_of(inner).exists() else str(node.module)
    return found


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only type checkers see."""
    yield tree
    if isinstance(tree, ast.If) and ast.unparse(tree.test) == "TYPE_CHECKING":
        return
    for child in ast.iter_child_nodes(tree):
        yield from _run_nodes(child)


def _body(module: str, function: str) -> tuple[str, set[str]]:
    """The code of an asset's body with what it names of its module, and the modules that all of it uses."""
    tree = tree_of(module)
    defined = _defined(tree)
    imports = _imports(tree)
    reached: dict[str, str] = {}
    used: set[str] = set()
    todo = [function]
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        node = defined[name]
        # Decorators are left out: they hold the code version and what is in the key.
        parts = [*node.body, node.args] if isinstance(node, ast.FunctionDef) else [node]
        reached[name] = "\n".join(written(part) for part in parts)
        names = set(_names(parts))
        todo += names & defined.keys()
        used |= {imports[found] for found in names & imports.keys()}
    return "\n".join(f"{name}: {text}" for name, text in sorted(reached.items())), used


def _defined(tree: ast.Module) -> dict[str, ast.stmt]:
    """Name -> the function, class or assignment of a module that defines it."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= dict.fromkeys(_names(targets), node)
    return found


def _names(parts: Iterable[ast.AST]) -> Iterator[str]:
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                yield node.id
