"""Short cells of a table without personal data: titles, places, salaries.

Belongs here: the query. Nearly no such cell holds any, so the few that do are found first and looked up; the table
is never copied for their sake. Long texts are cleaned by `cleaning.py`; what is personal is in `privacy.py`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jobsearch_dagster.preparation.privacy import SUSPECT, redact

if TYPE_CHECKING:
    import duckdb


def redacted(connection: "duckdb.DuckDBPyConnection", table: str, cells: Sequence[str]) -> str:
    """A query for the rows of `table` in which these cells are free of personal data.

    Args:
        connection: Where `table` is a table or view; a temporary table `redactions` is made there.
        table: Its name.
        cells: Its text columns.
    """
    suspects = connection.execute(
        " UNION ".join(f"SELECT {cell} FROM {table} WHERE regexp_matches(lower({cell}), $1)" for cell in cells),
        [SUSPECT],
    ).fetchall()
    connection.execute("CREATE OR REPLACE TEMP TABLE redactions (original VARCHAR, redacted VARCHAR)")
    for (original,) in suspects:
        if (text := redact(original)) != original:
            connection.execute("INSERT INTO redactions VALUES (?, ?)", [original, " ".join(text.split())])
    replaced = ", ".join(f"coalesce(of_{cell}.redacted, t.{cell}) AS {cell}" for cell in cells)
    joins = " ".join(f"LEFT JOIN redactions of_{cell} ON of_{cell}.original = t.{cell}" for cell in cells)
    return f"SELECT t.* REPLACE ({replaced}) FROM {table} t {joins}"
