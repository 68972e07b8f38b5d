"""Assets of preparation: from raw rows to clean, deduplicated, lowercased jobs with a pay bucket."""

from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation.digests import digest_of_data
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.preparation import cleaning, deduplication, entity_table, imputation, standardization
from jobsearch_dagster.preparation.tables import (
    CLEAN_JOBS,
    DEDUPLICATED_JOBS,
    IMPUTED_SALARIES,
    JOB_ENTITIES,
    LOWERCASED_JOBS,
    STANDARDIZED_JOBS,
)

HERE = Path(__file__).parent
PLACES = (HERE / "places.yaml", HERE / "regions.csv")
TITLES = (HERE / "titles.yaml",)
SKILLS = (HERE / "skills.csv",)


def place_and_title_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that titles and places are read with."""
    return digest_of_data(*PLACES, *TITLES)


def entity_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that entities are found with."""
    return digest_of_data(*PLACES, *TITLES, *SKILLS)


def rows_per_split(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The report's table of duplicates: rows before, duplicates, rows after, per split."""
    rows = connection.execute(
        """
        SELECT split, sum(copies)::BIGINT, (sum(copies) - count(*))::BIGINT, count(*)
        FROM deduplicated_jobs GROUP BY split
        """
    ).fetchall()
    names = ("rows_before", "duplicates", "rows_after")
    return {f"{split}_{name}": value for split, *values in rows for name, value in zip(names, values, strict=True)}


def salary_sources(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Rows per source of the salary."""
    return {
        f"{split}_{source}": count
        for split, source, count in connection.execute(
            "SELECT split, salary_source, count(*) FROM imputed_salaries GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    }


@table_asset(LOWERCASED_JOBS, inputs=("raw_jobs",), code_version="1")
def lowercased_jobs(step: Step) -> DuckDBPyRelation:
    """The raw rows with everything but the salary in lower case (the report's step 2a).

    One row per record.
    """
    return deduplication.lowercase(step.connection)


@table_asset(DEDUPLICATED_JOBS, inputs=("lowercased_jobs",), code_version="1", show=rows_per_split)
def deduplicated_jobs(step: Step) -> DuckDBPyRelation:
    """The lowercased rows without exact duplicates over all five columns (step 2b).

    One row per job and split.
    """
    return deduplication.drop_duplicates(step.connection)


@table_asset(STANDARDIZED_JOBS, inputs=("deduplicated_jobs",), code_version="1", external=place_and_title_data)
def standardized_jobs(step: Step) -> DuckDBPyRelation:
    """Jobs with titles and places in one form each (step 2f) and the posting they belong to.

    One row per job and split.
    """
    return standardization.standardize(step.connection)


@table_asset(
    IMPUTED_SALARIES,
    inputs=("standardized_jobs",),
    recipe=imputation.SalaryRecipe,
    code_version="1",
    show=salary_sources,
)
def imputed_salaries(step: Step) -> DuckDBPyRelation:
    """Jobs with yearly pay in USD and its bucket: stated, read from the description, imputed, or Unknown (step 2c)."""
    return imputation.impute_salaries(step.connection, step.config)


@table_asset(CLEAN_JOBS, inputs=("imputed_salaries",), code_version="1")
def clean_jobs(step: Step) -> DuckDBPyRelation:
    """Jobs with resume and description as clean text in two forms (step 2d).

    One row per job and split.
    """
    return cleaning.clean(step.connection, step.say)


@table_asset(
    JOB_ENTITIES,
    inputs=("raw_jobs", "deduplicated_jobs"),
    recipe=entity_table.EntityRecipe,
    code_version="1",
    external=entity_data,
)
def job_entities(step: Step) -> DuckDBPyRelation:
    """Skills, seniority, years, education, work mode and pay that a job's original text names.

    One row per job and split.
    """
    return entity_table.extract(step.connection, step.config, step.say)
