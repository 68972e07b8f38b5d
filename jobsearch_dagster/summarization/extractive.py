"""Extractive summaries: the sentences that stand for a text best, as they stand in it and in its order.

Belongs here: splitting into sentences and choosing among them. Which texts are summarized is in `summaries.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobsearch_dagster.preparation import text as texts

if TYPE_CHECKING:
    import numpy as np

WORDS_PER_PIECE = 25  # where punctuation was stripped before, a piece of this many words stands for a sentence
SHORTEST = 20  # characters; headings and "apply now!" say nothing about a job


def split_sentences(text: str) -> list[str]:
    """Sentences of a text in order; together they hold all its words.

    A sentence of more than four times `WORDS_PER_PIECE` words (a text without punctuation) is cut into pieces of that
    many.
    """
    sentences = []
    for sentence in texts.split_sentences(text):
        words = sentence.split()
        if len(words) <= 4 * WORDS_PER_PIECE:
            sentences.append(sentence)
        else:
            sentences += [" ".join(words[i : i + WORDS_PER_PIECE]) for i in range(0, len(words), WORDS_PER_PIECE)]
    return sentences


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
