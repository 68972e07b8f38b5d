"""METEOR for `evaluate`: the mean over answers of what the table `answer_scores` holds of each."""

from typing import Any

import evaluate

from jobsearch_dagster.evaluation.metrics import text_features, with_signatures
from jobsearch_dagster.foundation.text_metrics import meteor, signatures


class Meteor(evaluate.Metric):
    """METEOR with exact words, stems, and synonyms where WordNet is installed."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="METEOR of nltk; without WordNet synonyms do not match and the signature says `wn:none`.",
            citation="Banerjee and Lavie, METEOR: An Automatic Metric for MT Evaluation, 2005",
            inputs_description="predictions and references: as many texts of each",
            features=text_features(),
        )

    def _compute(self, *, predictions: list[str], references: list[str]) -> dict[str, Any]:  # ty: ignore[incompatible-method-override]
        scores = [{"meteor": meteor(*pair)} for pair in zip(predictions, references, strict=True)]
        return with_signatures(scores, signatures())
