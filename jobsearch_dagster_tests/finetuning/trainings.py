"""Small real trainings of the small random language model, for the tests of fine-tuning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobsearch_dagster.finetuning.adapter import Places, make_adapter
from jobsearch_dagster.finetuning.examples import Pair, render_pairs
from jobsearch_dagster.finetuning.order import training_order
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.sample import choose_sample
from jobsearch_dagster.finetuning.training import Job
from jobsearch_dagster.foundation import model_store


def pair(posting: str, query_type: str, slot: str, answer: str) -> Pair:
    return Pair(posting, query_type, "Answer the question.", f"What jobs are there for {slot}?", answer)


PAIRS = [
    pair(posting, query_type, slot, f"Job available for {slot}\nJob-Title: {posting}")
    for posting, slots in {
        "cook": ("malmö", "knives", "$30k"),
        "nurse": ("berlin", "bandages and syringes", "$60k"),
        "data engineer": ("new york", "sql", "$120k a year and a share of the profit"),
        "driver": ("oslo", "patience with people and their bags", "$40k"),
    }.items()
    for query_type, slot in zip(("location", "skills", "salary"), slots, strict=True)
]
WATCHED = [
    pair(posting, query_type, slot, f"Job available for {slot}\nJob-Title: {posting}")
    for posting, slots in {
        "teacher": ("lund", "chalk"),
        "plumber": ("rome", "pipes and wrenches"),
        "pilot": ("cork", "planes"),
    }.items()
    for query_type, slot in zip(("location", "skills"), slots, strict=True)
]
RECIPE = LoraRecipe(
    lora_r=8,
    lora_alpha=32,
    learning_rate=1e-2,
    max_steps=6,
    warmup_steps=1,
    batch_size=4,
    gradient_accumulation_steps=2,
    max_seq_length=512,
    checkpoint_steps=3,
    sample_size=2,
    sample_tokens=8,
    sample_encoder="./encoder",
    precision="fp32",
)
ROUNDING = 1e-3
"""Of a loss of about 6: other batches add in another order."""
VOLATILE = ("seconds", "tokens_per_second", "seconds_per_epoch", "memory_mib")

Say = Callable[[str], object]


def recipe(**changes: Any) -> LoraRecipe:
    """The recipe of these tests with other values."""
    return LoraRecipe.model_validate(RECIPE.model_dump() | changes)


def places(models: Path, folder: Path, base: Path | None = None) -> Places:
    """Where a training below `folder` reads and writes."""
    return Places(base or models / "language_model", folder / "adapter", folder / "checkpoints", models)


@dataclass(frozen=True)
class Trained:
    """A finished training.

    Attributes:
        folder: Of the adapter.
        manifest: What is said of it.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def log(self) -> list[dict[str, Any]]:
        """Rows of the log without what differs from one time to the next."""
        return [{name: value for name, value in row.items() if name not in VOLATILE} for row in self.manifest["log"]]

    def column(self, name: str) -> list[float]:
        """A column of the log."""
        return [row[name] for row in self.manifest["log"]]

    @property
    def weights(self) -> bytes:
        """The adapter's file."""
        return (self.folder / "adapter_model.safetensors").read_bytes()


def silent(line: str) -> None:
    """Hears nothing."""


def train(
    models: Path,
    folder: Path,
    *,
    pairs: Sequence[Pair] = PAIRS,
    base: Path | None = None,
    say: Say = silent,
    **changes: Any,
) -> Trained:
    """Train below a folder; fields of the recipe can be changed."""
    where = places(models, folder, base)
    return Trained(where.target, make_adapter(pairs, WATCHED, recipe(**changes), where, "key", say))


def job(models: Path, folder: Path, **changes: Any) -> Job:
    """A training that is not started yet, with its examples written below `folder`."""
    wanted, where = recipe(**changes), places(models, folder)
    tokenizer = model_store.load_tokenizer(where.base)
    examples, watched = render_pairs(tokenizer, PAIRS, wanted), render_pairs(tokenizer, WATCHED, wanted)
    return Job(
        base=where.base,
        examples=examples.save(folder / "examples"),
        validation=watched.save(folder / "validation"),
        order=tuple(training_order(examples.lengths, wanted)),
        sample=choose_sample(WATCHED, wanted.sample_size),
        recipe=wanted,
        backend="trl",
        checkpoints=where.checkpoints,
        key="key",
        target=where.target,
        data_dir=models,
    )


def matrices(folder: Path) -> dict[str, Any]:
    """The adapter's tensors by name."""
    from safetensors.torch import load_file

    return load_file(folder / "adapter_model.safetensors")


def files(folder: Path) -> set[str]:
    """Names of all files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
