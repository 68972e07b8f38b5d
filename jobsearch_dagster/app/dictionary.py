"""`jobsearch dictionary`: every table and model with columns, checks and lineage, as Markdown.

Belongs here: writing down what the definitions say. The tracked `docs/data_dictionary.md` is its output, by test.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

import dagster as dg

from jobsearch_dagster.build import STAGES, build_defs, lake_assets
from jobsearch_dagster.foundation.schema import Column, TableSchema
from jobsearch_dagster.foundation.table_asset import LakeAsset

HEAD = """# Data dictionary

Written by `jobsearch dictionary --out docs/data_dictionary.md` from the definitions; a test holds both equal.

Each table is `lake/<name>.parquet` in the data folder (of more than a million rows: the parts that
`lake/<name>.parts.json` names), each model `models/<name>/<key>/`. A column's unit stands in its
meaning. **Key** columns are the primary key and the order of the rows; columns that may be null say so; *volatile*
columns differ between equal runs and are no part of the table's digest. A check that *blocks* stops what is downstream.
"""


def dictionary() -> str:
    """The whole document."""
    checks = _checks()
    lines = [HEAD]
    for stage in STAGES:
        lines += [f"## {stage}", ""]
        for asset in lake_assets().values():
            if asset.group == stage:
                lines += [*_asset(asset, checks.get(asset.name, [])), ""]
    return "\n".join(lines).rstrip() + "\n"


def _checks() -> Mapping[str, Sequence[str]]:
    """Lines about the checks of each asset, by name."""
    graph = build_defs(profile="demo").resolve_asset_graph()
    found: dict[str, list[str]] = {}
    for key in sorted(graph.asset_check_keys):
        check = graph.get(key)
        reads = sorted(_names(check.parent_entity_keys) - {key.asset_key.to_user_string()})
        also = f" (reads {', '.join(f'`{name}`' for name in reads)} too)" if reads else ""
        found.setdefault(key.asset_key.to_user_string(), []).append(
            f"- `{key.name}` {'blocks' if check.blocking else 'warns'}: {_joined(check.description or '')}{also}"
        )
    return found


def _names(keys: Set[dg.AssetKey]) -> set[str]:
    return {key.to_user_string() for key in keys}


def _asset(asset: LakeAsset, checks: Sequence[str]) -> Iterator[str]:
    yield f"### {asset.name}"
    yield ""
    yield _joined(asset.description)
    yield ""
    sources = ", ".join(f"`{name}`" for name in asset.inputs) or "nothing in the lake"
    yield f"Made from {sources}."
    yield ""
    if asset.schema is None:
        yield "A folder with `manifest.json`, named by the digest of what it was made from."
    else:
        yield from _columns(asset.schema)
    yield ""
    yield "Checks:"
    yield ""
    yield from checks


def _columns(schema: TableSchema) -> Iterator[str]:
    yield "| column | type | meaning | from |"
    yield "| --- | --- | --- | --- |"
    for column in schema.columns:
        sources = ", ".join(f"`{source}`" for source in column.sources)
        yield f"| {_name(column, schema)} | {column.type} | {_cell(column, schema)} | {sources} |"


def _name(column: Column, schema: TableSchema) -> str:
    return f"**{column.name}**" if column.name in schema.primary_key else column.name


def _cell(column: Column, schema: TableSchema) -> str:
    notes = ["" if column.name in schema.required else "may be null", "*volatile*" if column.volatile else ""]
    said = "; ".join(note for note in notes if note)
    meaning = _joined(column.description).replace("|", "\\|")
    return f"{meaning} ({said})" if said else meaning


def _joined(text: str) -> str:
    return " ".join(text.split())
