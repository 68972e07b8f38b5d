"""Few labels and a judge become rates and differences; without a judge the labels alone are left."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from jobsearch_dagster.app.run import Outcome
from jobsearch_dagster.evaluation.ares import (
    AresRecipe,
    Judged,
    Scored,
    labelled_postings,
    person_labels,
    read_sources,
    rule_labels,
    score_answers,
    score_table,
)
from jobsearch_dagster.evaluation.ares import read_judged as judged_of
from jobsearch_dagster.evaluation.assets import label_data
from jobsearch_dagster.evaluation.gold import CRITERIA, Item
from jobsearch_dagster.evaluation.judges import Judges
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.votes import Vote, answers_by_question, digest_of_answer, label_rows
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.table_asset import DataFolder

NAME = "answer_faithfulness"


def answer(contender: str, number: int, posting: str | None = None) -> Judged:
    return Judged(contender, f"q{number:03}", "unseen", "skills", posting or f"p{number}", "Any?", "Yes.", ())


def made(rates: Mapping[str, float], *, judged: bool = True, labelled: int = 20, count: int = 60) -> dict[Item, Scored]:
    """Items of contenders with these rates; the judge is right nine times of ten, the first items have labels."""
    luck = np.random.default_rng(3)
    items = {}
    for contender, rate in rates.items():
        for number in range(count):
            holds = bool(luck.random() < rate)
            score = float(np.clip((0.9 if holds == (luck.random() < 0.9) else 0.1), 0, 1)) if judged else None
            label = holds if number < labelled else None
            items[Item(contender, f"q{number:03}", NAME)] = Scored(answer(contender, number), score, label)
    return items


def cell(table: pd.DataFrame, contender: str, versus: str = "nobody", query_type: str = "all") -> "pd.Series[float]":
    (row,) = table[
        (table["contender"] == contender) & (table["versus"] == versus) & (table["query_type"] == query_type)
    ].iloc
    return row


def test_a_rate_has_labels_judge_and_both_in_one_row() -> None:
    row = cell(score_table(made({"lora": 0.7}), [NAME], "rule"), "lora")
    assert (row["n"], row["labels"], row["postings"]) == (60, 20, 60)
    assert row["judge_used"]
    assert 0.75 <= row["judge_accuracy"] <= 1
    assert row["weight"] > 0.2
    assert row["low"] < row["estimate"] < row["high"]
    assert row["high"] - row["low"] < row["labels_high"] - row["labels_low"]
    assert 0 < row["judge_mean"] < 1


def test_without_a_judge_the_estimate_is_that_of_the_labels() -> None:
    row = cell(score_table(made({"lora": 0.7}, judged=False), [], "rule"), "lora")
    assert not row["judge_used"]
    assert row["weight"] == 0
    assert tuple(row[["estimate", "low", "high"]]) == tuple(row[["labels_estimate", "labels_low", "labels_high"]])
    assert pd.isna(row["judge_mean"])
    assert pd.isna(row["judge_accuracy"])


def test_a_difference_is_of_the_same_questions() -> None:
    table = score_table(made({"base": 0.2, "lora": 0.8}, labelled=40), [NAME], "rule")
    row = cell(table, "base", "lora")
    assert row["n"] == 60
    assert row["high"] < 0
    assert -0.9 < row["estimate"] < -0.3
    assert set(zip(table["contender"], table["versus"], strict=True)) == {
        ("base", "nobody"), ("lora", "nobody"), ("base", "lora"),
    }  # fmt: skip


def test_a_posting_with_a_label_lends_its_other_items_to_nobody() -> None:
    items = made({"lora": 0.5}, labelled=20, count=30)
    apart = cell(score_table(items, [NAME], "person"), "lora")
    shared = {
        item: Scored(scored.of._replace(posting_id="p0" if scored.label is None else scored.of.posting_id),
                     scored.score, scored.label)
        for item, scored in items.items()
    }  # fmt: skip
    together = cell(score_table(shared, [NAME], "person"), "lora")
    assert apart["weight"] > 0
    assert together["weight"] == 0
    assert together["labels"] == 20


def test_where_nothing_is_labelled_nothing_is_estimated() -> None:
    row = cell(score_table(made({"lora": 0.5}, labelled=0), [NAME], "rule"), "lora")
    assert row["labels"] == 0
    assert pd.isna(row["estimate"])
    assert pd.isna(row["low"])
    assert row["judge_mean"] > 0


def test_half_of_the_postings_of_each_slice_are_labelled_the_same_ones_every_time() -> None:
    answers = [answer("lora", number)._replace(slice=("seen", "unseen")[number < 10]) for number in range(14)]
    found = labelled_postings(answers, 0.5, 42)
    assert len(found) == 5 + 2
    assert labelled_postings(answers[::-1], 0.5, 42) == found
    assert labelled_postings(answers, 0.5, 7) != found
    assert len(labelled_postings(answers, 0.01, 42)) == 2


def test_labels_of_answers_that_were_written_anew_are_left_out_and_counted(tmp_path: Path) -> None:
    connection, path, said = duckdb.connect(), tmp_path / "labels.csv", []
    for name in CONTENDERS:
        connection.execute(
            f"CREATE TABLE {name}_answers AS SELECT 'q1' AS question_id, '{name} says\na cut li' AS answer"
        )
    first, second = (digest_of_answer(answers_by_question(connection)[name, "q1"]) for name in ("base", "lora"))
    vote = Vote(
        at="", voter="a", question_id="q1", first="base", second="lora", answers=(first, second), relevance="same",
        faithfulness="same", faithful=(True, False),
    )  # fmt: skip
    path.write_text("\n".join(",".join(row) for row in label_rows([vote])), encoding="utf-8")
    base, lora = (Item(name, "q1", NAME) for name in ("base", "lora"))
    assert person_labels(connection, path, [base, lora], said.append) == {base: True, lora: False}
    connection.execute("UPDATE lora_answers SET answer = 'something else'")
    assert person_labels(connection, path, [base, lora], said.append) == {base: True}
    assert [line.split(" labels of ")[0] for line in said] == ["2", "1"]
    assert said[-1].endswith(" count; 1 are of answers that are no longer there")


INPUTS = (
    "clean_jobs", "job_entities", "query_pairs", "base_answers", "lora_answers", "rag_answers", "analytics_answers",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(finished: tuple[Path, Outcome]) -> DataFolder:
    return DataFolder(path=str(finished[0]))


@pytest.mark.slow
class TestOnAFinishedDataFolder:
    def test_judges_learn_from_train_postings_alone(self, folder: DataFolder) -> None:
        with folder.lake.connect(INPUTS) as connection:
            sources = read_sources(connection, 100, 42)
            train = connection.sql("SELECT DISTINCT posting_id FROM query_pairs WHERE split = 'train'").fetchall()
        assert {source.posting_id for source in sources} <= {name for (name,) in train}
        assert len(sources) > 5

    def test_every_item_has_a_label_by_rule(self, folder: DataFolder) -> None:
        with folder.lake.connect(INPUTS) as connection:
            answers = judged_of(connection)
            labels = rule_labels(connection, answers)
        assert {item.criterion for item in labels} == set(CRITERIA)
        assert len(labels) == sum(len(one.criteria) for one in answers)

    def test_answers_are_scored_by_the_judges_that_are_used(self, folder: DataFolder) -> None:
        artifact = folder.artifacts.read("ares_judges")
        judges = Judges.load(artifact.path, artifact.manifest["encoder"]["name"], folder.root)
        with folder.lake.connect(INPUTS) as connection:
            table = score_answers(connection, AresRecipe(), judges, ["answer_relevance"], folder.root, print)
        scored = table[table["criterion"] == "answer_relevance"]
        assert scored["judge_used"].all()
        assert scored.loc[scored["versus"] == "nobody", "judge_mean"].between(0, 1).all()
        assert table.loc[table["criterion"] != "answer_relevance", "judge_mean"].isna().all()

    def test_a_persons_labels_take_the_place_of_the_rules(self, folder: DataFolder, tmp_path: Path) -> None:
        path = tmp_path / "labels.csv"
        with folder.lake.connect(INPUTS) as connection:
            one, *_ = judged_of(connection)
            path.write_text(
                f"contender,question_id,criterion,label\n{one.contender},{one.question_id},{NAME},1\n", encoding="utf-8"
            )
            artifact = folder.artifacts.read("ares_judges")
            judges = Judges.load(artifact.path, artifact.manifest["encoder"]["name"], folder.root)
            table = score_answers(connection, AresRecipe(labels=str(path)), judges, [], folder.root, print)
            assert set(table["label_source"]) == {"person"}
            assert table.loc[table["query_type"] == "all", "labels"].sum() == 1
            path.write_text("contender\n", encoding="utf-8")
            with pytest.raises(UserError, match="the header must be"):
                score_answers(connection, AresRecipe(labels=str(path)), judges, [], folder.root, print)


def test_other_labels_of_a_person_are_another_key(tmp_path: Path) -> None:
    folder, recipe = DataFolder(path=str(tmp_path)), AresRecipe(labels="labels.csv")
    keys = []
    for text in ("one", "two"):
        (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
        keys.append(hashlib.sha256(str(label_data(folder, recipe)).encode()).hexdigest())
    assert keys[0] != keys[1]
