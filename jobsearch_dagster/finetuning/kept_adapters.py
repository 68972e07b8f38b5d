"""Adapters of experiments, each trained once and kept by the digest of what it was made from.

Belongs here: finding a finished one, or training it under another name that becomes its own when it is whole. Which
recipes and sets are tried is in `trials.py` and in the experiments of evaluation.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobsearch_dagster.finetuning.adapter import LOSSES, Places, make_adapter
from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.digests import digest_of

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class KeptAdapter:
    """A finished adapter.

    Attributes:
        folder: Its folder; the name is its key.
    """

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """What `make_adapter` said of it."""
        return json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))

    @property
    def losses(self) -> list[dict[str, Any]]:
        """Validation losses of base model and adapter, pair by pair."""
        return json.loads((self.folder / LOSSES).read_text(encoding="utf-8"))


def train_once(
    training: Sequence[Pair],
    watched: Sequence[Pair],
    recipe: LoraRecipe,
    places: Places,
    inputs: Mapping[str, str],
    say: Callable[[str], object],
    what: str,
    words: str,
) -> KeptAdapter:
    """The adapter of a recipe, trained where it is not there yet.

    Args:
        training: Pairs to learn from.
        watched: Pairs of the validation set, in a fixed order.
        recipe: The recipe.
        places: Base model; finished adapters lie in folders below `target`, named by their keys.
        inputs: Digests of all else that decides the adapter.
        say: Gets lines of progress.
        what: What it is trained for, as the first of these lines begins: a trial, or an experiment's asset.
        words: What is special about it, as that line ends.

    Raises:
        UserError: As `make_adapter` does.
    """
    key = digest_of([dict(inputs), recipe.decisive()])[:16]
    folder = places.target / key
    if not (folder / MANIFEST).is_file():
        say(f"{what} {key}: {words}")
        _train(training, watched, recipe, places, folder, say)
    return KeptAdapter(folder)


def _train(
    training: Sequence[Pair],
    watched: Sequence[Pair],
    recipe: LoraRecipe,
    places: Places,
    folder: Path,
    say: Callable[[str], object],
) -> None:
    temporary = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    where = Places(places.base, temporary, places.checkpoints / folder.name, places.data_dir)
    manifest = make_adapter(training, watched, recipe, where, folder.name, say)
    (temporary / MANIFEST).write_text(json.dumps(manifest, sort_keys=True), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    temporary.replace(folder)
    shutil.rmtree(where.checkpoints, ignore_errors=True)
