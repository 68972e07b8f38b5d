"""Checks of ingestion."""

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.foundation.table_check import lake_check, none_of, table_check
from jobsearch_dagster.ingestion.completeness import find_gaps
from jobsearch_dagster.ingestion.sources import resume_names


@table_check("raw_jobs")
def every_row_has_a_title_and_a_description(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A posting without title or description can be neither described nor found."""
    return none_of(
        connection,
        "SELECT row_id FROM raw_jobs WHERE trim(coalesce(job_title, '')) = '' OR trim(coalesce(description, '')) = ''",
    )


FEW = 10
"""Rejects that a file may have whatever its size: in one of 50 records one empty description is no sign of anything."""


@lake_check("rejected_rows", also=("raw_jobs",))
def at_most_one_record_in_a_hundred_is_rejected(folder: DataFolder) -> dg.AssetCheckResult:
    """More rejects than 1 %, and than a few, mean that a file is written in a way that is not read; resumes apart."""
    with folder.lake.connect(["raw_jobs", "rejected_rows"]) as connection:
        connection.execute(
            "CREATE TEMP TABLE records AS FROM rejected_rows WHERE NOT list_contains($resumes, file)",
            {"resumes": sorted(resume_names(folder.root / "raw"))},
        )
        rejected, accepted = connection.execute(
            "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM raw_jobs)"
        ).fetchall()[0]
        first = connection.execute("SELECT file, line, reason FROM records ORDER BY file, line LIMIT 5").fetchall()
    return dg.AssetCheckResult(
        passed=rejected <= FEW or rejected * 100 <= accepted + rejected,
        metadata={"rejected": rejected, "read": accepted, "first": [list(row) for row in first]},
    )


@lake_check("rejected_rows", blocking=False)
def every_resume_is_readable(folder: DataFolder) -> dg.AssetCheckResult:
    """An unreadable resume is missing from every posting it should be crossed with."""
    with folder.lake.connect(["rejected_rows"]) as connection:
        unreadable = connection.execute(
            "SELECT file, reason FROM rejected_rows WHERE list_contains($resumes, file)",
            {"resumes": sorted(resume_names(folder.root / "raw"))},
        ).fetchall()
    return dg.AssetCheckResult(passed=not unreadable, metadata={"unreadable": dict(unreadable)})


@lake_check("rejected_rows", also=("raw_jobs",))
def every_record_is_read_or_rejected(folder: DataFolder) -> dg.AssetCheckResult:
    """Of each raw file: the rows of raw_jobs and of rejected_rows are together the records counted in the file."""
    with folder.lake.connect(["raw_jobs", "rejected_rows"]) as connection:
        gaps = find_gaps(connection, folder.root / "raw")
    return dg.AssetCheckResult(passed=not gaps, metadata={"gaps": [vars(gap) for gap in gaps]})
