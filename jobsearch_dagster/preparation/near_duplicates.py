"""Postings whose texts are almost the same: an edited repost, a template filled in twice, one job on two boards.

Belongs here: what makes two texts near duplicates, and how the pairs are found without comparing all texts. Nothing
is deleted here or anywhere else for being a near duplicate; exact duplicates are in `deduplication.py`.

MinHash with locality-sensitive hashing proposes pairs, the exact Jaccard similarity of their shingles accepts or
refuses them, and the connected components of the accepted pairs are the clusters (Broder 1997; Leskovec, Rajaraman
and Ullman, Mining of Massive Datasets, chapter 3).
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

from pydantic import Field

from jobsearch_dagster.foundation.distinct import map_distinct
from jobsearch_dagster.foundation.profiles import Recipe

if TYPE_CHECKING:
    import duckdb

MISSED = 0.01
"""Highest accepted probability that a pair exactly at the threshold is not proposed; above it, it falls fast."""
NEIGHBOURS = 16
"""Texts of one bucket that a text is compared with; a bucket of a thousand copies costs 16,000 pairs, not 500,000.

Copies of one text are similar to each other, so that neighbours link the whole bucket all the same. In a bucket of
texts that share a boilerplate, those that share the next band too stand together, the rest in an order that differs
from bucket to bucket, so that a pair that is far apart in one is close in another.
"""
PAIRS = 10_000
"""Pairs that are Python objects at once."""
FIRST_WORDS = 12


class NearDuplicateRecipe(Recipe):
    """When two texts are near duplicates."""

    threshold: float = Field(
        default=0.8, gt=0, le=1, description="least Jaccard similarity of two texts, over their shingles"
    )
    shingle_words: int = Field(
        default=5, ge=1, description="words of a shingle: phrases of 5 are rarely shared by texts written apart"
    )
    permutations: int = Field(default=128, ge=16, le=1024, description="length of a MinHash signature")
    seed: int = Field(default=7, ge=0, description="seed of the signatures")


def shingles(text: str, words: int) -> frozenset[str]:
    """Every run of so many words of a text; a shorter text is one shingle."""
    tokens = text.split()
    return frozenset(" ".join(tokens[i : i + words]) for i in range(max(1, len(tokens) - words + 1)))


def digests(phrases: Iterable[str]) -> list[int]:
    """A number of 64 bits for each shingle: sets of them are compared like the shingles, at a tenth of the size."""
    return [int.from_bytes(blake2b(phrase.encode(), digest_size=8).digest(), "big", signed=True) for phrase in phrases]


def rows_per_band(recipe: NearDuplicateRecipe) -> int:
    """Hashes that must agree for two texts to share a bucket.

    As many as miss a pair at the threshold with a probability of at most `MISSED`: the more, the fewer unlike texts
    are proposed.
    """
    for rows in range(recipe.permutations, 1, -1):
        bands = recipe.permutations // rows
        if (1 - recipe.threshold**rows) ** bands <= MISSED:
            return rows
    return 1


def buckets(phrases: Iterable[str], recipe: NearDuplicateRecipe, rows: int) -> list[str]:
    """The bucket of a set of shingles in each band; texts that share one may be near duplicates.

    The same on every platform: the signature is seeded, and does not use Python's `hash()`.
    """
    from rensa import RMinHash  # ty: ignore[missing-module-member] - compiled, without stubs

    signature = RMinHash(num_perm=recipe.permutations, seed=recipe.seed)
    signature.update(list(phrases))
    digest = signature.digest()
    return [
        blake2b(f"{start}:{digest[start : start + rows]}".encode(), digest_size=8).hexdigest()
        for start in range(0, len(digest) - rows + 1, rows)
    ]


def connected(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The smallest member of the connected component of each node of a graph, by union-find."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent[above]
            node = above
        return node

    for pair in pairs:
        low, high = sorted(map(root, pair))
        parent[high] = low
    return {node: root(node) for node in list(parent)}


def find_near_duplicates(
    connection: "duckdb.DuckDBPyConnection", recipe: NearDuplicateRecipe, say: Callable[[str], object]
) -> "duckdb.DuckDBPyRelation":
    """The postings of `clean_jobs` that share a cluster with another one; columns as in `NEAR_DUPLICATE_CLUSTERS`.

    A text counts once, however many rows and postings have it, and is named by the smallest of its postings. Time
    grows with the number of distinct texts.
    """
    connection.execute(
        """
        CREATE TEMP TABLE texts AS
        SELECT min(posting_id) AS text_id, description_clean AS text
        FROM clean_jobs WHERE description_clean <> '' GROUP BY description_clean
        """
    )
    _propose(connection, recipe, say)
    _accept(connection, recipe)
    return _members(connection)


def _propose(
    connection: "duckdb.DuckDBPyConnection", recipe: NearDuplicateRecipe, say: Callable[[str], object]
) -> None:
    """The shingles of each text into `shingled`; pairs of texts that share a bucket into `proposed`."""
    rows = rows_per_band(recipe)

    def place(text_id: str, text: str) -> tuple[list[str], list[int]]:
        phrases = shingles(text, recipe.shingle_words)
        return buckets(phrases, recipe, rows), digests(phrases)

    returns = {"buckets": "VARCHAR[]", "shingles": "BIGINT[]"}
    map_distinct(connection, "texts", ["text_id", "text"], place, returns, "placed", say)
    connection.execute("CREATE TEMP TABLE shingled AS SELECT text_id, shingles FROM placed")
    connection.execute(
        f"""
        CREATE TEMP TABLE proposed AS
        WITH places AS (
            SELECT text_id, unnest(buckets) AS bucket, unnest(list_concat(buckets[2:], buckets[:1])) AS next_bucket
            FROM placed
        ),
        shared AS (SELECT bucket FROM places GROUP BY bucket HAVING count(*) > 1),
        numbered AS (
            SELECT text_id, bucket,
                row_number() OVER (PARTITION BY bucket ORDER BY next_bucket, md5(bucket || text_id), text_id) AS number
            FROM places SEMI JOIN shared USING (bucket)
        )
        SELECT DISTINCT one.text_id AS one, other.text_id AS other
        FROM (SELECT *, number + unnest(range(1, {NEIGHBOURS + 1})) AS neighbour FROM numbered) one
        JOIN numbered other ON other.bucket = one.bucket AND other.number = one.neighbour
        """
    )
    connection.execute("DROP TABLE placed")


def _accept(connection: "duckdb.DuckDBPyConnection", recipe: NearDuplicateRecipe) -> None:
    """The cluster of each text that is similar enough to another one, into `clustered`."""
    import pyarrow as pa

    _compare(connection, "proposed", "compared")
    similar = connection.execute(f"SELECT one, other FROM compared WHERE similarity >= {recipe.threshold}")
    cluster_of = connected(_fetched(similar))
    found = pa.table(
        {
            "text_id": pa.array(cluster_of.keys(), pa.string()),
            "cluster_id": pa.array(cluster_of.values(), pa.string()),
        }
    )
    connection.register("found", found)
    connection.execute("CREATE TEMP TABLE clustered AS FROM found")
    connection.unregister("found")
    _compare(connection, "(SELECT cluster_id AS one, text_id AS other FROM clustered)", "represented")


def _fetched(result: "duckdb.DuckDBPyConnection") -> Iterator[tuple[str, str]]:
    while pairs := result.fetchmany(PAIRS):
        yield from pairs


def _compare(connection: "duckdb.DuckDBPyConnection", pairs: str, into: str) -> None:
    """Exact Jaccard similarity of pairs of texts: the share of their shingles that both have, 0 to 1."""
    connection.execute(
        f"""
        CREATE TEMP TABLE {into} AS
        SELECT one, other, shared / (together - shared) AS similarity
        FROM (
            SELECT one, other, len(list_intersect(a.shingles, b.shingles)) AS shared,
                len(a.shingles) + len(b.shingles) AS together
            FROM {pairs} JOIN shingled a ON a.text_id = one JOIN shingled b ON b.text_id = other
        )
        """
    )


def _members(connection: "duckdb.DuckDBPyConnection") -> "duckdb.DuckDBPyRelation":
    return connection.sql(
        f"""
        WITH postings AS (
            SELECT posting_id, list_sort(list(DISTINCT split)) AS splits, min(row_id) AS row_id
            FROM clean_jobs GROUP BY posting_id
        ),
        members AS (
            SELECT posting_id, splits, text_id, coalesce(cluster_id, text_id) AS cluster_id,
                array_to_string(string_split(text, ' ')[1:{FIRST_WORDS}], ' ') AS first_words
            FROM postings
            JOIN clean_jobs j USING (posting_id, row_id)
            JOIN texts ON text = description_clean
            LEFT JOIN clustered USING (text_id)
        ),
        sizes AS (SELECT cluster_id, count(*) AS size FROM members GROUP BY cluster_id HAVING count(*) > 1)
        SELECT posting_id, cluster_id, splits, size, coalesce(similarity, 1.0) AS similarity, first_words
        FROM members JOIN sizes USING (cluster_id)
        LEFT JOIN represented ON one = cluster_id AND other = text_id
        """
    )
