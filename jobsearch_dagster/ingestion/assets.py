"""Assets of ingestion: raw files as validated tables."""

from duckdb import DuckDBPyRelation

from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.ingestion import csv_files, profiling
from jobsearch_dagster.ingestion.tables import COLUMN_PROFILE, RAW_JOBS, REJECTED_ROWS


def raw_file_digest(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digest of names and bytes of the raw files: touching a file changes nothing, one changed byte does."""
    raw = folder.root / "raw"
    try:
        return {"raw files": digest_of_files(raw, csv_files.find_files(raw))}
    except OSError as error:
        raise UserError(
            f"cannot read {error.filename}: {error.strerror}; check the file and its permissions"
        ) from error


@table_asset(RAW_JOBS, code_version="1", external=raw_file_digest, kinds=("csv", "parquet"))
def raw_jobs(step: Step) -> DuckDBPyRelation:
    """Job postings crossed with resumes, exactly as they stand in the CSV files of raw/.

    One row per record.
    """
    csv_files.load(step.connection, step.folder.root / "raw")
    return step.connection.table("accepted")


@table_asset(REJECTED_ROWS, inputs=("raw_jobs",), code_version="1", external=raw_file_digest, kinds=("csv", "parquet"))
def rejected_rows(step: Step) -> DuckDBPyRelation:
    """Records of the CSV files that could not be read, with the reason.

    One row per record, empty when all is well.
    """
    csv_files.load(step.connection, step.folder.root / "raw")
    return step.connection.table("rejected")


@table_asset(COLUMN_PROFILE, inputs=("raw_jobs",), code_version="1")
def column_profile(step: Step) -> DuckDBPyRelation:
    """What is in each raw column (the report's Step 1).

    One row per split and column.
    """
    return profiling.profile_columns(step.connection)
