"""`make bench-gpu`: LoRA training at the real shape of Phi-3.5-mini on a CUDA card.

Belongs here: the ways to train, each in a process of its own on the same random examples. Weights are random unless a
folder with the real ones is given: speed and memory do not depend on what they say. What this machine lacks is printed
as "not measured", with the reason.

    python -m jobsearch_dagster_tests.benchmarks.gpu [--model FOLDER]
"""

import argparse
import datetime
import importlib.util
import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobsearch_dagster.finetuning import launch
from jobsearch_dagster.finetuning.backends import choose_here
from jobsearch_dagster.finetuning.examples import Examples, Pair
from jobsearch_dagster.finetuning.memory import count_parameters
from jobsearch_dagster.finetuning.order import training_order
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.training import Job
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.rendering import IGNORED, Rendered
from jobsearch_dagster_tests.benchmarks.measuring import table
from jobsearch_dagster_tests.small_models import CHAT_TEMPLATE, byte_tokenizer

STEPS, WARM_UP = 12, 4
EXAMPLES = 256
PROMPT, ANSWER = (40, 90), (120, 420)
"""Tokens of the course data's pairs under the profile `report`, from and to."""
PEAK_TFLOPS = {"H100": 989.0, "H200": 989.0, "A100": 312.0, "L40S": 362.0, "4090": 165.0}
"""Dense bfloat16 of the makers' data sheets; MFU is left out for any other card."""


@dataclass(frozen=True)
class Way:
    """One way to train."""

    name: str
    recipe: LoraRecipe


def ways() -> list[Way]:
    """The report's settings by three backends, and the recipe tuned for a card with 80 GB or more."""
    report = LoraRecipe(max_steps=STEPS, warmup_steps=1, checkpoint_steps=STEPS, backend="trl")
    tuned = report.model_copy(update={"batch_size": 32, "gradient_accumulation_steps": 1})
    return [
        Way("trl, bf16", report),
        Way("trl, 4-bit", report.model_copy(update={"quantization": "4bit"})),
        Way("unsloth, 4-bit", report.model_copy(update={"backend": "unsloth", "quantization": "4bit"})),
        Way("tuned: trl, bf16, batch 32 x 1", tuned),
        Way("tuned, compiled layers", tuned.model_copy(update={"compile_layers": True})),
    ]


def save_phi(folder: Path) -> None:
    """Phi-3.5-mini's shape with random weights in bfloat16, and a tokenizer of bytes: ids are random anyway."""
    import torch
    from transformers import Phi3Config, Phi3ForCausalLM

    tokenizer = byte_tokenizer("<|endoftext|>", "<|im_start|>", "<|im_end|>", eos="<|im_end|>")
    tokenizer.chat_template = CHAT_TEMPLATE
    config = Phi3Config(
        vocab_size=32_064, hidden_size=3_072, intermediate_size=8_192, num_hidden_layers=32, num_attention_heads=32,
        num_key_value_heads=32, max_position_embeddings=4_096, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = Phi3ForCausalLM._from_config(config, dtype=torch.bfloat16)
    model.to("cpu").save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def random_examples(vocabulary: int) -> Examples:
    """Examples of the course data's lengths."""
    draw = random.Random(0)
    rendered = []
    for _ in range(EXAMPLES):
        prompt, answer = draw.randint(*PROMPT), draw.randint(*ANSWER)
        ids = [draw.randrange(3, vocabulary) for _ in range(prompt + answer)]
        rendered.append(Rendered(ids, [IGNORED] * prompt + ids[prompt:]))
    pairs = [Pair(str(n), "skills", "Answer.", "Which jobs are there?", "Some.") for n in range(EXAMPLES)]
    return Examples(rendered, pairs, 0)


def measure(base: Path, name: str) -> dict[str, Any]:
    """Train one way and say how fast, warm-up left out."""
    way = next(way for way in ways() if way.name == name)
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    examples = random_examples(min(250, config["vocab_size"]))
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "adapter").mkdir()
        job = Job(
            base=base,
            examples=examples.save(folder / "training"),
            validation=Examples(examples.rendered[:2], examples.pairs[:2], 0).save(folder / "validation"),
            order=tuple(training_order(examples.lengths, way.recipe)),
            sample=(),
            recipe=way.recipe,
            backend=choose_here(way.recipe).backend,
            checkpoints=folder / "checkpoints",
            key="benchmark",
            target=folder / "adapter",
            data_dir=folder,
        )
        trained = launch.run(job, lambda line: print(line, file=sys.stderr))
    log = trained["log"][WARM_UP:]
    tokens, seconds = sum(row["tokens"] for row in log), sum(row["seconds"] for row in log)
    return {
        "tokens_per_second": tokens / seconds,
        "step_seconds": seconds / len(log),
        "peak_mib": max(row["memory_mib"] for row in log),
        "hardware": trained["hardware"],
        "flops": 4 * count_parameters(base) * tokens / seconds,  # frozen weights: forward 2, backward 2 a parameter
    }


def mfu(found: dict[str, Any]) -> str:
    """Share of the card's peak that the model's arithmetic is."""
    peak = next((peak for card, peak in PEAK_TFLOPS.items() if card in found["hardware"]), None)
    return "peak unknown" if peak is None else f"{found['flops'] / peak / 1e12:.0%}"


def row_of(way: Way, base: Path) -> tuple[str, ...]:
    """A line of the table, or why there is none."""
    if way.recipe.backend == "unsloth" and importlib.util.find_spec("unsloth") is None:
        return way.name, "not measured: unsloth is not installed", "", "", ""
    if way.recipe.quantization == "4bit" and importlib.util.find_spec("bitsandbytes") is None:
        return way.name, "not measured: bitsandbytes is not installed", "", "", ""
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.gpu", "--way", way.name, "--model", str(base)],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        return way.name, f"not measured: {done.stderr.strip().splitlines()[-1][:120]}", "", "", ""
    found = json.loads(done.stdout.splitlines()[-1])
    return (
        way.name,
        f"{found['tokens_per_second']:,.0f}",
        mfu(found),
        f"{found['peak_mib']:,.0f}",
        f"{found['step_seconds']:.2f}",
    )


def main() -> None:
    """Print the table, or, with `--way`, the figures of one way as JSON."""
    parser = argparse.ArgumentParser(prog="python -m jobsearch_dagster_tests.benchmarks.gpu")
    parser.add_argument("--model", type=Path, help="folder of a real Phi-3.5-mini; random weights without")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        print(json.dumps(measure(chosen.model, chosen.way)))
        return
    import torch

    if not torch.cuda.is_available():
        raise SystemExit("not measured: torch finds no CUDA card")
    with TemporaryDirectory() as temporary:
        base = chosen.model or Path(temporary)
        if chosen.model is None:
            save_phi(base)
        elif not (base / "config.json").is_file():
            raise UserError(f"--model {base}: no config.json in it")
        print(f"{torch.cuda.get_device_name()}, {datetime.date.today():%Y-%m-%d}, torch {torch.__version__}\n")  # noqa: DTZ011
        columns = ("Phi-3.5-mini, r 16, report's settings", "tokens/s", "MFU", "peak MiB", "s a step")
        print(table(columns, [row_of(way, base) for way in ways()]))


if __name__ == "__main__":
    main()
