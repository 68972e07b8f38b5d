"""Checks of search."""

import dagster as dg
import numpy as np
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.foundation.table_check import lake_check, none_of, table_check
from jobsearch_dagster.preparation.contact_check import contact_check
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.index import open_index
from jobsearch_dagster.search.indexed_text import words
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster.search.ranking import best_first
from jobsearch_dagster.search.tables import CATALOG_SCHEMA

LENGTH_TOLERANCE = 1e-3
"""Float32 sums of 384 squares are right to 1e-6; half-precision ones would be to 1e-3."""
SAMPLE = 200
LEAST_RECALL = 0.9
"""Not all: of more than ten postings with the same text some cannot be among the first ten."""


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


@lake_check("search_index", also=("job_catalog",))
def the_index_has_the_postings_of_the_catalog(folder: DataFolder) -> dg.AssetCheckResult:
    """Row by row, in the catalog's order: a filter finds numbers of rows, and they must be the same postings."""
    indexed = [name.decode() for name in open_index(folder.artifacts.read("search_index").path).posting_ids.tolist()]
    with folder.lake.connect(["job_catalog"]) as connection:
        rows = connection.execute("SELECT posting_id FROM job_catalog ORDER BY posting_id").fetchall()
    catalog = [posting_id for (posting_id,) in rows]
    return dg.AssetCheckResult(
        passed=indexed == catalog,
        metadata={
            "missing": len(set(catalog) - set(indexed)),
            "unknown": len(set(indexed) - set(catalog)),
            "postings": len(catalog),
        },
    )


@lake_check("search_index")
def every_vector_has_length_1(folder: DataFolder) -> dg.AssetCheckResult:
    """A longer one would stand before all others, and one that is no number before or behind them."""
    lengths = np.linalg.norm(open_index(folder.artifacts.read("search_index").path).vectors, axis=1)
    wrong = int(np.count_nonzero(~(np.abs(lengths - 1) < LENGTH_TOLERANCE)))  # true of NaN too
    return dg.AssetCheckResult(passed=wrong == 0, metadata={"wrong": wrong, "postings": len(lengths)})


@lake_check("search_index", also=("job_catalog",), blocking=False)
def a_posting_is_found_by_its_own_words(folder: DataFolder) -> dg.AssetCheckResult:
    """Asked for with its title and summary, a posting is among the first ten: recall@10 over a sample."""
    index = open_index(folder.artifacts.read("search_index").path)
    with folder.lake.connect(["job_catalog"]) as connection:
        sample = connection.execute(
            f"""
            SELECT posting_id, concat_ws(' ', title, summary)
            FROM job_catalog ORDER BY md5(posting_id), posting_id LIMIT {SAMPLE}
            """
        ).fetchall()
    found = [
        posting_id.encode() in index.posting_ids[best_first(index.bm25(words(text)), 10)] for posting_id, text in sample
    ]
    recall = float(np.mean(found))
    return dg.AssetCheckResult(
        passed=recall >= LEAST_RECALL, metadata={"recall_at_10": recall, "least": LEAST_RECALL, "sample": len(found)}
    )


catalog_is_private = contact_check("job_catalog", CATALOG_SCHEMA)
