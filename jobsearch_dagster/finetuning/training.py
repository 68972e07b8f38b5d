"""One training run, from rendered examples to a saved adapter: the same for both backends.

Belongs here: what the trainer is told, and going on from a checkpoint. Which examples come when is in `order.py`, who
loads the model in `backends.py`, what is recorded in `recorder.py`, what a checkpoint is in `checkpoints.py`.
"""

import os
import shutil
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from jobsearch_dagster.finetuning import short_passes
from jobsearch_dagster.finetuning.backends import has_bf16, load_trl, load_unsloth
from jobsearch_dagster.finetuning.checkpoints import Checkpoints
from jobsearch_dagster.finetuning.examples import load_examples
from jobsearch_dagster.finetuning.order import longest_pass
from jobsearch_dagster.finetuning.recipe import Backend, LoraRecipe
from jobsearch_dagster.finetuning.recorder import Plan, as_callback
from jobsearch_dagster.finetuning.sample import Sample, SampleQuestion
from jobsearch_dagster.finetuning.trainer import trainer_class
from jobsearch_dagster.finetuning.validation import compare_with_base
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.allocator import freed_memory_kept
from jobsearch_dagster.foundation.errors import UserError

Say = Callable[[str], object]


class Job(BaseModel):
    """A training that any process of this machine can run.

    Attributes:
        base: Folder of the base model.
        examples: Folder written by `Examples.save`.
        validation: Another, of what is not learned from.
        order: Positions of the examples in the order of training.
        sample: Questions that are answered on the way.
        recipe: Hyper-parameters.
        backend: Who trains.
        checkpoints: Folder of this training's checkpoints.
        key: Of the adapter to be made; a checkpoint with another is not used.
        target: Folder that the adapter is saved to.
        data_dir: Where relative model names begin.
    """

    model_config = ConfigDict(frozen=True)

    base: Path
    examples: Path
    validation: Path
    order: tuple[int, ...]
    sample: tuple[SampleQuestion, ...]
    recipe: LoraRecipe
    backend: Backend
    checkpoints: Path
    key: str
    target: Path
    data_dir: Path


def train(job: Job, say: Say) -> dict[str, Any]:
    """Train, or go on training from the last whole checkpoint, and save the adapter.

    Args:
        job: What to do.
        say: Gets a line of progress now and then.

    Returns:
        Resolved modules, counts, rows of the log, answers to the sample, losses on the validation examples, hardware,
        seconds; of the first of several processes.

    Raises:
        UserError: The loss is not a finite number, or this machine lacks what the recipe asks for; no adapter is saved.
    """
    from transformers import PrinterCallback, set_seed

    trainer_type = trainer_class()  # first: with Unsloth this is the class that it has changed
    model_store.silence_progress_bars()
    set_seed(job.recipe.seed)  # before the adapter exists: its first half is random
    tokenizer = model_store.load_tokenizer(job.base)
    say(f"loading the base model from {job.base}")
    load = load_trl if job.backend == "trl" else load_unsloth
    model, targets = load(job.base, job.recipe)
    examples = load_examples(job.examples)
    lengths = [len(ids) for ids in examples["input_ids"]]
    is_short = job.backend == "trl" and _passes_are_short(lengths, job, model.config.get_text_config().vocab_size)
    if is_short:
        short_passes.attend_plainly(model.get_base_model())
    if job.recipe.compile_layers:
        compile_layers(model)
    checkpoints = Checkpoints(job.checkpoints, job.key)
    last = checkpoints.last(say)
    plan = Plan(job.recipe, job.order, lengths)
    recorder = as_callback(plan, Sample(job, model, tokenizer), checkpoints, last, say)
    trainer = trainer_type(
        model=model,
        args=_arguments(job),
        train_dataset=examples.select(job.order),
        processing_class=tokenizer,
        callbacks=[recorder],
    )
    trainer.remove_callback(PrinterCallback)  # it prints every log entry to stdout
    _keep_adapter_in_float32(model)
    if is_short:
        short_passes.take_loss_at_once(model.get_base_model())
    if last is not None:
        say(f"goes on after step {last.step} of {job.recipe.max_steps}, from {last.path}")
        checkpoints.drop_after(last.step)
    started = time.monotonic()
    with _trackers_below(job), freed_memory_kept() if is_short else nullcontext():
        trainer.train(resume_from_checkpoint=str(last.path) if last else None)
    seconds = time.monotonic() - started
    losses = []
    if trainer.is_world_process_zero():
        held_back = load_examples(job.validation)
        say(f"comparing adapter and base model on {len(held_back):,} validation pairs")
        losses = compare_with_base(model, held_back, tokenizer.pad_token_id)
        recorder.finish([loss.adapter for loss in losses])
        model.save_pretrained(str(job.target), safe_serialization=True)
        (job.target / "README.md").unlink()  # PEFT's empty model card; the real one is written by the export
    trainable, total = model.get_nb_trainable_parameters()
    return {
        "target_modules": targets,
        "trainable_parameters": trainable,
        "parameters": total,
        "trainable_share": trainable / total,
        "log": recorder.measured,
        "sample": recorder.answered,
        "resumed_after_step": last.step if last else None,
        "precision": "bf16" if trainer.args.bf16 else "fp32",
        "short_passes": is_short,
        "hardware": hardware(),
        "seconds": round(seconds, 1),
        "validation": losses,
    }


