"""Resume and description of a table as clean text, in both forms.

Belongs here: the join. The rules are in `text.py`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.preparation.text import clean_text

if TYPE_CHECKING:
    import duckdb


def clean(connection: "duckdb.DuckDBPyConnection", say: Callable[[str], object]) -> "duckdb.DuckDBPyRelation":
    """Replace resume and description of `imputed_salaries` by their two clean forms each.

    One cell after the other: two joins of texts in one query would hold the texts of both in memory.
    """
    forms = {"sentences": "VARCHAR", "words": "VARCHAR"}
    rows = "imputed_salaries"
    for cell in ("resume", "description"):
        map_distinct(connection, rows, [cell], _forms, forms, "clean", say)
        connection.execute(
            f"""
            CREATE TEMP TABLE {cell}_cleaned AS
            SELECT j.* EXCLUDE ({cell}), sentences AS {cell}_text, words AS {cell}_clean
            FROM {rows} j JOIN clean ON clean.{cell} IS NOT DISTINCT FROM j.{cell}
            """
        )
        connection.execute("DROP TABLE clean")
        rows = f"{cell}_cleaned"
    return connection.table(rows)


def _forms(text: str | None) -> tuple[str, str]:
    return clean_text(text or "", keep_sentences=True), clean_text(text or "")
