"""What the web UI shows of a table: its columns, where they come from, and a few rows.

Belongs here: the translation of a `TableSchema` and of rows into Dagster's metadata. Pictures are in
`foundation/pictures.py`.
"""

import textwrap
from typing import TYPE_CHECKING, Any

import dagster as dg

from jobsearch_dagster.foundation.schema import TableSchema

if TYPE_CHECKING:
    import pandas as pd

CELL_CHARACTERS = 120
LINE_CHARACTERS = 80
DIGITS = 6
"""Significant digits of a number that is shown; what is stored has all of them."""


def column_schema(schema: TableSchema) -> dict[str, Any]:
    """Names, types, meanings and constraints of the columns."""
    columns = [
        dg.TableColumn(
            name=column.name,
            type=column.type,
            description=column.description,
            constraints=dg.TableColumnConstraints(
                nullable=column.name not in schema.required,
                unique=schema.primary_key == (column.name,),
            ),
        )
        for column in schema.columns
    ]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def column_lineage(schema: TableSchema) -> dict[str, Any]:
    """The upstream columns of each column; empty where none derives from a table."""
    deps = {column.name: [_dep(source) for source in column.sources] for column in schema.columns if column.sources}
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps)} if deps else {}


def _dep(source: str) -> dg.TableColumnDep:
    table, column = source.split(".")
    return dg.TableColumnDep(asset_key=dg.AssetKey(table), column_name=column)


def text_block(text: str) -> str:
    """A text as it is, in Markdown: its own line breaks are kept, and long lines broken, which the UI would not do."""
    lines = (textwrap.fill(line, LINE_CHARACTERS, replace_whitespace=False) for line in text.split("\n"))
    return "```\n" + "\n".join(lines) + "\n```"


def shown(value: object) -> str:
    """A value as text; of a fraction no more digits than can mean something."""
    if not isinstance(value, float) or abs(value) >= 10**DIGITS:
        return str(value)
    return str(float(f"{value:.{DIGITS}g}"))


def markdown_table(frame: "pd.DataFrame", characters: int = CELL_CHARACTERS) -> str:
    """A small frame as a Markdown table, cells of more `characters` cut."""

    def cell(value: object) -> str:
        text = " ".join(shown(value).replace("|", "\\|").split())
        return text if len(text) <= characters else text[: characters - 1] + "…"

    lines = ["| " + " | ".join(map(str, frame.columns)) + " |", "|" + " --- |" * len(frame.columns)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)
