"""Resume and description of a table as clean text, in both forms, and its short cells without personal data.

Belongs here: the join. The rules are in `text.py` and `privacy.py`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.foundation.map_batches import Mapper, here
from jobsearch_dagster.preparation.private_cells import redacted
from jobsearch_dagster.preparation.text import LONGEST_TEXT, clean_text

if TYPE_CHECKING:
    import duckdb

SHORT_CELLS = ("job_title", "location", "salary", "standard_title", "place")


def clean(
    connection: "duckdb.DuckDBPyConnection", say: Callable[[str], object], mapper: Mapper = here
) -> "duckdb.DuckDBPyRelation":
    """Rows of `imputed_salaries` with two clean forms of resume and description each, and redacted short cells.

    One cell after the other: two joins of texts in one query would hold the texts of both in memory.

    Args:
        connection: Holds the table.
        say: Gets lines of progress.
        mapper: Who cleans the texts of a large table.
    """
    forms = {"sentences": "VARCHAR", "words": "VARCHAR"}
    rows = "imputed_salaries"
    for cell in ("resume", "description"):
        map_distinct(connection, rows, [cell], _forms, forms, "clean", say, mapper)
        connection.execute(
            f"""
            CREATE TEMP TABLE {cell}_cleaned AS
            SELECT j.* EXCLUDE ({cell}), sentences AS {cell}_text, words AS {cell}_clean,
                greatest(0, coalesce(length(j.{cell}), 0) - {LONGEST_TEXT}) AS {cell}_cut
            FROM {rows} j JOIN clean ON clean.{cell} IS NOT DISTINCT FROM j.{cell}
            """
        )
        connection.execute("DROP TABLE clean")
        rows = f"{cell}_cleaned"
    cut = "* EXCLUDE (resume_cut, description_cut), resume_cut + description_cut AS cut_characters"
    return connection.sql(f"SELECT {cut} FROM ({redacted(connection, rows, SHORT_CELLS)})")


def _forms(text: str | None) -> tuple[str, str]:
    return clean_text(text or "", keep_sentences=True), clean_text(text or "")
