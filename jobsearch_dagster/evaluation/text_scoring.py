"""Scores that need the texts alone: likeness of an answer to its reference, and its form.

Belongs here: which text metrics an answer gets, how they are called, and BERTScore's baseline. The metrics themselves
are in `foundation/text_metrics.py` and `foundation/bert_score.py`; whether an answer is true is in `truth.py` and
`fields.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from jobsearch_dagster.foundation.bert_score import BertScore, BertScorer
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.text_metrics import bleu_counts, corpus_bleu, signatures, text_scores

Pair = tuple[str, str]
"""An answer and its reference."""

FORM_SIGNATURES = {
    "empty": "form|answers without a word|0-1",
    "length_ratio": "form|words of the answer by words of the reference|words:white space|0 or more",
    "stopped": "form|answers that ended by themselves|0-1",
}
BERT_PARTS = ("precision", "recall", "f1")
MOST_BASELINE = 0.99
"""With a baseline above, what is left to 1 is as small as the rounding and the noise that rescaling would blow up."""


class ScoringRecipe(Recipe):
    """How answers are scored."""

    encoder: str = Field(default="all-minilm-l6-v2", description="encoder of BERTScore")
    layer: int | None = Field(default=None, ge=0, description="its hidden layer; the last but one where it is null")
    seed: int = Field(default=42, description="of the pairs of references that BERTScore's baseline is taken from")


class Score(NamedTuple):
    """The value of a metric, and of a pooled one what it adds up over answers."""

    value: float
    parts: tuple[int, ...] | None = None


class TextScores(NamedTuple):
    """Scores of every pair by metric, and the signature of each metric."""

    of: Mapping[Pair, dict[str, Score]]
    signatures: dict[str, str]


def score_texts(
    pairs: Collection[Pair], owners: Mapping[str, str], recipe: ScoringRecipe, data_dir: Path
) -> TextScores:
    """Every text metric of every distinct pair, computed once.

    Args:
        pairs: Answers and references.
        owners: The posting that each reference is about.
        recipe: How.
        data_dir: The data folder, where models are looked for.
    """
    distinct = sorted(set(pairs))
    alike, bert_signatures = bert_scores(distinct, owners, recipe, data_dir)
    scores = {
        pair: {**overlap(*pair), **form(*pair), **{name: Score(value) for name, value in alike[pair].items()}}
        for pair in distinct
    }
    return TextScores(scores, {**signatures(), **FORM_SIGNATURES, **bert_signatures})


def overlap(answer: str, reference: str) -> dict[str, Score]:
    """ROUGE, BLEU and METEOR; `bleu_corpus` is that of a corpus of this one answer, and what it pools."""
    counts = bleu_counts(answer, reference)
    scores = {name: Score(value) for name, value in text_scores(answer, reference).items()}
    return {**scores, "bleu_corpus": Score(float(corpus_bleu(counts)), counts)}


def form(answer: str, reference: str) -> dict[str, Score]:
    """Whether the answer says anything, and how long it is beside its reference."""
    words = len(answer.split())
    return {"empty": Score(float(words == 0)), "length_ratio": Score(words / max(1, len(reference.split())))}


def bert_scores(
    pairs: Sequence[Pair], owners: Mapping[str, str], recipe: ScoringRecipe, data_dir: Path
) -> tuple[dict[Pair, dict[str, float]], dict[str, str]]:
    """BERTScore as it is, and rescaled so that references of this corpus about different postings have 0.

    Args:
        pairs: Answers and references.
        owners: The posting that each reference is about.
        recipe: How.
        data_dir: The data folder.

    Returns:
        Scores of every pair by metric, and the signature of each metric, in which the baseline stands, or why nothing
        is rescaled.
    """
    scorer = BertScorer(recipe.encoder, data_dir, recipe.layer)
    references = sorted(owners)
    exact = scorer.baseline(references, [owners[text] for text in references], recipe.seed)
    baseline = exact and BertScore(*(round(value, 4) for value in exact))  # as the signature states it
    found = scorer.score([answer for answer, _ in pairs], [reference for _, reference in pairs])
    why_not = _why_not_rescaled(baseline)
    signatures = {_bert_name(part): f"{scorer.signature()}|{part}|raw{why_not}" for part in BERT_PARTS}
    scores = {pair: dict(zip(signatures, score, strict=True)) for pair, score in zip(pairs, found, strict=True)}
    if baseline is None or why_not:
        return scores, signatures
    origin = f"{len(references)} references|seed:{recipe.seed}"
    rescaled = {
        f"{_bert_name(part)}_rescaled": f"{scorer.signature()}|{part}|rescaled|baseline:{value:.4f} of {origin}"
        for part, value in zip(BERT_PARTS, baseline, strict=True)
    }
    for pair, score in zip(pairs, found, strict=True):
        scores[pair] |= zip(rescaled, score.rescaled(baseline), strict=True)
    return scores, signatures | rescaled


def _why_not_rescaled(baseline: BertScore | None) -> str:
    """Ends the signature of the raw scores; empty where there is a baseline to rescale by."""
    if baseline is None:
        return "|not rescaled:all references are about one posting"
    if max(baseline) > MOST_BASELINE:
        return f"|not rescaled:references about different postings score {max(baseline):.4f}"
    return ""


def _bert_name(part: str) -> str:
    return f"bertscore_{part}"
