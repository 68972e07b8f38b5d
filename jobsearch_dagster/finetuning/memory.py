"""How much memory a training will take, before anything is loaded.

Belongs here: the estimate and the refusal. What it took in the end stands in `training_log`.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.short_passes import are_short
from jobsearch_dagster.finetuning.targets import projections, resolve_targets
from jobsearch_dagster.foundation.errors import UserError

HEAD_POSITIONS = 256
"""Positions whose logits TRL's chunked loss holds at once."""
PROCESS = 1.0 * 2**30
"""Bytes of a Python process with torch, transformers and TRL loaded, before any weight: 0.7 to 0.9 GiB measured."""
ADAMW = 16
"""Bytes per adapter parameter: weight, gradient and two moments in float32."""
NF4 = 0.5 + 1 / 64 + 4 / (64 * 256)
"""Bytes per weight in 4 bits with double quantization: a scale of 8 bits per 64, one of 32 bits per 256 of those."""


@dataclass(frozen=True)
class Forecast:
    """Bytes by what needs them."""

    weights: float
    adapter: float
    activations: float
    logits: float
    process: float

    @property
    def total(self) -> float:
        """All together."""
        return self.weights + self.adapter + self.activations + self.logits + self.process


def forecast(base: Path, recipe: LoraRecipe, tokens: int, longest: int, *, cuda: bool) -> Forecast:
    """Bytes that a training of this base model takes at its peak.

    Activations are those that a decoder layer keeps for its backward pass, in widths per token: 10 of the hidden size
    (input, norms, query to output, residuals) and 4 of the MLP's (gate, up, activation, product), Korthikanti et al.,
    "Reducing Activation Recomputation in Large Transformer Models" (2022), without attention scores, which fused
    attention does not keep; in short passes (`short_passes.py`) scores are kept, before and after their softmax, and
    the logits of all tokens. With gradient checkpointing one width per layer stays, and one layer in full.

    Several processes on one processor take it all several times; on cards, each has its own.

    In 4 bits are the projections only (`four_bit_weights`). Unsloth, which keeps the rest in bfloat16, takes less.

    Args:
        base: Folder with `config.json` and safetensors.
        recipe: Gives rank, modules, precision.
        tokens: Padded tokens of the largest forward pass.
        longest: Tokens of the longest example.
        cuda: Whether it trains on a card: half the bytes in bfloat16, and no process beside it.

    Raises:
        UserError: The architecture lacks a projection that the recipe names.
    """
    model = without_weights(base)
    config = model.config
    hidden, layers = config.hidden_size, config.num_hidden_layers
    inner = getattr(config, "intermediate_size", 4 * hidden)
    is_quantized = recipe.quantization == "4bit"
    # A 4-bit projection gives back the type it was given, and what comes from float32 embeddings is float32.
    width = 2 if cuda and recipe.precision == "auto" and not is_quantized else 4
    weights = four_bit_weights(base, model) if is_quantized else count_parameters(base) * width
    is_short = are_short(longest, tokens, config.vocab_size, cuda=cuda)
    scores = 2 * config.num_attention_heads * longest if is_short else 0
    per_layer = (10 * hidden + 4 * inner + scores) * width
    kept = hidden * width * layers + per_layer if recipe.gradient_checkpointing else per_layer * layers
    copies = 1 if cuda else recipe.processes
    return Forecast(
        weights=copies * weights,
        adapter=copies * adapter_parameters(model, recipe) * ADAMW,
        activations=copies * kept * tokens,
        logits=copies * 3 * 4 * config.vocab_size * (tokens if is_short else min(tokens, HEAD_POSITIONS)),
        process=0 if cuda else copies * PROCESS,
    )


def count_parameters(base: Path) -> int:
    """Parameters of a saved model, read from the headers of its safetensors."""
    from safetensors import safe_open

    count = 0
    for path in sorted(base.glob("*.safetensors")):
        with safe_open(path, framework="numpy") as tensors:
            count += sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
    return count


def without_weights(base: Path) -> Any:
    """A saved model's architecture on torch's `meta` device, which holds shapes and no numbers."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(base, local_files_only=True))


def adapter_parameters(model: Any, recipe: LoraRecipe) -> int:
    """Parameters of an adapter: rank times inputs and outputs of each projection.

    Raises:
        UserError: The architecture lacks a projection that the recipe names.
    """
    targets = resolve_targets(model, recipe.target_modules)
    shapes = [module.weight.shape for name, module in projections(model).items() if name.rsplit(".", 1)[-1] in targets]
    return recipe.lora_r * sum(map(sum, shapes))


def four_bit_weights(base: Path, model: Any) -> float:
    """Bytes of a base model as bitsandbytes and PEFT's `prepare_model_for_kbit_training` leave it.

    The projections are NF4; embeddings, head and norms are raised to float32: to the byte what small Llama and Phi-3
    models take with bitsandbytes 0.50. Where one of them is multiplied, there is a copy in bfloat16 for as long as that
    takes: of the head, or of the largest projection.
    """
    sizes = [module.weight.numel() for module in projections(model).values()]
    head = model.get_output_embeddings().weight.numel()
    return NF4 * sum(sizes) + 4 * (count_parameters(base) - sum(sizes)) + 2 * max(head, *sizes)


def refuse_too_little(needed: Forecast, free: float) -> None:
    """Stop before loading what cannot fit.

    Raises:
        UserError: More is needed than is free; with what would help.
    """
    if needed.total <= free:
        return
    largest = max(("weights", "activations"), key=lambda name: getattr(needed, name))
    mend = {
        "weights": "choose a smaller base model, or quantization 4bit on a CUDA card",
        "activations": "lower batch_size (and raise gradient_accumulation_steps), lower max_seq_length, or set "
        "gradient_checkpointing",
    }[largest]
    gib = {"all": needed.total / 2**30, "part": getattr(needed, largest) / 2**30, "free": free / 2**30}
    raise UserError(
        "training would take about {all:.1f} GiB ({part:.1f} of it {name}) and {free:.1f} GiB are free: {mend}".format(
            **gib, name=largest, mend=mend
        )
    )


def free_memory() -> float:
    """Bytes that a training may take here: of the card, or of this machine and its control group."""
    import psutil
    import torch

    if torch.cuda.is_available():
        return float(torch.cuda.mem_get_info()[0])
    return float(min(psutil.virtual_memory().available, _control_group_rest()))


def _control_group_rest(group: Path = Path("/sys/fs/cgroup")) -> float:
    """What a container may still take; infinite outside of one."""
    try:
        limit = (group / "memory.max").read_text(encoding="utf-8").strip()
        used = int((group / "memory.current").read_text(encoding="utf-8"))
        used -= _reclaimable(group)
    except (OSError, ValueError):
        return math.inf
    return math.inf if limit == "max" else int(limit) - used


def _reclaimable(group: Path) -> int:
    """Bytes of the control group that are cached files: the model that was just read would else count as taken."""
    try:
        lines = (group / "memory.stat").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("inactive_file ")), 0)
