"""Who trains: Hugging Face's TRL, on any hardware, or Unsloth, on a CUDA card.

Belongs here: the choice with its reason, and loading a base model with a fresh adapter. What comes after is the same
for both: `training.py`.
"""

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jobsearch_dagster.finetuning.recipe import Backend, LoraRecipe
from jobsearch_dagster.finetuning.targets import resolve_targets
from jobsearch_dagster.foundation.errors import UserError

TASK = "CAUSAL_LM"
"""The report's SEQ_2_SEQ_LM wraps the model in a class whose forward pass a decoder does not understand."""


class Choice(NamedTuple):
    """A backend and why it was chosen."""

    backend: Backend
    reason: str


def choose_backend(recipe: LoraRecipe, *, cuda: bool, unsloth: bool) -> Choice:
    """The backend of a recipe on this machine.

    That Unsloth can be imported says nothing about a GPU: without one it trains on the processor, slower than TRL.

    Args:
        recipe: What was asked for.
        cuda: Whether `torch.cuda.is_available()`.
        unsloth: Whether the package is installed.

    Raises:
        UserError: The recipe asks for what this machine does not have.
    """
    if recipe.quantization == "4bit" and not cuda:
        raise UserError("quantization 4bit needs a CUDA card, and torch finds none: use quantization none")
    if recipe.backend == "unsloth":
        if not cuda:
            raise UserError("backend unsloth needs a CUDA card, and torch finds none: use backend auto or trl")
        if not unsloth:
            raise UserError("backend unsloth is not installed: run `pip install 'jobsearch-dagster[gpu]'`")
        return Choice("unsloth", "the recipe says so")
    if recipe.backend == "trl":
        return Choice("trl", "the recipe says so")
    if not cuda:
        return Choice("trl", "no CUDA card is there (torch.cuda.is_available() is False)")
    if recipe.distributed == "accelerate":
        return Choice("trl", "CUDA is there, and Unsloth trains in one process only")
    if not unsloth:
        return Choice("trl", "CUDA is there, and unsloth is not installed (extra `gpu`)")
    return Choice("unsloth", "CUDA is there and unsloth is installed")


def choose_here(recipe: LoraRecipe) -> Choice:
    """`choose_backend` with what this process finds.

    Raises:
        UserError: As there, or there are fewer cards than processes.
    """
    import torch

    if torch.cuda.is_available() and recipe.processes > torch.cuda.device_count():
        raise UserError(
            f"processes {recipe.processes} and {torch.cuda.device_count()} CUDA cards: every process needs its own"
        )
    return choose_backend(
        recipe, cuda=torch.cuda.is_available(), unsloth=importlib.util.find_spec("unsloth") is not None
    )


def has_bf16(recipe: LoraRecipe) -> bool:
    """Whether a training computes in bfloat16.

    Where a card or a processor lacks instructions for it, it is emulated, several times slower than float32.
    """
    import torch

    if recipe.precision == "fp32":
        return False
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    features = torch.cpu.get_capabilities()
    return any(features.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def check_deepspeed(path: Path) -> None:
    """Refuse a DeepSpeed configuration that cannot work here.

    Raises:
        UserError: DeepSpeed is not installed, the file holds no JSON, or it divides the weights (ZeRO 3), which the
            sample and the validation would need whole.
    """
    if importlib.util.find_spec("deepspeed") is None:
        raise UserError("deepspeed is not installed: run `pip install deepspeed`, or leave the field out")
    try:
        stage = json.loads(path.read_text(encoding="utf-8")).get("zero_optimization", {}).get("stage", 0)
    except (OSError, ValueError, AttributeError) as error:
        raise UserError(f"deepspeed {path}: no JSON configuration ({error}); correct the path or the file") from error
    if stage == 3:
        raise UserError(f"deepspeed {path}: ZeRO stage 3 divides the weights; use stage 1 or 2")


def check_trackers(names: Sequence[str]) -> None:
    """Refuse trackers that transformers does not know, or whose library is not installed here.

    Raises:
        UserError: One of them; with those that are known and those that are installed.
    """
    if not names:
        return
    from transformers.integrations import get_available_reporting_integrations, get_reporting_integration_callbacks

    for name in names:
        try:
            (tracker,) = get_reporting_integration_callbacks([name])
            tracker()
        except (ValueError, RuntimeError, ImportError) as error:
            reason = " ".join(str(error).split()).rstrip(".")
            installed = ", ".join(get_available_reporting_integrations()) or "none"
            raise UserError(f"report_to {name}: {reason} (installed here: {installed})") from error


class Adapted(NamedTuple):
    """A base model with a fresh adapter, and the projections that it is on, each with how often it occurs."""

    model: Any
    targets: dict[str, int]


def load_trl(base: Path, recipe: LoraRecipe) -> Adapted:
    """Base model and adapter by transformers and PEFT.

    On a processor the weights are float32 (bfloat16 is left to autocast where there are instructions for it), on a card
    bfloat16, or NF4 with double quantization (Dettmers et al., "QLoRA", 2023). The adapter is float32 in any case.
    """
    import torch
    from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
    from transformers import AutoModelForCausalLM

    quantized = recipe.quantization == "4bit"
    model = AutoModelForCausalLM.from_pretrained(
        base,
        dtype=torch.bfloat16 if torch.cuda.is_available() and has_bf16(recipe) else torch.float32,
        quantization_config=_four_bit() if quantized else None,
        local_files_only=True,
    )
    targets = resolve_targets(model, recipe.target_modules)
    if quantized:
        model = prepare_model_for_kbit_training(
            model, use_gradient_checkpointing=recipe.gradient_checkpointing,
            gradient_checkpointing_kwargs={"use_reentrant": False},
        )  # fmt: skip
    adapter = LoraConfig(
        task_type=TASK,
        r=recipe.lora_r,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=list(targets),
    )
    return Adapted(get_peft_model(model, adapter), targets)


def _four_bit() -> Any:
    import torch
    from transformers import BitsAndBytesConfig

    if importlib.util.find_spec("bitsandbytes") is None:
        raise UserError("quantization 4bit needs bitsandbytes: run `pip install 'jobsearch-dagster[gpu]'`")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def load_unsloth(base: Path, recipe: LoraRecipe) -> Adapted:
    """Base model and adapter by Unsloth, which must have been imported before torch and transformers.

    What it saves of memory by recomputing activations follows `gradient_checkpointing`, as with TRL.
    """
    from unsloth import FastLanguageModel  # ty: ignore[import-not-found] - extra `gpu`

    model, _ = FastLanguageModel.from_pretrained(
        model_name=str(base),
        max_seq_length=recipe.max_seq_length,
        load_in_4bit=recipe.quantization == "4bit",
        local_files_only=True,
    )
    targets = resolve_targets(model, recipe.target_modules)
    model = FastLanguageModel.get_peft_model(
        model,
        r=recipe.lora_r,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=list(targets),
        use_gradient_checkpointing="unsloth" if recipe.gradient_checkpointing else False,
        random_state=recipe.seed,
    )
    return Adapted(model, targets)
