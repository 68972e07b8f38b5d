"""Who learns, who watches, who tests: decided by identifiers and the seed alone."""

from collections.abc import Iterator
from typing import Any, Literal

import duckdb
import pytest
from pydantic import ValidationError

from jobsearch_dagster.pairs import sets
from jobsearch_dagster.pairs.sets import SplitRecipe

By = Literal["posting", "row"]

POSTINGS = 50
TRAIN, TEST = 3_684, 1_464


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        pairs(connection)
        yield connection


def pairs(connection: duckdb.DuckDBPyConnection, order: str = "n") -> None:
    """As many pairs as the report's; each posting has many, and the last ten postings occur in the test file only."""
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE query_pairs AS
        SELECT 'train' AS split, 'pair ' || n AS pair_id, 'posting ' || n % {POSTINGS} AS posting_id
        FROM range({TRAIN}) t(n)
        UNION ALL
        SELECT 'test', 'test pair ' || n, 'posting ' || n % {POSTINGS + 10} FROM range({TEST}) t(n)
        """
    )
    connection.execute(f"CREATE OR REPLACE TABLE query_pairs AS FROM query_pairs ORDER BY hash(pair_id || '{order}')")


def column(connection: duckdb.DuckDBPyConnection, name: str, recipe: SplitRecipe) -> tuple[set[Any], set[Any]]:
    """Values of a column in the training and in the validation set."""
    sets.training_pairs(connection, recipe).create("training_set")
    try:
        learned = connection.execute(f"SELECT {name} FROM training_set").fetchall()
        watched = sets.validation_pairs(connection).project(name).fetchall()
    finally:
        connection.execute("DROP TABLE training_set")
    return {value for (value,) in learned}, {value for (value,) in watched}


@pytest.mark.parametrize("by", ["posting", "row"])
def test_every_train_pair_is_either_learned_from_or_watched(connection, by: By) -> None:
    learned, watched = column(connection, "pair_id", SplitRecipe(by=by))
    assert learned.isdisjoint(watched)
    assert learned | watched == {f"pair {n}" for n in range(TRAIN)}


def test_by_posting_no_posting_is_on_both_sides(connection) -> None:
    learned, watched = column(connection, "posting_id", SplitRecipe(by="posting"))
    assert learned.isdisjoint(watched)
    assert len(learned) == POSTINGS * 0.8
    assert len(watched) == POSTINGS * 0.2


def test_by_row_the_report_s_pairs_give_the_report_s_numbers(connection) -> None:
    learned, watched = column(connection, "pair_id", SplitRecipe(by="row"))
    assert (len(learned), len(watched)) == (2_947, 737)


def test_by_row_postings_are_on_both_sides(connection) -> None:
    learned, watched = column(connection, "posting_id", SplitRecipe(by="row"))
    assert learned & watched


@pytest.mark.parametrize("by", ["posting", "row"])
def test_the_order_of_rows_does_not_matter(connection, by: By) -> None:
    before = column(connection, "pair_id", SplitRecipe(by=by))
    pairs(connection, order="another")
    assert column(connection, "pair_id", SplitRecipe(by=by)) == before


@pytest.mark.parametrize("by", ["posting", "row"])
def test_another_seed_gives_another_division_of_the_same_size(connection, by: By) -> None:
    first = column(connection, f"{by}_id" if by == "posting" else "pair_id", SplitRecipe(by=by, seed=1))
    second = column(connection, f"{by}_id" if by == "posting" else "pair_id", SplitRecipe(by=by, seed=2))
    assert first != second
    assert [len(side) for side in first] == [len(side) for side in second]


@pytest.mark.parametrize(("share", "watched"), [(0.1, 5), (0.5, 25), (0.21, 11)])
def test_the_share_of_the_validation_set_is_rounded_up(connection, share: float, watched: int) -> None:
    assert len(column(connection, "posting_id", SplitRecipe(validation_share=share))[1]) == watched


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_a_share_that_leaves_one_side_empty_is_refused(share: float) -> None:
    with pytest.raises(ValidationError):
        SplitRecipe(validation_share=share)


def test_no_test_pair_is_learned_from(connection) -> None:
    learned, watched = column(connection, "split", SplitRecipe())
    assert learned == watched == {"train"}


def test_a_test_pair_is_seen_where_its_posting_is_learned_from(connection) -> None:
    sets.training_pairs(connection, SplitRecipe()).create("training_set")
    connection.execute("CREATE TABLE near_duplicate_clusters (posting_id VARCHAR, cluster_id VARCHAR)")
    tested = sets.test_pairs(connection).project("pair_id, posting_id, seen").fetchall()
    learned = {posting for (posting,) in connection.execute("SELECT posting_id FROM training_set").fetchall()}
    assert len(tested) == TEST
    assert {posting: seen for _, posting, seen in tested} == {
        f"posting {n}": f"posting {n}" in learned for n in range(POSTINGS + 10)
    }
    # The ten postings of the validation set are not learned from, nor are the ten that the test file alone has.
    assert sum(seen for seen in {posting: seen for _, posting, seen in tested}.values()) == 40


def test_a_test_pair_is_nearly_seen_where_a_near_duplicate_of_its_posting_is_learned_from(connection) -> None:
    sets.training_pairs(connection, SplitRecipe()).create("training_set")
    (learned,) = connection.execute("SELECT min(posting_id) FROM training_set").fetchall()[0]
    new = [f"posting {POSTINGS + n}" for n in range(3)]
    connection.execute("CREATE TABLE near_duplicate_clusters (posting_id VARCHAR, cluster_id VARCHAR)")
    connection.executemany(
        "INSERT INTO near_duplicate_clusters VALUES (?, ?)",
        [[learned, "a"], [new[0], "a"], [new[1], "b"], [new[2], "b"]],
    )
    tested = sets.test_pairs(connection).project("posting_id, seen, near_seen").distinct().fetchall()
    by_posting = {posting: (seen, near) for posting, seen, near in tested}
    assert [by_posting[posting] for posting in (learned, *new)] == [
        (True, True),
        (False, True),
        (False, False),
        (False, False),
    ]
