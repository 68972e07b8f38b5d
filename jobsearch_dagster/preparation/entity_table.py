"""Entities of a table: what each job asks, read from the original cells.

Belongs here: the join. The rules are in `entities.py`, the other method in `llm_entities.py`. The original cells are
read because `Go`, `R` and `US` live in capitals.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.foundation.map_batches import Mapper, here
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.progress import Progress
from jobsearch_dagster.preparation.entities import extract_entities
from jobsearch_dagster.preparation.llm_entities import BATCH, LlmReader, Method, Reading
from jobsearch_dagster.preparation.tables import SPANS

if TYPE_CHECKING:
    import duckdb

FIELDS = {
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
"""What is read, with its type; names as in `Entities`."""
_HOW = {"method": "VARCHAR", "fallback_reason": "VARCHAR", "dropped_skills": "BIGINT"}


class EntityRecipe(Recipe):
    """How entities are extracted."""

    method: Method = Field(
        default="rules", description="lexicons and patterns, or the language model that JOBSEARCH_LLM_URL names"
    )
    skills_from: Literal["description", "both"] = Field(
        default="description", description="`both` adds the resume's skills, as the report did"
    )


def extract(
    connection: "duckdb.DuckDBPyConnection",
    recipe: EntityRecipe,
    say: Callable[[str], object],
    open_llm: Callable[[], LlmReader],
    mapper: Mapper = here,
) -> "duckdb.DuckDBPyRelation":
    """Entities of the rows of `deduplicated_jobs`, from their original cells in `raw_jobs`.

    Args:
        connection: Holds both tables.
        recipe: How they are extracted.
        say: Gets lines of progress.
        open_llm: Called where the method is `llm`.
        mapper: Who reads a large table by rules.
    """
    connection.execute(
        f"""
        CREATE TEMP TABLE originals AS
        SELECT r.row_id, r.split, r.job_title, r.description,
            {"r.resume" if recipe.skills_from == "both" else "NULL::VARCHAR AS resume"}
        FROM raw_jobs r SEMI JOIN deduplicated_jobs USING (row_id)
        """
    )
    llm = open_llm() if recipe.method == "llm" else None
    if llm is not None:
        postings = connection.execute("SELECT count(DISTINCT (job_title, description)) FROM originals").fetchall()[0][0]
        llm.ask(_postings(connection), Progress(postings, "postings", say).advance)

    def entities(title: str | None, resume: str | None, description: str | None) -> tuple[Any, ...]:
        cells = (title or "", resume or "", description or "")
        read = llm.read if llm is not None else _read_by_rules
        return _row(read(*cells, skills_from=recipe.skills_from))

    arguments = ["job_title", "resume", "description"]
    returns = {**FIELDS, "spans": SPANS, **_HOW}
    # What the model said lies in a cache that only this process has open.
    map_distinct(
        connection, "originals", arguments, entities, returns, "entities", say, mapper if llm is None else here
    )
    same = " AND ".join(f"e.{name} IS NOT DISTINCT FROM o.{name}" for name in arguments)
    return connection.sql(
        f"SELECT o.row_id, o.split, {', '.join('e.' + f for f in returns)} FROM originals o JOIN entities e ON {same}"
    )


def _postings(connection: "duckdb.DuckDBPyConnection") -> Iterator[tuple[str, str]]:
    """Distinct titles and descriptions, in an order that a second run repeats; nothing else may use the connection."""
    cells = "coalesce(job_title, '') AS title, coalesce(description, '') AS description"
    distinct = connection.execute(f"SELECT DISTINCT {cells} FROM originals ORDER BY ALL")
    while batch := distinct.fetchmany(BATCH):
        yield from batch


def _read_by_rules(
    title: str, resume: str, description: str, *, skills_from: Literal["description", "both"]
) -> Reading:
    return Reading(extract_entities(title, resume, description, skills_from=skills_from))


def _row(reading: Reading) -> tuple[Any, ...]:
    found = reading.entities
    values = (list(found.skills), *(getattr(found, name) for name in FIELDS if name != "skills"))
    spans = [{**span._asdict(), "value": _written(span.value)} for span in found.spans]
    return (*values, spans, *(getattr(reading, name) for name in _HOW))


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".removesuffix(".00")
