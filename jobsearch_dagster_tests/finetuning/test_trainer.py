"""State of optimizer, schedule and random numbers goes to disk and back without a difference and without pickle."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning.trainer import (
    load_optimizer,
    load_random_state,
    save_optimizer,
    save_random_state,
)
from jobsearch_dagster_tests.finetuning.trainings import files


def made(seed: int) -> tuple[Any, Any, Any]:
    """A small model, its optimizer with two groups, its schedule."""
    import torch

    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Linear(8, 1))
    groups = [{"params": list(model[0].parameters()), "weight_decay": 0.1}, {"params": list(model[1].parameters())}]
    optimizer = torch.optim.AdamW(groups, lr=0.05)
    return model, optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))


def steps(model: Any, optimizer: Any, schedule: Any, count: int) -> None:
    import torch

    for number in range(count):
        optimizer.zero_grad()
        model(torch.full((2, 4), 0.5 + number)).square().sum().backward()
        optimizer.step()
        schedule.step()


def test_optimizer_and_schedule_go_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    import torch

    model, optimizer, schedule = made(1)
    steps(model, optimizer, schedule, 3)
    save_optimizer(optimizer, schedule, tmp_path)
    other, other_optimizer, other_schedule = made(2)
    other.load_state_dict(model.state_dict())
    load_optimizer(other_optimizer, other_schedule, tmp_path)

    first, second = optimizer.state_dict(), other_optimizer.state_dict()
    assert json.dumps(first["param_groups"]) == json.dumps(second["param_groups"])  # (0.9, 0.999) comes back as a list
    assert first["state"].keys() == second["state"].keys() == {0, 1, 2, 3}
    for number, moments in first["state"].items():
        assert moments.keys() == second["state"][number].keys() == {"step", "exp_avg", "exp_avg_sq"}
        assert all(torch.equal(tensor, second["state"][number][name]) for name, tensor in moments.items())
    assert schedule.get_last_lr() == other_schedule.get_last_lr() != [0.05, 0.05]

    steps(model, optimizer, schedule, 3)
    steps(other, other_optimizer, other_schedule, 3)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


def drawn() -> tuple[Any, ...]:
    """The next random numbers of all generators, dropout's among them."""
    import numpy as np
    import torch

    dropped = torch.nn.Dropout(0.5)(torch.ones(64)).tolist()
    return random.random(), random.gauss(0, 1), np.random.rand(), np.random.randn(), torch.rand(3).tolist(), dropped


def test_random_numbers_go_on_where_they_were(tmp_path: Path) -> None:
    import numpy as np
    import torch

    drawn()  # a Gaussian comes in pairs, and the second is kept
    save_random_state(tmp_path / "checkpoint", 0)
    expected = drawn()
    random.seed(9)
    np.random.seed(9)
    torch.manual_seed(9)
    assert drawn() != expected
    load_random_state(tmp_path / "checkpoint", 0)
    assert drawn() == expected


def test_every_process_has_random_numbers_of_its_own(tmp_path: Path) -> None:
    save_random_state(tmp_path, 0)
    first = drawn()
    save_random_state(tmp_path, 1)
    second = drawn()
    assert first != second
    load_random_state(tmp_path, 0)
    assert drawn() == first
    load_random_state(tmp_path, 1)
    assert drawn() == second


def test_the_files_are_safetensors_and_json(tmp_path: Path) -> None:
    model, optimizer, schedule = made(1)
    steps(model, optimizer, schedule, 1)
    save_optimizer(optimizer, schedule, tmp_path)
    save_random_state(tmp_path, 0)
    assert files(tmp_path) == {
        "optimizer.safetensors", "optimizer.json", "random-0.safetensors", "random-0.json",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["optimizer.safetensors", "optimizer.json"])
def test_without_one_of_its_files_nothing_is_loaded(tmp_path: Path, name: str) -> None:
    model, optimizer, schedule = made(1)
    steps(model, optimizer, schedule, 1)
    save_optimizer(optimizer, schedule, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError):
        load_optimizer(optimizer, schedule, tmp_path)
