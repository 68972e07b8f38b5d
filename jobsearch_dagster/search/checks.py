"""Checks of search."""

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.foundation.table_check import lake_check, none_of, table_check
from jobsearch_dagster.preparation.contact_check import contact_check
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster.search.tables import CATALOG_SCHEMA


@table_check("job_catalog", also=("clean_jobs",))
def every_posting_can_be_found(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Each posting of the clean jobs is in the catalog, and nothing else is."""
    return none_of(
        connection,
        """
        SELECT posting_id FROM clean_jobs ANTI JOIN job_catalog USING (posting_id)
        UNION SELECT posting_id FROM job_catalog ANTI JOIN clean_jobs USING (posting_id)
        """,
    )


@table_check("job_catalog", also=("clean_jobs",))
def no_resume_is_in_the_catalog(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Resumes are personal data: no cell of the catalog holds one."""
    return none_of(
        connection,
        """
        SELECT posting_id FROM job_catalog c WHERE EXISTS (
            SELECT 1 FROM clean_jobs j
            WHERE j.posting_id = c.posting_id AND length(j.resume_text) > 40
                AND contains(lower(c.summary), j.resume_text)
        )
        """,
    )


@lake_check("job_catalog")
def the_published_file_holds_the_table(folder: DataFolder) -> dg.AssetCheckResult:
    """The file that questions are answered from has the rows of the table."""
    columns = ", ".join(CATALOG_SCHEMA.names)
    with open_catalog(published_catalog(folder.root)) as connection:
        published = connection.execute(f"SELECT {columns} FROM jobs ORDER BY posting_id").fetchall()
    with folder.lake.connect(["job_catalog"]) as connection:
        stored = connection.execute(f"SELECT {columns} FROM job_catalog ORDER BY posting_id").fetchall()
    return dg.AssetCheckResult(
        passed=published == stored, metadata={"published": len(published), "stored": len(stored)}
    )


catalog_is_private = contact_check("job_catalog", CATALOG_SCHEMA)
