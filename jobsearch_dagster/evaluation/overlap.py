"""Overlap of an answer with its reference: ROUGE and BLEU by their reference libraries.

Belongs here: per-answer scores on one scale, 0 to 1.
"""

from functools import cache
from importlib.metadata import version
from typing import Any

ROUGE = ("rouge1", "rouge2", "rougeL")


@cache
def _rouge() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGE), use_stemmer=True)


@cache
def _bleu() -> Any:
    from sacrebleu.metrics import BLEU

    return BLEU(effective_order=True)


def overlap_scores(answer: str, reference: str) -> dict[str, float]:
    """ROUGE-1, -2 and -L F1 and sentence BLEU, each between 0 and 1; an empty answer scores 0."""
    if not answer.strip():
        return dict.fromkeys((*ROUGE, "bleu"), 0.0)
    bleu = float(_bleu().sentence_score(answer, [reference]).score)  # 100.00000000000004 for equal texts
    rouge = {name: float(score.fmeasure) for name, score in _rouge().score(reference, answer).items()}
    return {**rouge, "bleu": min(1.0, bleu / 100)}


def signatures() -> dict[str, str]:
    """What each metric is, exactly enough to compute it again."""
    rouge = f"rouge-score:{version('rouge-score')}|stem:porter|f1"
    bleu = f"sacrebleu:{version('sacrebleu')}|sentence|effective_order|tok:13a|smooth:exp|0-1"
    return {**dict.fromkeys(ROUGE, rouge), "bleu": bleu}
