"""Base model and adapter are compared on the same examples, each by itself, and the difference has an interval."""

from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning.backends import load_trl
from jobsearch_dagster.finetuning.examples import render_pairs
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.validation import BATCH, Losses, compare_with_base, example_losses, summarize
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.pairs.rendering import IGNORED, Loss
from jobsearch_dagster_tests.finetuning.trainings import PAIRS, WATCHED, Trained, pair, recipe

Rows = list[tuple[list[int], list[int]]]


@pytest.fixture(scope="module")
def base(smoke_models: Path) -> Path:
    return smoke_models / "language_model"


@pytest.fixture(scope="module")
def model(base: Path, trained: Trained) -> Any:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), trained.folder).eval()


def rows_of(base: Path, wanted: LoraRecipe) -> Rows:
    found = render_pairs(model_store.load_tokenizer(base), [*PAIRS, *WATCHED], wanted).rendered
    return [(example.input_ids, example.labels) for example in found]


def one_by_one(model: Any, rows: Rows) -> list[float]:
    """Mean cross entropy over the supervised tokens, one example at a time and nothing left out."""
    import torch

    losses = []
    for ids, labels in rows:
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, :-1].float()
        wanted = torch.tensor(labels[1:])
        losses.append(float(torch.nn.functional.cross_entropy(logits, wanted, ignore_index=IGNORED)))
    return losses


@pytest.mark.parametrize("loss", ["answer", "full"])
def test_losses_are_those_of_every_example_computed_by_itself(base: Path, model: Any, loss: Loss) -> None:
    rows = rows_of(base, recipe(loss=loss))
    assert len(rows) > 2 * BATCH
    assert len({len(ids) for ids, _ in rows}) > BATCH  # so batches are padded
    assert example_losses(model, rows, pad=0) == pytest.approx(one_by_one(model, rows), abs=1e-4)


def test_the_token_that_fills_up_a_batch_does_not_matter(base: Path, model: Any) -> None:
    rows = rows_of(base, recipe())
    assert example_losses(model, rows, pad=2) == pytest.approx(example_losses(model, rows, pad=0), abs=1e-5)


def test_the_comparison_is_without_and_with_the_adapter(base: Path, model: Any) -> None:
    from transformers import AutoModelForCausalLM

    rows = rows_of(base, recipe())
    data = {"input_ids": [ids for ids, _ in rows], "labels": [labels for _, labels in rows]}
    found = compare_with_base(model, data, pad=0)
    plain = one_by_one(AutoModelForCausalLM.from_pretrained(base).eval(), rows)
    assert [row.base for row in found] == pytest.approx(plain, abs=1e-4)
    assert [row.adapter for row in found] == pytest.approx(one_by_one(model, rows), abs=1e-4)
    assert [row.tokens for row in found] == [len(p.answer.encode()) + 1 for p in (*PAIRS, *WATCHED)]
    assert all(abs(row.base - row.adapter) > 0.01 for row in found)


@pytest.mark.parametrize("training", [True, False])
def test_comparing_leaves_out_dropout_and_leaves_the_model_as_it_was(base: Path, training: bool) -> None:
    import torch

    model = load_trl(base, recipe(lora_dropout=0.5)).model
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.add_(0.1)
    rows = rows_of(base, recipe())
    data = {"input_ids": [ids for ids, _ in rows], "labels": [labels for _, labels in rows]}
    model.train(training)
    assert compare_with_base(model, data, pad=0) == compare_with_base(model, data, pad=0)
    assert model.training == training


def test_a_trained_adapter_is_better_by_more_than_chance(trained: Trained) -> None:
    found = trained.manifest["validation"]
    assert (found["n"], found["postings"]) == (6, 3)
    assert found["adapter_loss"] < found["base_loss"]
    assert found["difference"] == pytest.approx(found["adapter_loss"] - found["base_loss"])
    assert found["low"] < found["difference"] < found["high"] < 0


def test_questions_of_one_posting_are_no_independent_draws() -> None:
    """One posting is far better with the adapter, the others are no better: that is no proof, however often asked."""
    pairs = [pair(posting, "skills", "x", "y") for posting in "abc" for _ in range(20)]
    losses = [Losses(2.0, 0.0 if p.posting_id == "a" else 2.0 + 0.01 * i, 5) for i, p in enumerate(pairs)]
    found = summarize(losses, pairs)
    assert (found["n"], found["postings"]) == (60, 3)
    assert found["low"] < found["difference"] < 0 < found["high"]


def test_with_one_posting_there_is_no_interval() -> None:
    found = summarize([Losses(2.0, 1.0, 5), Losses(2.0, 1.5, 9)], [pair("a", "skills", "x", "y")] * 2)
    assert (found["base_loss"], found["adapter_loss"], found["difference"]) == (2.0, 1.25, -0.75)
    assert (found["low"], found["high"], found["p"]) == (None, None, 1.0)
