"""The backend that trains follows from the recipe, the card and what is installed, and says why."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning.backends import check_trackers, choose_backend, load_trl
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster_tests.finetuning.trainings import recipe

SAYS_SO = ("trl", "the recipe says so")
NO_CARD = ("trl", "no CUDA card is there (torch.cuda.is_available() is False)")
NO_UNSLOTH = ("trl", "CUDA is there, and unsloth is not installed (extra `gpu`)")
ONE_PROCESS = ("trl", "CUDA is there, and Unsloth trains in one process only")
UNSLOTH = ("unsloth", "CUDA is there and unsloth is installed")

# backend, distributed, cuda, unsloth
CHOICES = {
    ("auto", "none", False, False): NO_CARD,
    ("auto", "none", False, True): NO_CARD,
    ("auto", "none", True, False): NO_UNSLOTH,
    ("auto", "none", True, True): UNSLOTH,
    ("auto", "accelerate", False, False): NO_CARD,
    ("auto", "accelerate", False, True): NO_CARD,
    ("auto", "accelerate", True, False): ONE_PROCESS,
    ("auto", "accelerate", True, True): ONE_PROCESS,
    **{("trl", *rest): SAYS_SO for rest in product(("none", "accelerate"), (False, True), (False, True))},
    ("unsloth", "none", True, True): ("unsloth", "the recipe says so"),
}
REFUSALS = {
    ("unsloth", "none", False, False): "backend unsloth needs a CUDA card, and torch finds none: use backend auto",
    ("unsloth", "none", False, True): "backend unsloth needs a CUDA card, and torch finds none: use backend auto",
    ("unsloth", "none", True, False): r"backend unsloth is not installed: run `pip install 'jobsearch-dagster\[gpu\]'`",
}
Case = tuple[str, str, bool, bool]


def asked(case: Case, **more: Any) -> tuple[LoraRecipe, dict[str, bool]]:
    backend, distributed, cuda, unsloth = case
    return recipe(backend=backend, distributed=distributed, **more), {"cuda": cuda, "unsloth": unsloth}


def test_every_combination_that_a_recipe_allows_is_in_one_of_the_two_tables() -> None:
    every = set(product(("auto", "trl", "unsloth"), ("none", "accelerate"), (False, True), (False, True)))
    refused_by_the_recipe = {case for case in every if case[:2] == ("unsloth", "accelerate")}
    assert CHOICES.keys() | REFUSALS.keys() == every - refused_by_the_recipe
    assert not CHOICES.keys() & REFUSALS.keys()


@pytest.mark.parametrize("case", CHOICES)
def test_a_backend_is_chosen_with_its_reason(case: Case) -> None:
    wanted, machine = asked(case)
    assert choose_backend(wanted, **machine) == CHOICES[case]


@pytest.mark.parametrize("case", REFUSALS)
def test_what_the_machine_lacks_is_refused_with_what_helps(case: Case) -> None:
    wanted, machine = asked(case)
    with pytest.raises(UserError, match=REFUSALS[case]):
        choose_backend(wanted, **machine)


@pytest.mark.parametrize("case", CHOICES)
def test_four_bits_need_a_card_and_change_nothing_else(case: Case) -> None:
    wanted, machine = asked(case, quantization="4bit")
    if machine["cuda"]:
        assert choose_backend(wanted, **machine) == CHOICES[case]
    else:
        with pytest.raises(UserError, match=r"quantization 4bit needs a CUDA card.*: use quantization none"):
            choose_backend(wanted, **machine)


def test_a_fresh_adapter_is_in_float32_and_the_only_thing_that_is_trained(smoke_models: Path) -> None:
    import torch

    model, targets = load_trl(smoke_models / "language_model", recipe(lora_r=4, lora_dropout=0.25))
    learned = {name: p for name, p in model.named_parameters() if p.requires_grad}
    assert len(learned) == 2 * sum(targets.values())
    assert all(".lora_" in name and p.dtype == torch.float32 for name, p in learned.items())
    config = model.peft_config["default"]
    assert (config.r, config.lora_alpha, config.lora_dropout, config.task_type) == (4, 32, 0.25, "CAUSAL_LM")
    assert set(config.target_modules) == set(targets)


def test_a_fresh_adapter_changes_nothing(smoke_models: Path) -> None:
    import torch

    model = load_trl(smoke_models / "language_model", recipe()).model.eval()
    ids = torch.tensor([[1, 5, 9, 33]])
    with torch.no_grad():
        adapted = model(ids).logits
        with model.disable_adapter():
            assert torch.equal(model(ids).logits, adapted)


def test_a_tracker_that_nobody_knows_is_refused_with_those_that_are_known_and_those_that_are_installed() -> None:
    with pytest.raises(UserError) as error:
        check_trackers(["foo"])
    said = str(error.value)
    assert said.startswith("report_to foo: foo is not supported, only ")
    assert {"tensorboard", "wandb", "mlflow"} <= set(said.replace(",", "").split())
    assert "(installed here: " in said
    assert len(said.splitlines()) == 1


def test_a_tracker_that_is_not_installed_is_refused_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transformers.integrations.integration_utils.is_wandb_available", lambda: False)
    with pytest.raises(UserError, match=r"^report_to wandb: WandbCallback requires wandb to be installed.*pip install"):
        check_trackers(["wandb"])


def test_without_a_tracker_nothing_is_refused() -> None:
    check_trackers([])
