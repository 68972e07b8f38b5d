"""Asset of summarization: long descriptions in a few sentences."""

from typing import Any

import dagster as dg
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.foundation.text_cache import cache_of
from jobsearch_dagster.foundation.ui_metadata import markdown_table, text_block
from jobsearch_dagster.summarization.summaries import (
    CODE_VERSION,
    KeptSummaries,
    SummaryRecipe,
    loader,
    summarize,
)
from jobsearch_dagster.summarization.tables import JOB_SUMMARIES

LONGEST_EXAMPLE = 2_000
"""Characters of a text on the page of the asset."""


def summarizer_digest(folder: DataFolder, config: SummaryRecipe) -> dict[str, str]:
    """Digest of the files of the model that the method uses."""
    name = config.model_name()
    return {} if name is None else {"model": model_store.model_digest(name, folder.root)}


def shown_summaries(connection: DuckDBPyConnection) -> dict[str, Any]:
    """How much shorter the texts became, by method, and three descriptions beside their summaries."""
    shortened = connection.sql(
        """
        SELECT text, method, count(*) AS rows, sum(input_sentences)::BIGINT AS sentences_read,
            sum(kept_sentences)::BIGINT AS sentences_kept, round(sum(summary) / sum(characters), 3) AS length_ratio
        FROM (
            SELECT 'description' AS text, method, input_sentences, kept_sentences,
                length(description_summary) AS summary, length(description_text) AS characters
            FROM job_summaries JOIN clean_jobs USING (row_id)
            UNION ALL
            SELECT 'resume', resume_method, resume_input_sentences, resume_kept_sentences, length(resume_summary),
                length(resume_text)
            FROM job_summaries JOIN clean_jobs USING (row_id) WHERE resume_method IS NOT NULL
        )
        GROUP BY ALL ORDER BY ALL
        """
    ).df()
    examples = connection.execute(
        """
        SELECT any_value(description_text ORDER BY row_id), description_summary
        FROM job_summaries JOIN clean_jobs USING (row_id) WHERE method <> 'none'
        GROUP BY description_summary ORDER BY min(row_id) LIMIT 3
        """
    ).fetchall()
    pages = {
        f"example {n}": dg.MetadataValue.md(f"{text_block(summary)}\nfrom\n{text_block(text[:LONGEST_EXAMPLE])}")
        for n, (text, summary) in enumerate(examples, start=1)
    }
    return {"shortened": dg.MetadataValue.md(markdown_table(shortened)), **pages}


@table_asset(
    JOB_SUMMARIES,
    inputs=("clean_jobs",),
    recipe=SummaryRecipe,
    code_version=CODE_VERSION,
    external=summarizer_digest,
    kinds=("pytorch", "parquet"),
    show=shown_summaries,
    accelerator=True,
)
def job_summaries(step: Step) -> DuckDBPyRelation:
    """Descriptions (and resumes, where the profile says so) in a few sentences (step 2e).

    One row per job and split.
    """
    model = step.parts.external.get("model", "")
    kept = KeptSummaries(cache_of(step.folder.root, "texts", step.say), step.config, model)
    return summarize(
        step.connection,
        step.config,
        loader(step.config, step.folder.root),
        kept,
        step.progress,
        step.say,
        step.mapper,
    )
