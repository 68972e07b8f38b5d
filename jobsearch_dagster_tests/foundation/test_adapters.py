"""An adapter of another model is refused in one line, before anything is put on the model."""

import json
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.foundation.adapters import check_fits
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.generation import Generator

SIZES: dict[str, Any] = {
    "vocab_size": 32,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "pad_token_id": 0,
}
SEPARATE = ("q_proj", "k_proj", "v_proj", "o_proj")
FUSED = ("qkv_proj", "o_proj")
ALL_FUSED = (*FUSED, "gate_up_proj", "down_proj")


def llama(**changes: Any) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(LlamaConfig(**SIZES | changes))


def phi() -> Any:
    """Phi-3.5's architecture: query, key and value in one projection, gate and up in another."""
    from transformers import Phi3Config, Phi3ForCausalLM

    return Phi3ForCausalLM(Phi3Config(**SIZES))


def gpt2() -> Any:
    """An architecture whose projections are no linear layers."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(GPT2Config(vocab_size=32, n_embd=16, n_layer=2, n_head=2, n_positions=32))


def save_adapter(model: Any, targets: tuple[str, ...], folder: Path) -> Path:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(task_type="CAUSAL_LM", r=2, target_modules=list(targets))
    get_peft_model(model, config).save_pretrained(str(folder))
    return folder


def refused(model: Any, adapter: Path) -> str:
    """The one line that an adapter is refused with."""
    with pytest.raises(UserError) as caught:
        check_fits(model, adapter)
    message = str(caught.value)
    assert "\n" not in message
    assert str(adapter) in message
    assert "train anew with `jobsearch run --select lora_adapter`" in message
    return message


@pytest.mark.parametrize(
    ("make", "targets"), [(llama, SEPARATE), (phi, FUSED), (phi, ALL_FUSED), (gpt2, ("c_attn", "c_proj"))]
)
def test_an_adapter_fits_a_model_like_the_one_it_was_trained_on(make: Any, targets: Any, tmp_path: Path) -> None:
    check_fits(make(), save_adapter(make(), targets, tmp_path / "adapter"))


def test_a_module_that_the_model_lacks_is_named(tmp_path: Path) -> None:
    message = refused(llama(), save_adapter(phi(), FUSED, tmp_path / "adapter"))
    assert "does not fit LlamaForCausalLM in memory" in message
    assert "it changes model.layers.0.self_attn.qkv_proj, which this model lacks" in message
    assert "use the base model that the adapter was trained on" in message


def test_separate_projections_do_not_fit_fused_ones(tmp_path: Path) -> None:
    message = refused(phi(), save_adapter(llama(), SEPARATE, tmp_path / "adapter"))
    assert "does not fit Phi3ForCausalLM" in message
    assert ".self_attn.k_proj, which this model lacks" in message


def test_another_width_is_said_with_both_sizes(tmp_path: Path) -> None:
    message = refused(llama(), save_adapter(llama(hidden_size=24), SEPARATE, tmp_path / "adapter"))
    assert "it changes model.layers.0.self_attn.k_proj from 24 to 24 features, and here that has 16 to 16" in message


def test_fewer_heads_for_keys_are_another_width(tmp_path: Path) -> None:
    message = refused(llama(), save_adapter(llama(num_key_value_heads=1), ("q_proj", "v_proj"), tmp_path / "adapter"))
    assert "self_attn.v_proj from 16 to 8 features, and here that has 16 to 16" in message


def test_more_layers_than_the_model_has_do_not_fit(tmp_path: Path) -> None:
    message = refused(llama(), save_adapter(llama(num_hidden_layers=3), SEPARATE, tmp_path / "adapter"))
    assert "model.layers.2.self_attn.k_proj, which this model lacks" in message


def test_the_generator_refuses_before_it_puts_the_adapter_on(smoke_models: Path, tmp_path: Path) -> None:
    base = smoke_models / "language_model"
    adapter = save_adapter(phi(), FUSED, tmp_path / "adapter")
    with pytest.raises(UserError, match=rf"does not fit LlamaForCausalLM in {base}: it changes model.layers.0"):
        Generator(base, adapter)


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    adapter = save_adapter(llama(), SEPARATE, tmp_path / "adapter")
    (adapter / name).unlink()
    assert f"{name} is missing" in refused(llama(), adapter)


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json"])
@pytest.mark.parametrize("kept", [0, 5, 40])
def test_a_file_that_is_cut_off_is_named(name: str, kept: int, tmp_path: Path) -> None:
    adapter = save_adapter(llama(), SEPARATE, tmp_path / "adapter")
    (adapter / name).write_bytes((adapter / name).read_bytes()[:kept])
    assert f"{name} is broken" in refused(llama(), adapter)


def test_a_folder_that_is_not_there_is_a_missing_adapter(tmp_path: Path) -> None:
    assert "adapter_config.json is missing" in refused(llama(), tmp_path / "nowhere")


def test_a_file_without_lora_matrices_is_no_adapter(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    (tmp_path / "adapter_config.json").write_text(json.dumps({}))
    save_file({"base_model.model.lm_head.weight": torch.zeros(2, 2)}, tmp_path / "adapter_model.safetensors")
    assert "holds no LoRA matrices" in refused(llama(), tmp_path)


def test_halves_of_different_rank_do_not_belong_together(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    adapter = save_adapter(llama(), SEPARATE, tmp_path / "adapter")
    tensors = load_file(adapter / "adapter_model.safetensors")
    (name,) = [name for name in tensors if "layers.1.self_attn.o_proj.lora_A" in name]
    tensors[name] = torch.zeros(3, 16)
    save_file(tensors, adapter / "adapter_model.safetensors")
    assert "two matrices for model.layers.1.self_attn.o_proj do not belong together" in refused(llama(), adapter)
