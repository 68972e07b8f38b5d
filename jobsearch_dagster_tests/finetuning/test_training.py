"""Training teaches the answers, the same ones each time, and leaves the base model alone."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.training import LIBRARIES, Pair, train_adapter
from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.rendering import IGNORED, Loss, render_example

PAIRS = [
    Pair("Answer the question.", f"What jobs are open in {place}?", f"Job available in {place}\nJob-Title: {title}")
    for place, title in [("malmö", "cook"), ("berlin", "nurse"), ("new york", "data engineer"), ("oslo", "driver")]
]
RECIPE = LoraRecipe(
    lora_r=8,
    lora_alpha=32,
    learning_rate=1e-2,
    max_steps=6,
    warmup_steps=1,
    batch_size=4,
    gradient_accumulation_steps=1,
    max_seq_length=512,
)
HALF_PRECISION = 0.02  # of a loss of about 6: bf16 has 8 bits of mantissa

Train = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def base(smoke_models: Path) -> Path:
    return smoke_models / "language_model"


@pytest.fixture
def train(base: Path, tmp_path: Path) -> Train:
    """Train on four pairs; the recipe's fields can be changed. The adapter lies at `tmp_path / into`."""

    def run(pairs: list[Pair] = PAIRS, into: str = "adapter", model: Path = base, **changes: Any) -> dict[str, Any]:
        recipe = LoraRecipe.model_validate(RECIPE.model_dump() | changes)
        return train_adapter(model, pairs, recipe, tmp_path / into, lambda line: None)

    return run


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """An adapter, and what its manifest says. Not to be changed."""
    target = tmp_path_factory.mktemp("trained")
    return target, train_adapter(base, PAIRS, RECIPE, target, lambda line: None)


