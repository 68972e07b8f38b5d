"""The rows of the job catalog: one per posting, from both splits.

Belongs here: which of a posting's rows speaks for it, and which postings show best how cells are understood. The file
that is searched is written by `catalog.py`.
"""

from typing import TYPE_CHECKING

from jobsearch_dagster.preparation.private_cells import redacted
from jobsearch_dagster.search.tables import CATALOG_SCHEMA

if TYPE_CHECKING:
    import duckdb

SOURCES = ["stated", "description", "imputed", "unknown"]
"""Best first: where a posting's rows disagree, the stated salary wins."""
SHOWN = ("title", "standard_title", "role", "place", "salary")
"""Short cells that come from a posting's own words."""


def catalog_rows(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """Rows of `jobs` from `raw_jobs`, `clean_jobs`, `job_entities` and `job_summaries`.

    Title, place and salary are shown as written, without the personal data that some hold. A row that states another
    salary than the one shown is a conflict and is counted.
    """
    connection.execute(
        f"""
        CREATE TEMP TABLE postings AS
        WITH joined AS (
            SELECT j.posting_id, r.job_title AS title, j.standard_title, e.role, e.seniority, r.location AS place,
                j.city, j.region, j.country, j.other_places, coalesce(j.work_mode, e.work_mode) AS work_mode,
                r.salary, j.min_usd, j.max_usd, j.midpoint_usd, j.salary_bucket AS bucket, j.salary_source,
                e.skills, e.min_years, e.max_years, e.education, e.employment_type,
                s.description_summary AS summary, j.split, j.row_id AS source_row
            FROM clean_jobs j
            JOIN raw_jobs r USING (row_id) JOIN job_entities e USING (row_id) JOIN job_summaries s USING (row_id)
        ), ranked AS (
            SELECT *, row_number() OVER best AS position, first_value(salary) OVER best AS shown
            FROM joined
            WINDOW best AS (
                PARTITION BY posting_id
                ORDER BY list_position({SOURCES}, salary_source), split DESC, source_row
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            )
        ), counted AS (
            SELECT *, count(*) FILTER (salary <> shown) OVER (PARTITION BY posting_id) AS conflicts FROM ranked
        )
        SELECT {", ".join(CATALOG_SCHEMA.names)} FROM counted WHERE position = 1
        """
    )
    return connection.sql(redacted(connection, "postings", SHOWN))


def hardest_postings(connection: "duckdb.DuckDBPyConnection", count: int = 10) -> "duckdb.DuckDBPyRelation":
    """Postings of `job_catalog` as written beside what was understood, those first of which least was.

    A cell that says something and was not understood weighs 2; a place among several, a title that changed and a
    missing entity weigh 1.
    """
    return connection.sql(
        f"""
        SELECT title, standard_title AS "standard title", seniority, place AS "location",
            concat_ws(', ', city, region, country, work_mode) AS "read as", other_places AS "and", salary,
            bucket || ' (' || salary_source || ')' AS "pay",
            list_slice(skills, 1, 6) AS "first skills", concat_ws('-', min_years, max_years) AS years, education,
            employment_type AS type, source_row AS row
        FROM job_catalog
        ORDER BY
            2 * (coalesce(place, '') <> '' AND country IS NULL)::INT
            + 2 * (coalesce(salary, '') <> '' AND salary_source <> 'stated')::INT
            + 2 * (len(skills) = 0)::INT
            + (len(other_places) > 0)::INT + (lower(title) <> standard_title)::INT
            + (min_years IS NULL)::INT + (education IS NULL)::INT + (employment_type IS NULL)::INT DESC,
            posting_id
        LIMIT {count}
        """
    )
