"""Asset of summarization: long descriptions in a few sentences."""

from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.summarization.summaries import (
    CODE_VERSION,
    KeptSummaries,
    SummaryRecipe,
    load_summarizer,
    summarize,
)
from jobsearch_dagster.summarization.tables import JOB_SUMMARIES


def summarizer_digest(folder: DataFolder, config: SummaryRecipe) -> dict[str, str]:
    """Digest of the files of the model that the method uses."""
    name = config.model_name()
    return {} if name is None else {"model": model_store.model_digest(name, folder.root)}


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
    code_version=CODE_VERSION,
    external=summarizer_digest,
    kinds=("pytorch", "parquet"),
    show=compression,
    accelerator=True,
)
def job_summaries(step: Step) -> DuckDBPyRelation:
    """Descriptions (and resumes, where the profile says so) in a few sentences (step 2e).

    One row per job and split.
    """
    model = step.parts.external.get("model", "")
    kept = KeptSummaries(TextCache(step.folder.root / "cache" / "texts.sqlite"), step.config, model)
    return summarize(
        step.connection,
        step.config,
        lambda: load_summarizer(step.config, step.folder.root),
        kept,
        step.progress,
        step.say,
    )
