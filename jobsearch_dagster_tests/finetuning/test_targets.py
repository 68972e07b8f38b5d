"""Projections are found under the names that a model gives them."""

from typing import Any

import pytest

from jobsearch_dagster.finetuning.targets import TARGET_GROUPS, resolve_targets
from jobsearch_dagster.foundation.errors import UserError

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


def test_separate_projections_are_found_by_their_own_names_in_every_layer() -> None:
    assert resolve_targets(llama(), ["report"]) == dict.fromkeys(TARGET_GROUPS["report"], 2)
    assert resolve_targets(llama(), ["notebook"]) == dict.fromkeys(TARGET_GROUPS["notebook"], 2)


def test_fused_projections_are_found_and_counted_once() -> None:
    assert resolve_targets(phi(), ["report"]) == {"qkv_proj": 2, "o_proj": 2}
    assert resolve_targets(phi(), ["notebook"]) == {"qkv_proj": 2, "o_proj": 2, "gate_up_proj": 2, "down_proj": 2}


@pytest.mark.parametrize("group", TARGET_GROUPS)
def test_peft_puts_adapters_exactly_where_they_were_resolved(group: str) -> None:
    from peft import LoraConfig, get_peft_model

    targets = resolve_targets(phi(), [group])
    model = get_peft_model(phi(), LoraConfig(task_type="CAUSAL_LM", r=2, target_modules=list(targets)))
    adapted = [name for name, _ in model.named_modules() if name.endswith("lora_A.default")]
    assert len(adapted) == sum(targets.values())


def test_projections_can_be_named_one_by_one_and_beside_a_group() -> None:
    assert resolve_targets(llama(), ["v_proj", "q_proj"]) == {"v_proj": 2, "q_proj": 2}
    assert resolve_targets(llama(), ["down_proj", "report"]) == dict.fromkeys(
        ("down_proj", *TARGET_GROUPS["report"]), 2
    )
    assert resolve_targets(phi(), ["q_proj", "qkv_proj"]) == {"qkv_proj": 2}
    assert resolve_targets(opt(), ["out_proj"]) == {"out_proj": 2}


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("report", "target_modules report: OPTForCausalLM has no o_proj; groups are report, notebook, its projections "
         "fc1, fc2, k_proj, out_proj, q_proj, v_proj"),
        ("qproj", "target_modules qproj: OPTForCausalLM has no qproj; groups are report, notebook, its projections"),
    ],
)  # fmt: skip
def test_a_projection_that_the_model_lacks_is_named_with_those_it_has(wanted: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        resolve_targets(opt(), ["q_proj", wanted])
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("name", ["embed_tokens", "lm_head", "input_layernorm", "act_fn", "self_attn"])
def test_what_no_adapter_can_be_put_on_or_the_loss_would_not_see_is_no_projection(name: str) -> None:
    with pytest.raises(UserError, match=f"LlamaForCausalLM has no {name}"):
        resolve_targets(llama(), [name])
