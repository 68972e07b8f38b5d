"""BERTScore for `evaluate`, over an encoder on this machine: as it is, and rescaled by the references' own baseline."""

from pathlib import Path
from typing import Any

import evaluate

from jobsearch_dagster.evaluation.metrics import text_features, with_signatures
from jobsearch_dagster.evaluation.text_scoring import ScoringRecipe, bert_scores


class BertScore(evaluate.Metric):
    """BERTScore precision, recall and F1, raw and rescaled."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="BERTScore without idf weights; rescaled, 0 is what two references have in common.",
            citation="Zhang et al., BERTScore: Evaluating Text Generation with BERT, 2020",
            inputs_description=(
                "predictions and references: as many texts of each; encoder: an embedded model, a folder or an id in "
                "the Hugging Face cache; about: what each reference is about, so that the baseline compares references "
                "about different things; data_dir: where a folder `./...` lies"
            ),
            features=text_features(),
        )

    def _compute(  # ty: ignore[incompatible-method-override]
        self,
        *,
        predictions: list[str],
        references: list[str],
        about: list[str] | None = None,
        encoder: str = "all-minilm-l6-v2",
        layer: int | None = None,
        data_dir: str = ".",
    ) -> dict[str, Any]:
        pairs = list(zip(predictions, references, strict=True))
        owners = dict(zip(references, about or references, strict=True))
        scores, signatures = bert_scores(pairs, owners, ScoringRecipe(encoder=encoder, layer=layer), Path(data_dir))
        return with_signatures([scores[pair] for pair in pairs], signatures)
