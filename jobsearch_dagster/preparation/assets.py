"""Assets of preparation: from raw rows to clean, deduplicated, lowercased jobs with a pay bucket."""

from pathlib import Path
from typing import Any

import dagster as dg
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation.digests import digest_of_data
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.foundation.ui_metadata import markdown_table
from jobsearch_dagster.preparation import (
    cleaning,
    deduplication,
    entity_table,
    imputation,
    near_duplicates,
    standardization,
)
from jobsearch_dagster.preparation.imputation_quality import QualityRecipe, measure_imputation
from jobsearch_dagster.preparation.tables import (
    CLEAN_JOBS,
    DEDUPLICATED_JOBS,
    IMPUTATION_QUALITY,
    IMPUTED_SALARIES,
    JOB_ENTITIES,
    LOWERCASED_JOBS,
    NEAR_DUPLICATE_CLUSTERS,
    STANDARDIZED_JOBS,
)

HERE = Path(__file__).parent
PLACES = (HERE / "places.yaml", HERE / "regions.csv")
TITLES = (HERE / "titles.yaml",)
SKILLS = (HERE / "skills.csv",)
PAY = (HERE / "currencies.yaml", HERE / "amount_words.yaml")


def place_and_title_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that titles and places are read with."""
    return digest_of_data(*PLACES, *TITLES)


def entity_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that entities are found with."""
    return digest_of_data(*PLACES, *TITLES, *SKILLS, *PAY)


def pay_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that pay is read with."""
    return digest_of_data(*PLACES, *PAY)


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


def salary_readings(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Why a salary reads as it does: rows per source, level and reason, and how the commonest cells were read."""
    sources = connection.sql(
        """
        SELECT split, salary_source AS source, imputation_level AS level, median(imputation_n) AS median_n,
            unread_because AS "unread because", count(*) AS rows
        FROM imputed_salaries GROUP BY ALL ORDER BY ALL
        """
    ).df()
    cells = connection.sql(
        """
        SELECT salary, country, unread_because AS "unread because", min_amount, max_amount, currency, period,
            period_source, midpoint_usd, any_value(salary_bucket ORDER BY row_id) AS bucket, count(*) AS rows
        FROM imputed_salaries WHERE salary IS NOT NULL
        GROUP BY ALL ORDER BY rows DESC, salary, country LIMIT 30
        """
    ).df()
    return {
        "sources": dg.MetadataValue.md(markdown_table(sources.fillna(""))),
        "commonest cells": dg.MetadataValue.md(markdown_table(cells.fillna(""))),
    }


def clusters_across_splits(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Clusters and their postings, and how many of them leak from train into test."""
    counts = connection.execute(
        """
        SELECT count(*), coalesce(sum(postings), 0)::BIGINT, count(*) FILTER (WHERE splits > 1),
            coalesce(sum(postings) FILTER (WHERE splits > 1), 0)::BIGINT, coalesce(max(postings), 0)
        FROM (
            SELECT count(DISTINCT posting_id) AS postings, count(DISTINCT split) AS splits
            FROM (SELECT cluster_id, posting_id, unnest(splits) AS split FROM near_duplicate_clusters)
            GROUP BY cluster_id
        )
        """
    ).fetchall()[0]
    names = ("clusters", "postings", "clusters_in_train_and_test", "postings_in_train_and_test", "largest_cluster")
    return dict(zip(names, counts, strict=True))


def accuracy_by_method(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The whole table; it has a handful of rows."""
    frame = connection.table("imputation_quality").df().drop(columns="position").round(3)
    return {"accuracy": dg.MetadataValue.md(markdown_table(frame))}


@table_asset(LOWERCASED_JOBS, inputs=("raw_jobs", "rejected_rows"), code_version="1")
def lowercased_jobs(step: Step) -> DuckDBPyRelation:
    """The raw rows with everything but the salary in lower case (the report's step 2a).

    One row per record. Waits for rejected_rows: nothing is built unless every record is read or rejected.
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
    code_version="2",
    external=pay_data,
    show=salary_readings,
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
    NEAR_DUPLICATE_CLUSTERS,
    inputs=("clean_jobs",),
    recipe=near_duplicates.NearDuplicateRecipe,
    code_version="1",
    show=clusters_across_splits,
)
def near_duplicate_clusters(step: Step) -> DuckDBPyRelation:
    """Postings whose cleaned texts are almost the same, for information: nothing is deleted.

    A cluster in train and test means that a test posting was all but seen in training. One row per posting that has a
    near duplicate.
    """
    return near_duplicates.find_near_duplicates(step.connection, step.config, step.say)


@table_asset(
    IMPUTATION_QUALITY,
    inputs=("imputed_salaries",),
    recipe=QualityRecipe,
    code_version="1",
    show=accuracy_by_method,
)
def imputation_quality(step: Step) -> DuckDBPyRelation:
    """How often imputed pay is right: every train posting with known pay is hidden in turn and imputed from the rest.

    One row per level of the ladder, one for the ladder as a whole, one for always guessing the commonest bucket.
    """
    return measure_imputation(step.connection, step.config)


@table_asset(
    JOB_ENTITIES,
    inputs=("raw_jobs", "deduplicated_jobs"),
    recipe=entity_table.EntityRecipe,
    code_version="2",
    external=entity_data,
)
def job_entities(step: Step) -> DuckDBPyRelation:
    """Skills, seniority, years, education, work mode and pay that a job's original text names.

    One row per job and split.
    """
    return entity_table.extract(step.connection, step.config, step.say)
