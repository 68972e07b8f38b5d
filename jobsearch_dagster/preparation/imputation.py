"""Pay of a table: read from the column, then from the description, then imputed from similar postings.

Belongs here: the ladder and its order. How one string is read is in `salary.py`.
"""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.foundation.map_batches import Mapper, here
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.preparation.salary import BUCKETS, DEFAULT_RATES, SalaryRange, find_salary, parse_salary

if TYPE_CHECKING:
    import duckdb

UNKNOWN = "Unknown"
EMPTY, WORDS, NO_PAY, NO_RATE = "empty", "words only", "no pay in it", "no rate for its currency"
"""Why no pay was read: the salary cell is empty, says `competitive`, holds other numbers, or is in a currency without a
rate; each where the description gives none either.
"""
LEVELS = {
    "title and location": ("standard_title", "place"),
    "title and country": ("standard_title", "country"),
}
"""From the most to the least similar; the names stand in the column `imputation_level`."""

_PARSED = {
    "min_amount": "DOUBLE",
    "max_amount": "DOUBLE",
    "currency": "VARCHAR",
    "period": "VARCHAR",
    "period_source": "VARCHAR",
    "min_usd": "DOUBLE",
    "max_usd": "DOUBLE",
    "midpoint_usd": "DOUBLE",
    "bucket": "VARCHAR",
}


class SalaryRecipe(Recipe):
    """How pay is read and imputed."""

    rates: dict[str, float] = Field(
        default_factory=lambda: dict(DEFAULT_RATES), description="USD per unit of each currency"
    )
    read_descriptions: bool = Field(default=True, description="read pay that only the description states")
    bare_dollar: Literal["country", "usd"] = Field(
        default="country", description="a `$` without code: the dollar of the row's country, or always USD"
    )
    levels: tuple[str, ...] = Field(
        default=tuple(LEVELS), description="what a posting may be imputed from, most similar first"
    )


def impute_salaries(
    connection: "duckdb.DuckDBPyConnection", recipe: SalaryRecipe, mapper: Mapper = here
) -> "duckdb.DuckDBPyRelation":
    """Add pay, its bucket and where it comes from to the rows of `standardized_jobs`.

    Args:
        connection: Holds the table.
        recipe: How pay is read and imputed.
        mapper: Who reads the descriptions of a large table.
    """
    read_pay(connection, recipe, mapper)
    return impute(connection, recipe.levels)


def read_pay(connection: "duckdb.DuckDBPyConnection", recipe: SalaryRecipe, mapper: Mapper = here) -> None:
    """Make the table `known`: the rows of `standardized_jobs` with the pay that their cell or description states.

    A description is read only where the cell gives no bucket.
    """
    country = "country" if recipe.bare_dollar == "country" else "NULL::VARCHAR AS country"

    def parse(text: str | None, country: str | None) -> tuple[Any, ...]:
        return _fields(parse_salary(text or "", country, rates=recipe.rates))

    def find(text: str | None, country: str | None) -> tuple[Any, ...]:
        return _fields(find_salary(text or "", country, rates=recipe.rates))

    cells = f"(SELECT salary, {country} FROM standardized_jobs)"
    map_distinct(connection, cells, ["salary", "country"], parse, _PARSED, "stated")
    unread = f"""(
        SELECT j.description, j.country FROM (SELECT salary, description, {country} FROM standardized_jobs) j
        JOIN stated s ON s.salary IS NOT DISTINCT FROM j.salary AND s.country IS NOT DISTINCT FROM j.country
        WHERE s.bucket IS NULL AND {recipe.read_descriptions}
    )"""
    map_distinct(connection, unread, ["description", "country"], find, _PARSED, "described", mapper=mapper)
    connection.execute(_known(country))


def impute(connection: "duckdb.DuckDBPyConnection", levels: tuple[str, ...]) -> "duckdb.DuckDBPyRelation":
    """Complete the table `known` by the ladder of levels.

    The median of a group is the ordinal one, the lower of the two middle buckets, over distinct train postings with
    stated pay: a posting that occurs beside twenty resumes counts once.
    """
    for number, level in enumerate(levels):
        _fit(connection, f"level_{number}", LEVELS[level])
    return connection.sql(_imputed(levels))


