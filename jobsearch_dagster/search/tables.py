"""The table of search: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema

CATALOG_SCHEMA = TableSchema(
    primary_key=("posting_id",),
    columns=(
        Column(
            "posting_id",
            "VARCHAR",
            "Digest of normalized title, location and description",
            ("clean_jobs.posting_id",),
            required=True,
        ),
        Column("title", "VARCHAR", "Job title as the posting writes it", ("raw_jobs.job_title",)),
        Column("standard_title", "VARCHAR", "Title with its abbreviations written out", ("clean_jobs.standard_title",)),
        Column("role", "VARCHAR", "Title without seniority, place and notes", ("job_entities.role",)),
        Column("seniority", "VARCHAR", "Career level, intern to executive", ("job_entities.seniority",)),
        Column("place", "VARCHAR", "Location as the posting writes it", ("raw_jobs.location",)),
        Column("city", "VARCHAR", "City of the first place", ("clean_jobs.city",)),
        Column("region", "VARCHAR", "State, province or region of the first place", ("clean_jobs.region",)),
        Column("country", "VARCHAR", "Country of the first place, ISO 3166-1 alpha-2", ("clean_jobs.country",)),
        Column("other_places", "VARCHAR[]", "Further places, normalized", ("clean_jobs.other_places",)),
        Column("work_mode", "VARCHAR", "remote, hybrid or onsite", ("clean_jobs.work_mode", "job_entities.work_mode")),
        Column("salary", "VARCHAR", "Salary as the posting writes it", ("raw_jobs.salary",)),
        Column("min_usd", "DOUBLE", "Lower end of the pay, USD a year", ("clean_jobs.min_usd",)),
        Column("max_usd", "DOUBLE", "Upper end of the pay, USD a year", ("clean_jobs.max_usd",)),
        Column("midpoint_usd", "DOUBLE", "Middle of the pay, USD a year", ("clean_jobs.midpoint_usd",)),
        Column("bucket", "VARCHAR", "Salary bucket, or Unknown", ("clean_jobs.salary_bucket",)),
        Column("salary_source", "VARCHAR", "stated, description, imputed or unknown", ("clean_jobs.salary_source",)),
        Column("skills", "VARCHAR[]", "Skills the posting asks for", ("job_entities.skills",)),
        Column("min_years", "INTEGER", "Least years of experience asked for", ("job_entities.min_years",)),
        Column("max_years", "INTEGER", "Most years of experience asked for", ("job_entities.max_years",)),
        Column("education", "VARCHAR", "Degree asked for, none to phd", ("job_entities.education",)),
        Column(
            "employment_type",
            "VARCHAR",
            "full-time, part-time, contract, temporary, internship or freelance",
            ("job_entities.employment_type",),
        ),
        Column("summary", "VARCHAR", "Short description", ("job_summaries.description_summary",)),
        Column("split", "VARCHAR", "train or test: the file the posting's first row came from", ("clean_jobs.split",)),
        Column("source_row", "VARCHAR", "row_id of the row the posting was read from", ("clean_jobs.row_id",)),
        Column("conflicts", "INTEGER", "How many of its rows state something else", ("raw_jobs.salary",)),
    ),
)
"""Columns of `jobs` in order; no cell of a resume is among them."""
