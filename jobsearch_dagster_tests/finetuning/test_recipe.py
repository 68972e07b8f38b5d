"""A recipe that cannot work is refused; projections are found under the names that a model gives them."""

from typing import Any

import pytest
from pydantic import ValidationError

from jobsearch_dagster.finetuning.recipe import TARGET_GROUPS, LoraRecipe, resolve_targets
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import checked

SIZES: dict[str, Any] = {
    "vocab_size": 32,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "pad_token_id": 0,
}


def llama() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(LlamaConfig(**SIZES))


def phi() -> Any:
    """Phi-3.5's architecture: query, key and value in one projection, gate and up in another."""
    from transformers import Phi3Config, Phi3ForCausalLM

    return Phi3ForCausalLM(Phi3Config(**SIZES))


def opt() -> Any:
    """An architecture that names its output projection otherwise."""
    from transformers import OPTConfig, OPTForCausalLM

    return OPTForCausalLM(
        OPTConfig(vocab_size=32, hidden_size=16, ffn_dim=32, num_hidden_layers=2, num_attention_heads=2)
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lora_rank": 8}, "config lora_adapter.lora_rank: Extra inputs are not permitted"),
        ({"lora_r": 0}, "config lora_adapter.lora_r: .*greater than or equal to 1"),
        ({"lora_dropout": 1.0}, "config lora_adapter.lora_dropout: .*less than 1"),
        ({"learning_rate": 0}, "config lora_adapter.learning_rate: .*greater than 0"),
        ({"target_modules": "all"}, "config lora_adapter.target_modules: .*'report' or 'notebook'"),
        ({"loss": "prompt"}, "config lora_adapter.loss: .*'answer' or 'full'"),
        ({"warmup_steps": 60}, "warmup_steps 60 must be smaller than max_steps 60"),
        ({"max_steps": 3}, "warmup_steps 5 must be smaller than max_steps 3"),
    ],
)
def test_what_cannot_work_is_refused_with_the_field_and_the_reason(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        checked(LoraRecipe, "lora_adapter", values)


def test_a_warm_up_that_ends_before_the_training_is_accepted() -> None:
    assert LoraRecipe(warmup_steps=2, max_steps=3).warmup_steps == 2


def test_a_recipe_does_not_change_once_it_is_made() -> None:
    recipe = LoraRecipe()
    with pytest.raises(ValidationError, match="frozen"):
        recipe.lora_r = 32  # ty: ignore[invalid-assignment]


def test_the_defaults_are_the_report_s_hyper_parameters() -> None:
    recipe = LoraRecipe()
    assert (recipe.lora_r, recipe.lora_alpha, recipe.lora_dropout, recipe.learning_rate) == (16, 16, 0.0, 5e-5)
    assert (recipe.max_steps, recipe.batch_size, recipe.gradient_accumulation_steps) == (60, 4, 8)


def test_separate_projections_are_found_by_their_own_names_in_every_layer() -> None:
    assert resolve_targets(llama(), "report") == dict.fromkeys(TARGET_GROUPS["report"], 2)
    assert resolve_targets(llama(), "notebook") == dict.fromkeys(TARGET_GROUPS["notebook"], 2)


def test_fused_projections_are_found_and_counted_once() -> None:
    assert resolve_targets(phi(), "report") == {"qkv_proj": 2, "o_proj": 2}
    assert resolve_targets(phi(), "notebook") == {"qkv_proj": 2, "o_proj": 2, "gate_up_proj": 2, "down_proj": 2}


@pytest.mark.parametrize("group", TARGET_GROUPS)
def test_peft_puts_adapters_exactly_where_they_were_resolved(group: str) -> None:
    from peft import LoraConfig, get_peft_model

    targets = resolve_targets(phi(), group)
    model = get_peft_model(phi(), LoraConfig(task_type="CAUSAL_LM", r=2, target_modules=list(targets)))
    adapted = [name for name, _ in model.named_modules() if name.endswith("lora_A.default")]
    assert len(adapted) == sum(targets.values())


def test_a_projection_that_the_model_lacks_is_named() -> None:
    with pytest.raises(UserError, match="OPTForCausalLM has no o_proj"):
        resolve_targets(opt(), "report")
