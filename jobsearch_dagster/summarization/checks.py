"""Checks of summarization."""

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.foundation.table_check import none_of, table_check
from jobsearch_dagster.preparation.contact_check import contact_check
from jobsearch_dagster.summarization.faithfulness import facts, unsupported
from jobsearch_dagster.summarization.tables import JOB_SUMMARIES

LEAST_SUPPORTED = 0.9
"""Share of facts below which a model invents too much to be learned from."""
_SUMMARIES = """
    FROM (
        SELECT row_id, description_summary AS summary, method, description_text AS text, description_clean AS clean
        FROM job_summaries JOIN clean_jobs USING (row_id)
        UNION ALL
        SELECT row_id, resume_summary, resume_method, resume_text, resume_clean
        FROM job_summaries JOIN clean_jobs USING (row_id) WHERE resume_summary IS NOT NULL
    )
"""
"""Descriptions and resumes alike."""


@table_check("job_summaries", also=("clean_jobs",))
def every_extracted_sentence_stands_in_its_text(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """An extractive summary invents nothing: each of its sentences occurs in the text it summarizes."""
    rows = connection.execute(
        f"SELECT DISTINCT summary, text, clean {_SUMMARIES} WHERE method = 'extractive' ORDER BY ALL"
    ).fetchall()
    invented = [
        sentence
        for summary, text, clean in rows
        for sentence in summary.splitlines()
        if sentence not in " ".join(text.split()) and sentence not in clean
    ]
    return dg.AssetCheckResult(passed=not invented, metadata={"summaries": len(rows), "invented": invented[:5]})


@table_check("job_summaries", also=("clean_jobs",))
def facts_of_summaries_stand_in_their_texts(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Of the numbers, places and skills that a model states, nine in ten at least stand in the summarized texts."""
    rows = connection.execute(
        f"""
        SELECT DISTINCT summary, text || chr(10) || clean {_SUMMARIES}
        WHERE method NOT IN ('none', 'extractive') -- those hold the text's own sentences
        ORDER BY ALL
        """
    ).fetchall()
    stated = sum(len(facts(summary)) for summary, _ in rows)
    invented = [fact for summary, text in rows for fact in sorted(unsupported(summary, text))]
    share = 1 - len(invented) / stated if stated else 1.0
    return dg.AssetCheckResult(
        passed=share >= LEAST_SUPPORTED,
        metadata={"facts": stated, "share_in_text": share, "invented": invented[:10]},
    )


@table_check("job_summaries", also=("clean_jobs",))
def no_summary_is_empty(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A text with words has a summary with words; one of punctuation alone has none in the report's form."""
    return none_of(connection, f"SELECT row_id {_SUMMARIES} WHERE trim(summary) = '' AND trim(clean) <> ''")


summaries_are_private = contact_check("job_summaries", JOB_SUMMARIES)
