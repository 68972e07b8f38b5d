"""Scores of every answer, means that can be checked by hand, and comparisons on the same questions."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from jobsearch_dagster.app.run import Outcome
from jobsearch_dagster.evaluation.scoring import (
    StatisticsRecipe,
    compare_contenders,
    score_answers,
    summarize_metrics,
)
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.text_metrics import TEXT_METRICS, text_scores
from jobsearch_dagster.preparation.locations import normalize_place, parse_location

PLACES = [
    normalize_place(parse_location(place))
    for place in ("Malmö, Sweden", "Berlin, Germany", "Oslo, Norway", "Lima, Peru", "Rome, Italy", "Graz, Austria",
                  "Turku, Finland", "Bern, Switzerland")
]  # fmt: skip
METRICS = {*TEXT_METRICS, "grounded", "right", "empty"}


def reference(place: str) -> str:
    return f"Job available in {place}\nJob-Title: cook"


QUESTIONS = [
    (f"pair-{n}", "seen" if n % 4 == 0 else "unseen", "location", f"posting-{n}", reference(place))
    for n, place in enumerate(PLACES)
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Eight cooks in eight places, and a location question about each."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE clean_jobs (
                row_id VARCHAR, posting_id VARCHAR, standard_title VARCHAR, place VARCHAR, salary_bucket VARCHAR
            );
            CREATE TABLE job_entities (row_id VARCHAR, min_years BIGINT, skills VARCHAR[]);
            CREATE TABLE query_pairs (pair_id VARCHAR, query_type VARCHAR, slot_values VARCHAR[])
            """
        )
        for number, place in enumerate(PLACES):
            for copy in (1, 2):  # the same posting beside two resumes
                row_id = f"train-1.csv:{number}-{copy}"
                job = [row_id, f"posting-{number}", "cook", place, "Unknown"]
                connection.execute("INSERT INTO clean_jobs VALUES (?, ?, ?, ?, ?)", job)
                connection.execute("INSERT INTO job_entities VALUES (?, 2, ['cooking'])", [row_id])
            connection.execute("INSERT INTO query_pairs VALUES (?, 'location', [?])", [f"pair-{number}", place])
        yield connection