def weights(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")


def loss_of_base(base: Path, loss: Loss) -> float:
    """Mean cross entropy of the base model over the supervised tokens of all pairs, computed one pair at a time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base)
    total, count = 0.0, 0
    for pair in PAIRS:
        example = render_example(tokenizer, pair.system, pair.question, pair.answer, loss=loss, max_length=512)
        assert example is not None
        with torch.no_grad():
            logits = model(torch.tensor([example.input_ids])).logits[0]
        likelihood = logits.log_softmax(dim=-1)
        for position, label in enumerate(example.labels[1:]):
            if label != IGNORED:
                total -= float(likelihood[position, label])
                count += 1
    return total / count


def test_the_loss_falls(trained: tuple[Path, dict[str, Any]]) -> None:
    losses = [row["loss"] for row in trained[1]["log"]]
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("loss", ["answer", "full"])
def test_loss_is_taken_where_the_recipe_says(train: Train, base: Path, loss: Loss) -> None:
    """A new adapter changes nothing, so the first loss is the base model's on the supervised tokens and on no other."""
    found = train(loss=loss, max_steps=2)["log"][0]["loss"]
    expected = {name: loss_of_base(base, name) for name in ("answer", "full")}
    assert abs(expected["answer"] - expected["full"]) > 3 * HALF_PRECISION
    assert found == pytest.approx(expected[loss], abs=HALF_PRECISION)


def test_what_stands_before_the_answer_is_not_learned(train: Train, base: Path) -> None:
    """The gradient of the first step comes from the answers: with loss on everything it is another one."""
    answers = train(into="answers", max_steps=2)["log"][0]["grad_norm"]
    everything = train(into="everything", max_steps=2, loss="full")["log"][0]["grad_norm"]
    assert answers != pytest.approx(everything, rel=0.01)


def test_small_batches_that_are_accumulated_are_one_large_batch(train: Train) -> None:
    """Answers differ in length: the mean is over tokens, not over batches."""
    large = train(into="large", max_steps=2)["log"][0]
    small = train(into="small", max_steps=2, batch_size=1, gradient_accumulation_steps=4)["log"][0]
    assert small["loss"] == pytest.approx(large["loss"], abs=HALF_PRECISION)
    assert small["grad_norm"] == pytest.approx(large["grad_norm"], rel=0.02)


def test_the_same_seed_gives_the_same_adapter(
    train: Train, trained: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    import torch

    log = train()["log"]
    assert log == trained[1]["log"]
    first, second = weights(trained[0]), weights(tmp_path / "adapter")
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_another_seed_gives_another_adapter(train: Train, trained: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    import torch

    train(seed=1)
    first, second = weights(trained[0]), weights(tmp_path / "adapter")
    assert not all(torch.equal(first[name], second[name]) for name in first)


def test_the_base_model_s_files_are_untouched(train: Train, base: Path) -> None:
    def digest() -> str:
        return digest_of_files(base, sorted(path for path in base.rglob("*") if path.is_file()))

    before = digest()
    train(max_steps=2)
    assert digest() == before


def test_the_adapter_holds_low_rank_matrices_of_the_target_projections_only(
    trained: tuple[Path, dict[str, Any]],
) -> None:
    names = weights(trained[0])
    assert len(names) == 2 * 4 * 2  # layers, projections, A and B
    assert all(".self_attn." in name and ".lora_" in name for name in names)
    assert {min(matrix.shape) for matrix in names.values()} == {RECIPE.lora_r}
    assert any(bool(matrix.any()) for name, matrix in names.items() if "lora_B" in name)


def test_weights_are_safetensors_and_nothing_is_pickled(trained: tuple[Path, dict[str, Any]]) -> None:
    suffixes = {path.suffix for path in trained[0].rglob("*") if path.is_file()}
    assert ".safetensors" in suffixes
    assert suffixes <= {".safetensors", ".json", ".md", ".jinja"}


def test_the_adapter_says_that_it_is_a_language_model_s(trained: tuple[Path, dict[str, Any]]) -> None:
    config = json.loads((trained[0] / "adapter_config.json").read_text(encoding="utf-8"))
    assert config["task_type"] == "CAUSAL_LM"
    assert (config["r"], config["lora_alpha"]) == (RECIPE.lora_r, RECIPE.lora_alpha)


def test_the_manifest_says_what_was_trained_with_what(trained: tuple[Path, dict[str, Any]]) -> None:
    manifest = trained[1]
    assert manifest["recipe"] == RECIPE.model_dump()
    assert manifest["target_modules"] == {"q_proj": 2, "k_proj": 2, "v_proj": 2, "o_proj": 2}
    assert (manifest["examples"], manifest["dropped_examples"]) == (4, 0)
    assert manifest["trainable_parameters"] == sum(matrix.numel() for matrix in weights(trained[0]).values())
    assert 0 < manifest["trainable_parameters"] < manifest["parameters"]
    assert set(manifest["versions"]) == set(LIBRARIES)
    assert manifest["precision"] in {"bf16", "fp32"}
    assert manifest["seconds"] > 0
    json.dumps(manifest)


def test_the_log_has_one_row_per_step_with_warm_up_and_decay(trained: tuple[Path, dict[str, Any]]) -> None:
    log = trained[1]["log"]
    assert [row["step"] for row in log] == [1, 2, 3, 4, 5, 6]
    rates = [row["learning_rate"] for row in log]
    assert rates[0] == 0.0
    assert rates[1] == RECIPE.learning_rate
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert all(row["grad_norm"] > 0 and math.isfinite(row["grad_norm"]) for row in log)


def test_pairs_without_room_for_an_answer_are_counted(train: Train) -> None:
    long = Pair("Answer the question.", "What jobs are open? " * 40, "Job available")
    manifest = train([*PAIRS, long], max_steps=2)
    assert (manifest["examples"], manifest["dropped_examples"]) == (4, 1)


def test_a_length_that_no_pair_fits_into_is_refused(train: Train) -> None:
    with pytest.raises(UserError, match="max_seq_length 16"):
        train(max_seq_length=16)


def test_a_loss_that_is_no_number_stops_the_training_and_saves_nothing(
    train: Train, base: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    broken = tmp_path / "broken"
    shutil.copytree(base, broken)
    tensors = load_file(broken / "model.safetensors")
    tensors["model.norm.weight"].fill_(math.nan)
    save_file(tensors, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(FloatingPointError, match="at step 1"):
        train(model=broken)
    assert not (tmp_path / "adapter").exists()


def test_nothing_is_printed(train: Train, capfd: pytest.CaptureFixture[str]) -> None:
    train(max_steps=2)
    assert capfd.readouterr().out == ""
