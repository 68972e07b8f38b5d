"""What the web UI shows of a table: its columns, where they come from, and a few rows.

Belongs here: the translation of a `TableSchema` and of rows into Dagster's metadata. Pictures are in
`foundation/pictures.py`.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from jobsearch_dagster.foundation.schema import TableSchema

if TYPE_CHECKING:
    import pandas as pd

CELL_CHARACTERS = 120


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


def markdown_table(frame: "pd.DataFrame") -> str:
    """A small frame as a Markdown table, long cells cut."""

    def cell(value: object) -> str:
        text = " ".join(str(value).replace("|", "\\|").split())
        return text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…"

    lines = ["| " + " | ".join(map(str, frame.columns)) + " |", "|" + " --- |" * len(frame.columns)]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)
