"""Two divisions of the same pairs, what both hold back, and what a seen posting adds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import Workspace
from jobsearch_dagster.evaluation import leakage
from jobsearch_dagster.evaluation.leakage import LeakageRecipe, divide, inflation
from jobsearch_dagster.evaluation.questions import QuestionRecipe, sample_questions
from jobsearch_dagster.evaluation.tables import LEAKAGE_EXPERIMENT, LOSS
from jobsearch_dagster.foundation.artifacts import is_key
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import Lake

RECIPE = LeakageRecipe(enabled=True)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """20 postings with 8 pairs each for training, and one for the test."""
    with duckdb.connect() as found:
        found.execute(
            """
            CREATE TABLE query_pairs AS
            SELECT 'pair ' || i || ' of ' || p AS pair_id, 'posting ' || p AS posting_id,
                ['skills', 'salary'][1 + i % 2] AS query_type, 'what?' AS question, 'this' AS answer,
                CASE WHEN p = 20 THEN 'test' ELSE 'train' END AS split
            FROM range(8) a(i), range(21) b(p)
            """
        )
        yield found


def test_what_is_asked_was_held_back_by_both_and_only_one_has_seen_its_posting(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    divide(connection, RECIPE)
    pairs = {name: set(connection.execute(f"SELECT pair_id, posting_id FROM {name}").fetchall())
             for name in (*leakage.ARMS, leakage.HELD_BACK)}  # fmt: skip
    by_row, by_posting, held_back = pairs.values()
    assert held_back
    assert not held_back & (by_row | by_posting)
    assert {posting for _, posting in held_back} <= {posting for _, posting in by_row}
    assert not {posting for _, posting in held_back} & {posting for _, posting in by_posting}
    assert (len(by_row), len(by_posting)) == (96, 96)
    assert "posting 20" not in {posting for _, posting in by_row | by_posting | held_back}


def test_the_questions_are_drawn_from_them_alone(connection: duckdb.DuckDBPyConnection) -> None:
    divide(connection, RECIPE)
    asked = sample_questions(connection, QuestionRecipe(per_type=3, seen_per_type=0))
    held_back = {pair_id for (pair_id,) in connection.execute("SELECT pair_id FROM held_back").fetchall()}
    assert len(asked) == 6
    assert {question.question_id for question in asked} <= held_back


def test_with_nothing_held_back_by_both_it_says_what_to_change(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM query_pairs WHERE pair_id <> 'pair 1 of 1'")
    with pytest.raises(UserError, match="raise validation_share"):
        divide(connection, RECIPE)


def test_inflation_is_paired_by_question_and_sure_only_where_there_is_some(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    divide(connection, RECIPE)
    generator = np.random.default_rng(1)
    rows = [
        (arm, f"{p}-{i}", "skills", f"posting {p}", False, metric, value, "how", None)
        for p in range(10)
        for i in range(3)
        for luck in [generator.random()]
        for metric, gain in (("right", 0.2), ("rougeL", 0.0))
        for arm, value in (("by_posting", luck / 2), ("by_row", luck / 2 + gain + generator.normal(0, 0.05)))
    ]
    columns = ["contender", "question_id", "query_type", "posting_id", "seen_in_train", "metric", "value", "signature"]
    connection.register(leakage.SCORES, pd.DataFrame(rows, columns=[*columns, "parts"]))
    table = inflation(connection, RECIPE)
    assert tuple(table.columns) == LEAKAGE_EXPERIMENT.names
    found = table.set_index("metric")
    low, high = found["low"].to_dict(), found["high"].to_dict()
    assert found["inflation"].to_dict() == pytest.approx((found["by_row"] - found["by_posting"]).to_dict())
    assert low["right"] > 0.1
    assert low["rougeL"] < 0 < high["rougeL"]
    assert set(found["pairs_by_row"]) == {96}


def test_off_it_costs_nothing_and_the_table_is_empty(made: Path) -> None:
    assert Lake(made).read("leakage_experiment").empty
    assert not (made / "models" / "leakage_experiment").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_both_adapters_are_trained_once_and_every_metric_is_compared(
    made: Path, switched_on: Callable[..., Workspace]
) -> None:
    folder = made / "models" / "leakage_experiment"

    def trained() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if is_key(path.name)}

    assert run(switched_on("leakage_experiment", per_type=2), ["leakage_experiment"]).problems == ()
    table = Lake(made).read("leakage_experiment").set_index("metric")
    assert {LOSS, "right", "grounded", "rougeL", "bertscore_f1"} <= set(table.index)
    assert (table["n"] > 0).all()
    first = trained()
    assert len(first) == 2
    asked_others = switched_on("leakage_experiment", per_type=1)
    assert run(asked_others, ["leakage_experiment"]).computed == ("leakage_experiment",)
    assert trained() == first
