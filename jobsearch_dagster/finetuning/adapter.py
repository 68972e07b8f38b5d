"""An adapter, from pairs to the folder that counts.

Belongs here: the order of the work: render, foresee the memory, choose who trains, train, compare with the base model,
say everything in the manifest.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from jobsearch_dagster.finetuning import launch, memory, validation
from jobsearch_dagster.finetuning.backends import (
    Choice,
    check_deepspeed,
    check_trackers,
    choose_here,
    has_bf16,
)
from jobsearch_dagster.finetuning.examples import Examples, Pair, render_pairs
from jobsearch_dagster.finetuning.order import longest_pass, training_order
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.sample import choose_sample
from jobsearch_dagster.finetuning.training import Job
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.scratch import scratch_folder

LIBRARIES = ("torch", "transformers", "peft", "trl", "accelerate", "unsloth", "bitsandbytes")
LOSSES = "validation_losses.json"


@dataclass(frozen=True)
class Places:
    """Where things lie.

    Attributes:
        base: Folder of the base model.
        target: Folder that the adapter is saved to.
        checkpoints: Folder of this training's checkpoints; they outlive a process that dies, and are left to the caller
            to delete once the adapter is where it belongs.
        data_dir: Where relative model names begin.
    """

    base: Path
    target: Path
    checkpoints: Path
    data_dir: Path


def make_adapter(
    training: Sequence[Pair],
    watched: Sequence[Pair],
    recipe: LoraRecipe,
    places: Places,
    key: str,
    say: Callable[[str], object],
) -> dict[str, Any]:
    """Train an adapter and save it.

    Args:
        training: Pairs to learn from.
        watched: Pairs of the validation set, in a fixed order.
        recipe: Hyper-parameters.
        places: Folders.
        key: Identity of the adapter; a checkpoint of another is not gone on from.
        say: Gets a line of progress now and then.

    Returns:
        The manifest.

    Raises:
        UserError: No pair fits, the memory will not do, the machine lacks what the recipe asks for, or the loss is no
            number.
    """
    import torch

    check_trackers(recipe.report_to)
    if recipe.deepspeed:
        check_deepspeed(Path(recipe.deepspeed))
    choice = choose_here(recipe)
    say(f"trains with {choice.backend}: {choice.reason}; rendering {len(training):,} pairs")
    tokenizer = model_store.load_tokenizer(places.base)
    examples = render_pairs(tokenizer, training, recipe)
    held_back = render_pairs(tokenizer, watched[: recipe.validation_size], recipe)
    order = training_order(examples.lengths, recipe)
    _, tokens = longest_pass(examples.lengths, order, recipe.batch_size)
    longest = max(examples.lengths)
    needed = memory.forecast(places.base, recipe, tokens, longest, cuda=torch.cuda.is_available())
    memory.refuse_too_little(needed, memory.free_memory())
    with scratch_folder(places.data_dir) as temporary:
        job = Job(
            base=places.base,
            examples=examples.save(temporary / "training"),
            validation=held_back.save(temporary / "validation"),
            order=tuple(order),
            sample=choose_sample(held_back.pairs, recipe.sample_size),
            recipe=recipe,
            backend=choice.backend,
            checkpoints=places.checkpoints,
            key=_training_key(key, choice, recipe),
            target=places.target,
            data_dir=places.data_dir,
        )
        trained = launch.run(job, say)
    losses = [validation.Losses(*row) for row in trained.pop("validation")]
    (places.target / LOSSES).write_text(json.dumps(_loss_rows(losses, held_back)), encoding="utf-8")
    return {
        "recipe": recipe.model_dump(mode="json"),
        "backend": choice.backend,
        "backend_reason": choice.reason,
        "dataset": examples.facts(),
        "validation": {**held_back.facts(), **validation.summarize(losses, held_back.pairs)},
        "forecast_mib": round(needed.total / 2**20),
        "versions": _versions(),
        **trained,
    }


def _training_key(key: str, choice: Choice, recipe: LoraRecipe) -> str:
    """Whose checkpoints can be gone on from: other hardware or libraries would end with another adapter."""
    import torch

    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return digest_of([key, choice.backend, recipe.processes, cards, has_bf16(recipe), _versions()])


def _loss_rows(losses: Sequence[validation.Losses], examples: Examples) -> list[dict[str, Any]]:
    return [
        {"posting_id": pair.posting_id, "query_type": pair.query_type, **loss._asdict()}
        for loss, pair in zip(losses, examples.pairs, strict=True)
    ]


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
