"""The log as a table, and the sample before and after."""

from jobsearch_dagster.finetuning.summary import before_and_after, training_rows
from jobsearch_dagster.finetuning.tables import TRAINING_LOG
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
