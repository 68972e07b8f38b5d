"""Assets of fine-tuning: base model, adapter, and how the training went."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from duckdb import DuckDBPyConnection
from pydantic import Field

from jobsearch_dagster.finetuning import conversion, curves, summary
from jobsearch_dagster.finetuning.adapter import Places, make_adapter
from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.tables import RECIPE_TRIALS, TRAINING_LOG
from jobsearch_dagster.finetuning.trials import TrialsRecipe, run_trials
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.artifacts import Artifact
from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.pictures import as_markdown
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, artifact_asset, table_asset
from jobsearch_dagster.foundation.ui_metadata import markdown_table, shown
from jobsearch_dagster.pairs.rendering import templates_digest


class BaseModelRecipe(Recipe):
    """Which language model everything stands on."""

    model: str = Field(default="smollm2-135m-instruct", description="embedded name, folder, or Hugging Face id")


def base_model_digest(folder: DataFolder, config: BaseModelRecipe) -> dict[str, str]:
    """Digest of the model's files: other weights under the same name make another model."""
    return {f"model {config.model}": model_store.model_digest(config.model, folder.root)}


@artifact_asset(
    recipe=BaseModelRecipe, code_version="1", external=base_model_digest, kinds=("huggingface", "safetensors")
)
def base_model(step: Step, path: Path) -> dict[str, Any]:
    """The untouched language model as safetensors with tokenizer and chat template."""
    root, files = model_store.model_files(step.config.model, step.folder.root)
    return {"model": step.config.model, **conversion.convert(root, files, path, step.say)}


ANSWER_CHARACTERS = 400
"""Of an answer on the page of `lora_adapter`."""


def shown_adapter(adapter: Artifact) -> dict[str, Any]:
    """Losses, size and speed, and for the sample scores and answers at each checkpoint, for the UI."""
    manifest = adapter.manifest
    sample = {
        "before and after": summary.before_and_after,
        "scores at checkpoints": summary.scores_by_step,
        "answers at checkpoints": summary.answers_by_question,
    }
    return {
        "backend": f"{manifest['backend']}: {manifest['backend_reason']}",
        "validation": {
            name: shown(manifest["validation"][name]) for name in ("base_loss", "adapter_loss", "low", "high")
        },
        "trainable_parameters": manifest["trainable_parameters"],
        "training_seconds": manifest["seconds"],
        "tokens_per_second": summary.tokens_per_second(manifest["log"]),
        "hardware": manifest["hardware"],
        **{
            name: dg.MetadataValue.md(markdown_table(pd.DataFrame(rows(manifest["sample"])), ANSWER_CHARACTERS))
            for name, rows in sample.items()
        },
    }


def pairs_of(step: Step, table: str) -> list[Pair]:
    """The pairs of a set; the order of a digest, so that the first few are a fair draw."""
    columns = ", ".join(field.name for field in fields(Pair))
    rows = step.connection.execute(f"SELECT {columns} FROM {table} ORDER BY md5(pair_id), pair_id").fetchall()
    return [Pair(*row) for row in rows]


def training_files(folder: DataFolder, config: LoraRecipe) -> dict[str, str]:
    """Digests of the chat templates that examples are rendered with, and of DeepSpeed's configuration."""
    path = Path(config.deepspeed) if config.deepspeed else None
    deepspeed = {"deepspeed": digest_of_files(path.parent, [path])} if path and path.is_file() else {}
    return {"chat templates": templates_digest(), **deepspeed}


@artifact_asset(
    inputs=("base_model", "training_set", "validation_set"),
    recipe=LoraRecipe,
    code_version="3",
    external=training_files,
    kinds=("pytorch", "peft"),
    show=shown_adapter,
    accelerator=True,
)
def lora_adapter(step: Step, path: Path) -> dict[str, Any]:
    """A LoRA adapter of the base model, trained on the training set (the report's step 7).

    On a GPU where there is one. A training that was killed goes on from its last checkpoint. Base model and adapter
    are compared on the validation set.
    """
    base = step.artifact("base_model")
    key = step.parts.key
    places = Places(base.path, path, step.folder.artifacts.workspace("lora_adapter", key), step.folder.root)
    made = make_adapter(
        pairs_of(step, "training_set"), pairs_of(step, "validation_set"), step.config, places, key, step.say
    )
    return {**made, "base_model": {name: base.manifest[name] for name in ("model", "architecture", "files_digest")}}


@table_asset(TRAINING_LOG, inputs=("lora_adapter",), code_version="2")
def training_log(step: Step) -> pd.DataFrame:
    """How the training of the adapter went, and how the sample was answered at its checkpoints.

    One row per step; step 0 is the base model.
    """
    manifest = step.artifact("lora_adapter").manifest
    return summary.training_rows(manifest["log"], manifest["sample"])


def shown_curves(artifact: Artifact) -> dict[str, Any]:
    """The pictures in the UI."""
    return {name: as_markdown(artifact.path / f"{name}.png") for name in curves.PICTURES}


@artifact_asset(inputs=("training_log",), code_version="2", kinds=("matplotlib",), show=shown_curves)
def training_curves(step: Step, path: Path) -> dict[str, Any]:
    """The report's pictures of the training: loss, gradient norm, learning rate, performance over epochs."""
    curves.draw(step.connection.table("training_log").df(), path)
    return {"pictures": [f"{name}.png" for name in curves.PICTURES]}


def shown_trials(connection: DuckDBPyConnection) -> dict[str, Any]:
    """The trials, the best first."""
    trials = connection.sql(
        """
        SELECT lora_r, learning_rate, batch_size, target_modules, n, validation_loss, low, high, behind_low
        FROM recipe_trials ORDER BY validation_loss, trial
        """
    ).df()
    return {"trials": dg.MetadataValue.md(markdown_table(trials) if len(trials) else "off: set `enabled`")}


@table_asset(
    RECIPE_TRIALS,
    inputs=("base_model", "training_set", "validation_set"),
    recipe=TrialsRecipe,
    code_version="2",
    external=training_files,
    kinds=("pytorch", "peft"),
    show=shown_trials,
    accelerator=True,
)
def recipe_trials(step: Step) -> pd.DataFrame:
    """Validation loss of a small grid of recipes: which rank, learning rate, batch and modules are worth it.

    `enabled` trains it: an adapter for every combination of the values in `try_lora_r`, `try_learning_rate`,
    `try_batch_size` and `try_target_modules`, where an empty list keeps the recipe's own value; the other fields are
    those of `lora_adapter`. A trial that was trained before is not trained again. One row per trial.
    """
    if not step.config.enabled:
        step.say("off: set `enabled` in its config to train the grid")
    store = step.folder.artifacts
    places = Places(
        step.artifact("base_model").path,
        store.root / "recipe_trials",
        store.workspace("recipe_trials", step.parts.key),
        step.folder.root,
    )
    training, watched = pairs_of(step, "training_set"), pairs_of(step, "validation_set")
    own = {name: digest for name, digest in step.parts.external.items() if name != "table schema"}
    inputs = {**step.parts.inputs, **own, "code": step.parts.code_version}
    return run_trials(training, watched, step.config, places, inputs, step.say)
