"""The table of summarization: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema

JOB_SUMMARIES = TableSchema(
    (
        Column("row_id", "VARCHAR", "row of clean_jobs", ("clean_jobs.row_id",)),
        Column("split", "VARCHAR", "`train` or `test`", ("clean_jobs.split",), required=True),
        Column(
            "description_summary",
            "VARCHAR",
            "short form of the description, one sentence a line",
            ("clean_jobs.description_text", "clean_jobs.description_clean"),
            required=True,
        ),
        Column(
            "resume_summary",
            "VARCHAR",
            "short form of the resume; null where resumes are not summarized",
            ("clean_jobs.resume_text", "clean_jobs.resume_clean"),
        ),
        Column("method", "VARCHAR", "how the description was summarized; `none` where it was short", required=True),
        Column("input_sentences", "BIGINT", "sentences of the description", required=True),
        Column("kept_sentences", "BIGINT", "sentences of its summary", required=True),
        Column("input_tokens", "BIGINT", "tokens of the description that the model read; null where it read none"),
        Column("pieces", "BIGINT", "parts in which the model read it; 0 where it read none", required=True),
    ),
    primary_key=("row_id",),
)
