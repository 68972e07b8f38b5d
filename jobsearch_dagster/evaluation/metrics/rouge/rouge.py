"""ROUGE for `evaluate`: means over answers of what the table `answer_scores` holds of each."""

from typing import Any

import evaluate

from jobsearch_dagster.evaluation.metrics import text_features, with_signatures
from jobsearch_dagster.foundation.text_metrics import rouge, signatures


class Rouge(evaluate.Metric):
    """ROUGE-1, -2 and -L with Porter stems: F1, precision and recall."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="ROUGE-1, -2 and -L with Porter stems: F1, precision and recall, means over answers.",
            citation="Lin, ROUGE: A Package for Automatic Evaluation of Summaries, 2004",
            inputs_description="predictions and references: as many texts of each",
            features=text_features(),
        )

    def _compute(self, *, predictions: list[str], references: list[str]) -> dict[str, Any]:  # ty: ignore[incompatible-method-override]
        return with_signatures([rouge(*pair) for pair in zip(predictions, references, strict=True)], signatures())