def _passes_are_short(lengths: list[int], job: Job, vocabulary: int) -> bool:
    import torch

    _, tokens = longest_pass(lengths, job.order, job.recipe.batch_size)
    return short_passes.are_short(max(lengths), tokens, vocabulary, cuda=torch.cuda.is_available())


def _keep_adapter_in_float32(model: Any) -> None:
    """TRL halves the adapter of a 4-bit model; loaded from a checkpoint it would be float32, and learn otherwise."""
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


@contextmanager
def _trackers_below(job: Job) -> Generator[None]:
    """TensorBoard writes below the checkpoints unless it is told otherwise, and those are deleted in the end."""
    name = "TENSORBOARD_LOGGING_DIR"
    if name in os.environ or "tensorboard" not in job.recipe.report_to:
        yield
        return
    os.environ[name] = str(job.data_dir / "trackers" / job.target.name)
    try:
        yield
    finally:
        del os.environ[name]


def _arguments(job: Job) -> Any:
    import torch
    from trl import SFTConfig

    recipe, cuda = job.recipe, torch.cuda.is_available()
    return SFTConfig(
        output_dir=str(job.checkpoints),
        max_length=None,  # the renderer has cut already
        per_device_train_batch_size=recipe.batch_size,
        gradient_accumulation_steps=recipe.gradient_accumulation_steps // recipe.processes,
        max_steps=recipe.max_steps,
        warmup_steps=recipe.warmup_steps,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="cosine",
        weight_decay=recipe.weight_decay,
        # Unsloth changes these three defaults of TRL's; said, both backends do the same.
        optim="adamw_torch_fused",
        padding_free=False,
        torch_empty_cache_steps=None,
        seed=recipe.seed,
        bf16=has_bf16(recipe),
        use_cpu=not cuda,
        gradient_checkpointing=recipe.gradient_checkpointing,
        gradient_checkpointing_kwargs={"use_reentrant": False} if recipe.gradient_checkpointing else None,
        # Logits of a vocabulary of 49,152 for every position of a prompt are most of a small model's memory traffic:
        # this loss computes them where there is a label only. Unsloth brings a loss of its own.
        loss_type="chunked_nll" if job.backend == "trl" else "nll",
        train_sampling_strategy="sequential",  # the data set is in order already
        dataloader_pin_memory=cuda,
        ddp_backend="gloo" if recipe.processes > 1 and not cuda else None,
        deepspeed=recipe.deepspeed,
        logging_steps=1,
        logging_nan_inf_filter=False,  # the filter logs 0 for a loss that is no number
        save_strategy="no" if recipe.deepspeed else "steps",  # DeepSpeed's checkpoints are pickle
        save_steps=recipe.checkpoint_steps,
        report_to=list(recipe.report_to) or "none",
        disable_tqdm=True,
    )


def compile_layers(model: Any) -> None:
    """Two graphs for all layers, as the first has no gradient to pass on; one per length would be compiled for minutes.

    Raises:
        UserError: There is no C++ compiler.
    """
    import torch

    compiler = os.environ.get("CXX", "g++")
    if not torch.cuda.is_available() and shutil.which(compiler) is None:
        raise UserError(f"compile_layers needs a C++ compiler and there is no {compiler}: install g++ or leave it off")
    for layer in model.get_base_model().base_model.layers:
        layer.compile(dynamic=True)


def hardware() -> str:
    """The card, or the processor's threads."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"CPU, {torch.get_num_threads()} threads"
