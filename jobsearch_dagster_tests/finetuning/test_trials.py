"""Every recipe of the grid is trained once, kept by its key, and compared with the best on the same pairs."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from jobsearch_dagster.finetuning import kept_adapters
from jobsearch_dagster.finetuning.trials import TrialsRecipe, run_trials
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster_tests.finetuning.trainings import PAIRS, WATCHED, places, recipe, silent

SMALL: dict[str, Any] = {
    "max_steps": 2, "sample_size": 1, "sample_tokens": 2, "try_lora_r": (2, 8), "try_learning_rate": (1e-3, 1e-2),
}  # fmt: skip


def grid(**changes: Any) -> TrialsRecipe:
    return TrialsRecipe.model_validate(recipe().model_dump() | {"enabled": True} | SMALL | changes)


def test_the_grid_is_every_combination_and_alpha_keeps_its_ratio() -> None:
    tried = [(r.lora_r, r.lora_alpha, r.learning_rate, r.batch_size) for r in grid().grid()]
    assert tried == [(2, 8, 1e-3, 4), (2, 8, 1e-2, 4), (8, 32, 1e-3, 4), (8, 32, 1e-2, 4)]


def test_an_axis_without_values_keeps_the_recipe_s() -> None:
    (only,) = grid(try_lora_r=(), try_learning_rate=()).grid()
    assert (only.lora_r, only.learning_rate) == (8, 1e-2)


def test_a_value_that_no_recipe_takes_is_refused() -> None:
    with pytest.raises(ValidationError, match="lora_r"):
        list(grid(try_lora_r=(0,)).grid())


def test_off_nothing_is_trained(smoke_models: Path, tmp_path: Path) -> None:
    table = run_trials(PAIRS, WATCHED, grid(enabled=False), places(smoke_models, tmp_path), {}, silent)
    assert len(table) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_projection_that_the_model_lacks_is_said_before_anything_is_trained(
    smoke_models: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="target_modules v_porj: LlamaForCausalLM has no v_porj"):
        run_trials(
            PAIRS,
            WATCHED,
            grid(try_target_modules=("report", "q_proj,v_porj")),
            places(smoke_models, tmp_path),
            {},
            silent,
        )
    assert list(tmp_path.iterdir()) == []


def test_modules_to_try_are_groups_or_lists_of_names() -> None:
    tried = grid(try_lora_r=(), try_learning_rate=(), try_target_modules=("report", "q_proj,v_proj")).grid()
    assert [r.target_modules for r in tried] == [("report",), ("q_proj", "v_proj")]


@pytest.mark.slow
def test_a_trial_that_was_run_is_not_run_again_and_the_best_is_behind_by_nothing(
    smoke_models: Path, tmp_path: Path
) -> None:
    where, said = places(smoke_models, tmp_path), []
    two = grid(try_lora_r=(8,))
    first = run_trials(PAIRS, WATCHED, two, where, {"sets": "1"}, said.append)
    assert sum(line.startswith("trial ") for line in said) == 2
    assert not where.checkpoints.exists()
    again: list[str] = []
    followed = grid(try_lora_r=(8,), report_to=("tensorboard",))  # which changes no adapter
    assert run_trials(PAIRS, WATCHED, followed, where, {"sets": "1"}, again.append).equals(first)
    assert again == []
    best, other = first.sort_values("validation_loss").to_dict("records")
    assert best["behind_best"] == 0
    assert other["behind_best"] == pytest.approx(other["validation_loss"] - best["validation_loss"])
    assert best["learning_rate"] == 1e-2
    assert (first["low"] < first["validation_loss"]).all()


@pytest.mark.slow
def test_other_inputs_are_other_trials(smoke_models: Path, tmp_path: Path) -> None:
    where = places(smoke_models, tmp_path)
    one = grid(try_lora_r=(8,), try_learning_rate=(1e-2,))
    keys = {run_trials(PAIRS, WATCHED, one, where, {"sets": sets}, silent)["trial"][0] for sets in ("1", "2")}
    assert len(keys) == 2


def test_a_grid_with_a_recipe_that_cannot_be_trained_is_refused_at_once() -> None:
    with pytest.raises(ValidationError, match="lora_r"):
        TrialsRecipe(try_lora_r=(4, 0))


def test_what_is_trained_is_named_as_its_caller_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_adapters, "make_adapter", lambda *_: {})
    said: list[str] = []
    kept = kept_adapters.train_once(
        PAIRS, WATCHED, recipe(), places(tmp_path, tmp_path), {}, said.append, "learning_curve", "all postings"
    )
    assert said == [f"learning_curve {kept.folder.name}: all postings"]
