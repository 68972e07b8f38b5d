"""Titles and places of a table in one form each (the report's step 2f), and what makes a posting a posting.

Belongs here: the join of the parsers' results to the rows. The rules themselves are in `titles.py` and `locations.py`.
"""

from typing import TYPE_CHECKING, Any

from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.preparation.deduplication import identifier
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.titles import standardize_title

if TYPE_CHECKING:
    import duckdb


def standardize(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """Add standard title, place and `posting_id` to the rows of `deduplicated_jobs`.

    A title or place that the rules reduce to nothing keeps its own words; a place without a letter (`???`) has none.
    """
    map_distinct(connection, "deduplicated_jobs", ["job_title"], _title, {"standard": "VARCHAR"}, "titles")
    map_distinct(
        connection,
        "deduplicated_jobs",
        ["location"],
        _place,
        {
            "standard": "VARCHAR",
            "city": "VARCHAR",
            "region": "VARCHAR",
            "country": "VARCHAR",
            "other_places": "VARCHAR[]",
            "work_mode": "VARCHAR",
        },
        "places",
    )
    description = "trim(regexp_replace(description, '\\s+', ' ', 'g'))"
    posting_id = identifier("standard_title", "place", description)
    return connection.sql(
        f"""
        WITH standardized AS (
            SELECT j.*, coalesce(nullif(t.standard, ''), j.job_title, '') AS standard_title,
                coalesce(
                    nullif(p.standard, ''), CASE WHEN regexp_matches(j.location, '\\p{{L}}') THEN j.location END, ''
                ) AS place,
                p.city, p.region, p.country, p.other_places, p.work_mode
            FROM deduplicated_jobs j
            LEFT JOIN titles t ON t.job_title IS NOT DISTINCT FROM j.job_title
            LEFT JOIN places p ON p.location IS NOT DISTINCT FROM j.location
        )
        SELECT *, {posting_id} AS posting_id
        FROM standardized
        """
    )


def _title(title: str | None) -> tuple[str]:
    return (standardize_title(title or ""),)


def _place(location: str | None) -> tuple[Any, ...]:
    place = parse_location(location or "")
    others = [name for name in map(normalize_place, place.others) if name]
    return normalize_place(place), place.city, place.region, place.country, others, place.work_mode
