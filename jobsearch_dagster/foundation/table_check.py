"""Asset checks over the lake: what must hold, said in SQL or in a few lines of Python.

Belongs here: opening the tables a check reads, and the check that every table gets: that the stored file is what it
says it is. What must hold for a particular table is in the `checks.py` of its stage.
"""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg

from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset, user_errors_in_one_line

if TYPE_CHECKING:
    import duckdb

CheckBody = Callable[["duckdb.DuckDBPyConnection"], dg.AssetCheckResult]


def table_check(
    asset: str, *, also: tuple[str, ...] = (), blocking: bool = True
) -> Callable[[CheckBody], dg.AssetChecksDefinition]:
    """Declare a check that reads its asset's table, and the tables `also`, as views of a DuckDB connection."""

    def declare(body: CheckBody) -> dg.AssetChecksDefinition:
        assert inspect.isfunction(body)

        def run_check(folder: DataFolder) -> dg.AssetCheckResult:
            with user_errors_in_one_line(), folder.lake.connect([asset, *also]) as connection:
                return body(connection)

        return dg.asset_check(
            asset=asset,
            name=body.__name__,
            description=inspect.getdoc(body),
            blocking=blocking,
            additional_deps=list(also),
        )(run_check)

    return declare


def none_of(connection: "duckdb.DuckDBPyConnection", violations: str) -> dg.AssetCheckResult:
    """Passes when the query returns no row; otherwise shows how many there are and the first five."""
    relation = connection.sql(violations)
    count = relation.count("*").fetchall()[0][0]
    return dg.AssetCheckResult(
        passed=count == 0,
        metadata={
            "violations": count,
            "first": [[str(cell)[:200] for cell in row] for row in relation.limit(5).fetchall()],
        },
    )


def stored_as_declared(asset: LakeAsset) -> dg.AssetChecksDefinition:
    """The check of every asset: what is stored is what was published."""

    @dg.asset_check(
        asset=asset.name,
        name="stored_as_declared",
        description="Columns, types, primary key and digest of the stored content are those that were published.",
        blocking=True,
    )
    def stored_as_declared_check(folder: DataFolder) -> dg.AssetCheckResult:
        problems = (
            folder.artifacts.verify(asset.name)
            if asset.schema is None
            else folder.lake.verify(asset.name, asset.schema)
        )
        return dg.AssetCheckResult(passed=not problems, metadata={"problems": problems})

    return stored_as_declared_check
