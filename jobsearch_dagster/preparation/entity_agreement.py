"""How far the two methods of reading entities agree.

Belongs here: the comparison, field by field. Agreement is no accuracy: both can be wrong in the same way.
"""

from typing import TYPE_CHECKING, Any, Literal

from jobsearch_dagster.preparation.entities import extract_entities
from jobsearch_dagster.preparation.entity_table import FIELDS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_BATCH = 1_000
COLUMNS = ("position", "field", "n", "share_equal", "mean_jaccard")


def compare_methods(
    connection: "duckdb.DuckDBPyConnection", skills_from: Literal["description", "both"]
) -> "pd.DataFrame":
    """One row per field: distinct postings that the model read, and the share that the rules read alike.

    Args:
        connection: Holds `raw_jobs` and `job_entities`.
        skills_from: As `job_entities` was made.
    """
    import pandas as pd

    readings = connection.execute(
        f"""
        SELECT DISTINCT ON (job_title, description) job_title, resume, description, {", ".join(FIELDS)}
        FROM raw_jobs JOIN job_entities USING (row_id) WHERE method = 'llm' ORDER BY job_title, description, row_id
        """
    )
    n, jaccard, equal = 0, 0.0, dict.fromkeys(FIELDS, 0)
    while batch := readings.fetchmany(_BATCH):
        for title, resume, description, *values in batch:
            rules = extract_entities(title or "", resume or "", description or "", skills_from=skills_from)
            read = dict(zip(FIELDS, values, strict=True))
            for field in FIELDS:
                equal[field] += _comparable(read[field]) == _comparable(getattr(rules, field))
            jaccard += _jaccard(set(read["skills"]), set(rules.skills))
            n += 1
    rows = [
        (position, field, n, equal[field] / n if n else None, jaccard / n if n and field == "skills" else None)
        for position, field in enumerate(FIELDS, start=1)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _comparable(value: Any) -> Any:
    """Skills have no order, and pay is the same to the dollar."""
    if isinstance(value, list | tuple):
        return set(value)
    return round(value) if isinstance(value, float) else value


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
