"""Tokens a second, memory and seconds to an equal loss of LoRA training, against a stock `SFTTrainer` script.

Belongs here: the switches, one row each, every row in a process of its own on the same pairs in the same order. The
first row is TRL's documented use with the report's settings and the library's defaults (`messages`, loss on everything,
checkpointing, bfloat16 even where the processor has to emulate it); each further row adds one switch; the last but one
is what the product does.

    python -m jobsearch_dagster_tests.benchmarks training
"""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobsearch_dagster.finetuning import short_passes
from jobsearch_dagster.finetuning.backends import has_bf16, load_trl
from jobsearch_dagster.finetuning.examples import Pair, render_pairs
from jobsearch_dagster.finetuning.order import training_order
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.training import compile_layers
from jobsearch_dagster.finetuning.validation import example_losses
from jobsearch_dagster.foundation.allocator import freed_memory_kept
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.model_store import load_tokenizer, silence_progress_bars
from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample
from jobsearch_dagster_tests.benchmarks.measuring import in_a_process_of_its_own, peak_memory, table

STEPS = 3
VALIDATION = 16
SWITCHES = (
    "stock SFTTrainer, its defaults",
    "float32 where bfloat16 is emulated",
    "no gradient checkpointing",
    "loss on the answer only",
    "examples of like length together",
    "attention as plain products",
    "logits computed once",
    "freed memory kept (the product)",
    "compiled layers",
)


def recipe_of(switches: int, steps: int) -> LoraRecipe:
    """The report's recipe with the first switches on."""
    return LoraRecipe(
        max_steps=steps,
        warmup_steps=0,
        gradient_checkpointing=switches < 2,
        loss="answer" if switches >= 3 else "full",
        group_by_length=switches >= 4,
        compile_layers=switches >= 8,
    )


def pairs_in(lake: Lake, name: str) -> list[Pair]:
    """The pairs of a set, in the order of a digest."""
    columns = "posting_id, query_type, system, question, answer"
    with lake.connect([name]) as connection:
        rows = connection.execute(f"SELECT {columns} FROM {name} ORDER BY md5(pair_id)").fetchall()
    return [Pair(*row) for row in rows]


def measure(data: str, switches: int, steps: int) -> dict[str, Any]:
    """Train for a few steps and say how fast and how well; the first step is left out of the speed, it warms up."""
    from transformers import PrinterCallback, set_seed
    from trl import SFTTrainer

    silence_progress_bars()
    folder, recipe = Path(data), recipe_of(switches, steps)
    base = next((folder / "models" / "base_model").glob("*/config.json")).parent
    tokenizer = load_tokenizer(base)
    lake = Lake(folder)
    examples = render_pairs(tokenizer, pairs_in(lake, "training_set"), recipe)
    watched = render_pairs(tokenizer, pairs_in(lake, "validation_set")[:VALIDATION], LoraRecipe())
    order = training_order(examples.lengths, recipe)
    set_seed(recipe.seed)
    model, _ = load_trl(base, recipe)
    if switches >= 5:
        short_passes.attend_plainly(model.get_base_model())
    if recipe.compile_layers:
        compile_layers(model)
    watch = _watch([(r.input_ids, r.labels) for r in watched.rendered], tokenizer.pad_token_id)
    with TemporaryDirectory() as temporary:
        trainer = SFTTrainer(
            model=model,
            args=_arguments(temporary, recipe, switches),
            train_dataset=_dataset(examples, order, as_messages=switches < 3),
            processing_class=tokenizer,
            callbacks=[watch],
        )
        trainer.remove_callback(PrinterCallback)
        if switches >= 6:
            short_passes.take_loss_at_once(model.get_base_model())
        with freed_memory_kept() if switches >= 7 else nullcontext():
            trainer.train()
    size = recipe.examples_per_step
    tokens = [sum(examples.lengths[i] for i in order[n * size : (n + 1) * size]) for n in range(steps)]
    return {
        "tokens": tokens,
        "seconds": watch.seconds,
        "processor_seconds": watch.processor_seconds,
        "losses": watch.losses,
        "peak": peak_memory(),
    }


def _arguments(folder: str, recipe: LoraRecipe, switches: int) -> Any:
    from trl import SFTConfig

    given: dict[str, Any] = {
        "output_dir": folder, "use_cpu": True, "max_steps": recipe.max_steps, "learning_rate": recipe.learning_rate,
        "per_device_train_batch_size": recipe.batch_size, "max_length": recipe.max_seq_length,
        "gradient_accumulation_steps": recipe.gradient_accumulation_steps, "seed": recipe.seed,
        "lr_scheduler_type": "constant", "train_sampling_strategy": "sequential",
        "report_to": "none", "save_strategy": "no", "disable_tqdm": True, "logging_steps": 1,
    }  # fmt: skip
    if switches >= 1:
        given["bf16"] = has_bf16(recipe)
    if switches >= 2:
        given["gradient_checkpointing"] = False
    return SFTConfig(**given)


