"""Entities of a table: what each job asks, read from the original cells.

Belongs here: the join. The rules are in `entities.py`. The original cells are read because `Go`, `R` and `US` live in
capitals.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.preparation.entities import extract_entities

if TYPE_CHECKING:
    import duckdb

_FIELDS = {
    "skills": "VARCHAR[]",
    "seniority": "VARCHAR",
    "min_years": "BIGINT",
    "max_years": "BIGINT",
    "role": "VARCHAR",
    "education": "VARCHAR",
    "work_mode": "VARCHAR",
    "employment_type": "VARCHAR",
    "min_usd": "DOUBLE",
    "max_usd": "DOUBLE",
}


class EntityRecipe(Recipe):
    """How entities are extracted."""

    skills_from: Literal["description", "both"] = Field(
        default="description", description="`both` adds the resume's skills, as the report did"
    )


def extract(
    connection: "duckdb.DuckDBPyConnection", recipe: EntityRecipe, say: Callable[[str], object]
) -> "duckdb.DuckDBPyRelation":
    """Entities of the rows of `deduplicated_jobs`, from their original cells in `raw_jobs`."""
    connection.execute(
        f"""
        CREATE TEMP TABLE originals AS
        SELECT r.row_id, r.split, r.job_title, r.description,
            {"r.resume" if recipe.skills_from == "both" else "NULL::VARCHAR AS resume"}
        FROM raw_jobs r SEMI JOIN deduplicated_jobs USING (row_id)
        """
    )

    def entities(title: str | None, resume: str | None, description: str | None) -> tuple[Any, ...]:
        found = extract_entities(title or "", resume or "", description or "", skills_from=recipe.skills_from)
        return (list(found.skills), *(getattr(found, name) for name in _FIELDS if name != "skills"))

    arguments = ["job_title", "resume", "description"]
    map_distinct(connection, "originals", arguments, entities, _FIELDS, "entities", say)
    same = " AND ".join(f"e.{name} IS NOT DISTINCT FROM o.{name}" for name in arguments)
    return connection.sql(
        f"SELECT o.row_id, o.split, {', '.join('e.' + f for f in _FIELDS)} FROM originals o JOIN entities e ON {same}"
    )
