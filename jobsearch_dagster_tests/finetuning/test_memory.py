"""The memory of a training is foreseen well enough to refuse one that cannot fit, with what would help."""

import json
import math
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning import memory
from jobsearch_dagster.finetuning.examples import render_pairs
from jobsearch_dagster.finetuning.memory import Forecast, count_parameters, forecast, free_memory, refuse_too_little
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.short_passes import LONGEST
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster_tests.finetuning import trainings
from jobsearch_dagster_tests.finetuning.trainings import Trained, recipe

GIB = 2.0**30


@pytest.fixture(scope="module")
def base(smoke_models: Path) -> Path:
    return smoke_models / "language_model"


def parts(
    base: Path, tokens: int = 1000, longest: int = LONGEST + 1, *, cuda: bool = False, **changes: Any
) -> dict[str, float]:
    return asdict(forecast(base, recipe(**changes), tokens, longest, cuda=cuda))


def changed(base: Path, first: dict[str, Any], second: dict[str, Any]) -> dict[str, float]:
    """The parts that differ between two trainings, second over first."""
    before, after = parts(base, **first), parts(base, **second)
    return {name: after[name] / before[name] for name in before if after[name] != before[name]}


def test_parameters_are_counted_without_loading_them(base: Path) -> None:
    from transformers import AutoModelForCausalLM

    assert count_parameters(base) == AutoModelForCausalLM.from_pretrained(base).num_parameters()


@pytest.mark.parametrize("group", ["report", "notebook"])
def test_the_adapter_is_weight_gradient_and_two_moments(base: Path, group: str) -> None:
    from jobsearch_dagster.finetuning.backends import load_trl

    trainable, _ = load_trl(base, recipe(target_modules=group)).model.get_nb_trainable_parameters()
    assert parts(base, target_modules=group)["adapter"] == 4 * 4 * trainable


def test_weights_take_four_bytes_on_a_processor_and_two_on_a_card(base: Path) -> None:
    assert parts(base)["weights"] == 4 * count_parameters(base)
    assert parts(base, cuda=True, precision="auto")["weights"] == 2 * count_parameters(base)
    assert parts(base, cuda=True, precision="fp32")["weights"] == 4 * count_parameters(base)


def test_the_total_is_the_sum_of_its_parts(base: Path) -> None:
    found = forecast(base, recipe(), 1000, 400, cuda=False)
    assert found.total == sum(asdict(found).values())
    assert min(asdict(found).values()) > 0


def test_in_four_bits_are_the_projections_only(base: Path) -> None:
    """Embeddings, head and norms are raised to float32, and the largest matrix is copied when it is multiplied."""
    from transformers import AutoModelForCausalLM

    sizes = {name: p.numel() for name, p in AutoModelForCausalLM.from_pretrained(base).named_parameters()}
    projections = sum(size for name, size in sizes.items() if "_proj" in name)
    assert 0 < projections < count_parameters(base) == sum(sizes.values())
    assert parts(base, cuda=True, quantization="4bit")["weights"] == pytest.approx(
        0.516 * projections + 4 * (sum(sizes.values()) - projections) + 2 * sizes["lm_head.weight"], rel=1e-3
    )


def test_four_bits_save_weights_and_not_activations(base: Path) -> None:
    """bitsandbytes gives back what it was given, and what comes from float32 embeddings is float32."""
    plain, quantized = ({"cuda": True, "precision": "auto", "quantization": kind} for kind in ("none", "4bit"))
    found = changed(base, plain, quantized)
    assert found.keys() == {"weights", "activations"}
    assert found["activations"] == 2


def test_gradient_checkpointing_shrinks_the_activations_and_nothing_else(base: Path) -> None:
    found = changed(base, {}, {"gradient_checkpointing": True})
    assert found.keys() == {"activations"}
    assert found["activations"] < 0.7  # of two layers; the more layers, the less


def test_twice_the_tokens_take_twice_the_activations(base: Path) -> None:
    assert changed(base, {"tokens": 1000}, {"tokens": 2000}) == {"activations": 2.0}


def test_short_passes_keep_attention_scores_and_all_logits(base: Path) -> None:
    found = changed(base, {"longest": LONGEST + 1}, {"longest": LONGEST})
    assert found.keys() == {"activations", "logits"}
    assert found["activations"] > 1
    assert found["logits"] == pytest.approx(1000 / 256)
    assert changed(base, {"longest": LONGEST + 1, "cuda": True}, {"longest": LONGEST, "cuda": True}) == {}


def test_twice_the_rank_takes_twice_the_adapter(base: Path) -> None:
    assert changed(base, {"lora_r": 8}, {"lora_r": 16}) == {"adapter": 2.0}


def test_what_fits_is_not_refused() -> None:
    refuse_too_little(Forecast(1 * GIB, 0, 2 * GIB, 0, 1 * GIB), 4 * GIB)


