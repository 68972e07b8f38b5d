"""Short passes are trained faster and learn the same."""

from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning import short_passes
from jobsearch_dagster.finetuning.short_passes import (
    LARGEST,
    LONGEST,
    VOCABULARY,
    are_short,
    attend_plainly,
    take_loss_at_once,
)
from jobsearch_dagster_tests.finetuning import trainings

ONE_STEP: dict[str, Any] = {"max_steps": 1, "warmup_steps": 0, "batch_size": 4, "gradient_accumulation_steps": 3}


@pytest.mark.parametrize(
    ("longest", "tokens", "vocabulary", "cuda", "found"),
    [
        (LONGEST, LARGEST, VOCABULARY, False, True),
        (LONGEST, LARGEST, 99, False, True),
        (LONGEST + 1, LARGEST, 99, False, False),
        (LONGEST, LARGEST + 1, 99, False, False),
        (LONGEST, LARGEST, 3 * VOCABULARY, False, False),
        (LONGEST, LARGEST // 3, 3 * VOCABULARY, False, True),
        (10, 40, 99, True, False),
    ],
)
def test_passes_are_short_where_scores_and_logits_are_small(
    longest: int, tokens: int, vocabulary: int, cuda: bool, found: bool
) -> None:
    assert are_short(longest, tokens, vocabulary, cuda=cuda) is found


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["answer", "full"])
def test_they_learn_what_long_passes_learn(
    smoke_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    """Loss, accuracy, gradient and the adapter itself; the manifest says which way it was."""
    import torch

    found = {}
    for name, is_short in (("short", True), ("long", False)):
        monkeypatch.setattr(short_passes, "are_short", lambda *_, answer=is_short, **__: answer)
        found[name] = trainings.train(smoke_models, tmp_path / name, loss=loss, **ONE_STEP)
        assert found[name].manifest["short_passes"] is is_short
    short, long = found["short"], found["long"]
    for column in ("loss", "token_accuracy", "grad_norm"):
        assert short.column(column) == pytest.approx(long.column(column), rel=1e-4)
    weights, expected = trainings.matrices(short.folder), trainings.matrices(long.folder)
    assert all(torch.allclose(weights[name], expected[name], atol=1e-4) for name in expected)


def small_llama(**options: Any) -> Any:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"vocab_size": 99, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    return LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=2, initializer_range=0.2, **options)).eval()


def test_the_loss_is_that_of_transformers_and_its_gradient_too() -> None:
    """Of a padded batch with prompts, summed over a step of 50 tokens; and the entropy is that of the predictions."""
    import torch

    ids = torch.randint(3, 99, (3, 17), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    labels = ids.where(mask == 1, -100)
    labels[:, :5] = -100
    losses, gradients = [], []
    for prepare in (lambda model: None, attend_plainly, take_loss_at_once):
        model = small_llama()
        prepare(model)
        out = model(input_ids=ids, attention_mask=mask, labels=labels, num_items_in_batch=torch.tensor(50))
        out[0].backward()
        losses.append(out[0].item())
        gradients.append(model.model.layers[0].mlp.up_proj.weight.grad)
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-5)
    assert all(torch.allclose(gradient, gradients[0], atol=1e-6) for gradient in gradients)
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1][labels[:, 1:] != -100]
    wanted = labels[:, 1:][labels[:, 1:] != -100]
    assert out.num_valid_tokens == len(wanted)
    assert out.num_correct_tokens == (logits.argmax(dim=-1) == wanted).sum()
    assert float(out.entropy_sum) == pytest.approx(
        float(torch.distributions.Categorical(logits=logits).entropy().sum())
    )


@pytest.mark.parametrize(("name", "value"), [("final_logit_softcapping", 30.0), ("output_router_logits", True)])
def test_a_model_that_scales_its_logits_or_routes_keeps_its_own_pass(name: str, value: float | bool) -> None:
    model = small_llama()
    setattr(model.config, name, value)
    before = model.forward
    take_loss_at_once(model)
    assert model.forward == before
