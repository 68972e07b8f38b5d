"""A small grid of recipes, each trained and compared on the same validation pairs.

Belongs here: which recipes there are to try, running those that were not run before, and the table of what came out.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from jobsearch_dagster.finetuning.adapter import Places
from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.finetuning.kept_adapters import KeptAdapter, train_once
from jobsearch_dagster.finetuning.memory import without_weights
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.tables import RECIPE_TRIALS
from jobsearch_dagster.finetuning.targets import resolve_targets
from jobsearch_dagster.foundation.statistics import estimate

if TYPE_CHECKING:
    import pandas as pd

SEED = 7


class TrialsRecipe(LoraRecipe):
    """A recipe, and values to try instead of some of its own, in every combination."""

    enabled: bool = Field(default=False, description="train the grid, one adapter each; off, the table is empty")
    try_lora_r: tuple[int, ...] = Field(
        default=(8, 16), description="values of lora_r, lora_alpha keeps its ratio to it; none keeps the recipe's"
    )
    try_learning_rate: tuple[float, ...] = Field(
        default=(5e-5, 2e-4, 1e-3), description="values of learning_rate; none keeps the recipe's"
    )
    try_batch_size: tuple[int, ...] = Field(default=(), description="values of batch_size, likewise")
    try_target_modules: tuple[str, ...] = Field(
        default=(), description="values of target_modules, likewise: report, notebook, or names such as `q_proj,v_proj`"
    )

    @model_validator(mode="after")
    def _every_recipe_of_the_grid_can_be_trained(self) -> Self:
        list(self.grid())
        return self

    def grid(self) -> Iterator[LoraRecipe]:
        """The recipes to try."""
        own = {name: getattr(self, name) for name in LoraRecipe.model_fields}
        axes: dict[str, tuple[Any, ...]] = {
            "lora_r": self.try_lora_r,
            "learning_rate": self.try_learning_rate,
            "batch_size": self.try_batch_size,
            "target_modules": self.try_target_modules,
        }
        for values in itertools.product(*(tried or (own[name],) for name, tried in axes.items())):
            tried = own | dict(zip(axes, values, strict=True))
            tried["lora_alpha"] = max(1, round(self.lora_alpha * tried["lora_r"] / self.lora_r))
            yield LoraRecipe.model_validate(tried)


def run_trials(
    training: Sequence[Pair],
    watched: Sequence[Pair],
    recipe: TrialsRecipe,
    places: Places,
    inputs: Mapping[str, str],
    say: Callable[[str], object],
) -> "pd.DataFrame":
    """Train every recipe of the grid that was not trained before on the same inputs.

    Args:
        training: Pairs to learn from.
        watched: Pairs of the validation set, in a fixed order.
        recipe: The grid.
        places: Base model; finished trials lie in folders below `target`, named by their keys.
        inputs: Digests of base model, training and validation set, chat templates, and the version of the code.
        say: Gets lines of progress.

    Returns:
        One row per trial.

    Raises:
        UserError: As `make_adapter` does; trials that were finished stay.
    """
    grid = list(recipe.grid()) if recipe.enabled else []
    for tried in grid:  # a name that the model does not have is said before hours are spent on the others
        resolve_targets(without_weights(places.base), tried.target_modules)
    finished = [
        train_once(training, watched, tried, places, inputs, say, "trial", _difference(tried, recipe)) for tried in grid
    ]
    shutil.rmtree(places.checkpoints, ignore_errors=True)
    return _table(finished)


def _difference(tried: LoraRecipe, recipe: TrialsRecipe) -> str:
    values = tried.model_dump(mode="json")
    own = recipe.model_dump(mode="json")
    return ", ".join(f"{name} {value}" for name, value in values.items() if value != own[name]) or "as it is"


def _table(finished: Sequence[KeptAdapter]) -> "pd.DataFrame":
    import numpy as np
    import pandas as pd

    manifests = {trial.folder.name: trial.manifest for trial in finished}
    losses = {trial.folder.name: trial.losses for trial in finished}
    best = min(manifests, key=lambda key: (manifests[key]["validation"]["adapter_loss"], key), default="")
    rows: list[dict[str, Any]] = []
    for key, manifest in manifests.items():
        values, least = (np.array([row["adapter"] for row in losses[name]]) for name in (key, best))
        postings = np.array([row["posting_id"] for row in losses[key]])
        own, behind = estimate(values, postings, SEED), estimate(values - least, postings, SEED)
        recipe = manifest["recipe"]
        rows.append(
            {
                "trial": key,
                **{name: recipe[name] for name in ("lora_r", "lora_alpha", "learning_rate", "batch_size")},
                "target_modules": ", ".join(recipe["target_modules"]),
                "trainable_parameters": manifest["trainable_parameters"],
                "n": own.n,
                "postings": own.clusters,
                "base_loss": manifest["validation"]["base_loss"],
                "validation_loss": own.mean,
                "low": own.low,
                "high": own.high,
                "behind_best": behind.mean,
                "behind_low": behind.low,
                "behind_high": behind.high,
                "seconds": manifest["seconds"],
            }
        )
    return pd.DataFrame(rows, columns=list(RECIPE_TRIALS.names))
