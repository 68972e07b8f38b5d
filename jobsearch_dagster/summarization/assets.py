"""Asset of summarization: long descriptions in a few sentences."""

from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.summarization.summaries import SummaryRecipe, summarize
from jobsearch_dagster.summarization.tables import JOB_SUMMARIES


def encoder_digest(folder: DataFolder, config: SummaryRecipe) -> dict[str, str]:
    """Digest of the encoder's files, where the method uses it."""
    if config.method == "none":
        return {}
    return {f"model {config.encoder}": model_store.model_digest(config.encoder, folder.root)}


def compression(connection: DuckDBPyConnection) -> dict[str, Any]:
    """How much shorter the descriptions became."""
    kept, read = connection.execute(
        "SELECT sum(kept_sentences)::BIGINT, sum(input_sentences)::BIGINT FROM job_summaries"
    ).fetchall()[0]
    return {"sentences_read": read or 0, "sentences_kept": kept or 0}


@table_asset(
    JOB_SUMMARIES,
    inputs=("clean_jobs",),
    recipe=SummaryRecipe,
    code_version="1",
    external=encoder_digest,
    kinds=("pytorch", "parquet"),
    show=compression,
    accelerator=True,
)
def job_summaries(step: Step) -> DuckDBPyRelation:
    """Descriptions (and resumes, where the profile says so) in a few of their own sentences (step 2e).

    One row per job and split.
    """
    return summarize(
        step.connection,
        step.config,
        lambda: Encoder(step.config.encoder, step.folder.root),
        step.progress,
    )
