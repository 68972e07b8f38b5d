"""Texts become unit vectors, the same ones for the same text."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from jobsearch_dagster.foundation.encoder import BATCH, Encoder
from jobsearch_dagster.foundation.errors import UserError

TEXTS = ["we cook lunch", "data pipelines in python", "x", "night shifts at the hospital"]


@pytest.fixture(scope="module")
def encoder(smoke_models: Path) -> Encoder:
    return Encoder("./encoder", smoke_models)


def test_vectors_are_of_unit_length_and_in_the_order_of_the_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, 32)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert np.allclose(encoder.encode([text])[0], vector, atol=1e-6)


def test_equal_texts_have_equal_vectors_and_different_texts_different_ones(encoder: Encoder) -> None:
    first, second, other = encoder.encode(["cook lunch", "cook lunch", "drive a bus"])
    assert np.allclose(first, second, atol=1e-6)
    assert first @ other < 0.999


def test_more_texts_than_one_batch_keep_their_order(encoder: Encoder) -> None:
    texts = [f"posting {chr(97 + n % 26)} {'x' * (n % 7)}" for n in range(BATCH + 10)]
    vectors = encoder.encode(texts)
    assert np.allclose(vectors[-1], encoder.encode([texts[-1]])[0], atol=1e-6)
    assert np.allclose(vectors[0], encoder.encode([texts[0]])[0], atol=1e-6)


def test_a_text_beyond_the_window_is_cut(encoder: Encoder) -> None:
    long = "a b c d " * 200
    assert np.allclose(encoder.encode([long])[0], encoder.encode([long + "z " * 50])[0], atol=1e-6)


def test_the_embedded_encoder_knows_what_belongs_together(tmp_path: Path) -> None:
    cook, chef, welder = Encoder("all-minilm-l6-v2", tmp_path).encode(["a cook", "a kitchen chef", "a welder of steel"])
    assert len(cook) == 384
    assert cook @ chef > cook @ welder + 0.2


def test_a_folder_that_does_not_say_how_a_text_gets_one_vector_is_refused(smoke_models: Path) -> None:
    with pytest.raises(UserError, match=r"no sentence encoder.*modules\.json"):
        Encoder("./encoder_plain", smoke_models)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"weights"), "pickle"])
def test_weights_come_from_sound_safetensors_only(smoke_models: Path, tmp_path: Path, damage: object) -> None:
    shutil.copytree(smoke_models / "encoder", tmp_path / "encoder")
    weights = next((tmp_path / "encoder").rglob("model.safetensors"))
    if damage == "pickle":
        import torch
        from safetensors.torch import load_file

        torch.save(load_file(weights), weights.with_name("pytorch_model.bin"))
        weights.unlink()
    else:
        assert callable(damage)
        damage(weights)
    with pytest.raises(UserError, match="no sound weights as safetensors"):
        Encoder("./encoder", tmp_path)