def _dataset(examples: Any, order: Sequence[int], *, as_messages: bool) -> Any:
    """Messages, which TRL renders by the tokenizer's template and takes loss on whole, or ids and labels."""
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()
    if not as_messages:
        rendered = [examples.rendered[position] for position in order]
        return Dataset.from_dict({"input_ids": [r.input_ids for r in rendered], "labels": [r.labels for r in rendered]})
    said = [
        (("system", pair.system), ("user", pair.question), ("assistant", pair.answer))
        for pair in (examples.pairs[position] for position in order)
    ]
    return Dataset.from_list([{"messages": [{"role": role, "content": text} for role, text in t]} for t in said])


def _watch(rows: Sequence[tuple[list[int], list[int]]], pad: int) -> Any:
    """Times each step, and takes the validation loss after it off the clock."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        """Seconds per step and loss on the validation rows before the first and after each."""

        def __init__(self) -> None:
            self.seconds: list[float] = []
            self.processor_seconds: list[float] = []
            self.losses: list[float] = []
            self._began = self._busy = 0.0

        def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
            self.losses.append(self._loss(model))

        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._began, self._busy = time.perf_counter(), time.process_time()

        def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
            self.seconds.append(time.perf_counter() - self._began)
            self.processor_seconds.append(time.process_time() - self._busy)
            self.losses.append(self._loss(model))

        def _loss(self, model: Any) -> float:
            model.eval()
            losses = example_losses(model, rows, pad)
            model.train()
            return sum(losses) / len(losses)

    return Watch()


def make_data(folder: Path) -> None:
    """Sets of pairs from generated postings, and the embedded base model, by the product's own command."""
    write_sample(SampleSpec(rows=240, postings=40, seed=7), folder / "raw")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("JOBSEARCH_", "DAGSTER_"))}
    subprocess.run(
        [Path(sys.executable).with_name("jobsearch"), "run", "--select", "validation_set", "--select", "base_model"],
        check=True,
        env={**inherited, "JOBSEARCH_DATA_DIR": str(folder)},
    )


def speed(row: dict[str, Any], of: str = "seconds") -> float:
    """Tokens a second without padding, the first step left out: it warms up, or compiles.

    Args:
        row: From `measure`.
        of: `seconds` by the clock, or `processor_seconds`, which other work on the machine changes less.
    """
    return sum(row["tokens"][1:]) / sum(row[of][1:])


def seconds_to(wanted: float, row: dict[str, Any]) -> float:
    """Training seconds until the validation loss is at most `wanted`, between steps by a straight line."""
    spent = 0.0
    for before, after, seconds in zip(row["losses"], row["losses"][1:], row["seconds"], strict=False):
        if after <= wanted:
            return spent + seconds * min(1.0, max(0.0, (before - wanted) / (before - after)))
        spent += seconds
    return math.inf


def main(steps: int = STEPS, switches: Sequence[int] = tuple(range(len(SWITCHES)))) -> None:
    """Print the table: one row per switch, each on top of those above it.

    Args:
        steps: Optimizer steps, at least 2.
        switches: Rows to measure; the first is what the others are compared with.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_data(folder)
        found = {}
        for number in switches:
            found[number] = in_a_process_of_its_own("training", str(folder), number, steps)
            print(f"measured: {SWITCHES[number]}", file=sys.stderr)
    peer = found[switches[0]]
    rows = [
        (
            SWITCHES[number],
            f"{speed(row):.0f}",
            f"{speed(row) / speed(peer):.1f}x",
            f"{speed(row, 'processor_seconds') / speed(peer, 'processor_seconds'):.1f}x",
            f"{row['peak']:,.0f}",
            f"{row['losses'][-1]:.4f}",
            f"{seconds_to(peer['losses'][-1], row):.0f}",
        )
        for number, row in found.items()
    ]
    print(f"{steps} steps of 32 examples, {sum(peer['tokens']):,} tokens without padding, two threads\n")
    columns = (
        "each row adds", "tokens/s", "against stock", "by processor time", "peak MiB", "validation loss",
        "s to the stock's loss",
    )  # fmt: skip
    print(table(columns, rows))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
