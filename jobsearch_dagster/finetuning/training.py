"""Training of the adapter with PEFT and TRL's SFTTrainer, on ids and labels from `pairs/rendering.py`.

Belongs here: one training run from rows to saved adapter. What the numbers are is in `recipe.py`.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobsearch_dagster.finetuning.recipe import LoraRecipe, resolve_targets
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.progress import Progress
from jobsearch_dagster.pairs.rendering import Rendered, render_example

LIBRARIES = ("torch", "transformers", "peft", "trl")


@dataclass(frozen=True)
class Pair:
    """What the trainer needs of a query/answer pair."""

    system: str
    question: str
    answer: str


def train_adapter(
    base: Path,
    rows: Sequence[Pair],
    recipe: LoraRecipe,
    target: Path,
    say: Callable[[str], object],
) -> dict[str, Any]:
    """Train a LoRA adapter and save it.

    Args:
        base: Directory of the base model.
        rows: Training pairs.
        recipe: Hyper-parameters.
        target: Directory to save the adapter to, as safetensors.
        say: Gets a line of progress now and then.

    Returns:
        What the manifest says: resolved modules, counts, losses per step, hardware, versions, seconds.

    Raises:
        UserError: No pair fits into `max_seq_length`.
        FloatingPointError: The loss is not a finite number; nothing is saved.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, PrinterCallback, set_seed
    from trl import SFTTrainer

    model_store.silence_progress_bars()
    set_seed(recipe.seed)  # before the adapter exists: its first half is random
    tokenizer = model_store.load_tokenizer(base)
    examples = _render(tokenizer, rows, recipe)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, local_files_only=True)
    targets = resolve_targets(model, recipe.target_modules)
    model = get_peft_model(
        model,
        LoraConfig(
            task_type="CAUSAL_LM",
            r=recipe.lora_r,
            lora_alpha=recipe.lora_alpha,
            lora_dropout=recipe.lora_dropout,
            target_modules=list(targets),
        ),
    )
    log = _log_callback(Progress(recipe.max_steps, "steps", say))
    with TemporaryDirectory() as scratch:
        trainer = SFTTrainer(
            model=model,
            args=_arguments(recipe, scratch),
            train_dataset=_dataset(examples),
            processing_class=tokenizer,
            callbacks=[log],
        )
        trainer.remove_callback(PrinterCallback)  # it prints every log entry to stdout
        started = time.monotonic()
        trainer.train()
        seconds = time.monotonic() - started
    model.save_pretrained(str(target), safe_serialization=True)
    trainable, total = model.get_nb_trainable_parameters()
    return {
        "recipe": recipe.model_dump(),
        "target_modules": targets,
        "trainable_parameters": trainable,
        "parameters": total,
        "examples": len(examples),
        "dropped_examples": len(rows) - len(examples),
        "cut_examples": sum(example.is_cut for example in examples),
        "log": log.rows,
        "hardware": _hardware(),
        "precision": "bf16" if trainer.args.bf16 else "fp32",
        "versions": {name: version(name) for name in LIBRARIES},
        "seconds": round(seconds, 1),
    }


def _render(tokenizer: Any, rows: Sequence[Pair], recipe: LoraRecipe) -> list[Rendered]:
    rendered = (
        render_example(
            tokenizer,
            row.system,
            row.question,
            row.answer,
            loss=recipe.loss,
            max_length=recipe.max_seq_length,
        )
        for row in rows
    )
    examples = [example for example in rendered if example is not None]
    if not examples:
        raise UserError(
            f"none of {len(rows)} training pairs fits into max_seq_length {recipe.max_seq_length}: "
            "raise it; where there are no pairs, put more postings into raw/"
        )
    return examples


def _dataset(examples: Sequence[Rendered]) -> Any:
    from datasets import Dataset

    return Dataset.from_dict({"input_ids": [e.input_ids for e in examples], "labels": [e.labels for e in examples]})


def _arguments(recipe: LoraRecipe, scratch: str) -> Any:
    import torch
    from trl import SFTConfig

    cuda = torch.cuda.is_available()
    return SFTConfig(
        output_dir=scratch,
        max_length=None,  # the renderer has cut already
        per_device_train_batch_size=recipe.batch_size,
        gradient_accumulation_steps=recipe.gradient_accumulation_steps,
        max_steps=recipe.max_steps,
        warmup_steps=recipe.warmup_steps,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="cosine",
        weight_decay=0.01,
        seed=recipe.seed,
        bf16=torch.cuda.is_bf16_supported() if cuda else _cpu_has_bf16(),
        use_cpu=not cuda,
        gradient_checkpointing=False,  # trades 20 % time for memory that a LoRA of this size does not need
        train_sampling_strategy="group_by_length",
        dataloader_pin_memory=cuda,
        logging_steps=1,
        logging_nan_inf_filter=False,  # the filter logs 0 for a loss that is no number
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _cpu_has_bf16() -> bool:
    """Where the processor lacks bfloat16 instructions it is emulated, several times slower than float32."""
    import torch

    features = torch.cpu.get_capabilities()
    return any(features.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def _hardware() -> str:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} threads"


def _log_callback(progress: Progress) -> Any:
    from transformers import TrainerCallback

    class Log(TrainerCallback):
        """Keeps one row per step and stops at the first loss that is no number."""

        def __init__(self) -> None:
            self.rows: list[dict[str, float]] = []

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if "loss" not in logs:
                return  # the summary after the last step
            if not math.isfinite(logs["loss"]):
                raise FloatingPointError(f"the loss is {logs['loss']} at step {state.global_step}")
            names = ("loss", "grad_norm", "learning_rate", "epoch")
            self.rows.append({"step": state.global_step, **{n: float(logs[n]) for n in names}})
            progress.advance()

    return Log()
