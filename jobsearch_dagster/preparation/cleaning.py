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
    """Replace resume and description of `imputed_salaries` by their two clean forms each."""
    forms = {"sentences": "VARCHAR", "words": "VARCHAR"}
    for cell in ("resume", "description"):
        map_distinct(connection, "imputed_salaries", [cell], _forms, forms, f"clean_{cell}", say)
    return connection.sql(
        """
        SELECT j.* EXCLUDE (resume, description),
            r.sentences AS resume_text, d.sentences AS description_text,
            r.words AS resume_clean, d.words AS description_clean
        FROM imputed_salaries j
        JOIN clean_resume r ON r.resume IS NOT DISTINCT FROM j.resume
        JOIN clean_description d ON d.description IS NOT DISTINCT FROM j.description
        """
    )


def _forms(text: str | None) -> tuple[str, str]:
    return clean_text(text or "", keep_sentences=True), clean_text(text or "")
