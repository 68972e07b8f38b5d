"""Training, validation and test sets.

Belongs here: who goes where, decided by digests of identifiers and the seed, so that the order of rows does not matter.
"""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from jobsearch_dagster.foundation.profiles import Recipe

if TYPE_CHECKING:
    import duckdb


class SplitRecipe(Recipe):
    """How the train pairs are divided."""

    by: Literal["posting", "row"] = Field(
        default="posting", description="keep a posting's pairs together, or divide single pairs as the report did"
    )
    validation_share: float = Field(default=0.2, gt=0, lt=1, description="share of the validation set")
    seed: int = Field(default=42, description="of the division")


def training_pairs(connection: "duckdb.DuckDBPyConnection", recipe: SplitRecipe) -> "duckdb.DuckDBPyRelation":
    """The train pairs to learn from.

    Postings (or pairs) are put into the order of a digest; the first of them, rounded up to the share, validate.
    Dividing 3,684 pairs by row at 0.2 gives 2,947 and 737, the report's numbers.
    """
    unit = "posting_id" if recipe.by == "posting" else "pair_id"
    return connection.sql(
        f"""
        WITH units AS (
            SELECT {unit}, row_number() OVER (ORDER BY md5({unit} || '{recipe.seed}'), {unit}) AS position,
                count(*) OVER () AS total
            FROM (SELECT DISTINCT {unit} FROM query_pairs WHERE split = 'train')
        )
        SELECT q.* FROM query_pairs q JOIN units USING ({unit})
        WHERE split = 'train' AND position > ceil(total * {recipe.validation_share}::DECIMAL(9, 6))
        """
    )


def validation_pairs(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """The train pairs that are not learned from."""
    return connection.sql("SELECT * FROM query_pairs ANTI JOIN training_set USING (pair_id) WHERE split = 'train'")


def test_pairs(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    """All test pairs, each saying whether its posting, or a near duplicate of it, was seen in training."""
    return connection.sql(f"{with_seen('query_pairs')} WHERE split = 'test'")


def with_seen(table: str) -> str:
    """Query for the pairs of a table with `seen` and `near_seen`: training has their posting, or a near duplicate.

    Args:
        table: Has the columns of `query_pairs`; `training_set` and `near_duplicate_clusters` are beside it.
    """
    return f"""
        WITH learned AS (SELECT DISTINCT posting_id FROM training_set),
        near AS (
            SELECT c.posting_id FROM near_duplicate_clusters c
            WHERE cluster_id IN (SELECT cluster_id FROM near_duplicate_clusters SEMI JOIN learned USING (posting_id))
        )
        SELECT q.*, q.posting_id IN (FROM learned) AS seen,
            q.posting_id IN (FROM learned) OR q.posting_id IN (FROM near) AS near_seen
        FROM {table} q
        """
