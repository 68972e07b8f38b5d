"""The log has a row per step that says what was learned from, how, and at what pace."""

import math
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from jobsearch_dagster.finetuning.checkpoints import Checkpoint, Checkpoints
from jobsearch_dagster.finetuning.examples import render_pairs
from jobsearch_dagster.finetuning.order import training_order
from jobsearch_dagster.finetuning.recorder import Plan, Recorder
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster_tests.finetuning.trainings import PAIRS, RECIPE, Trained, recipe


def test_a_plan_knows_the_tokens_and_the_epoch_of_a_step() -> None:
    plan = Plan(recipe(batch_size=2, gradient_accumulation_steps=1), [0, 2, 1, 2, 0, 1], [10, 20, 30])
    assert [plan.tokens(step) for step in (1, 2, 3)] == [40, 50, 30]
    assert plan.steps_per_epoch == 1.5
    assert [plan.epoch(step) for step in (0, 3, 6)] == [0, 2, 4]


def test_the_log_has_one_row_per_step_with_warm_up_and_decay(trained: Trained) -> None:
    assert trained.column("step") == [1, 2, 3, 4, 5, 6]
    rates = trained.column("learning_rate")
    assert rates[0] == 0.0
    assert rates[1] == RECIPE.learning_rate
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert len(set(rates)) == 6
    for name in ("loss", "grad_norm"):
        assert all(value > 0 and math.isfinite(value) for value in trained.column(name))
    assert all(0 <= share <= 1 for share in trained.column("token_accuracy"))


def test_tokens_and_epochs_are_those_of_the_examples(trained: Trained, smoke_models: Path) -> None:
    lengths = render_pairs(model_store.load_tokenizer(smoke_models / "language_model"), PAIRS, RECIPE).lengths
    order = training_order(lengths, RECIPE)
    steps = [order[start : start + 8] for start in range(0, 48, 8)]
    assert trained.column("tokens") == [sum(lengths[i] for i in step) for step in steps]
    assert trained.column("epoch") == pytest.approx([step * 8 / 12 for step in range(1, 7)])


def test_time_and_pace_belong_to_each_other(trained: Trained) -> None:
    for row in trained.manifest["log"]:
        assert row["seconds"] > 0
        assert row["tokens_per_second"] == pytest.approx(row["tokens"] / row["seconds"])
        assert row["seconds_per_epoch"] == pytest.approx(row["seconds"] * 12 / 8)


def test_a_training_that_goes_on_counts_from_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1_000.0
    monkeypatch.setattr("time.monotonic", lambda: clock)
    lines: list[str] = []
    plan = Plan(recipe(max_steps=6), list(range(12)) * 4, [10] * 12)
    last = Checkpoint(tmp_path, 3, [], [])
    recorder = Recorder(plan, None, Checkpoints(tmp_path, "key"), last, lines.append)  # ty: ignore[invalid-argument-type]
    clock += 10.0
    recorder.on_step_begin(None, None, None)
    recorder.on_step_end(None, None, None)
    recorder.on_log(None, SimpleNamespace(global_step=4), None, {"loss": 2.0, "grad_norm": 1.0, "learning_rate": 1e-3})
    assert lines == ["4/6 steps (67%), 0.1/s, 20 s left"]


def test_memory_is_a_peak(trained: Trained) -> None:
    memory = trained.column("memory_mib")
    assert memory == sorted(memory)
    assert 100 < memory[0] <= memory[-1] < psutil.virtual_memory().total / 2**20


def test_the_sample_is_answered_before_at_checkpoints_and_after(trained: Trained) -> None:
    assert [row["step"] for row in trained.manifest["sample"]] == [0, 0, 3, 3, 6, 6]
