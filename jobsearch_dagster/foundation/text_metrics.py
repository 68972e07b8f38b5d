"""Overlap of an answer with its reference: ROUGE, BLEU and METEOR by their reference libraries.

Belongs here: scores of one answer, all from 0 to 1, BLEU of many answers, and the signature of each metric. Training
follows its progress with them, evaluation compares contenders. BERTScore, which needs a model, is in `bert_score.py`;
whether an answer is true is in `evaluation/truth.py`.

References recur and answers share their words, so tokens of a text and stems of a word are kept, and the longest
common subsequence of ROUGE-L is found by rapidfuzz: of texts of 800 characters 15 ms a pair instead of 70.
"""

import os
import re
import sys
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

ROUGE = ("rouge1", "rouge2", "rougeL")
TEXT_METRICS = (*(f"{name}{part}" for name in ROUGE for part in ("", "_precision", "_recall")), "bleu", "meteor")
"""Names of the scores; `rouge1` and its like are F1."""

BleuCounts = tuple[int, ...]
"""Matched n-grams of length 1 to 4, n-grams of length 1 to 4, tokens of the answer, tokens of the reference."""

_TEXTS_KEPT = 10_000
_SENTENCE_ENDS = re.compile(r"\n|(?<=[.!?])\s+")
"""Where NLTK's `word_tokenize` would split first, for which it needs downloaded data."""


def text_scores(answer: str, reference: str) -> dict[str, float]:
    """Every metric of `TEXT_METRICS`; an empty answer scores 0 in all of them."""
    if not answer.strip():
        return dict.fromkeys(TEXT_METRICS, 0.0)
    return {**rouge(answer, reference), "bleu": bleu(answer, reference), "meteor": meteor(answer, reference)}


def rouge(answer: str, reference: str) -> dict[str, float]:
    """ROUGE-1, -2 and -L: F1, precision and recall, with Porter stems (Lin, 2004; `rouge_score`)."""
    scores = {}
    for name, score in (_ngram_rouge().score(reference, answer) | {"rougeL": _rouge_l(answer, reference)}).items():
        scores[name] = float(score.fmeasure)
        scores[f"{name}_precision"] = float(score.precision)
        scores[f"{name}_recall"] = float(score.recall)
    return scores


def bleu(answer: str, reference: str) -> float:
    """Sentence BLEU (Papineni et al., 2002; `sacrebleu`), 0 to 1; n-grams longer than the answer are not asked for."""
    return float(_bleu(bleu_counts(answer, reference), effective_order=True))


@lru_cache(maxsize=_TEXTS_KEPT)
def bleu_counts(answer: str, reference: str) -> BleuCounts:
    """What corpus BLEU adds up over answers: ten numbers, from which it follows without the texts."""
    score = _sacrebleu().sentence_score(answer, [reference])
    return (*score.counts, *score.totals, score.sys_len, score.ref_len)


def corpus_bleu(counts: "Sequence[int] | np.ndarray") -> "np.ndarray":
    """BLEU of many answers from the sums of their `bleu_counts`, 0 to 1; of several corpora at once.

    It is no mean of sentence scores: n-grams are pooled, so a long answer weighs more than a short one.

    Args:
        counts: The sums of each corpus, shape (..., 10).

    Returns:
        Shape (...).
    """
    return _bleu(counts, effective_order=False)


def _bleu(counts: "Sequence[int] | np.ndarray", *, effective_order: bool) -> "np.ndarray":
    """The formula of sacrebleu with smoothing `exp`, for arrays: permutations ask for it thousands of times."""
    import numpy as np

    sums = np.asarray(counts, dtype=float)
    matched, total, answer, reference = sums[..., :4], sums[..., 4:8], sums[..., 8], sums[..., 9]
    exists = total > 0
    unmatched = exists & (matched == 0)
    smoothed = np.where(unmatched, 0.5 ** np.cumsum(unmatched, axis=-1), matched)
    logs = np.log(np.where(exists, smoothed, 1) / np.where(exists, total, 1))
    order = exists.sum(axis=-1) if effective_order else 4
    brevity = np.exp(np.minimum(0, 1 - reference / np.maximum(answer, 1)))
    score = brevity * np.exp(logs.sum(axis=-1) / np.maximum(order, 1))
    scores = matched.any(axis=-1) & (effective_order | exists.all(axis=-1))
    return np.minimum(1, np.where(scores, score, 0))


