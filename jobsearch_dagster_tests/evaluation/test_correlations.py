"""Correlations of metrics are scipy's, and their intervals hold the truth as often as they say."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from jobsearch_dagster.evaluation.correlations import ANSWER_WORDS, QUESTION_WORDS, correlate, correlate_metrics
from jobsearch_dagster.evaluation.tables import CONTENDERS, METRIC_CORRELATIONS
from jobsearch_dagster.foundation.lake import KeyParts, Lake


def clustered(generator: np.random.Generator, postings: int, each: int, r: float, within: float) -> pd.DataFrame:
    """Two normal columns with correlation r, both alike within a posting."""
    covariance = [[1, r], [r, 1]]
    of_posting = generator.multivariate_normal([0, 0], covariance, postings).repeat(each, axis=0)
    of_question = generator.multivariate_normal([0, 0], covariance, postings * each)
    return pd.DataFrame(np.sqrt(within) * of_posting + np.sqrt(1 - within) * of_question)


def test_r_is_that_of_scipy_with_ties_too() -> None:
    generator = np.random.default_rng(3)
    columns = pd.DataFrame(generator.integers(0, 4, size=(40, 3)).astype(float))
    found = correlate(columns, np.arange(40))
    assert found.r == pytest.approx(spearmanr(columns).statistic)
    assert (found.n == 40).all()


def test_questions_without_one_of_the_values_are_left_out_of_a_pair() -> None:
    columns = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [2.0, 1, np.nan, 5, 4, 6], "c": [1.0, 3, 2, 5, 4, 6]})
    found = correlate(columns, np.arange(6))
    assert found.n.tolist() == [[6, 5, 6], [5, 5, 5], [6, 5, 6]]
    assert found.r[0, 1] == pytest.approx(spearmanr([1, 2, 4, 5, 6], [2, 1, 5, 4, 6]).statistic)


@pytest.mark.parametrize(("postings", "each", "r", "within"), [(8, 4, 0.6, 0.5), (12, 4, 0.0, 0.7), (15, 12, 0.5, 0.6)])
def test_intervals_hold_the_truth_in_95_of_100_experiments(postings: int, each: int, r: float, within: float) -> None:
    generator = np.random.default_rng(7)
    truth = 6 / np.pi * np.arcsin(r / 2)  # Spearman's of normal values
    clusters = np.arange(postings).repeat(each)
    held = []
    for _ in range(150):
        found = correlate(clustered(generator, postings, each, r, within), clusters)
        held.append(found.low[0, 1] <= truth <= found.high[0, 1])
    assert 0.90 <= np.mean(held) <= 1


def test_more_questions_about_the_same_postings_do_not_make_the_interval_much_narrower() -> None:
    once = clustered(np.random.default_rng(5), 10, 1, 0.5, 1.0)
    often = once.loc[once.index.repeat(20)].reset_index(drop=True)
    narrow = correlate(often, np.arange(10).repeat(20))
    wide = correlate(once, np.arange(10))
    assert narrow.high - narrow.low == pytest.approx(wide.high - wide.low, nan_ok=True, rel=0.05)


def test_what_does_not_vary_has_no_correlation_and_few_postings_no_interval() -> None:
    columns = pd.DataFrame({"same": [1.0] * 6, "a": [1.0, 2, 3, 4, 5, 6], "b": [2.0, 1, 4, 3, 6, 5]})
    found = correlate(columns, np.array([0, 0, 1, 1, 2, 2]))
    assert np.isnan(found.r[0, 1])
    assert found.r[1, 2] > 0
    assert np.isnan([found.low[1, 2], found.high[1, 2]]).all()


def test_equal_columns_have_no_interval_rather_than_a_certain_one() -> None:
    values = np.random.default_rng(1).normal(size=20)
    found = correlate(pd.DataFrame({"a": values, "b": values}), np.arange(20))
    assert found.r[0, 1] == pytest.approx(1)
    assert np.isnan(found.low[0, 1])


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Six questions of two slices, answered by all contenders; only some answers state a salary."""
    with duckdb.connect() as connection:
        for name in CONTENDERS:
            connection.execute(
                f"""
                CREATE TABLE {name}_answers AS SELECT 'q' || i AS question_id, i // 2 || 'p' AS posting_id,
                    CASE WHEN i < 8 THEN 'unseen' ELSE 'seen' END AS slice,
                    repeat('why ', i) AS question, repeat('so ', 20 - i) AS answer
                FROM range(1, 11) t(i)
                """
            )
        connection.execute(
            f"""
            CREATE TABLE answer_scores AS
            SELECT contender, 'q' || i AS question_id, metric, i / 10 AS value
            FROM range(1, 11) t(i), (SELECT unnest({list(CONTENDERS)}) AS contender),
                (SELECT unnest(['rougeL', 'salary_right', 'bleu_corpus']) AS metric)
            WHERE metric <> 'salary_right' OR i % 2 = 0
            """
        )
        yield connection


def test_the_table_has_each_pair_once_with_lengths_and_is_stored_as_declared(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = correlate_metrics(connection)
    parts = KeyParts(inputs={}, config={}, code_version="1", external={})
    Lake(tmp_path).write("metric_correlations", table, METRIC_CORRELATIONS, parts, connection)
    unseen = table[(table["contender"] == "lora") & (table["slice"] == "unseen")]
    rows = {(row["metric_a"], row["metric_b"]): row for row in unseen.to_dict("records")}
    assert set(rows) == {
        (ANSWER_WORDS, QUESTION_WORDS), (ANSWER_WORDS, "rougeL"), (ANSWER_WORDS, "salary_right"),
        (QUESTION_WORDS, "rougeL"), (QUESTION_WORDS, "salary_right"), ("rougeL", "salary_right"),
    }  # fmt: skip
    assert rows[ANSWER_WORDS, QUESTION_WORDS]["r"] == pytest.approx(-1)
    assert [rows[QUESTION_WORDS, "rougeL"][name] for name in ("r", "n", "postings")] == pytest.approx([1, 7, 4])
    assert [rows["rougeL", "salary_right"][name] for name in ("n", "postings")] == [3, 3]
