"""A recipe that cannot work is refused with the reason; its defaults are the report's."""

from typing import Any

import pytest
from pydantic import ValidationError

from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import checked

ACCELERATE: dict[str, Any] = {"distributed": "accelerate"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lora_rank": 8}, "config lora_adapter.lora_rank: there is no such field: did you mean lora_r"),
        ({"lora_r": 0}, "config lora_adapter.lora_r: .*greater than or equal to 1"),
        ({"lora_dropout": 1.0}, "config lora_adapter.lora_dropout: .*less than 1"),
        ({"learning_rate": 0}, "config lora_adapter.learning_rate: .*greater than 0"),
        ({"target_modules": []}, "config lora_adapter.target_modules: .*at least 1 item"),
        ({"target_modules": 3}, "config lora_adapter.target_modules: .*valid tuple"),
        ({"loss": "prompt"}, "config lora_adapter.loss: .*'answer' or 'full'"),
        ({"quantization": "8bit"}, "config lora_adapter.quantization: .*'none' or '4bit'"),
        ({"backend": "axolotl"}, "config lora_adapter.backend: .*'auto', 'trl' or 'unsloth'"),
        ({"checkpoint_steps": 0}, "config lora_adapter.checkpoint_steps: .*greater than or equal to 1"),
        ({"warmup_steps": 60}, "warmup_steps 60 must be smaller than max_steps 60"),
        ({"max_steps": 3}, "warmup_steps 5 must be smaller than max_steps 3"),
        ({"processes": 2}, "processes and deepspeed need distributed: accelerate"),
        ({"deepspeed": "zero2.json"}, "processes and deepspeed need distributed: accelerate"),
        (ACCELERATE | {"backend": "unsloth"}, "unsloth trains in one process: use backend trl"),
        (ACCELERATE | {"deepspeed": "zero2.json", "quantization": "4bit"}, "deepspeed does not divide 4-bit weights"),
        (ACCELERATE | {"processes": 3}, "gradient_accumulation_steps 8 must be a multiple of processes 3"),
        (ACCELERATE | {"processes": 16}, "gradient_accumulation_steps 8 must be a multiple of processes 16"),
    ],
)
def test_what_cannot_work_is_refused_with_the_field_and_the_reason(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        checked(LoraRecipe, "lora_adapter", values)


@pytest.mark.parametrize(
    "values",
    [
        {"warmup_steps": 2, "max_steps": 3},
        {"warmup_steps": 0, "max_steps": 1},
        ACCELERATE,
        ACCELERATE | {"processes": 2},
        ACCELERATE | {"processes": 8},
        ACCELERATE | {"processes": 2, "quantization": "4bit"},
        ACCELERATE | {"processes": 2, "deepspeed": "zero2.json", "backend": "trl"},
        {"backend": "unsloth", "quantization": "4bit"},
    ],
)
def test_what_can_work_is_accepted(values: dict[str, Any]) -> None:
    recipe = LoraRecipe.model_validate(values)
    assert values.items() <= recipe.model_dump().items()


def test_a_recipe_does_not_change_once_it_is_made() -> None:
    recipe = LoraRecipe()
    with pytest.raises(ValidationError, match="frozen"):
        recipe.lora_r = 32  # ty: ignore[invalid-assignment]


def test_the_defaults_are_the_report_s_hyper_parameters() -> None:
    recipe = LoraRecipe()
    assert (recipe.lora_r, recipe.lora_alpha, recipe.lora_dropout, recipe.learning_rate) == (16, 16, 0.0, 5e-5)
    assert (recipe.max_steps, recipe.batch_size, recipe.gradient_accumulation_steps) == (60, 4, 8)
    assert (recipe.warmup_steps, recipe.weight_decay, recipe.max_seq_length, recipe.seed) == (5, 0.01, 2048, 3407)
    assert (recipe.target_modules, recipe.loss, recipe.quantization) == (("report",), "answer", "none")


def test_a_step_sees_the_batch_as_often_as_it_is_accumulated() -> None:
    assert LoraRecipe(batch_size=3, gradient_accumulation_steps=5).examples_per_step == 15


@pytest.mark.parametrize("given", ["q_proj, v_proj", "q_proj,v_proj", ["q_proj", "v_proj"], ("q_proj", "v_proj")])
def test_target_modules_are_a_list_or_its_items_between_commas(given: object) -> None:
    assert LoraRecipe.model_validate({"target_modules": given}).target_modules == ("q_proj", "v_proj")


def test_where_the_log_is_sent_does_not_decide_what_the_adapter_is() -> None:
    plain, followed = LoraRecipe(), LoraRecipe(report_to=("tensorboard",))
    assert followed.decisive() == plain.decisive()
    assert plain.model_dump().keys() - plain.decisive().keys() == {"report_to"}
