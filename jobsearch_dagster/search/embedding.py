"""Vectors of texts, each text encoded once.

Belongs here: which texts are new, and filling a matrix batch by batch. What a text is made of is in `indexed_text.py`,
what the vectors are for in `ranking.py`; the encoder is `foundation/encoder.py`.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jobsearch_dagster.foundation.map_batches import Mapper, here
from jobsearch_dagster.foundation.text_cache import TextCache, cache_key

if TYPE_CHECKING:
    from jobsearch_dagster.foundation.encoder import Encoder

BATCH = 512
"""Texts that are encoded before they are stored: what a kill may cost, 8 s of two cores."""
STORED = np.dtype("<f4")
"""Numbers of a stored vector."""


@dataclass(frozen=True)
class Embedded:
    """What was to do.

    Attributes:
        vectors: Float32, one row per text.
        encoded: Texts that went through the encoder.
        reused: Rows whose text had been encoded before, in this run or an earlier one.
    """

    vectors: np.ndarray
    encoded: int
    reused: int


class KeptVectors:
    """Vectors by one model that earlier runs made, finished or not."""

    def __init__(self, cache: TextCache, model_digest: str) -> None:
        self._cache = cache
        self._model = model_digest

    def get(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """Those of the texts that have a vector."""
        keys = {text: self._key(text) for text in texts}
        kept = self._cache.get(keys.values())
        return {text: _vector(kept[key]) for text, key in keys.items() if key in kept}

    def put(self, vectors: Mapping[str, np.ndarray]) -> None:
        """Store a batch, whole or not at all."""
        self._cache.put({self._key(text): _as_text(vector) for text, vector in vectors.items()})

    def _key(self, text: str) -> str:
        return cache_key("embedding", self._model, {}, text)


def embed(
    texts: Sequence[str],
    load: Callable[[], "Encoder"],
    kept: KeptVectors,
    advance: Callable[[int], object] = lambda count: None,
    mapper: Mapper = here,
) -> Embedded:
    """The vector of every text.

    Args:
        texts: At least one; equal ones are encoded once.
        load: Gives the encoder; called only where a text is left to encode.
        kept: The vectors that are there; new ones are added batch by batch.
        advance: Gets the number of texts just finished.
        mapper: Who encodes the texts that are left.
    """
    matrix = _Matrix(len(texts))
    rows: dict[str, list[int]] = {}
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        found = kept.get(batch)
        for row, text in enumerate(batch, start):
            if text in found:
                matrix.place([row], found[text])
            else:
                rows.setdefault(text, []).append(row)
        if found:
            advance(sum(text in found for text in batch))
    new = list(rows)
    batches = [new[start : start + BATCH] for start in range(0, len(new), BATCH)]
    for position, vectors in mapper(load, _encoded, batches, lambda count: None):
        made = dict(zip(batches[position], vectors, strict=True))
        kept.put(made)
        for text, vector in made.items():
            matrix.place(rows[text], vector)
        advance(sum(len(rows[text]) for text in made))
    return Embedded(matrix.vectors, len(new), len(texts) - len(new))


class _Matrix:
    """Vectors of a number that is known before their length is."""

    def __init__(self, rows: int) -> None:
        self.vectors = np.empty((rows, 0), np.float32)

    def place(self, rows: Sequence[int], vector: np.ndarray) -> None:
        if not self.vectors.size:
            self.vectors = np.empty((len(self.vectors), len(vector)), np.float32)
        self.vectors[rows] = vector


def _encoded(encoder: "Encoder", texts: Sequence[str], advance: Callable[[int], object]) -> np.ndarray:
    return encoder.encode(texts)


def _as_text(vector: np.ndarray) -> str:
    return base64.b64encode(vector.astype(STORED).tobytes()).decode("ascii")


def _vector(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), STORED)
