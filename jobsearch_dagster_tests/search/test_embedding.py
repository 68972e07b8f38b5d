"""Every text goes through the encoder once, whatever is run again, stopped, or made anew."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.search import embedding
from jobsearch_dagster.search.embedding import KeptVectors, embed
from jobsearch_dagster_tests.search.catalogs import POSTINGS, index, publish

TEXTS = ["cook in oslo", "nurse", "cook in oslo", "welder"]


class Counting(Encoder):
    """The small encoder, remembering what it was given."""

    def __init__(self, models: Path) -> None:
        super().__init__("./encoder", models)
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.seen += texts
        return super().encode(texts)


@pytest.fixture
def encoder(smoke_models: Path) -> Counting:
    return Counting(smoke_models)


def kept(folder: Path, model: str = "a model") -> KeptVectors:
    return KeptVectors(TextCache(folder / "vectors.sqlite"), model)


def test_only_new_texts_are_encoded_and_both_are_counted(tmp_path: Path, encoder: Counting) -> None:
    first = embed(TEXTS, lambda: encoder, kept(tmp_path))
    assert (first.encoded, first.reused, encoder.seen) == (3, 1, ["cook in oslo", "nurse", "welder"])
    again = embed([*TEXTS, "pilot"], lambda: encoder, kept(tmp_path))
    assert (again.encoded, again.reused, encoder.seen[3:]) == (1, 4, ["pilot"])
    assert np.array_equal(again.vectors[:4], first.vectors)


def test_the_encoder_is_not_even_loaded_where_nothing_is_new(tmp_path: Path, encoder: Counting) -> None:
    embed(TEXTS, lambda: encoder, kept(tmp_path))
    assert embed(TEXTS, pytest.fail, kept(tmp_path)).encoded == 0


def test_vectors_stand_in_the_order_of_the_texts(tmp_path: Path, encoder: Counting) -> None:
    vectors = embed(TEXTS, lambda: encoder, kept(tmp_path)).vectors
    assert vectors.dtype == np.float32
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert np.allclose(encoder.encode([text])[0], vector, atol=1e-6)


def test_another_model_has_other_vectors(tmp_path: Path, encoder: Counting) -> None:
    embed(TEXTS, lambda: encoder, kept(tmp_path))
    assert embed(TEXTS, lambda: encoder, kept(tmp_path, "another model")).encoded == 3


def test_a_stopped_run_loses_at_most_one_batch(
    tmp_path: Path, encoder: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "BATCH", 2)
    texts = ["a", "b", "c", "d", "e"]

    def stop(count: int) -> None:
        if len(encoder.seen) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed(texts, lambda: encoder, kept(tmp_path), stop)
    done = embed(texts, lambda: encoder, kept(tmp_path))
    assert (done.encoded, done.reused, encoder.seen) == (1, 4, texts)


def test_the_asset_encodes_only_what_a_new_catalog_adds(tmp_path: Path, smoke_models: Path) -> None:
    data = publish(tmp_path, POSTINGS)
    first = index(data, smoke_models)
    assert (first["texts_encoded"], first["texts_from_cache"], first["postings"]) == (5, 0, 5)
    more = {**POSTINGS, "pilot": {**POSTINGS["nurse"], "title": "Pilot", "summary": "Fly."}}
    publish(tmp_path, more)
    second = index(data, smoke_models)
    assert (second["texts_encoded"], second["texts_from_cache"], second["postings"]) == (1, 5, 6)
    assert second["encoder"] == "./smoke/encoder"
    assert second["dimension"] == 32
    folder = data.artifacts.read("search_index").path
    assert second["bytes"] == sum(file.stat().st_size for file in folder.iterdir() if file.name != "manifest.json")
