"""Both pictures are drawn, with something on them, and the same each time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from jobsearch_dagster.finetuning.curves import PICTURES, draw
from jobsearch_dagster.finetuning.summary import training_rows
from jobsearch_dagster_tests.finetuning.trainings import Trained

pytestmark = pytest.mark.slow


@pytest.fixture
def log(trained: Trained) -> pd.DataFrame:
    return training_rows(trained.manifest["log"], trained.manifest["sample"])


def pixels(folder: Path, name: str) -> np.ndarray:
    with Image.open(folder / f"{name}.png") as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def drawn(log: pd.DataFrame, folder: Path) -> dict[str, np.ndarray]:
    folder.mkdir()
    draw(log, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{name}.png" for name in PICTURES)
    return {name: pixels(folder, name) for name in PICTURES}


def test_both_pictures_are_drawn(log: pd.DataFrame, tmp_path: Path) -> None:
    for picture in drawn(log, tmp_path / "first").values():
        assert min(picture.shape[:2]) > 300
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20
        assert 0.5 < (picture == 255).all(axis=2).mean() < 0.99  # lines on white


@pytest.mark.parametrize(
    ("column", "changed"),
    [
        ("loss", {PICTURES[0]}),
        ("grad_norm", {PICTURES[0]}),
        ("learning_rate", {PICTURES[0]}),
        ("token_accuracy", {PICTURES[1]}),
        ("rougeL", {PICTURES[1]}),
        ("bleu", {PICTURES[1]}),
        ("meteor", {PICTURES[1]}),
        ("bert_score", {PICTURES[1]}),
        ("seconds_per_epoch", {PICTURES[1]}),
    ],
)
def test_every_number_is_on_its_picture(log: pd.DataFrame, tmp_path: Path, column: str, changed: set[str]) -> None:
    before = drawn(log, tmp_path / "before")
    log[column] = [value * (n % 3) * 0.3 + 0.11 * n for n, value in enumerate(log[column].fillna(0.5))]
    if column == "seconds_per_epoch":
        log[column] += 100  # it is shown in whole seconds
    after = drawn(log, tmp_path / "after")
    assert {name for name in PICTURES if not np.array_equal(before[name], after[name])} == changed


def test_the_same_log_gives_the_same_pictures(log: pd.DataFrame, tmp_path: Path) -> None:
    first, second = drawn(log, tmp_path / "first"), drawn(log, tmp_path / "second")
    assert all(np.array_equal(first[name], second[name]) for name in PICTURES)


def test_a_training_of_one_step_can_be_drawn(log: pd.DataFrame, tmp_path: Path) -> None:
    drawn(log[log["step"] <= 1], tmp_path / "short")