def answers(connection: duckdb.DuckDBPyConnection, contenders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Scores of the contenders' answers to the eight questions; the table `answer_scores` holds them too."""
    columns = ["question_id", "slice", "query_type", "posting_id", "reference", "answer"]
    for contender, said in contenders.items():
        frame = pd.DataFrame([(*q, text) for q, text in zip(QUESTIONS, said, strict=True)], columns=columns)
        connection.register("frame", frame)
        connection.execute(f"CREATE TABLE {contender}_answers AS FROM frame")
    scores = score_answers(connection, list(contenders))
    connection.register("scores", scores)
    connection.execute("CREATE TABLE answer_scores AS FROM scores")
    return scores


RIGHT = [reference(place) for place in PLACES]
SHUFFLED = RIGHT[1:] + RIGHT[:1]
SILENT = [""] * len(PLACES)
HALF = [*RIGHT[:4], *SILENT[4:]]
WORDY = [text + " and more" * n**2 for n, text in enumerate(RIGHT)]


def cell(table: pd.DataFrame, **where: str) -> Any:
    """The one row where the given columns have the given values."""
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_every_contender_question_and_metric_has_one_score(connection) -> None:
    scores = answers(connection, {"base": RIGHT, "other": SILENT})
    assert len(scores) == 2 * len(QUESTIONS) * len(METRICS)
    assert not scores.duplicated(["contender", "question_id", "metric"]).any()
    assert set(scores["metric"]) == METRICS


def test_a_score_is_that_of_its_own_answer(connection) -> None:
    scores = answers(connection, {"base": HALF})
    for number, text in enumerate(HALF):
        rows = scores[scores["question_id"] == f"pair-{number}"].set_index("metric")
        expected = text_scores(text, reference(PLACES[number]))
        expected |= {"grounded": float(bool(text)), "right": float(bool(text)), "empty": float(not text)}
        assert rows["value"].to_dict() == pytest.approx(expected)
        assert set(rows["posting_id"]) == {f"posting-{number}"}
        assert set(rows["slice"]) == {QUESTIONS[number][1]}


def test_a_fluent_answer_to_another_question_is_grounded_but_not_right(connection) -> None:
    scores = answers(connection, {"base": SHUFFLED})
    values = scores.groupby("metric")["value"].mean()
    assert (values["grounded"], values["right"], values["empty"]) == (1.0, 0.0, 0.0)
    assert values["rougeL"] > 0.5


def test_means_and_counts_are_those_of_a_calculation_by_hand(connection) -> None:
    answers(connection, {"base": HALF})
    summary = summarize_metrics(connection, StatisticsRecipe())
    right = cell(summary, contender="base", slice="unseen", query_type="location", metric="right")
    assert (right["n"], right["postings"], right["mean"]) == (6, 6, 0.5)  # 1, 2, 3 answered; 5, 6, 7 silent
    seen = cell(summary, contender="base", slice="seen", query_type="location", metric="empty")
    assert (seen["n"], seen["postings"], seen["mean"]) == (2, 2, 0.5)  # 0 answered; 4 silent
    assert 0 <= right["low"] <= right["mean"] <= right["high"] <= 1


def test_the_row_of_all_query_types_is_over_questions_not_over_types(connection) -> None:
    scores = answers(connection, {"base": HALF})
    salary = scores["question_id"].isin(["pair-1", "pair-5"])
    connection.register("scores", scores.assign(query_type=scores["query_type"].mask(salary, "salary")))
    connection.execute("CREATE OR REPLACE TABLE answer_scores AS FROM scores")
    summary = summarize_metrics(connection, StatisticsRecipe())
    unseen = summary[(summary["slice"] == "unseen") & (summary["metric"] == "right")].set_index("query_type")
    assert unseen["n"].to_dict() == {"all": 6, "location": 4, "salary": 2}
    assert unseen["mean"].to_dict() == {"all": 0.5, "location": 0.5, "salary": 0.5}


@pytest.mark.parametrize("estimated", [summarize_metrics, compare_contenders])
def test_the_seed_decides_the_intervals_and_no_mean(connection, estimated: Any) -> None:
    answers(connection, {"base": HALF, "other": WORDY})
    first, again, other = (estimated(connection, StatisticsRecipe(seed=seed)) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    drawn = ["low", "high", *({"p"} & set(first.columns))]
    assert not first[drawn].equals(other[drawn])
    pd.testing.assert_frame_equal(first.drop(columns=drawn), other.drop(columns=drawn))


def test_a_contender_that_answers_the_same_wins_nothing(connection) -> None:
    answers(connection, {"base": HALF, "twin": HALF})
    comparison = compare_contenders(connection, StatisticsRecipe())
    assert set(comparison["contender"]) == {"twin"}
    assert (comparison["difference"] == 0).all()
    assert (comparison["p"] == 1).all()


def test_shuffled_answers_lose(connection) -> None:
    answers(connection, {"base": RIGHT, "shuffled": SHUFFLED})
    comparison = compare_contenders(connection, StatisticsRecipe())
    row = cell(comparison, contender="shuffled", slice="unseen", query_type="all", metric="right")
    assert (row["n"], row["difference"]) == (6, -1.0)
    assert row["p"] == pytest.approx(2 / 2**6, abs=0.015)  # 2 of 64 sign patterns are as extreme
    grounded = cell(comparison, contender="shuffled", slice="unseen", query_type="all", metric="grounded")
    assert (grounded["difference"], grounded["p"]) == (0.0, 1.0)


def test_differences_are_taken_question_by_question(connection) -> None:
    """Both are right half the time, on different questions: the difference is 0, its interval is not."""
    other = [*SILENT[:4], *RIGHT[4:]]
    answers(connection, {"base": HALF, "other": other})
    comparison = compare_contenders(connection, StatisticsRecipe())
    row = cell(comparison, contender="other", slice="unseen", query_type="all", metric="right")
    assert row["difference"] == 0
    assert row["low"] < 0 < row["high"]
    assert row["p"] > 0.5


def test_a_question_that_only_one_of_them_answered_is_not_compared(connection) -> None:
    answers(connection, {"base": RIGHT, "other": RIGHT})
    connection.execute("DELETE FROM answer_scores WHERE contender = 'other' AND question_id = 'pair-1'")
    comparison = compare_contenders(connection, StatisticsRecipe())
    assert cell(comparison, contender="other", slice="unseen", query_type="all", metric="right")["n"] == 5


def test_a_slice_of_one_posting_has_a_mean_and_no_interval(connection) -> None:
    answers(connection, {"base": RIGHT})
    connection.execute("DELETE FROM answer_scores WHERE slice = 'seen' AND question_id <> 'pair-0'")
    row = cell(summarize_metrics(connection, StatisticsRecipe()), slice="seen", query_type="all", metric="right")
    assert (row["n"], row["mean"]) == (1, 1.0)
    assert math.isnan(row["low"])


def test_every_constructed_answer_is_itself_grounded_and_right(finished: tuple[Path, Outcome]) -> None:
    """Whatever the pairs say about a job, the judge finds the job and agrees."""
    with Lake(finished[0]).connect(["clean_jobs", "job_entities", "query_pairs"]) as connection:
        connection.execute(
            """
            CREATE TABLE perfect_answers AS
            SELECT pair_id AS question_id, 'unseen' AS slice, query_type, posting_id, answer, answer AS reference
            FROM query_pairs
            """
        )
        scores = score_answers(connection, ["perfect"])
    truth = scores[scores["metric"].isin(["grounded", "right"])]
    assert len(truth) > 100
    assert truth[truth["value"] < 1].empty
