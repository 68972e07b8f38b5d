"""Assets of search: the catalog that questions are answered from."""

from typing import Any

import dagster as dg
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation.table_asset import Step, table_asset
from jobsearch_dagster.foundation.ui_metadata import markdown_table
from jobsearch_dagster.preparation.assets import name_data
from jobsearch_dagster.search.catalog_table import catalog_rows, hardest_postings
from jobsearch_dagster.search.publication import CatalogPublication
from jobsearch_dagster.search.tables import CATALOG_SCHEMA


def coverage(connection: DuckDBPyConnection) -> dict[str, Any]:
    """How much of the catalog can be asked for, and ten postings that were hard to understand, cell by cell."""
    row = connection.execute(
        """
        SELECT avg((country IS NOT NULL)::INT), avg((midpoint_usd IS NOT NULL)::INT), avg((len(skills) > 0)::INT),
            sum(conflicts)::BIGINT
        FROM job_catalog
        """
    ).fetchall()[0]
    names = ("share_with_country", "share_with_pay", "share_with_skills", "salary_conflicts")
    shares = {name: value for name, value in zip(names, row, strict=True) if value is not None}
    hardest = hardest_postings(connection).df().fillna("")
    return {**shares, "written and understood": dg.MetadataValue.md(markdown_table(hardest))}


@table_asset(
    CATALOG_SCHEMA,
    inputs=("raw_jobs", "clean_jobs", "job_entities", "job_summaries"),
    code_version="2",
    show=coverage,
    external=name_data,
    publication=CatalogPublication(),
)
def job_catalog(step: Step) -> DuckDBPyRelation:
    """What can be searched: title, place and pay as written, and all that was understood of them.

    One row per posting.
    """
    return catalog_rows(step.connection)
