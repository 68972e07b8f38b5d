"""The folder of an adapter and its manifest say what was trained with what."""

import json
import math
from pathlib import Path

import pytest

from jobsearch_dagster.finetuning.adapter import LIBRARIES, LOSSES
from jobsearch_dagster.finetuning.backends import choose_here
from jobsearch_dagster_tests.finetuning.trainings import RECIPE, WATCHED, Trained, files, matrices


def test_the_adapter_holds_low_rank_matrices_of_the_target_projections_only(trained: Trained) -> None:
    tensors = matrices(trained.folder)
    assert len(tensors) == 2 * 4 * 2  # layers, projections, A and B
    assert all(".self_attn." in name and ".lora_" in name for name in tensors)
    assert {min(matrix.shape) for matrix in tensors.values()} == {RECIPE.lora_r}
    assert all(bool(matrix.any()) for name, matrix in tensors.items() if "lora_B" in name)


def test_weights_are_safetensors_and_nothing_is_pickled(trained: Trained) -> None:
    assert files(trained.folder) == {"adapter_config.json", "adapter_model.safetensors", LOSSES}


def test_the_last_checkpoint_stays_until_the_adapter_is_where_it_belongs(trained: Trained) -> None:
    """The caller deletes it: a disk that is full when the manifest is written must not cost the training."""
    assert (trained.folder.parent / "checkpoints" / "checkpoint-6" / "complete.json").is_file()


def test_nothing_of_the_examples_stays_on_disk(trained: Trained, smoke_models: Path) -> None:
    assert list((smoke_models / "tmp").iterdir()) == []


def test_the_adapter_says_that_it_is_a_language_model_s(trained: Trained) -> None:
    config = json.loads((trained.folder / "adapter_config.json").read_text(encoding="utf-8"))
    assert config["task_type"] == "CAUSAL_LM"
    assert (config["r"], config["lora_alpha"]) == (RECIPE.lora_r, RECIPE.lora_alpha)


def test_the_manifest_says_what_was_trained_with_what(trained: Trained) -> None:
    manifest = trained.manifest
    assert manifest["recipe"] == RECIPE.model_dump(mode="json")
    assert manifest["target_modules"] == {"q_proj": 2, "k_proj": 2, "v_proj": 2, "o_proj": 2}
    assert manifest["trainable_parameters"] == sum(matrix.numel() for matrix in matrices(trained.folder).values())
    assert 0 < manifest["trainable_parameters"] < manifest["parameters"]
    assert manifest["trainable_share"] == manifest["trainable_parameters"] / manifest["parameters"]
    assert {"torch", "transformers", "peft", "trl", "accelerate"} <= manifest["versions"].keys() <= set(LIBRARIES)
    assert (manifest["backend"], manifest["backend_reason"]) == choose_here(RECIPE)
    assert manifest["precision"] == "fp32"
    assert manifest["seconds"] > 0
    assert manifest["forecast_mib"] > 0
    assert manifest["resumed_after_step"] is None


def test_the_manifest_is_strict_json(trained: Trained) -> None:
    assert json.loads(json.dumps(trained.manifest, allow_nan=False)) == trained.manifest


def test_the_manifest_counts_what_was_learned_from_and_what_was_held_back(trained: Trained) -> None:
    dataset, validation = trained.manifest["dataset"], trained.manifest["validation"]
    assert (dataset["examples"], dataset["postings"], dataset["dropped"], dataset["cut"]) == (12, 4, 0, 0)
    assert (validation["examples"], validation["postings"], validation["dropped"]) == (6, 3, 0)
    assert dataset["digest"] != validation["digest"]


def test_the_losses_of_single_pairs_lie_beside_the_weights(trained: Trained) -> None:
    rows = json.loads((trained.folder / LOSSES).read_text(encoding="utf-8"))
    assert [(row["posting_id"], row["query_type"]) for row in rows] == [(p.posting_id, p.query_type) for p in WATCHED]
    for name in ("base", "adapter"):
        mean = math.fsum(row[name] for row in rows) / len(rows)
        assert trained.manifest["validation"][f"{name}_loss"] == pytest.approx(mean)
    assert [row["tokens"] for row in rows] == [len(p.answer.encode()) + 1 for p in WATCHED]
