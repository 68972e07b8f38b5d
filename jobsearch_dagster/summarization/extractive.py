"""Extractive summaries: the sentences that stand for a text best, as they stand in it and in its order.

Belongs here: choosing among the sentences of a text. What a sentence is about is in `kinds.py`, where a text may be
cut in `pieces.py`, which texts are summarized in `summaries.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation.encoder import BATCH, Encoder
from jobsearch_dagster.preparation.experience import find_years
from jobsearch_dagster.preparation.skills import find_skills
from jobsearch_dagster.summarization.kinds import Kind, kinds_of
from jobsearch_dagster.summarization.pieces import fit, split_sentences
from jobsearch_dagster.summarization.protocol import Advance, Summary, spread

if TYPE_CHECKING:
    import numpy as np

MERIT_OF_A_SKILL = 0.1
MOST_SKILLS = 3
MERIT_OF_YEARS = 0.3
"""What naming skills and years adds to a cosine: as many skills as a question asks for weigh as much as the years."""
KEPT_VECTORS = 20_000
"""Sentences of earlier texts that are remembered (30 MB): postings share many."""


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
    """The sentences of a text that say most about the job, by the vectors of a sentence encoder."""

    def __init__(self, encoder: Encoder, choice: Choice) -> None:
        self._encoder = encoder
        self._choice = choice
        self._vectors: dict[str, np.ndarray] = {}

    def summarize(self, texts: Sequence[str], advance: Advance = lambda sentences: None) -> list[Summary]:
        """Each text's summary; a sentence beyond the encoder's window is taken in parts."""
        cut = [split_sentences(text) for text in texts]
        fitted = [fit(sentences, self._encoder.count_tokens, self._encoder.window) for sentences in cut]
        open_ = [candidates([piece.text for piece in pieces], self._choice.sentences) for pieces in fitted]
        self._encode([sentence for sentences in open_ for sentence in sentences.values()], sum(map(len, cut)), advance)
        summaries = []
        for pieces, sentences in zip(fitted, open_, strict=True):
            lines = [line.removesuffix(";") for line in self._chosen(list(sentences.values()))]
            tokens = sum(piece.tokens for piece in pieces)
            summaries.append(Summary("\n".join(lines), tokens, len(pieces), len(lines)))
        return summaries

    def _chosen(self, sentences: Sequence[str]) -> list[str]:
        import numpy as np

        if not sentences:
            return []
        vectors = np.stack([self._vectors[sentence] for sentence in sentences])
        merits = np.array([merit(sentence) for sentence in sentences])
        return [sentences[i] for i in choose(sentences, vectors, merits, self._choice)]

    def _encode(self, sentences: Sequence[str], total: int, advance: Advance) -> None:
        """Vectors of the sentences that have none yet, in batches of a like length, which are padded little."""
        if len(self._vectors) > KEPT_VECTORS:
            self._vectors.clear()
        new = {sentence for sentence in sentences if sentence not in self._vectors}
        finish = spread(total, len(new), advance)
        ordered = sorted(new, key=lambda sentence: (len(sentence), sentence))
        for start in range(0, len(ordered), BATCH):
            batch = ordered[start : start + BATCH]
            self._vectors.update(zip(batch, self._encoder.encode(batch), strict=True))
            finish(len(batch))


def candidates(sentences: Sequence[str], least: int) -> dict[int, str]:
    """The sentences to choose from, by their positions: those about the job, and others where these are too few.

    Args:
        sentences: Sentences of one text.
        least: How many there must be, if the text has them.
    """
    kinds = kinds_of(sentences)
    enough = next((most for most in Kind if sum(kind <= most for kind in kinds) >= least), max(Kind))
    return {i: sentences[i] for i, kind in enumerate(kinds) if kind <= enough}


def merit(sentence: str) -> float:
    """What a sentence is worth beyond standing for its text: who asks for a job asks for skills and experience."""
    skills = len(find_skills(sentence, respect_case=False))
    asks_years = find_years(sentence)[0] is not None
    return MERIT_OF_A_SKILL * min(skills, MOST_SKILLS) + MERIT_OF_YEARS * asks_years


def choose(sentences: Sequence[str], vectors: "np.ndarray", merits: "np.ndarray", choice: Choice) -> list[int]:
    """Positions of the chosen sentences, in the order of the text.

    Maximal marginal relevance (Carbonell and Goldstein, 1998), with the direction of the mean vector as the query:
    each step takes the sentence closest to the whole text, with its merit, and least like those taken before.

    Args:
        sentences: Sentences of one text.
        vectors: Their unit vectors, shape (len(sentences), dimension).
        merits: What is added to each one's cosine to the query.
        choice: How many and how different.
    """
    import numpy as np

    mean = vectors.mean(axis=0)
    relevance = vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-12)) + merits
    lengths = np.array([len(sentence) for sentence in sentences])
    repeats = np.zeros(len(sentences))
    is_open = np.ones(len(sentences), dtype=bool)
    taken: list[int] = []
    length = 0
    while len(taken) < choice.sentences:
        if taken:
            is_open &= length + lengths <= choice.characters
        if not is_open.any():
            break
        # Rounded, so that equal sentences are equal whatever batch they were encoded in: the first one is taken.
        worth = np.round((1 - choice.diversity) * relevance - choice.diversity * repeats, 6)
        best = int(np.where(is_open, worth, -np.inf).argmax())
        is_open[best] = False
        taken.append(best)
        length += len(sentences[best])
        repeats = np.maximum(repeats, vectors @ vectors[best])
    return sorted(taken)
