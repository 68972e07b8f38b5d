"""Assets of search: the catalog that questions are answered from, and the index that its postings are ranked by."""

from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.artifacts import Artifact
from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, artifact_asset, table_asset
from jobsearch_dagster.foundation.text_cache import cache_of
from jobsearch_dagster.foundation.ui_metadata import markdown_table
from jobsearch_dagster.preparation.assets import name_data
from jobsearch_dagster.search.catalog_table import catalog_rows, hardest_postings
from jobsearch_dagster.search.embedding import KeptVectors, embed
from jobsearch_dagster.search.index import IndexRecipe, write_index
from jobsearch_dagster.search.indexed_text import TEXT_COLUMNS, posting_text
from jobsearch_dagster.search.publication import CatalogPublication
from jobsearch_dagster.search.tables import CATALOG_SCHEMA


def coverage(connection: DuckDBPyConnection) -> dict[str, Any]:
    """How much of the catalog can be asked for, and ten postings that were hard to understand, cell by cell."""
    row = connection.execute(
        """
        SELECT avg((country IS NOT NULL)::INT), avg((midpoint_usd IS NOT NULL)::INT), avg((len(skills) > 0)::INT),
            sum(conflicts)::BIGINT
        FROM job_catalog
        """
    ).fetchall()[0]
    names = ("share_with_country", "share_with_pay", "share_with_skills", "salary_conflicts")
    shares = {name: value for name, value in zip(names, row, strict=True) if value is not None}
    hardest = hardest_postings(connection).df().fillna("")
    return {**shares, "written and understood": dg.MetadataValue.md(markdown_table(hardest))}


@table_asset(
    CATALOG_SCHEMA,
    inputs=("raw_jobs", "clean_jobs", "job_entities", "job_summaries"),
    code_version="2",
    show=coverage,
    external=name_data,
    publication=CatalogPublication(),
)
def job_catalog(step: Step) -> DuckDBPyRelation:
    """What can be searched: title, place and pay as written, and all that was understood of them.

    One row per posting.
    """
    return catalog_rows(step.connection)


def encoder_digest(folder: DataFolder, config: IndexRecipe) -> dict[str, str]:
    """Digest of the encoder's files: other weights make other vectors."""
    return {"encoder": model_store.model_digest(config.encoder, folder.root)}


def shown_index(artifact: Artifact) -> dict[str, Any]:
    """Size of the index, and how many texts its making had to encode."""
    names = ("postings", "words", "dimension", "encoder", "texts_encoded", "texts_from_cache", "bytes")
    return {name: artifact.manifest[name] for name in names}


@artifact_asset(
    inputs=("job_catalog",),
    recipe=IndexRecipe,
    code_version="1",
    external=encoder_digest,
    kinds=("numpy", "pytorch"),
    show=shown_index,
    accelerator=True,
)
def search_index(step: Step, path: Path) -> dict[str, Any]:
    """What postings are ranked by: BM25 scores of their words, and vectors of their meaning.

    One row per posting of the catalog. Only texts that no earlier run has encoded go through the encoder.
    """
    recipe: IndexRecipe = step.config
    cursor = step.connection.execute(
        f"SELECT posting_id, {', '.join(TEXT_COLUMNS)} FROM job_catalog ORDER BY posting_id"
    )
    names = [name for name, *_ in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if not rows:
        raise UserError("there is nothing to index: job_catalog is empty; put a train*.csv into raw/")
    texts = [posting_text(row) for row in rows]
    digest = step.parts.external["encoder"]

    load = partial(Encoder, recipe.encoder, step.folder.root)
    kept = KeptVectors(cache_of(step.folder.root, "vectors", step.say), digest)
    made = embed(texts, load, kept, step.progress(len(texts), "postings").advance, step.mapper)
    words = write_index([row["posting_id"] for row in rows], texts, made.vectors, recipe, path)
    return {
        "recipe": recipe.model_dump(mode="json"),
        "encoder": recipe.encoder,
        "encoder_digest": digest,
        "postings": len(rows),
        "words": words,
        "dimension": made.vectors.shape[1],
        "texts_encoded": made.encoded,
        "texts_from_cache": made.reused,
        "bytes": sum(file.stat().st_size for file in path.iterdir()),
        "versions": {name: version(name) for name in ("bm25s", "numpy", "sentence-transformers")},
    }
