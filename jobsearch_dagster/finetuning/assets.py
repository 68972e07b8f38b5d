"""Assets of fine-tuning: base model, adapter, and how the training went."""

from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field

from jobsearch_dagster.finetuning import conversion, curves, training
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.tables import TRAINING_LOG
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.artifacts import Artifact
from jobsearch_dagster.foundation.pictures import as_markdown
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, artifact_asset, table_asset


class BaseModelRecipe(Recipe):
    """Which language model everything stands on."""

    model: str = Field(default="smollm2-135m-instruct", description="embedded name, folder, or Hugging Face id")


def base_model_digest(folder: DataFolder, config: BaseModelRecipe) -> dict[str, str]:
    """Digest of the model's files: other weights under the same name make another model."""
    return {f"model {config.model}": model_store.model_digest(config.model, folder.root)}


def losses(adapter: Artifact) -> dict[str, Any]:
    """First and last loss, size and speed for the UI."""
    manifest = adapter.manifest
    return {
        "first_loss": manifest["log"][0]["loss"],
        "last_loss": manifest["log"][-1]["loss"],
        "trainable_parameters": manifest["trainable_parameters"],
        "training_seconds": manifest["seconds"],
        "hardware": manifest["hardware"],
    }


@artifact_asset(
    recipe=BaseModelRecipe, code_version="1", external=base_model_digest, kinds=("huggingface", "safetensors")
)
def base_model(step: Step, path: Path) -> dict[str, Any]:
    """The untouched language model as safetensors with tokenizer and chat template."""
    root, files = model_store.model_files(step.config.model, step.folder.root)
    return {"model": step.config.model, **conversion.convert(root, files, path, step.say)}


@artifact_asset(
    inputs=("base_model", "training_set"),
    recipe=LoraRecipe,
    code_version="1",
    kinds=("pytorch", "peft"),
    show=losses,
    accelerator=True,
)
def lora_adapter(step: Step, path: Path) -> dict[str, Any]:
    """A LoRA adapter of the base model, trained on the training set (the report's step 7).

    On a GPU where there is one.
    """
    rows = step.connection.execute("SELECT system, question, answer FROM training_set ORDER BY pair_id").fetchall()
    pairs = [training.Pair(*row) for row in rows]
    base = step.artifact("base_model")
    trained = training.train_adapter(base.path, pairs, step.config, path, step.say)
    return {**trained, "base_model": {name: base.manifest[name] for name in ("model", "files_digest")}}


@table_asset(TRAINING_LOG, inputs=("lora_adapter",), code_version="1")
def training_log(step: Step) -> pd.DataFrame:
    """Loss, gradient norm and learning rate of the adapter's training.

    One row per step.
    """
    return pd.DataFrame(step.artifact("lora_adapter").manifest["log"])


@artifact_asset(
    inputs=("training_log",),
    code_version="1",
    kinds=("matplotlib",),
    show=lambda artifact: {"curves": as_markdown(artifact.path / "training_curves.png")},
)
def training_curves(step: Step, path: Path) -> dict[str, Any]:
    """The report's four pictures of the training, as PNG."""
    curves.draw_training_curves(step.connection.table("training_log").df(), path / "training_curves.png")
    return {"pictures": ["training_curves.png"]}
