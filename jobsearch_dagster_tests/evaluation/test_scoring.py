"""Scores of every answer, means that can be checked by hand, and comparisons on the same questions."""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from sacrebleu.metrics import BLEU

from jobsearch_dagster.app.run import Outcome
from jobsearch_dagster.evaluation import fields
from jobsearch_dagster.evaluation.scoring import (
    CONDITIONAL,
    PRIMARY,
    StatisticsRecipe,
    compare_contenders,
    read_postings,
    score_answers,
    summarize_metrics,
)
from jobsearch_dagster.evaluation.text_scoring import ScoringRecipe
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.statistics import holm
from jobsearch_dagster.foundation.text_metrics import TEXT_METRICS, text_scores
from jobsearch_dagster.preparation.locations import normalize_place, parse_location

PLACES = [
    normalize_place(parse_location(place))
    for place in ("Malmö, Sweden", "Berlin, Germany", "Oslo, Norway", "Lima, Peru", "Rome, Italy", "Graz, Austria",
                  "Turku, Finland", "Bern, Switzerland")
]  # fmt: skip
FORM = {"empty", "length_ratio", "stopped"}
BERT = {f"bertscore_{part}{suffix}" for part in ("precision", "recall", "f1") for suffix in ("", "_rescaled")}
EVERYWHERE = {*TEXT_METRICS, "bleu_corpus", *BERT, *FORM, "named", "grounded", "right"}


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
                row_id VARCHAR, posting_id VARCHAR, standard_title VARCHAR, place VARCHAR, salary_bucket VARCHAR,
                other_places VARCHAR[]
            );
            CREATE TABLE job_entities (
                row_id VARCHAR, min_years BIGINT, skills VARCHAR[], spans STRUCT(field VARCHAR, "value" VARCHAR)[]
            );
            CREATE TABLE query_pairs (pair_id VARCHAR, query_type VARCHAR, slot_values VARCHAR[])
            """
        )
        for number, place in enumerate(PLACES):
            for copy in (1, 2):  # the same posting beside two resumes
                row_id = f"train-1.csv:{number}-{copy}"
                job = [row_id, f"posting-{number}", "cook", place, "Unknown"]
                connection.execute("INSERT INTO clean_jobs VALUES (?, ?, ?, ?, ?, [])", job)
                entities = [row_id, ["cooking", f"skill of resume {copy}"]]
                asked = "[{'field': 'role', 'value': 'cook'}, {'field': 'skills', 'value': 'cooking'}]"
                connection.execute(f"INSERT INTO job_entities VALUES (?, 2, ?, {asked})", entities)
            connection.execute("INSERT INTO query_pairs VALUES (?, 'location', [?])", [f"pair-{number}", place])
        yield connection


Scored = Callable[[Mapping[str, Sequence[str]]], pd.DataFrame]


@pytest.fixture
def answers(connection: duckdb.DuckDBPyConnection, smoke_models: Path) -> Scored:
    """Scores the contenders' answers to the eight questions; the table `answer_scores` holds the scores too."""

    def score(contenders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        columns = ["question_id", "slice", "query_type", "posting_id", "reference", "answer", "stopped", "posting_ids"]
        for contender, said in contenders.items():
            rows = [(*question, text, bool(text), []) for question, text in zip(QUESTIONS, said, strict=True)]
            stored(connection, f"{contender}_answers", pd.DataFrame(rows, columns=columns))
        scores = score_answers(connection, list(contenders), ScoringRecipe(encoder="./encoder"), smoke_models)
        stored(connection, "answer_scores", scores)
        return scores

    return score


def stored(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    connection.register("frame", pa.Table.from_pandas(frame, preserve_index=False))
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM frame")


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


def test_every_contender_and_question_has_one_score_in_every_metric(answers: Scored) -> None:
    scores = answers({"base": RIGHT, "other": SILENT})
    assert not scores.duplicated(["contender", "question_id", "metric"]).any()
    unconditional = scores[~scores["metric"].isin(CONDITIONAL)]
    assert len(unconditional) == 2 * len(QUESTIONS) * len(EVERYWHERE)
    assert set(unconditional["metric"]) == EVERYWHERE


def test_a_score_is_that_of_its_own_answer(answers: Scored) -> None:
    scores = answers({"base": HALF})
    for number, text in enumerate(HALF):
        rows = scores[scores["question_id"] == f"pair-{number}"].set_index("metric")
        said, wanted = float(bool(text)), reference(PLACES[number])
        expected = text_scores(text, wanted) | dict.fromkeys(("grounded", "right", "named", "stopped"), said)
        expected |= {"empty": 1 - said, "length_ratio": said, "bertscore_f1": said}
        assert rows["value"].to_dict() == pytest.approx(expected | rows["value"].drop(list(expected)).to_dict())
        assert set(rows["posting_id"]) == {f"posting-{number}"}
        assert set(rows["seen_in_train"]) == {number % 4 == 0}


def test_what_an_answer_gives_no_case_for_has_no_row(answers: Scored) -> None:
    scores = answers({"base": HALF})
    counts = scores[scores["metric"].isin(CONDITIONAL)].groupby("metric")["question_id"].nunique()
    assert counts.to_dict() == {"hallucinated": 4, "title_right": 4, "place_right": 4}  # silence names nothing


def test_a_fluent_answer_to_another_question_is_grounded_but_not_right(answers: Scored) -> None:
    values = answers({"base": SHUFFLED}).groupby("metric")["value"].mean()
    assert (values["grounded"], values["right"], values["empty"]) == (1.0, 0.0, 0.0)
    assert values["rougeL"] > 0.5


def test_every_metric_says_how_it_is_computed_and_with_which_baseline(answers: Scored) -> None:
    scores = answers({"base": HALF, "other": RIGHT})
    signatures = scores.groupby("metric")["signature"].unique()
    assert all(len(found) == 1 for found in signatures)
    baseline = float(signatures["bertscore_f1_rescaled"][0].split("baseline:")[1].split(" ")[0])
    raw, rescaled = (scores[scores["metric"] == f"bertscore_f1{suffix}"]["value"] for suffix in ("", "_rescaled"))
    assert rescaled.to_numpy() == pytest.approx((raw.to_numpy() - baseline) / (1 - baseline))
    assert f"{len(PLACES)} references" in signatures["bertscore_f1_rescaled"][0]


def test_what_a_posting_asks_for_does_not_depend_on_the_resumes_beside_it(connection) -> None:
    assert {posting.skills for posting in read_postings(connection)} == {frozenset({"cooking"})}
    connection.execute("DELETE FROM clean_jobs WHERE row_id LIKE '%-1'")
    assert {posting.skills for posting in read_postings(connection)} == {frozenset({"cooking"})}


def test_a_title_that_the_limit_of_tokens_cut_is_no_invented_job(
    connection, answers: Scored, smoke_models: Path
) -> None:
    whole = answers({"base": [f"{text}\n\n{text[:-2]}" for text in RIGHT]})
    connection.execute("UPDATE base_answers SET stopped = false")
    cut = score_answers(connection, ["base"], ScoringRecipe(encoder="./encoder"), smoke_models)
    invented = [scores[scores["metric"] == "hallucinated"]["value"].mean() for scores in (whole, cut)]
    assert invented == [0.5, 0.0]


def test_means_and_counts_are_those_of_a_calculation_by_hand(connection, answers: Scored) -> None:
    answers({"base": HALF})
    summary = summarize_metrics(connection)
    right = cell(summary, contender="base", slice="unseen", query_type="location", metric="right")
    assert (right["n"], right["postings"], right["mean"]) == (6, 6, 0.5)  # 1, 2, 3 answered; 5, 6, 7 silent
    seen = cell(summary, contender="base", slice="seen", query_type="location", metric="empty")
    assert (seen["n"], seen["postings"], seen["mean"]) == (2, 2, 0.5)  # 0 answered; 4 silent
    assert 0 < right["low"] < right["mean"] < right["high"] < 1


def test_every_summary_says_how_its_metric_is_computed(connection, answers: Scored) -> None:
    scores = answers({"base": HALF, "other": RIGHT})
    signatures = dict(zip(scores["metric"], scores["signature"], strict=True))
    for table in (summarize_metrics(connection), compare_contenders(connection, StatisticsRecipe())):
        assert dict(zip(table["metric"], table["signature"], strict=True)) == signatures


def test_corpus_bleu_is_pooled_over_the_answers_of_a_cell(connection, answers: Scored) -> None:
    answers({"base": WORDY})
    row = cell(summarize_metrics(connection), slice="unseen", query_type="all", metric="bleu_corpus")
    unseen = [number for number in range(len(WORDY)) if number % 4]
    expected = BLEU().corpus_score([WORDY[n] for n in unseen], [[RIGHT[n] for n in unseen]]).score / 100
    assert row["mean"] == pytest.approx(expected)
    assert row["low"] < row["mean"] < row["high"]
    mean = cell(summarize_metrics(connection), slice="unseen", query_type="all", metric="bleu")["mean"]
    assert row["mean"] != pytest.approx(mean)


def test_the_row_of_all_query_types_is_over_questions_not_over_types(connection, answers: Scored) -> None:
    scores = answers({"base": HALF})
    salary = scores["question_id"].isin(["pair-1", "pair-5"])
    stored(connection, "answer_scores", scores.assign(query_type=scores["query_type"].mask(salary, "salary")))
    summary = summarize_metrics(connection)
    unseen = summary[(summary["slice"] == "unseen") & (summary["metric"] == "right")].set_index("query_type")
    assert unseen["n"].to_dict() == {"all": 6, "location": 4, "salary": 2}
    assert unseen["mean"].to_dict() == {"all": 0.5, "location": 0.5, "salary": 0.5}


def test_the_order_of_stored_rows_changes_nothing(connection, answers: Scored) -> None:
    scores = answers({"base": HALF, "other": WORDY})
    before = summarize_metrics(connection), compare_contenders(connection, StatisticsRecipe())
    stored(connection, "answer_scores", scores.sample(frac=1, random_state=1))
    after = summarize_metrics(connection), compare_contenders(connection, StatisticsRecipe())
    for first, second in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(first, second)


def test_a_contender_that_answers_the_same_wins_nothing(connection, answers: Scored) -> None:
    answers({"base": HALF, "twin": HALF})
    comparison = compare_contenders(connection, StatisticsRecipe())
    assert set(comparison["contender"]) == {"twin"}
    assert (comparison["difference"] == 0).all()
    assert (comparison[["p", "p_holm"]] == 1).all(axis=None)


def test_shuffled_answers_lose(connection, answers: Scored) -> None:
    answers({"base": RIGHT, "shuffled": SHUFFLED})
    comparison = compare_contenders(connection, StatisticsRecipe())
    for metric in ("right", "rougeL", "bleu_corpus", "bertscore_f1"):
        row = cell(comparison, contender="shuffled", slice="unseen", query_type="all", metric=metric)
        assert (row["n"], row["p"]) == (6, 2 / 2**6)  # the smallest p of six postings
        assert row["difference"] < row["high"] < 0
    assert cell(comparison, slice="unseen", query_type="all", metric="right")["difference"] == -1.0
    grounded = cell(comparison, contender="shuffled", slice="unseen", query_type="all", metric="grounded")
    assert (grounded["difference"], grounded["p"]) == (0.0, 1.0)


def test_shuffled_answers_of_enough_postings_lose_after_the_correction_too(connection, answers: Scored) -> None:
    """Sixteen postings in one slice: every question asked about a second posting of its own."""
    scores = answers({"base": RIGHT, "shuffled": SHUFFLED}).assign(seen_in_train=False)
    again = scores.assign(posting_id=scores["posting_id"] + "b", question_id=scores["question_id"] + "b")
    stored(connection, "answer_scores", pd.concat([scores, again]))
    comparison = compare_contenders(connection, StatisticsRecipe())
    primary = comparison[comparison["family"] == "primary"]
    assert len(primary) == len(PRIMARY)
    assert (primary["p_holm"] < 0.05).all()
    assert (primary["p_holm"] >= primary["p"]).all()


def test_the_correction_is_over_the_cells_of_one_slice_and_family(connection, answers: Scored) -> None:
    answers({"base": RIGHT, "shuffled": SHUFFLED, "half": HALF})
    comparison = compare_contenders(connection, StatisticsRecipe())
    of_family = {family: set(rows["query_type"]) for family, rows in comparison.groupby("family")}
    assert of_family == {"primary": {"all"}, "by type": {"location"}, "other": {"all", "location"}}
    assert set(comparison[comparison["family"] == "primary"]["metric"]) == set(PRIMARY)
    assert PRIMARY[0] not in set(comparison[comparison["family"] == "other"]["metric"])
    for _, family in comparison.groupby(["slice", "family"]):
        assert family["p_holm"].tolist() == holm(family["p"].tolist())


def test_differences_are_taken_question_by_question(connection, answers: Scored) -> None:
    """Both are right half the time, on different questions: the difference is 0, its interval is not."""
    answers({"base": HALF, "other": [*SILENT[:4], *RIGHT[4:]]})
    comparison = compare_contenders(connection, StatisticsRecipe())
    row = cell(comparison, contender="other", slice="unseen", query_type="all", metric="right")
    assert row["difference"] == 0
    assert row["low"] < 0 < row["high"]
    assert row["p"] > 0.5


def test_a_question_that_only_one_of_them_answered_is_not_compared(connection, answers: Scored) -> None:
    answers({"base": RIGHT, "other": RIGHT})
    connection.execute("DELETE FROM answer_scores WHERE contender = 'other' AND question_id = 'pair-1'")
    comparison = compare_contenders(connection, StatisticsRecipe())
    assert cell(comparison, contender="other", slice="unseen", query_type="all", metric="right")["n"] == 5


def test_a_slice_of_one_posting_has_a_mean_and_no_interval(connection, answers: Scored) -> None:
    answers({"base": RIGHT})
    connection.execute("DELETE FROM answer_scores WHERE seen_in_train AND question_id <> 'pair-0'")
    row = cell(summarize_metrics(connection), slice="seen", query_type="all", metric="right")
    assert (row["n"], row["mean"]) == (1, 1.0)
    assert math.isnan(row["low"])


def test_every_constructed_answer_is_right_in_all_that_it_says(finished: tuple[Path, Outcome]) -> None:
    """Whatever the pairs say about a job, the judge finds the job and agrees."""
    with Lake(finished[0]).connect(["clean_jobs", "job_entities", "query_pairs"]) as connection:
        connection.execute(
            """
            CREATE TABLE perfect_answers AS
            SELECT pair_id AS question_id, 'unseen' AS slice, query_type, posting_id, answer, answer AS reference,
                true AS stopped, []::VARCHAR[] AS posting_ids
            FROM query_pairs
            """
        )
        scores = score_answers(connection, ["perfect"], ScoringRecipe(encoder="./smoke/encoder"), finished[0])
    truth = scores[scores["metric"].isin(["grounded", "right", *fields.SIGNATURES])]
    assert set(truth["metric"]) >= {"right", "salary_right", "skills_right"}
    assert len(truth) > 300
    assert truth[truth["value"] < 1].empty
    assert scores[scores["metric"] == "hallucinated"]["value"].max() == 0


@pytest.mark.slow
def test_deleted_summaries_are_made_again_alone_with_equal_digests_and_without_a_model(made: Path) -> None:
    """In a process of its own, as this one has loaded torch long ago."""
    lake = Lake(made)
    tables = ("metric_summary", "contender_comparison")
    before = [lake.stamp(table) for table in tables]
    for table in tables:
        lake.path(table).unlink()
    command = (
        "import json, sys\n"
        "from jobsearch_dagster.app.run import run\n"
        "from jobsearch_dagster.app.workspace import open_workspace\n"
        f"outcome = run(open_workspace(), {list(tables)})\n"
        "print(json.dumps([sorted(outcome.computed), sorted({'torch', 'transformers'} & set(sys.modules))]))"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [sorted(tables), []]
    assert [lake.stamp(table) for table in tables] == before
