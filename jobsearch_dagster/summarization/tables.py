"""The table of summarization: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema


def _how(text: str, prefix: str, *, required: bool) -> tuple[Column, ...]:
    return (
        Column(
            f"{prefix}method", "VARCHAR", f"how the {text} was summarized; `none` where it was short", required=required
        ),
        Column(f"{prefix}input_sentences", "BIGINT", f"sentences of the {text}", required=required),
        Column(f"{prefix}kept_sentences", "BIGINT", "sentences of its summary", required=required),
        Column(f"{prefix}input_tokens", "BIGINT", f"tokens of the {text} for the model; null where it read none"),
        Column(f"{prefix}pieces", "BIGINT", "parts in which the model got it; 0 where it read none", required=required),
    )


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
        *_how("description", "", required=True),
        Column(
            "resume_summary",
            "VARCHAR",
            "short form of the resume; null, like all about it, where resumes are not summarized",
            ("clean_jobs.resume_text", "clean_jobs.resume_clean"),
        ),
        *_how("resume", "resume_", required=False),
    ),
    primary_key=("row_id",),
)
