"""Lowercasing and exact duplicates: the report's steps 2a and 2b.

Belongs here: what makes two rows the same job. Near duplicates are no duplicates and are not dropped.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

ID_LENGTH = 16
"""Hexadecimal digits of an identifier: 64 bits, a collision among 5 million rows has a probability of about 1 in a
million.
"""


def identifier(*expressions: str) -> str:
    """SQL for the digest of text columns; each goes in with its length, so that no two rows share their text."""
    cells = " || ".join(f"coalesce(length({e}) || ':' || {e}, '-')" for e in expressions)
    return f"left(sha256({cells}), {ID_LENGTH})"


def lowercase(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """Lowercase everything in `raw_jobs` but the salary, whose K, M and codes carry meaning, and name each job."""
    return connection.sql(
        f"""
        WITH lowered AS (
            SELECT * REPLACE (
                lower(resume) AS resume, lower(job_title) AS job_title,
                lower(location) AS location, lower(description) AS description)
            FROM raw_jobs
        )
        SELECT *, {identifier("resume", "job_title", "location", "salary", "description")} AS job_id FROM lowered
        """
    )


def drop_duplicates(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """Keep the first row of each job per split of `lowercased_jobs`, and count the copies.

    The texts, kilobytes a row, are joined to the chosen ids: memory holds ids only.
    """
    return connection.sql(
        """
        WITH kept AS (
            SELECT arg_min(row_id, (file, record)) AS row_id, count(*) AS copies
            FROM lowercased_jobs GROUP BY split, job_id
        )
        SELECT j.*, copies FROM lowercased_jobs j JOIN kept USING (row_id)
        """
    )
