"""Asset checks over the lake: what must hold, said in SQL or in a few lines of Python.

Belongs here: opening the tables a check reads, and the check that every table gets: that the stored file is what it
says it is. What must hold for a particular table is in the `checks.py` of its stage.
"""

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg

from jobsearch_dagster.foundation.table_asset import CPU_TAGS, DataFolder, LakeAsset, user_errors_in_one_line

if TYPE_CHECKING:
    import duckdb

Check = dg.AssetChecksDefinition
Body = Callable[[DataFolder], dg.AssetCheckResult]
TableBody = Callable[["duckdb.DuckDBPyConnection"], dg.AssetCheckResult]
VERSION = "data_version"
"""Metadata entry of a check's result: the version of the asset that it judged."""


def lake_check(asset: str, *, also: tuple[str, ...] = (), blocking: bool = True) -> Callable[[Body], Check]:
    """Declare a check of what is stored in a data folder.

    A check that does not block warns; one that blocks may return `severity=WARN` where what it found is expected, and
    then stops nothing. Automation cannot tell that warning from an error, so a data asset has two checks instead.

    The result says which version of the asset it judged: a verdict on another version proves nothing.

    Args:
        asset: The asset whose check it is.
        also: Assets upstream of it that the check reads too.
        blocking: Whether nothing downstream may be built when it fails.
    """

    def declare(body: Body) -> Check:
        assert inspect.isfunction(body)

        def run_check(folder: DataFolder) -> dg.AssetCheckResult:
            with user_errors_in_one_line():
                result = body(folder)
            stamp = folder.lake.stamp(asset) or folder.artifacts.stamp(asset)
            return result._replace(
                severity=result.severity if blocking else dg.AssetCheckSeverity.WARN,
                metadata={**result.metadata, VERSION: dg.MetadataValue.text(stamp.data_version if stamp else "none")},
            )

        return dg.asset_check(
            asset=asset,
            name=body.__name__,
            description=inspect.getdoc(body),
            blocking=blocking,
            additional_deps=list(also),
            op_tags=CPU_TAGS,
        )(run_check)

    return declare


def table_check(asset: str, *, also: tuple[str, ...] = (), blocking: bool = True) -> Callable[[TableBody], Check]:
    """Declare a `lake_check` on tables: its asset's and those of `also` are views of a DuckDB connection."""

    def declare(body: TableBody) -> Check:
        @functools.wraps(body)
        def on_tables(folder: DataFolder) -> dg.AssetCheckResult:
            with folder.lake.connect([asset, *also]) as connection:
                return body(connection)

        return lake_check(asset, also=also, blocking=blocking)(on_tables)

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


def stored_as_declared_check(asset: LakeAsset) -> Check:
    """The check of every asset: what is stored is what was published."""

    @lake_check(asset.name)
    def stored_as_declared(folder: DataFolder) -> dg.AssetCheckResult:
        """Columns, types, primary key and digest of the stored content are those that were published."""
        problems = (
            folder.artifacts.verify(asset.name)
            if asset.schema is None
            else folder.lake.verify(asset.name, asset.schema)
        )
        return dg.AssetCheckResult(passed=not problems, metadata={"problems": problems})

    return stored_as_declared
