"""Extractive summaries: the sentences that stand for a text best, as they stand in it and in its order.

Belongs here: choosing among the sentences of a text. Where a text may be cut is in `pieces.py`, which texts are
summarized is in `summaries.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.summarization.pieces import fit, split_sentences
from jobsearch_dagster.summarization.protocol import Summary

if TYPE_CHECKING:
    import numpy as np

SHORTEST = 20  # characters; headings and "apply now!" say nothing about a job


@dataclass(frozen=True)
class Choice:
    """How many sentences, and how central against how different they should be.

    Attributes:
        sentences: Most sentences of a summary.
        characters: Most characters of a summary; the first sentence may be longer.
        diversity: 0 takes the most central sentences, 1 the most different ones.
    """

    sentences: int
    characters: int
    diversity: float


class Extractive:
    """The sentences of a text that say most of it, by the vectors of a sentence encoder."""

    def __init__(self, encoder: Encoder, choice: Choice) -> None:
        self._encoder = encoder
        self._choice = choice

    def summarize(self, texts: Sequence[str]) -> list[Summary]:
        """Each text's summary; a sentence beyond the encoder's window is taken in parts."""
        cut = [fit(split_sentences(text), self._encoder.count_tokens, self._encoder.window) for text in texts]
        vectors = self._encoder.encode([piece.text for pieces in cut for piece in pieces])
        summaries = []
        done = 0
        for pieces in cut:
            sentences = [piece.text for piece in pieces]
            kept = choose(sentences, vectors[done : done + len(pieces)], self._choice)
            done += len(pieces)
            lines = "\n".join(sentences[i] for i in kept)
            summaries.append(Summary(lines, sum(piece.tokens for piece in pieces), len(pieces), len(kept)))
        return summaries


def choose(sentences: Sequence[str], vectors: "np.ndarray", choice: Choice) -> list[int]:
    """Positions of the chosen sentences, in the order of the text.

    Maximal marginal relevance (Carbonell and Goldstein, 1998), with the mean vector of the text as the query: each
    step takes the sentence closest to the whole text and least like those taken before.

    Args:
        sentences: Sentences of one text.
        vectors: Their unit vectors, shape (len(sentences), dimension).
        choice: How many and how different.
    """
    centrality = vectors @ vectors.mean(axis=0)
    similarity = vectors @ vectors.T
    open_ = [i for i, sentence in enumerate(sentences) if len(sentence) >= SHORTEST] or list(range(len(sentences)))
    taken: list[int] = []
    length = 0
    while open_ and len(taken) < choice.sentences:

        def worth(i: int) -> float:
            repeats = max((similarity[i, j] for j in taken), default=0.0)
            return (1 - choice.diversity) * centrality[i] - choice.diversity * repeats

        best = max(open_, key=lambda i: (round(float(worth(i)), 6), -i))
        open_.remove(best)
        if taken and length + len(sentences[best]) > choice.characters:
            continue
        taken.append(best)
        length += len(sentences[best])
    return sorted(taken)
