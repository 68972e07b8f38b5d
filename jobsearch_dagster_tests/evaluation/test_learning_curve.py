"""Growing sets of postings, and what each brings beside ways that need no training."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import Workspace
from jobsearch_dagster.evaluation.learning_curve import CurveRecipe, nested_sets, unseen
from jobsearch_dagster.evaluation.questions import Question
from jobsearch_dagster.evaluation.tables import LOSS
from jobsearch_dagster.foundation.artifacts import is_key
from jobsearch_dagster.foundation.lake import Lake


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """12 postings with 3 pairs each."""
    with duckdb.connect() as found:
        found.execute(
            "CREATE TABLE training_set AS SELECT 'posting ' || p AS posting_id, i AS pair_id "
            "FROM range(3) a(i), range(12) b(p)"
        )
        yield found


def test_each_set_holds_those_before_it_and_the_whole_one_is_the_last(connection: duckdb.DuckDBPyConnection) -> None:
    sets = nested_sets(connection, CurveRecipe(try_postings=(8, 2, 2, 50)))
    assert list(sets) == [2, 8, 12]
    postings = [
        {name for (name,) in connection.execute(f"SELECT DISTINCT posting_id FROM {table}").fetchall()}
        for table in sets.values()
    ]
    assert [len(found) for found in postings] == [2, 8, 12]
    assert postings[0] < postings[1] < postings[2]
    counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchall() for table in sets.values()]
    assert counts == [[(6,)], [(24,)], [(36,)]]


def question(slice_: str) -> Question:
    return Question("1", slice_, "skills", "p", "what?", "this")


def test_what_no_adapter_saw_is_asked_where_there_is_any() -> None:
    assert unseen([question("seen"), question("unseen")]) == [question("unseen")]
    assert unseen([question("seen")]) == [question("seen")]


def test_off_it_costs_nothing_and_the_table_is_empty(made: Path) -> None:
    assert Lake(made).read("learning_curve").empty
    assert not (made / "models" / "learning_curve").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_every_number_of_postings_has_its_adapter_beside_those_that_learn_nothing(
    made: Path, switched_on: Callable[..., Workspace]
) -> None:
    assert run(switched_on("learning_curve", try_postings="[3]"), ["learning_curve"]).problems == ()
    lake = Lake(made)
    table = lake.read("learning_curve")
    total = lake.read("training_set")["posting_id"].nunique()
    trained = table[table["contender"] == "lora"]
    assert set(trained["training_postings"]) == {3, total}
    assert set(trained["metric"]) == {LOSS, "right", "grounded", "named", "rougeL", "bertscore_f1"}
    others = table[table["training_postings"] == 0]
    assert set(others["contender"]) == {"base", "rag", "analytics"}
    assert set(table.loc[table["metric"] == "right", "n"]) == {8}
    summary = lake.read("metric_summary").set_index(["contender", "slice", "query_type", "metric"])["mean"]
    for contender in ("rag", "analytics"):
        (value,) = others.loc[(others["contender"] == contender) & (others["metric"] == "rougeL"), "value"]
        assert value == pytest.approx(summary[contender, "unseen", "all", "rougeL"])
    assert sum(is_key(path.name) for path in (made / "models" / "learning_curve").iterdir()) == 2
