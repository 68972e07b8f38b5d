"""Only a whole checkpoint of the same training is gone on from; any other is passed over, with a word about it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jobsearch_dagster.finetuning.checkpoints import Checkpoints

MEASURED, ANSWERED = [{"step": 1, "loss": 2.5}], [{"step": 0, "answer": "none"}]


def written(checkpoints: Checkpoints, step: int) -> Path:
    """What the trainer writes, not yet marked."""
    path = checkpoints.path(step)
    (path / "more").mkdir(parents=True)
    (path / "adapter_model.safetensors").write_bytes(bytes(range(256)) * step)
    (path / "more" / "state.json").write_text(f'{{"step": {step}}}', encoding="utf-8")
    return path


def complete(checkpoints: Checkpoints, *steps: int) -> None:
    for step in steps:
        written(checkpoints, step)
        checkpoints.complete(step, MEASURED, ANSWERED)


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    """Whole ones of steps 3 and 6."""
    made = Checkpoints(tmp_path / "checkpoints", "key")
    complete(made, 3, 6)
    return made


def step_used(checkpoints: Checkpoints) -> tuple[int | None, list[str]]:
    """The step that is gone on from, and what is said."""
    lines: list[str] = []
    last = checkpoints.last(lines.append)
    return (last.step if last else None), lines


def flipped(path: Path) -> None:
    content = bytearray((path / "adapter_model.safetensors").read_bytes())
    content[100] ^= 1
    (path / "adapter_model.safetensors").write_bytes(content)


def truncated(path: Path) -> None:
    content = (path / "adapter_model.safetensors").read_bytes()
    (path / "adapter_model.safetensors").write_bytes(content[:-1])


def changed_below(path: Path) -> None:
    (path / "more" / "state.json").write_text('{"step": 7}', encoding="utf-8")


def removed(path: Path) -> None:
    (path / "more" / "state.json").unlink()


def renamed(path: Path) -> None:
    (path / "more" / "state.json").rename(path / "more" / "other.json")


def unmarked(path: Path) -> None:
    (path / "complete.json").unlink()


def half_marked(path: Path) -> None:
    mark = (path / "complete.json").read_text(encoding="utf-8")
    (path / "complete.json").write_text(mark[: len(mark) // 2], encoding="utf-8")


def emptily_marked(path: Path) -> None:
    (path / "complete.json").write_text("[]", encoding="utf-8")


def marked_under_a_temporary_name(path: Path) -> None:
    (path / "complete.json").rename(path / "complete.json.tmp")


def test_the_last_one_is_used_with_what_was_recorded(checkpoints: Checkpoints) -> None:
    said: list[str] = []
    last = checkpoints.last(said.append)
    assert last is not None
    assert (last.step, last.path) == (6, checkpoints.folder / "checkpoint-6")
    assert (last.measured, last.answered) == (MEASURED, ANSWERED)
    assert said == []


def test_last_means_the_highest_step_and_not_the_last_name(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, "key")
    complete(checkpoints, 9, 10)
    assert step_used(checkpoints) == (10, [])


@pytest.mark.parametrize("damage", [flipped, truncated, changed_below, removed, renamed])
def test_a_damaged_one_is_passed_over_for_the_one_before(
    checkpoints: Checkpoints, damage: Callable[[Path], None]
) -> None:
    path = checkpoints.path(6)
    damage(path)
    said = f"the checkpoint of step 6 is damaged, the one before it is used: {path}"
    assert step_used(checkpoints) == (3, [said])


@pytest.mark.parametrize("damage", [unmarked, half_marked, emptily_marked, marked_under_a_temporary_name])
def test_one_that_was_being_written_is_passed_over(checkpoints: Checkpoints, damage: Callable[[Path], None]) -> None:
    path = checkpoints.path(6)
    damage(path)
    said = f"the checkpoint of step 6 is not whole, the one before it is used: {path}"
    assert step_used(checkpoints) == (3, [said])


def test_one_of_another_training_is_not_used(checkpoints: Checkpoints) -> None:
    step, said = step_used(Checkpoints(checkpoints.folder, "another key"))
    assert step is None
    assert said == [
        f"the checkpoint of step {step} is of another training and is not used: {checkpoints.path(step)}"
        for step in (6, 3)
    ]


def test_where_none_is_good_the_training_begins_anew(checkpoints: Checkpoints) -> None:
    flipped(checkpoints.path(6))
    unmarked(checkpoints.path(3))
    step, said = step_used(checkpoints)
    assert step is None
    assert len(said) == 2


def test_where_there_is_no_folder_there_is_no_checkpoint(tmp_path: Path) -> None:
    assert step_used(Checkpoints(tmp_path / "nowhere", "key")) == (None, [])


def test_other_things_in_the_folder_are_no_checkpoints(checkpoints: Checkpoints) -> None:
    (checkpoints.folder / "checkpoint-best").mkdir()
    (checkpoints.folder / "runs").mkdir()
    (checkpoints.folder / "checkpoint-9").write_text("a file", encoding="utf-8")
    assert step_used(checkpoints)[0] == 6


def test_only_the_last_two_are_kept(checkpoints: Checkpoints) -> None:
    complete(checkpoints, 9, 12)
    assert sorted(path.name for path in checkpoints.folder.iterdir()) == ["checkpoint-12", "checkpoint-9"]
    assert step_used(checkpoints) == (12, [])


def test_one_written_again_over_a_broken_one_is_whole(checkpoints: Checkpoints) -> None:
    """As after a kill: the broken one of step 6 is passed over, trained again and written at the same place."""
    path = checkpoints.path(6)
    unmarked(path)
    changed_below(path)
    checkpoints.complete(6, MEASURED, ANSWERED)
    assert step_used(checkpoints) == (6, [])


def test_deleting_leaves_nothing(checkpoints: Checkpoints) -> None:
    checkpoints.delete()
    assert not checkpoints.folder.exists()
    checkpoints.delete()