@pytest.mark.parametrize(
    ("needed", "message"),
    [
        (
            Forecast(6 * GIB, 0, 2 * GIB, 0, 1 * GIB),
            r"training would take about 9\.0 GiB \(6\.0 of it weights\) and 4\.5 GiB are free: choose a smaller base "
            "model, or quantization 4bit on a CUDA card",
        ),
        (
            Forecast(2 * GIB, 0, 7 * GIB, 0, 1 * GIB),
            r"training would take about 10\.0 GiB \(7\.0 of it activations\) and 4\.5 GiB are free: lower batch_size "
            r"\(and raise gradient_accumulation_steps\), lower max_seq_length, or set gradient_checkpointing",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would_help(needed: Forecast, message: str) -> None:
    with pytest.raises(UserError, match=message):
        refuse_too_little(needed, 4.5 * GIB)


def test_a_training_that_does_not_fit_is_not_begun(smoke_models: Path, base: Path, tmp_path: Path) -> None:
    """A model that claims to be a thousand times as wide; its weights would not even load."""
    huge = tmp_path / "huge"
    huge.mkdir()
    for path in base.iterdir():
        (huge / path.name).write_bytes(path.read_bytes())
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config |= {"hidden_size": 64_000_000, "intermediate_size": 128_000_000}
    (huge / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(UserError, match=r"training would take about .* of it activations"):
        trainings.train(smoke_models, tmp_path, base=huge)
    assert not (tmp_path / "checkpoints").exists()
    assert not (tmp_path / "adapter").exists()


def test_free_memory_is_what_this_machine_has() -> None:
    import psutil

    assert 0 < free_memory() <= psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("limit", "used", "rest"),
    [
        ("1000", "300", 700),
        ("max", "300", math.inf),
        ("1000\n", "1200\n", -200),
        ("", "", math.inf),
        (None, None, math.inf),
    ],
)
def test_a_container_s_limit_is_read(tmp_path: Path, limit: str | None, used: str | None, rest: float) -> None:
    for name, text in (("memory.max", limit), ("memory.current", used)):
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
    assert memory._control_group_rest(tmp_path) == rest


RUN = """
import json, sys
from pathlib import Path
import torch
from jobsearch_dagster.finetuning.training import Job, train
from jobsearch_dagster.finetuning.trainer import trainer_class


def peak():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1])


trainer_class()
imported = peak()
train(Job.model_validate_json(sys.stdin.read()), lambda line: None)
print(json.dumps([imported, peak()]))
"""


def random_llama(folder: Path, tokenizer: Any) -> None:
    """Small, but large enough that weights and activations are more than what a process takes anyway."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=8192, hidden_size=384, intermediate_size=1024, num_hidden_layers=12, num_attention_heads=6,
        num_key_value_heads=6, pad_token_id=0, bos_token_id=1, eos_token_id=2, max_position_embeddings=4096,
    )  # fmt: skip
    torch.manual_seed(0)
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.mark.slow
@pytest.mark.parametrize(("letters", "count"), [(700, 2), (100, 9)], ids=["long", "short"])
def test_a_training_takes_what_was_foreseen(
    smoke_models: Path, base: Path, tmp_path: Path, letters: int, count: int
) -> None:
    """Within a factor of two, with what a process takes anyway and without it."""
    tokenizer = model_store.load_tokenizer(base)
    folder = tmp_path / "llama"
    random_llama(folder, tokenizer)
    pairs = [trainings.pair("a", "skills", "x", "y" * letters)] * count
    wanted: LoraRecipe = recipe(
        max_steps=1, warmup_steps=0, batch_size=count, gradient_accumulation_steps=1, max_seq_length=1024,
        checkpoint_steps=9, sample_size=1, sample_tokens=1,
    )  # fmt: skip
    examples = render_pairs(tokenizer, pairs, wanted)
    work = trainings.job(smoke_models, tmp_path).model_copy(
        update={
            "base": folder, "examples": examples.save(tmp_path / "long"), "recipe": wanted,
            "order": tuple(range(count)),
        }
    )  # fmt: skip
    foreseen = forecast(folder, wanted, sum(examples.lengths), max(examples.lengths), cuda=False)
    assert (max(examples.lengths) <= LONGEST) is (count > 2)
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=work.model_dump_json(), stdout=subprocess.PIPE, text=True, check=True
    )
    imported, peak = json.loads(done.stdout.splitlines()[-1])
    assert foreseen.total / 2 < peak < foreseen.total * 2
    assert (foreseen.total - foreseen.process) / 2 < peak - imported < (foreseen.total - foreseen.process) * 2


def test_the_manifest_says_what_was_foreseen(trained: Trained, base: Path) -> None:
    smallest = forecast(base, recipe(), 1, 1, cuda=trained.manifest["hardware"][:3] != "CPU").total / 2**20
    assert smallest - 1 <= trained.manifest["forecast_mib"] < smallest + 200
