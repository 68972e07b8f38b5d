"""BLEU for `evaluate`: the mean of sentence scores, and that of all answers pooled."""

from typing import Any

import evaluate
import numpy as np

from jobsearch_dagster.evaluation.metrics import text_features, with_signatures
from jobsearch_dagster.foundation.text_metrics import bleu, bleu_counts, corpus_bleu, signatures


class Bleu(evaluate.Metric):
    """Sentence BLEU and corpus BLEU, 0 to 1."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="BLEU of sacrebleu from 0 to 1: `bleu` is the mean over answers, `bleu_corpus` pools n-grams.",
            citation="Papineni et al., BLEU: a Method for Automatic Evaluation of Machine Translation, 2002",
            inputs_description="predictions and references: as many texts of each",
            features=text_features(),
        )

    def _compute(self, *, predictions: list[str], references: list[str]) -> dict[str, Any]:  # ty: ignore[incompatible-method-override]
        pairs = list(zip(predictions, references, strict=True))
        pooled = float(corpus_bleu(np.sum([bleu_counts(*pair) for pair in pairs], axis=0)))
        return with_signatures([{"bleu": bleu(*pair), "bleu_corpus": pooled} for pair in pairs], signatures())