def meteor(answer: str, reference: str) -> float:
    """METEOR (Banerjee and Lavie, 2005; `nltk`): exact words, stems, and synonyms where WordNet is installed."""
    from nltk.translate.meteor_score import single_meteor_score

    # NLTK types both arguments as its own classes; it asks them for `stem(word)` and `synsets(word)` alone.
    others: Any = {"stemmer": _stemmer(), "wordnet": _wordnet()}
    return float(single_meteor_score(_words(reference), _words(answer), **others))


def wordnet_version() -> str:
    """Version of the WordNet that METEOR finds synonyms in; `none` where it is not installed.

    Every look at what is stale asks for it, and importing NLTK takes 3 s of processor time: only where it has data.
    """
    if not any(Path(folder).is_dir() for folder in nltk_folders()):
        return "none"
    wordnet = _wordnet()
    return "none" if isinstance(wordnet, NoWordNet) else wordnet.get_version()


def nltk_folders() -> list[str]:
    """Where NLTK looks for data, its `nltk.data.path`."""
    given = [folder for folder in os.environ.get("NLTK_DATA", "").split(os.pathsep) if folder]
    system = [f"/usr{place}/{kind}" for kind in ("share", "lib") for place in ("", "/local")]
    roots = ["~", sys.prefix, f"{sys.prefix}/share", f"{sys.prefix}/lib", *system]
    return [str(Path(folder).expanduser()) for folder in (*given, *(f"{root}/nltk_data" for root in roots))]


def signatures() -> dict[str, str]:
    """What each metric is, exactly enough to compute it again."""
    rouge_score, sacrebleu = f"rouge-score:{version('rouge-score')}", f"sacrebleu:{version('sacrebleu')}"
    return {
        **{name: f"{rouge_score}|stem:porter|{_part(name)}|0-1" for name in TEXT_METRICS if name.startswith("rouge")},
        "bleu": f"{sacrebleu}|sentence|nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp|0-1",
        "bleu_corpus": f"{sacrebleu}|corpus|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|0-1",
        "meteor": f"nltk:{version('nltk')}|alpha:0.9|beta:3|gamma:0.5|tok:nltk by line and sentence|stem:porter"
        f"|wn:{wordnet_version()}|0-1",
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


@lru_cache(maxsize=_TEXTS_KEPT)
def _words(text: str) -> list[str]:
    """NLTK's words of each sentence: of a whole text it would leave full stops within on their words (`lunch.`)."""
    return [word for sentence in _SENTENCE_ENDS.split(text) for word in _tokenizer().tokenize(sentence)]


@cache
def _tokenizer() -> Any:
    from nltk.tokenize.destructive import NLTKWordTokenizer

    return NLTKWordTokenizer()


class _Stemmer:
    """Porter's stems as ROUGE and METEOR ask for them, each word's computed once."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer

        self.stem = lru_cache(maxsize=100_000)(PorterStemmer().stem)


@cache
def _stemmer() -> _Stemmer:
    return _Stemmer()


class _RougeTokens:
    """A tokenizer as `rouge_score` asks for it: its own, which is asked once for each text."""

    def tokenize(self, text: str) -> list[str]:
        """Stemmed words in lower case."""
        return _rouge_tokens(text)


@lru_cache(maxsize=_TEXTS_KEPT)
def _rouge_tokens(text: str) -> list[str]:
    from rouge_score.tokenize import tokenize

    return tokenize(text, _stemmer())


@cache
def _ngram_rouge() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rouge1", "rouge2"], tokenizer=_RougeTokens())


def _rouge_l(answer: str, reference: str) -> Any:
    from rapidfuzz.distance import LCSseq
    from rouge_score.scoring import Score, fmeasure

    said, wanted = _rouge_tokens(answer), _rouge_tokens(reference)
    common = LCSseq.similarity(said, wanted)
    precision, recall = (common / len(tokens) if tokens else 0.0 for tokens in (said, wanted))
    return Score(precision, recall, fmeasure(precision, recall))


@cache
def _sacrebleu() -> Any:
    from sacrebleu.metrics import BLEU

    return BLEU(effective_order=True)
