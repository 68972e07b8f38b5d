"""Tokens a second of answering many questions in batches, against one `generate` after the other.

Belongs here: the switches, one row each on top of those above it, every row in a process of its own with the same
model, threads, prompts and stop tokens. Half of the prompts are bare questions, half are questions with a posting, as
the evaluation asks both. A table for float32, one for bfloat16 where the processor need not emulate it, each beside
one by one in its own type.

    python -m jobsearch_dagster_tests.benchmarks generation
"""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobsearch_dagster.finetuning.backends import has_bf16
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.generation import Batch, Generator, cut_batches
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.model_store import load_tokenizer, silence_progress_bars
from jobsearch_dagster.pairs.rendering import render_prompt, stop_ids
from jobsearch_dagster.search.rag import user_message
from jobsearch_dagster_tests.benchmarks.measuring import in_a_process_of_its_own, peak_memory, table
from jobsearch_dagster_tests.benchmarks.training import make_data, pairs_in

PROMPTS = 64
BATCH = 32
NEW_TOKENS = 32
WARM_UP = 2
"""Prompts that are answered before the clock runs."""
SWITCHES = (
    "one by one",
    f"batches of {BATCH}",
    "prompts of like length together (the product)",
)


def make_prompts(data: Path, tokenizer: Any, count: int) -> list[list[int]]:
    """Bare questions and questions with a posting, in turn."""
    pairs = pairs_in(Lake(data), "validation_set")
    if len(pairs) < count:
        raise SystemExit(f"{count} prompts and {len(pairs)} pairs: ask for fewer")
    return [
        render_prompt(tokenizer, pair.system, user_message(pair.question, [pair.answer]) if n % 2 else pair.question)
        for n, pair in enumerate(pairs[:count])
    ]


def batches_of(prompts: list[list[int]], switches: int) -> list[Batch]:
    """How the prompts are asked with the first switches on."""
    if switches >= 2:
        return cut_batches(prompts, BATCH)
    size = BATCH if switches else 1
    return [tuple(range(start, min(start + size, len(prompts)))) for start in range(0, len(prompts), size)]


def measure(data: str, switches: int, count: int, dtype: str = "float32") -> dict[str, Any]:
    """Answer all prompts and say how fast."""
    import torch
    from transformers import AutoModelForCausalLM

    silence_progress_bars()
    base = next((Path(data) / "models" / "base_model").glob("*/config.json")).parent
    tokenizer = load_tokenizer(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=getattr(torch, dtype), local_files_only=True).eval()
    generator = Generator.around(model, tokenizer)
    prompts = make_prompts(Path(data), tokenizer, count)
    how: dict[str, Any] = {"stop": stop_ids(tokenizer), "max_new_tokens": NEW_TOKENS, "use_adapter": True}
    generator.generate(prompts[:WARM_UP], **how)
    started, busy = time.perf_counter(), time.process_time()
    answers = generator.generate_batches(prompts, batches_of(prompts, switches), **how)
    return {
        "seconds": time.perf_counter() - started,
        "processor_seconds": time.process_time() - busy,
        "tokens": sum(answer.tokens for answer in answers.values()),
        "texts": [answers[i].text for i in range(count)],
        "threads": torch.get_num_threads(),
        "peak": peak_memory(),
    }


def row_of(name: str, found: dict[str, Any], peer: dict[str, Any]) -> tuple[str, ...]:
    """A line of the table, compared with one by one."""
    speed, peers = (
        {of: row["tokens"] / row[of] for of in ("seconds", "processor_seconds")} for row in (found, peer)
    )  # fmt: skip
    equal = sum(a == b for a, b in zip(found["texts"], peer["texts"], strict=True))
    return (
        name,
        f"{speed['seconds']:.0f}",
        f"{speed['seconds'] / peers['seconds']:.1f}x",
        f"{speed['processor_seconds'] / peers['processor_seconds']:.1f}x",
        f"{equal} of {len(peer['texts'])}",
        f"{found['peak']:,.0f}",
    )


def main(count: int = PROMPTS) -> None:
    """Print the tables: one row per switch, each on top of those above it."""
    dtypes = ["float32", *(["bfloat16"] if has_bf16(LoraRecipe()) else [])]
    columns = (
        "each row adds", "tokens/s", "against one by one", "by processor time", "same answers", "peak MiB"
    )  # fmt: skip
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_data(folder)
        for dtype in dtypes:
            found = []
            for number, name in enumerate(SWITCHES):
                found.append(in_a_process_of_its_own("generation", str(folder), number, count, dtype))
                print(f"measured: {name}, {dtype}", file=sys.stderr)
            threads = found[0]["threads"]
            print(f"\n{dtype}: {count} prompts, at most {NEW_TOKENS} tokens each, SmolLM2-135M, {threads} threads\n")
            print(table(columns, [row_of(name, row, found[0]) for name, row in zip(SWITCHES, found, strict=True)]))
    if "bfloat16" not in dtypes:
        print("\nbfloat16: not measured, this processor has no instructions for it")


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])))
