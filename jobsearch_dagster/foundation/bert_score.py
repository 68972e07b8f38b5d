"""BERTScore over a local encoder: how close each token of an answer is to some token of its reference.

Belongs here: Zhang et al., "BERTScore: Evaluating Text Generation with BERT" (ICLR 2020), equations 1 to 3, without
weights by inverse document frequency. The package `bert-score` is not used: it is not maintained, asks the network
for models by name, and has no baseline for small encoders.
"""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.token_vectors import TokenEncoder, Tokens

PAIRS_AT_ONCE = 512
"""Pairs whose token vectors are held: 512 answers of 200 tokens with MiniLM's 384 dimensions are 150 MB."""


class BertScore(NamedTuple):
    """Precision, recall and F1 of one answer, each at most 1."""

    precision: float
    recall: float
    f1: float

    def rescaled(self, baseline: "BertScore") -> "BertScore":
        """With the baseline at 0 and 1 kept: `(score - baseline) / (1 - baseline)`; below 0 is worse than chance."""
        return BertScore(*((score - base) / (1 - base) for score, base in zip(self, baseline, strict=True)))


class BertScorer:
    """An encoder.

    Attributes:
        layer: Hidden layer whose token vectors are compared; 0 is the embedding. The last one but one where the
            caller names none: the last layer serves the task that the encoder was trained for, and for models of six
            layers the authors found the fifth to agree best with people.

    Raises:
        UserError: The encoder has no such layer.
    """

    def __init__(self, name: str, data_dir: Path, layer: int | None = None) -> None:
        self._encoder = TokenEncoder(name, data_dir)
        layers = self._encoder.layers
        if layer is not None and layer > layers:
            raise UserError(f"encoder {name} has no layer {layer}: set answer_scores.layer to one from 0 to {layers}")
        self.layer = max(1, layers - 1) if layer is None else layer

    def signature(self) -> str:
        """What is compared how, exactly enough to compute it again."""
        return (
            f"bert-score:own|model:{self._encoder.name}|layer:{self.layer}|max_len:{self._encoder.longest}|idf:no"
            f"|transformers:{version('transformers')}"
        )

    def score(self, answers: Sequence[str], references: Sequence[str]) -> list[BertScore]:
        """One score per answer; where either text is empty it is 0.

        Every distinct pair is compared once, and pairs with one reference lie together, so that it is encoded once.

        Args:
            answers: What was said.
            references: What should have been said, as many.
        """
        pairs = list(zip(answers, references, strict=True))
        distinct = sorted(set(pairs), key=lambda pair: (pair[1], pair[0]))
        scores: dict[tuple[str, str], BertScore] = {}
        for start in range(0, len(distinct), PAIRS_AT_ONCE):
            block = distinct[start : start + PAIRS_AT_ONCE]
            vectors = self._encoder.encode([text for pair in block for text in pair], self.layer)
            scores |= {pair: _compare(vectors[pair[0]], vectors[pair[1]]) for pair in block}
        return [scores[pair] for pair in pairs]

    def baseline(self, references: Sequence[str], owners: Sequence[str], seed: int) -> BertScore | None:
        """Mean score of a reference against that of a random other owner: what similarity costs nothing here.

        The procedure of the package `bert-score` (random pairs of a corpus), on this corpus, and only of texts that
        have nothing to do with each other.

        Args:
            references: Texts.
            owners: The posting each is about, as many.
            seed: Of the random pairs.

        Returns:
            The mean; None where all texts have one owner.
        """
        import numpy as np

        order = np.random.default_rng(seed).permutation(len(references))
        pairs = [
            (references[first], references[second])
            for shift in range(1, 4)
            for first, second in zip(order, np.roll(order, shift), strict=True)
            if owners[first] != owners[second]
        ]
        if not pairs:
            return None
        scores = np.array(self.score(*zip(*pairs, strict=True)))
        return BertScore(*map(float, scores.mean(axis=0)))


def _compare(answer: Tokens, reference: Tokens) -> BertScore:
    """Greedy matching: the mean, over one text's tokens, of the cosine to the closest token of the other.

    As in the package `bert-score`, the marks at the ends ([CLS], [SEP]) may be matched but do not count.
    """
    if not (answer.is_word.any() and reference.is_word.any()):
        return BertScore(0.0, 0.0, 0.0)
    cosines = (answer.vectors @ reference.vectors.T).clip(max=1.0)  # rounding gives 1.0000002 for equal vectors
    precision = float(cosines.max(axis=1)[answer.is_word].mean())
    recall = float(cosines.max(axis=0)[reference.is_word].mean())
    total = precision + recall
    return BertScore(precision, recall, 2 * precision * recall / total if total else 0.0)
