"""What the report calls a metric, what it means, and which way is better.

Belongs here: words and order. How a metric is computed is in `foundation/text_metrics.py`, `foundation/bert_score.py`
and `evaluation/truth.py`.
"""

from typing import NamedTuple

from jobsearch_dagster.evaluation.correlations import ANSWER_WORDS, QUESTION_WORDS
from jobsearch_dagster.evaluation.tables import LOSS


class Metric(NamedTuple):
    """One metric.

    Attributes:
        label: Its name for a reader.
        meaning: What it measures.
        more: 1 where more is better, -1 where less is, 0 where neither is.
    """

    label: str
    meaning: str
    more: int = 1


METRICS = {
    LOSS: Metric("validation loss", "nats per token of the constructed answers of validation pairs", -1),
    "right": Metric(
        "right jobs", "share of the jobs an answer names that exist and satisfy the question; 0 where it names none"
    ),
    "grounded": Metric("existing jobs", "share of the jobs an answer names that exist; 0 where it names none"),
    "hallucinated": Metric(
        "invented jobs", "share of the jobs an answer names that do not exist, of answers that name any", -1
    ),
    "named": Metric("names a job", "share of the answers that name a job at all"),
    "title_right": Metric("title", "jobs named whose title some posting has"),
    "place_right": Metric("place", "of those that state a place: a posting of that title is there"),
    "salary_right": Metric("salary", "of existing jobs that state pay: it is the posting's"),
    "skills_right": Metric("skills", "of existing jobs that state skills: the share that the posting asks for"),
    "years_right": Metric("years", "of existing jobs that state years: they are the posting's"),
    "bertscore_f1": Metric(
        "BERTScore F1", "likeness of meaning to the constructed answer, token by token, not rescaled"
    ),
    "bertscore_precision": Metric("BERTScore P", "the part of the answer that the constructed answer means too"),
    "bertscore_recall": Metric("BERTScore R", "the part of the constructed answer that the answer means too"),
    "bertscore_f1_rescaled": Metric(
        "BERTScore F1, rescaled", "the same, where 0 is what two unrelated answers of this corpus get"
    ),
    "bertscore_precision_rescaled": Metric("BERTScore P, rescaled", "likewise"),
    "bertscore_recall_rescaled": Metric("BERTScore R, rescaled", "likewise"),
    "rouge1": Metric("ROUGE-1 F1", "words shared with the constructed answer"),
    "rouge1_precision": Metric("ROUGE-1 P", "the part of the answer's words that the constructed answer has"),
    "rouge1_recall": Metric("ROUGE-1 R", "the part of the constructed answer's words that the answer has"),
    "rouge2": Metric("ROUGE-2 F1", "word pairs shared with the constructed answer"),
    "rouge2_precision": Metric("ROUGE-2 P", "likewise, precision"),
    "rouge2_recall": Metric("ROUGE-2 R", "likewise, recall"),
    "rougeL": Metric("ROUGE-L F1", "longest common subsequence with the constructed answer"),
    "rougeL_precision": Metric("ROUGE-L P", "likewise, precision"),
    "rougeL_recall": Metric("ROUGE-L R", "likewise, recall"),
    "bleu": Metric("BLEU", "n-grams shared with the constructed answer, answer by answer"),
    "bleu_corpus": Metric("BLEU, corpus", "n-grams shared with the constructed answers, all answers pooled"),
    "meteor": Metric("METEOR", "aligned words, stems and, where WordNet is installed, synonyms"),
    "empty": Metric("empty", "share of empty answers", -1),
    "length_ratio": Metric("length ratio", "words of the answer per word of the constructed one", 0),
    "stopped": Metric("ended by itself", "share of answers that ended before the limit of tokens"),
    QUESTION_WORDS: Metric("question length", "words of the question", 0),
    ANSWER_WORDS: Metric("answer length", "words of the answer", 0),
}

TRUTH = ("right", "grounded")
FORM = ("bertscore_f1", "rouge1", "rouge2", "rougeL", "bleu", "meteor")
"""Likeness to a text, which a fluent invention has too; the six metrics of the original report."""
HEADLINE = (*TRUTH, *FORM)


def metric(name: str) -> Metric:
    """Its words; a metric that this list does not know is called by its own name and no way is better."""
    return METRICS.get(name, Metric(name, "", 0))


def in_order(names: "set[str]") -> list[str]:
    """Metrics in the order of this list, then the others by name."""
    return [name for name in METRICS if name in names] + sorted(names - set(METRICS))
