"""The log as a table, and the sample before and after."""

from pathlib import Path

import pytest

from jobsearch_dagster.finetuning.assets import shown_adapter
from jobsearch_dagster.finetuning.summary import (
    answers_by_question,
    before_and_after,
    scores_by_step,
    training_rows,
)
from jobsearch_dagster.finetuning.tables import TRAINING_LOG
from jobsearch_dagster.foundation.artifacts import Artifact
from jobsearch_dagster_tests.finetuning.trainings import Trained

SCORES = ["rougeL", "bleu", "meteor", "bert_score"]


def test_a_row_per_step_and_one_of_the_base_model(trained: Trained) -> None:
    rows = training_rows(trained.manifest["log"], trained.manifest["sample"])
    assert list(rows.columns) == list(TRAINING_LOG.names)
    assert list(rows["step"]) == [0, 1, 2, 3, 4, 5, 6]
    assert list(rows["loss"])[1:] == trained.column("loss")
    assert list(rows["tokens"])[1:] == trained.column("tokens")


def test_step_0_has_scores_only(trained: Trained) -> None:
    first = training_rows(trained.manifest["log"], trained.manifest["sample"]).iloc[0]
    assert first["epoch"] == 0.0
    assert first[SCORES].notna().all()
    assert first.drop(["step", "epoch", *SCORES]).isna().all()


def test_scores_stand_where_the_sample_was_answered(trained: Trained) -> None:
    answered = trained.manifest["sample"]
    rows = training_rows(trained.manifest["log"], answered).set_index("step")
    assert list(rows.index[rows["bert_score"].notna()]) == [0, 3, 6]
    for name in SCORES:
        for step in (0, 3, 6):
            of_step = [row[name] for row in answered if row["step"] == step]
            assert rows.loc[step, name] == sum(of_step) / len(of_step)


def test_answers_before_and_after_stand_side_by_side(trained: Trained) -> None:
    answered = trained.manifest["sample"]
    assert before_and_after(answered) == [
        {"question": row["question"], "wanted": row["reference"], "before": row["answer"], "after": last["answer"]}
        for row, last in zip(answered[:2], answered[-2:], strict=True)
    ]
    assert any(row["before"] != row["after"] for row in before_and_after(answered))


def test_scores_stand_side_by_side_for_every_step_at_which_the_sample_was_answered(trained: Trained) -> None:
    rows = scores_by_step(trained.manifest["sample"])
    assert [row["step"] for row in rows] == [0, 3, 6]
    for row in rows:
        of_step = [answer for answer in trained.manifest["sample"] if answer["step"] == row["step"]]
        assert {name: row[name] for name in SCORES} == {
            name: pytest.approx(sum(answer[name] for answer in of_step) / 2) for name in SCORES
        }


def test_answers_stand_question_by_question_in_the_order_of_their_steps(trained: Trained) -> None:
    answered = trained.manifest["sample"]
    rows = answers_by_question(answered)
    assert [row["step"] for row in rows] == [0, 3, 6, 0, 3, 6]
    assert [row["answer"] for row in rows] == [answered[n]["answer"] for n in (0, 2, 4, 1, 3, 5)]
    assert all(row["bert_score"] == answered[n]["bert_score"] for row, n in zip(rows, (0, 2, 4, 1, 3, 5), strict=True))


def test_the_page_of_the_adapter_shows_scores_and_answers_at_every_checkpoint(trained: Trained) -> None:
    page = shown_adapter(Artifact(Path(), trained.manifest))
    scores, answers = (page[f"{name} at checkpoints"].value.splitlines() for name in ("scores", "answers"))
    assert scores[0] == "| step | rougeL | bleu | meteor | bert_score |"
    assert [line.split(" | ")[0] for line in scores[2:]] == ["| 0", "| 3", "| 6"]
    assert answers[0] == "| question | step | answer | rougeL | bleu | meteor | bert_score |"
    assert len(answers) == 2 + 6
    assert all(len(number) <= len("-0.123456") for number in page["validation"].values())
