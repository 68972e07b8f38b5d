"""Assets of pairs: questions with their answers, divided into training, validation and test set."""

from typing import Any

import pandas as pd
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.pairs import sets
from jobsearch_dagster.pairs.query_pairs import PairsRecipe, make_pairs
from jobsearch_dagster.pairs.sets import SplitRecipe
from jobsearch_dagster.pairs.tables import QUERY_PAIRS, TEST_SET, TRAINING_SET, VALIDATION_SET
from jobsearch_dagster.pairs.templates import load_templates


def template_digest(folder: DataFolder, config: PairsRecipe) -> dict[str, str]:
    """Digest of the wordings."""
    return {"templates": load_templates().digest()}


def pairs_per_type(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Pairs per split and query type, and one example."""
    counts = connection.execute(
        "SELECT split, query_type, count(*) FROM query_pairs GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {f"{split}_{query_type}": count for split, query_type, count in counts}


@table_asset(
    QUERY_PAIRS,
    inputs=("clean_jobs", "job_entities", "job_summaries"),
    recipe=PairsRecipe,
    code_version="1",
    external=template_digest,
    show=pairs_per_type,
)
def query_pairs(step: Step) -> pd.DataFrame:
    """Questions about each job with the answer to learn (step 3, Appendix A).

    One row per job, query type and wording.
    """
    return make_pairs(step.connection, load_templates(), step.config)


@table_asset(TRAINING_SET, inputs=("query_pairs",), recipe=SplitRecipe, code_version="1")
def training_set(step: Step) -> DuckDBPyRelation:
    """Train pairs to learn from (step 5a).

    One row per pair.
    """
    return sets.training_pairs(step.connection, step.config)


@table_asset(VALIDATION_SET, inputs=("query_pairs", "training_set"), code_version="1")
def validation_set(step: Step) -> DuckDBPyRelation:
    """Train pairs kept back to watch the training (step 5a).

    One row per pair.
    """
    return sets.validation_pairs(step.connection)


@table_asset(TEST_SET, inputs=("query_pairs", "training_set", "near_duplicate_clusters"), code_version="2")
def test_set(step: Step) -> DuckDBPyRelation:
    """All pairs of the test file (step 5b), each saying whether its posting was seen in training.

    One row per pair.
    """
    return sets.test_pairs(step.connection)
