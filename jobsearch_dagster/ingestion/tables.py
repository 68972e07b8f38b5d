"""The tables of ingestion: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema

RAW_JOBS = TableSchema(
    (
        Column("row_id", "VARCHAR", "`<file>:<record number>`, the original record"),
        Column("split", "VARCHAR", "`train` or `test`, from the file's name or sources.yaml", required=True),
        Column("file", "VARCHAR", "file name below raw/; of SQLite `<file>#<table>`", required=True),
        Column("record", "BIGINT", "number of the record in its file, from 1", required=True),
        Column("resume", "VARCHAR", "a candidate's resume, as written"),
        Column("job_title", "VARCHAR", "title of the posting, as written"),
        Column("location", "VARCHAR", "place of the posting, as written"),
        Column("salary", "VARCHAR", "pay as written; null when the cell is empty"),
        Column("description", "VARCHAR", "text of the posting, as written"),
    ),
    primary_key=("row_id",),
)

REJECTED_ROWS = TableSchema(
    (
        Column("file", "VARCHAR", "file name below raw/; of SQLite `<file>#<table>`"),
        Column("record", "BIGINT", "number of the record in its file, from 1"),
        Column("line", "BIGINT", "line on which the record starts; its number in files without lines", required=True),
        Column("reason", "VARCHAR", "why it could not be read", required=True),
        Column("text", "VARCHAR", "beginning of the record, at most 200 characters"),
    ),
    primary_key=("file", "record"),
)

_CELLS = tuple(f"raw_jobs.{name}" for name in ("resume", "job_title", "location", "salary", "description"))

COLUMN_PROFILE = TableSchema(
    (
        Column("split", "VARCHAR", "`train` or `test`", ("raw_jobs.split",)),
        Column("column_name", "VARCHAR", "column of raw_jobs, or `all five` for the row as a whole"),
        Column("dtype", "VARCHAR", "type of the column", required=True),
        Column("rows", "BIGINT", "rows of the split", required=True),
        Column("non_null", "BIGINT", "rows with a value", _CELLS, required=True),
        Column("nulls", "BIGINT", "rows without a value", _CELLS, required=True),
        Column("distinct_values", "BIGINT", "different values", _CELLS, required=True),
        Column("duplicates", "BIGINT", "rows whose value stands in an earlier row", _CELLS, required=True),
        Column("shortest", "BIGINT", "characters, over rows with a value", _CELLS),
        Column("p25_length", "DOUBLE", "characters, lower quartile", _CELLS),
        Column("median_length", "DOUBLE", "characters, median", _CELLS),
        Column("p75_length", "DOUBLE", "characters, upper quartile", _CELLS),
        Column("p95_length", "DOUBLE", "characters, 95th percentile", _CELLS),
        Column("longest", "BIGINT", "characters", _CELLS),
    ),
    primary_key=("split", "column_name"),
)