def _known(country: str) -> str:
    """SQL for the table `known`: the rows with the pay that their cell or else their description states."""
    pay = "struct_pack(" + ", ".join(f"{name} := {name}" for name in _PARSED) + ") AS pay"
    return f"""
        CREATE TEMP TABLE known AS
        WITH jobs AS (SELECT row_id, salary, description, {country} FROM standardized_jobs),
        read AS (
            SELECT j.row_id, s.pay AS s, d.pay AS d
            FROM jobs j
            JOIN (SELECT salary, country, {pay} FROM stated) s
                ON s.salary IS NOT DISTINCT FROM j.salary AND s.country IS NOT DISTINCT FROM j.country
            LEFT JOIN (SELECT description, country, {pay} FROM described) d
                ON s.pay.bucket IS NULL
                AND d.description IS NOT DISTINCT FROM j.description AND d.country IS NOT DISTINCT FROM j.country
        )
        SELECT j.*,
            CASE WHEN s.bucket IS NOT NULL THEN 'stated' WHEN d.bucket IS NOT NULL THEN 'description' END AS source,
            unnest(CASE WHEN d.bucket IS NOT NULL OR s.currency IS NULL THEN d ELSE s END),
            CASE
                WHEN coalesce(s.bucket, d.bucket) IS NOT NULL THEN NULL
                WHEN coalesce(s.currency, d.currency) IS NOT NULL THEN '{NO_RATE}'
                WHEN trim(coalesce(j.salary, '')) = '' THEN '{EMPTY}'
                WHEN regexp_matches(j.salary, '[0-9]') THEN '{NO_PAY}'
                ELSE '{WORDS}'
            END AS unread_because
        FROM standardized_jobs j JOIN read USING (row_id)
        """


def _fields(found: SalaryRange | None) -> tuple[Any, ...]:
    if found is None:
        return (None,) * len(_PARSED)
    return tuple(getattr(found, name) for name in _PARSED)


def _fit(connection: "duckdb.DuckDBPyConnection", table: str, group: tuple[str, ...]) -> None:
    names = ", ".join(group)
    present = " AND ".join(f"{name} IS NOT NULL AND {name} <> ''" for name in group)
    connection.execute(
        f"""
        CREATE TEMP TABLE {table} AS
        SELECT {names}, quantile_disc(rank, 0.5) AS median_rank, count(*) AS n
        FROM (
            SELECT DISTINCT {names}, posting_id, list_position({list(BUCKETS)}, bucket) AS rank
            FROM known WHERE split = 'train' AND bucket IS NOT NULL AND {present}
        ) GROUP BY {names}
        """
    )


def _imputed(levels: tuple[str, ...]) -> str:
    tables = [f"level_{number}" for number in range(len(levels))]
    joins = "".join(
        f" LEFT JOIN {table} ON " + " AND ".join(f"{table}.{name} = known.{name}" for name in LEVELS[level])
        for table, level in zip(tables, levels, strict=True)
    )
    medians = ", ".join([*(f"{t}.median_rank" for t in tables), "NULL"])
    level_names = " ".join(
        f"WHEN {table}.n IS NOT NULL THEN '{level}'" for table, level in zip(tables, levels, strict=True)
    )
    counts = ", ".join([*(f"{t}.n" for t in tables), "NULL"])
    return f"""
        WITH laddered AS (
            SELECT known.*, {list(BUCKETS)}[coalesce({medians})] AS imputed,
                CASE {level_names or "WHEN false THEN ''"} END AS level, coalesce({counts}) AS n
            FROM known{joins}
        )
        SELECT * EXCLUDE (source, bucket, imputed, level, n),
            coalesce(bucket, imputed, '{UNKNOWN}') AS salary_bucket,
            coalesce(source, CASE WHEN imputed IS NULL THEN 'unknown' ELSE 'imputed' END) AS salary_source,
            CASE WHEN source IS NULL THEN level END AS imputation_level,
            CASE WHEN source IS NULL THEN n END AS imputation_n
        FROM laddered
    """
