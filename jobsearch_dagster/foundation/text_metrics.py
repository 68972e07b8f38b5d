"""Overlap of an answer with its reference: ROUGE, BLEU and METEOR by their reference libraries.

Belongs here: scores of one answer, all from 0 to 1, BLEU of many answers, and the signature of each metric. Training
follows its progress with them, evaluation compares contenders. BERTScore, which needs a model, is in `bert_score.py`;
whether an answer is true is in `evaluation/truth.py`.
"""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

ROUGE = ("rouge1", "rouge2", "rougeL")
TEXT_METRICS = (*(f"{name}{part}" for name in ROUGE for part in ("", "_precision", "_recall")), "bleu", "meteor")
"""Names of the scores; `rouge1` and its like are F1."""

BleuCounts = tuple[int, ...]
"""Matched n-grams of length 1 to 4, n-grams of length 1 to 4, tokens of the answer, tokens of the reference."""


def text_scores(answer: str, reference: str) -> dict[str, float]:
    """Every metric of `TEXT_METRICS`; an empty answer scores 0 in all of them."""
    if not answer.strip():
        return dict.fromkeys(TEXT_METRICS, 0.0)
    return {**rouge(answer, reference), "bleu": bleu(answer, reference), "meteor": meteor(answer, reference)}


def rouge(answer: str, reference: str) -> dict[str, float]:
    """ROUGE-1, -2 and -L: F1, precision and recall, with Porter stems (Lin, 2004; `rouge_score`)."""
    scores = {}
    for name, score in _rouge().score(reference, answer).items():
        scores[name] = float(score.fmeasure)
        scores[f"{name}_precision"] = float(score.precision)
        scores[f"{name}_recall"] = float(score.recall)
    return scores


def bleu(answer: str, reference: str) -> float:
    """Sentence BLEU (Papineni et al., 2002; `sacrebleu`), 0 to 1; n-grams longer than the answer are not asked for."""
    score = float(_bleu().sentence_score(answer, [reference]).score)
    return min(1.0, score / 100)  # sacrebleu gives 100.00000000000004 for equal texts


def bleu_counts(answer: str, reference: str) -> BleuCounts:
    """What corpus BLEU adds up over answers: ten numbers, from which it follows without the texts."""
    score = _bleu().sentence_score(answer, [reference])
    return (*score.counts, *score.totals, score.sys_len, score.ref_len)


def corpus_bleu(counts: Sequence[int]) -> float:
    """BLEU of many answers from the sums of their `bleu_counts`, 0 to 1.

    It is no mean of sentence scores: n-grams are pooled, so a long answer weighs more than a short one.
    """
    from sacrebleu.metrics import BLEU

    matched, total, (answer, reference) = counts[:4], counts[4:8], counts[8:]
    score = BLEU.compute_bleu(list(matched), list(total), answer, reference, smooth_method="exp")
    return min(1.0, float(score.score) / 100)


def meteor(answer: str, reference: str) -> float:
    """METEOR (Banerjee and Lavie, 2005; `nltk`): exact words, stems, and synonyms where WordNet is installed."""
    from nltk.translate.meteor_score import single_meteor_score

    # NLTK types the argument as its own reader; it asks it for nothing but `synsets(word)`.
    return float(single_meteor_score(_words(reference), _words(answer), wordnet=_wordnet()))


def wordnet_version() -> str:
    """Version of the WordNet that METEOR finds synonyms in; `none` where it is not installed."""
    wordnet = _wordnet()
    return "none" if isinstance(wordnet, NoWordNet) else wordnet.get_version()


def signatures() -> dict[str, str]:
    """What each metric is, exactly enough to compute it again."""
    rouge_score, sacrebleu = f"rouge-score:{version('rouge-score')}", f"sacrebleu:{version('sacrebleu')}"
    return {
        **{name: f"{rouge_score}|stem:porter|{_part(name)}|0-1" for name in TEXT_METRICS if name.startswith("rouge")},
        "bleu": f"{sacrebleu}|sentence|nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp|0-1",
        "bleu_corpus": f"{sacrebleu}|corpus|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|0-1",
        "meteor": f"nltk:{version('nltk')}|alpha:0.9|beta:3|gamma:0.5|tok:nltk|stem:porter|wn:{wordnet_version()}|0-1",
    }


def _part(name: str) -> str:
    return name.partition("_")[2] or "f1"


class NoWordNet:
    """Knows no synonyms, so that METEOR matches words and stems only."""

    def synsets(self, word: str) -> list[Any]:
        """None of any word."""
        return []


@cache
def _wordnet() -> Any:
    from nltk.corpus import wordnet

    try:
        wordnet.ensure_loaded()
    except (LookupError, PermissionError):  # NLTK refuses files outside its own folders with the second
        return NoWordNet()
    return wordnet


def _words(text: str) -> list[str]:
    return _tokenizer().tokenize(text)


@cache
def _tokenizer() -> Any:
    from nltk.tokenize.destructive import NLTKWordTokenizer  # `word_tokenize` would need downloaded data

    return NLTKWordTokenizer()


@cache
def _rouge() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGE), use_stemmer=True)


@cache
def _bleu() -> Any:
    from sacrebleu.metrics import BLEU

    return BLEU(effective_order=True)
