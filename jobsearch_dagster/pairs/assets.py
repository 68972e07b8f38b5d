"""Assets of pairs: questions with their answers, divided into training, validation and test set."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import pandas as pd
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.pictures import as_markdown
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, table_asset
from jobsearch_dagster.foundation.ui_metadata import markdown_table, text_block
from jobsearch_dagster.pairs import sets
from jobsearch_dagster.pairs import token_statistics as tokens
from jobsearch_dagster.pairs.query_pairs import PairsRecipe, count_copies, coverage, make_pairs
from jobsearch_dagster.pairs.rendering import templates_digest
from jobsearch_dagster.pairs.sets import SplitRecipe
from jobsearch_dagster.pairs.tables import QUERY_PAIRS, TEST_SET, TOKEN_STATISTICS, TRAINING_SET, VALIDATION_SET
from jobsearch_dagster.pairs.templates import load_templates


def template_digest(folder: DataFolder, config: PairsRecipe) -> dict[str, str]:
    """Digest of the wordings."""
    return {"templates": load_templates().digest()}


def two_of_each_type(table: str) -> str:
    """Query for examples: what is asked and answered, with line breaks that can be seen."""
    return f"""
        SELECT query_type, question, replace(answer, chr(10), '\\n') AS answer FROM {table}
        QUALIFY row_number() OVER (PARTITION BY query_type ORDER BY pair_id) <= 2 ORDER BY query_type, pair_id
        """


def slot_coverage(connection: DuckDBPyConnection) -> dict[str, Any]:
    """What is asked about how many jobs."""
    return {
        "coverage": dg.MetadataValue.md(markdown_table(coverage(connection))),
        "rows not asked about: another row of their posting is": count_copies(connection),
    }


@table_asset(
    QUERY_PAIRS,
    inputs=("clean_jobs", "job_entities", "job_summaries"),
    recipe=PairsRecipe,
    code_version="3",
    external=template_digest,
    show=slot_coverage,
    preview=two_of_each_type("query_pairs"),
)
def query_pairs(step: Step) -> pd.DataFrame:
    """Questions about each job with the answer to learn (step 3, Appendix A).

    One row per job, query type and wording. Rows that differ in the resume alone are one job, unless it is answered.
    """
    return make_pairs(step.connection, load_templates(), step.config)


def tokenizer_data(folder: DataFolder, config: tokens.TokenRecipe) -> dict[str, str]:
    """Digests of GPT-2's vocabulary and of the chat templates; the base model is an input."""
    return {
        "GPT-2 vocabulary": model_store.model_digest(tokens.GPT2, folder.root),
        "chat templates": templates_digest(),
    }


def shown_tokens(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Lengths per query type, their histogram, the report's table for ten pairs, one example of each type."""
    report = connection.sql(
        """
        SELECT question AS "Job Query", to_json(gpt2_question)::VARCHAR AS "Job Query Tokens",
            answer AS "Job Description", to_json(gpt2_answer)::VARCHAR AS "Job Description Tokens"
        FROM token_statistics WHERE gpt2_question IS NOT NULL ORDER BY split, pair_id
        """
    ).df()
    examples = connection.sql(
        "SELECT query_type, example FROM token_statistics WHERE example IS NOT NULL ORDER BY query_type"
    ).fetchall()
    with TemporaryDirectory() as folder:
        picture = Path(folder) / "tokens.png"
        tokens.draw_histogram(connection, picture)
        histogram = as_markdown(picture)
    return {
        "median / 95 % / longest": dg.MetadataValue.md(markdown_table(tokens.quantiles(connection))),
        "histogram": histogram,
        "tokens": dg.MetadataValue.md(markdown_table(report)),
        **{
            f"{query_type}: loss is taken on [[...]]": dg.MetadataValue.md(text_block(text))
            for query_type, text in examples
        },
    }


@table_asset(
    TOKEN_STATISTICS,
    inputs=("query_pairs", "base_model"),
    recipe=tokens.TokenRecipe,
    code_version="2",
    external=tokenizer_data,
    kinds=("huggingface", "parquet"),
    show=shown_tokens,
    preview=two_of_each_type("token_statistics"),
)
def token_statistics(step: Step) -> pd.DataFrame:
    """Tokens of questions and answers by GPT-2 (the report's step 4) and by the base model.

    One row per pair.
    """
    gpt2 = tokens.gpt2_tokenizer(step.folder.root)
    base = model_store.load_tokenizer(step.artifact("base_model").path)
    return tokens.count_tokens(step.connection, gpt2, base, step.config)


@table_asset(
    TRAINING_SET,
    inputs=("query_pairs",),
    recipe=SplitRecipe,
    code_version="1",
    preview=two_of_each_type("training_set"),
)
def training_set(step: Step) -> DuckDBPyRelation:
    """Train pairs to learn from (step 5a).

    One row per pair.
    """
    return sets.training_pairs(step.connection, step.config)


@table_asset(
    VALIDATION_SET,
    inputs=("query_pairs", "training_set"),
    code_version="1",
    preview=two_of_each_type("validation_set"),
)
def validation_set(step: Step) -> DuckDBPyRelation:
    """Train pairs kept back to watch the training (step 5a).

    One row per pair.
    """
    return sets.validation_pairs(step.connection)


@table_asset(
    TEST_SET,
    inputs=("query_pairs", "training_set", "near_duplicate_clusters"),
    code_version="2",
    preview=two_of_each_type("test_set"),
)
def test_set(step: Step) -> DuckDBPyRelation:
    """All pairs of the test file (step 5b), each saying whether its posting was seen in training.

    One row per pair.
    """
    return sets.test_pairs(step.connection)
