"""Assets of preparation: from raw rows to clean, deduplicated, lowercased jobs with a pay bucket."""

from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation.digests import digest_of, digest_of_data
from jobsearch_dagster.foundation.llm_endpoint import Endpoint
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.foundation.text_cache import cache_of
from jobsearch_dagster.foundation.ui_metadata import markdown_table
from jobsearch_dagster.preparation import (
    cleaning,
    deduplication,
    entity_table,
    imputation,
    near_duplicates,
    person_names,
    standardization,
)
from jobsearch_dagster.preparation.entity_agreement import compare_methods
from jobsearch_dagster.preparation.imputation_quality import measure_imputation
from jobsearch_dagster.preparation.llm_entities import INSTRUCTION, LlmReader
from jobsearch_dagster.preparation.tables import (
    CLEAN_JOBS,
    DEDUPLICATED_JOBS,
    ENTITY_AGREEMENT,
    IMPUTATION_QUALITY,
    IMPUTED_SALARIES,
    JOB_ENTITIES,
    LOWERCASED_JOBS,
    NEAR_DUPLICATE_CLUSTERS,
    STANDARDIZED_JOBS,
)

HERE = Path(__file__).parent
PLACES = (HERE / "places.yaml", HERE / "regions.csv", HERE / "work_modes.yaml")
TITLES = (HERE / "titles.yaml",)
SKILLS = (HERE / "skills.csv", HERE / "skill_context.yaml", HERE / "sections.yaml")
NAMES = (person_names.FIRST_NAMES, person_names.WORDS)
PAY = (HERE / "currencies.yaml", HERE / "amount_words.yaml", HERE / "money_words.yaml")


def place_and_title_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that titles and places are read with."""
    return digest_of_data(*PLACES, *TITLES)


def entity_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that entities are found with."""
    return digest_of_data(*PLACES, *TITLES, *SKILLS, *PAY, *NAMES)


def entity_reader(folder: DataFolder, config: entity_table.EntityRecipe) -> dict[str, str]:
    """Digests of what reads entities: the lists, and the model and its instruction where one is asked."""
    if config.method == "rules":
        return entity_data(folder, config)
    model = {"language model": Endpoint.from_settings(Settings.from_environment()).model}
    return entity_data(folder, config) | model | {"instruction": digest_of(INSTRUCTION)}


def entity_methods(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Rows per method and reason, and how many skills the language model made up."""
    methods = connection.sql(
        """
        SELECT method, fallback_reason AS "fallback because", count(*) AS rows, sum(dropped_skills)::BIGINT AS
            "skills dropped"
        FROM job_entities GROUP BY ALL ORDER BY rows DESC, 1, 2 LIMIT 10
        """
    ).df()
    return {"methods": dg.MetadataValue.md(markdown_table(methods.fillna("")))}


def name_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that names of people are found with."""
    return digest_of_data(*NAMES)


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


def texts_cut(connection: DuckDBPyConnection) -> dict[str, Any]:
    """How many rows had a text too long to be cleaned whole, and how much of it was left out."""
    rows, characters = connection.execute(
        "SELECT count(*), coalesce(sum(cut_characters), 0)::BIGINT FROM clean_jobs WHERE cut_characters > 0"
    ).fetchall()[0]
    return {"rows_cut": rows, "characters_cut": characters}


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


@table_asset(STANDARDIZED_JOBS, inputs=("deduplicated_jobs",), code_version="4", external=place_and_title_data)
def standardized_jobs(step: Step) -> DuckDBPyRelation:
    """Jobs with titles and places in one form each (step 2f) and the posting they belong to.

    One row per job and split.
    """
    return standardization.standardize(step.connection)


@table_asset(
    IMPUTED_SALARIES,
    inputs=("standardized_jobs",),
    recipe=imputation.SalaryRecipe,
    code_version="3",
    external=pay_data,
    show=salary_readings,
)
def imputed_salaries(step: Step) -> DuckDBPyRelation:
    """Jobs with yearly pay in USD and its bucket: stated, read from the description, imputed, or Unknown (step 2c)."""
    return imputation.impute_salaries(step.connection, step.config, step.rules_mapper)


@table_asset(CLEAN_JOBS, inputs=("imputed_salaries",), code_version="4", external=name_data, show=texts_cut)
def clean_jobs(step: Step) -> DuckDBPyRelation:
    """Jobs with resume and description as clean text in two forms, without contact details and names (step 2d).

    One row per job and split.
    """
    return cleaning.clean(step.connection, step.say, step.rules_mapper)


@table_asset(
    NEAR_DUPLICATE_CLUSTERS,
    inputs=("clean_jobs",),
    recipe=near_duplicates.NearDuplicateRecipe,
    code_version="2",
    show=clusters_across_splits,
)
def near_duplicate_clusters(step: Step) -> DuckDBPyRelation:
    """Postings whose cleaned texts are almost the same, for information: nothing is deleted.

    A cluster in train and test means that a test posting was all but seen in training. One row per posting that has a
    near duplicate.
    """
    return near_duplicates.find_near_duplicates(step.connection, step.config, step.say)


def used_ladder(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """The levels that the stored `imputed_salaries` was imputed with, which may differ where its rows do not."""
    stamp = folder.lake.stamp("imputed_salaries")
    return {"levels": ", ".join(stamp.parts.config["levels"])} if stamp else {}


@table_asset(
    IMPUTATION_QUALITY,
    inputs=("imputed_salaries",),
    code_version="2",
    external=used_ladder,
    show=accuracy_by_method,
)
def imputation_quality(step: Step) -> DuckDBPyRelation:
    """How often imputed pay is right: every train posting with known pay is hidden in turn and imputed from the rest.

    One row per level of the ladder, one for the ladder as a whole, one for always guessing the commonest bucket.
    """
    stamp = step.folder.lake.stamp("imputed_salaries")
    assert stamp is not None
    return measure_imputation(step.connection, stamp.parts.config["levels"])


@table_asset(
    JOB_ENTITIES,
    inputs=("raw_jobs", "deduplicated_jobs"),
    recipe=entity_table.EntityRecipe,
    code_version="5",
    external=entity_reader,
    show=entity_methods,
)
def job_entities(step: Step) -> DuckDBPyRelation:
    """Skills, seniority, years, education, work mode and pay that a job's original text names.

    Read by rules, or by the language model at JOBSEARCH_LLM_URL with the rules where it gives no valid answer. One row
    per job and split.
    """
    cache = cache_of(step.folder.root, "texts", step.say)
    return entity_table.extract(
        step.connection,
        step.config,
        step.say,
        lambda: LlmReader(Endpoint.from_settings(Settings.from_environment()), cache),
        step.rules_mapper,
    )


def shown_agreement(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The table as Markdown."""
    rows = connection.sql(
        """
        SELECT field, n, coalesce(round(share_equal, 3)::VARCHAR, '') AS "share equal",
            coalesce(round(mean_jaccard, 3)::VARCHAR, '') AS "mean Jaccard"
        FROM entity_agreement ORDER BY position
        """
    ).df()
    return {"agreement": dg.MetadataValue.md(markdown_table(rows))}


@table_asset(
    ENTITY_AGREEMENT,
    inputs=("raw_jobs", "job_entities"),
    code_version="1",
    external=entity_data,
    show=shown_agreement,
)
def entity_agreement(step: Step) -> pd.DataFrame:
    """How often the language model and the rules read a posting alike; n is 0 where only the rules have read.

    One row per field of job_entities.
    """
    made = step.folder.lake.stamp("job_entities")
    assert made is not None
    return compare_methods(step.connection, made.parts.config["skills_from"])
