"""Assets of ingestion: raw files as validated tables."""

from typing import Any

import dagster as dg
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation.digests import digest_of, digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.staging import scratch_of
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.foundation.ui_metadata import markdown_table
from jobsearch_dagster.ingestion import profiling, reading, sources
from jobsearch_dagster.ingestion.tables import COLUMN_PROFILE, RAW_JOBS, REJECTED_ROWS

KINDS = ("csv", "parquet")


def raw_file_digest(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digest of names and bytes of the raw files, and of what sources.yaml says.

    Touching a file changes nothing, one changed byte does.
    """
    raw = folder.root / "raw"
    try:
        listing = sources.listing(raw)
        listed = {sources.LISTING: digest_of(listing.model_dump(mode="json"))} if listing else {}
        return {"raw files": digest_of_files(raw, sources.raw_files(raw)), **listed}
    except OSError as error:
        raise UserError(
            f"cannot read {error.filename}: {error.strerror}; check the file and its permissions"
        ) from error


@table_asset(RAW_JOBS, code_version="3", external=raw_file_digest, kinds=KINDS)
def raw_jobs(step: Step) -> DuckDBPyRelation:
    """Job postings crossed with resumes, as they stand in the files of raw/, NUL characters apart.

    Files named train* and test*, and whatever sources.yaml lists. One row per record.
    """
    reading.load_accepted(step.connection, step.folder.root / "raw", scratch_of(step.connection), step.say)
    return step.connection.table("accepted")


@table_asset(REJECTED_ROWS, inputs=("raw_jobs",), code_version="3", external=raw_file_digest, kinds=KINDS)
def rejected_rows(step: Step) -> DuckDBPyRelation:
    """Records of the raw files and resumes that could not be read, with the reason.

    One row per record, empty when all is well.
    """
    reading.load_rejected(step.connection, step.folder.root / "raw")
    return step.connection.table("rejected")


def shown_profile(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The whole table in the UI."""
    return {"profile": dg.MetadataValue.md(markdown_table(connection.table("column_profile").df()))}


@table_asset(COLUMN_PROFILE, inputs=("raw_jobs",), code_version="2", show=shown_profile)
def column_profile(step: Step) -> DuckDBPyRelation:
    """What is in each raw column (the report's Step 1).

    One row per split and column, and one for the row as a whole.
    """
    return profiling.profile_columns(step.connection)
