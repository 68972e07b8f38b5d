"""Near duplicates are found without comparing all texts, and what is called one is one."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import duckdb
import pytest

from jobsearch_dagster.preparation.near_duplicates import (
    NEIGHBOURS,
    NearDuplicateRecipe,
    buckets,
    connected,
    find_near_duplicates,
    rows_per_band,
    shingles,
)

RECIPE = NearDuplicateRecipe()
WORDS = [f"word{n}" for n in range(2_000)]
Posting = tuple[str, str, str]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def find(
    connection: duckdb.DuckDBPyConnection, postings: Iterable[Posting], recipe: NearDuplicateRecipe = RECIPE
) -> dict[str, dict[str, Any]]:
    """The rows by posting; a posting is (id, split, text)."""
    connection.execute(
        "CREATE OR REPLACE TABLE clean_jobs "
        "(row_id VARCHAR, posting_id VARCHAR, split VARCHAR, description_clean VARCHAR)"
    )
    rows = [[f"{split}:{number}", posting, split, text] for number, (posting, split, text) in enumerate(postings)]
    if rows:
        connection.executemany("INSERT INTO clean_jobs VALUES (?, ?, ?, ?)", rows)
    relation = find_near_duplicates(connection, recipe, lambda line: None)
    found = {row[0]: dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()}
    for table in ("texts", "shingled", "proposed", "compared", "clustered", "represented"):
        connection.execute(f"DROP TABLE {table}")
    return found


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def text(chance: random.Random, length: int = 200) -> list[str]:
    return chance.choices(WORDS, k=length)


def edited(chance: random.Random, words: list[str], edits: int) -> list[str]:
    changed = list(words)
    for position in chance.sample(range(len(words)), edits):
        changed[position] = "edited" + str(chance.random())
    return changed


def test_found_pairs_agree_with_exact_comparison_of_all_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """Precision is 1; of pairs with a similarity of 0.9 and more, at least 95 in 100 are in one cluster."""
    chance = random.Random(4)
    originals = [text(chance) for _ in range(120)]
    copies = [edited(chance, words, edits) for words in originals[:90] for edits in (1, 2, 3, 6)]
    texts = {f"p{n:03}": " ".join(words) for n, words in enumerate(originals + copies)}
    found = find(connection, [(posting, "train", words) for posting, words in texts.items()])
    sets = {posting: shingles(words, RECIPE.shingle_words) for posting, words in texts.items()}
    exact = {pair: jaccard(sets[pair[0]], sets[pair[1]]) for pair in combinations(texts, 2)}
    components = connected(pair for pair, similarity in exact.items() if similarity >= RECIPE.threshold)
    similar = [pair for pair, similarity in exact.items() if similarity >= 0.9]
    together = [
        (one, other)
        for one, other in similar
        if one in found and other in found and found[one]["cluster_id"] == found[other]["cluster_id"]
    ]
    assert len(similar) >= 150
    assert len(together) >= 0.95 * len(similar)
    for posting, row in found.items():
        assert components[posting] == components[row["cluster_id"]]
        if posting != row["cluster_id"]:
            assert row["similarity"] == pytest.approx(exact[row["cluster_id"], posting])


def test_a_posting_without_a_near_duplicate_is_in_no_cluster(connection: duckdb.DuckDBPyConnection) -> None:
    chance = random.Random(1)
    assert find(connection, [(f"p{n}", "train", " ".join(text(chance))) for n in range(20)]) == {}


def test_identical_texts_of_two_postings_are_a_cluster_that_names_both_splits(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    words = "we hire a cook for our new kitchen in the old town of Graz and train you on the job"
    rows = [("a", "train", words), ("a", "test", words), ("a", "train", words), ("b", "train", words)]
    found = find(connection, [*rows, ("c", "train", "a nurse")])
    assert found == {
        "a": {
            "posting_id": "a", "cluster_id": "a", "splits": ["test", "train"], "size": 2, "similarity": 1.0,
            "first_words": "we hire a cook for our new kitchen in the old town",
        },
        "b": {**found["a"], "posting_id": "b", "splits": ["train"]},
    }  # fmt: skip


def test_a_bucket_of_many_copies_is_one_cluster(connection: duckdb.DuckDBPyConnection) -> None:
    chance = random.Random(2)
    words = text(chance)
    copies = [" ".join(edited(chance, words, 1)) for _ in range(NEIGHBOURS * 5)]
    found = find(connection, [(f"p{n:02}", "train", copy) for n, copy in enumerate(copies)])
    assert {row["size"] for row in found.values()} == {len(copies)}
    assert connection.execute("SELECT count(*) FROM clean_jobs").fetchall() == [(len(copies),)]


def test_pairs_are_found_among_many_texts_of_the_same_boilerplate(connection: duckdb.DuckDBPyConnection) -> None:
    """Few bands, so that a pair seldom has a bucket of its own, and a pair lies far apart in the order of its ids."""
    recipe = NearDuplicateRecipe(permutations=16)
    chance = random.Random(6)
    boilerplate = text(chance, 400)
    own = [boilerplate + text(chance, 55) for _ in range(300)]
    originals = {f"a{n:03}": " ".join(words) for n, words in enumerate(own)}
    copies = {f"b{n:03}": " ".join(edited(chance, words, 2)) for n, words in enumerate(own)}
    found = find(connection, [(name, "train", words) for name, words in (originals | copies).items()], recipe)
    bands = [set(buckets(shingles(words, 5), recipe, rows_per_band(recipe))) for words in originals.values()]
    assert max(Counter(bucket for band in bands for bucket in band).values()) > 100
    together = sum(
        found.get(f"a{n:03}", {}).get("cluster_id", n) == found.get(f"b{n:03}", {}).get("cluster_id", "")
        for n in range(300)
    )
    assert len({row["cluster_id"] for row in found.values()}) > 200
    assert together >= 0.95 * 300


def test_empty_and_short_texts_are_no_obstacle(connection: duckdb.DuckDBPyConnection) -> None:
    found = find(connection, [("a", "train", ""), ("b", "test", ""), ("c", "train", "cook"), ("d", "test", "cook")])
    assert set(found) == {"c", "d"}
    assert find(connection, []) == {}


def test_the_threshold_decides(connection: duckdb.DuckDBPyConnection) -> None:
    chance = random.Random(3)
    words = text(chance)
    pair = [("a", "train", " ".join(words)), ("b", "train", " ".join(edited(chance, words, 8)))]
    assert 0.6 < jaccard(*(shingles(t, 5) for _, _, t in pair)) < 0.8
    assert find(connection, pair) == {}
    assert set(find(connection, pair, NearDuplicateRecipe(threshold=0.6))) == {"a", "b"}


def test_the_order_of_the_rows_changes_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    chance = random.Random(5)
    words = [text(chance) for _ in range(10)]
    rows = [(f"p{n}", "train", " ".join(edited(chance, words[n % 10], 2))) for n in range(40)]
    assert find(connection, rows) == find(connection, rows[::-1])


WORDED = "we hire a cook for our kitchen"


def test_buckets_are_the_same_in_every_process() -> None:
    script = (
        "from jobsearch_dagster.preparation.near_duplicates import *;"
        "r = NearDuplicateRecipe();"
        f"print(buckets(shingles({WORDED!r}, 5), r, rows_per_band(r))[:2])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert eval(outputs.pop()) == buckets(shingles(WORDED, 5), RECIPE, rows_per_band(RECIPE))[:2]


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9, 1.0])
def test_bands_miss_at_most_one_pair_in_a_hundred_at_the_threshold(threshold: float) -> None:
    recipe = NearDuplicateRecipe(threshold=threshold)
    rows = rows_per_band(recipe)
    assert (1 - threshold**rows) ** (recipe.permutations // rows) <= 0.01


def test_clusters_are_connected_components_named_by_their_smallest_member() -> None:
    assert connected([("c", "b"), ("d", "c"), ("a", "x"), ("b", "d")]) == {
        "a": "a", "x": "a", "b": "b", "c": "b", "d": "b",
    }  # fmt: skip
