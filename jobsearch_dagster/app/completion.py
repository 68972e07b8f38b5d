"""What a shell offers on Tab behind the options of `jobsearch`.

Belongs here: the values, each found without Dagster, whose import would let a person wait for seconds. That a shell
asks at all is set up by `jobsearch --install-completion`.
"""

import ast
from collections.abc import Iterator
from importlib import resources

from jobsearch_dagster.foundation import profiles

CONTENDERS = ("analytics", "rag", "lora", "base")
MADE_BY = ("table_asset", "artifact_asset")
"""Decorators of the functions whose names are the assets'."""


def contenders(incomplete: str) -> list[str]:
    """Who can answer."""
    return _beginning(incomplete, CONTENDERS)


def profile_names(incomplete: str) -> list[str]:
    """The profiles for users: `smoke` is for tests."""
    return _beginning(incomplete, [name for name in profiles.names() if name != "smoke"])


def selections(incomplete: str) -> list[str]:
    """Assets and groups; a `+` before the name, which selects what is upstream too, stays there."""
    plus = "+" if incomplete.startswith("+") else ""
    assets, groups = [], []
    for group, names in _assets():
        groups.append(f"group:{group}")
        assets += names
    return _beginning(incomplete, [f"{plus}{name}" for name in (*assets, *groups)])


def _assets() -> Iterator[tuple[str, list[str]]]:
    """Groups and their assets as the source declares them, read in 0.05 s."""
    for folder in resources.files("jobsearch_dagster").iterdir():
        source = folder / "assets.py"
        if source.is_file():
            tree = ast.parse(source.read_text(encoding="utf-8"))
            yield folder.name, [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and _makes_asset(n)]


def _makes_asset(function: ast.FunctionDef) -> bool:
    calls = [d.func for d in function.decorator_list if isinstance(d, ast.Call)]
    return any(isinstance(name, ast.Name) and name.id in MADE_BY for name in calls)


def _beginning(incomplete: str, values: list[str] | tuple[str, ...]) -> list[str]:
    return [value for value in values if value.startswith(incomplete)]
