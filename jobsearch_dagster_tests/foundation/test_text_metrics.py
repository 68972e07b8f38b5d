"""Overlap is what the reference libraries say, of one answer and of many."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize import word_tokenize
from nltk.tokenize.punkt import PunktSentenceTokenizer
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU

from jobsearch_dagster.foundation.text_metrics import (
    ROUGE,
    TEXT_METRICS,
    NoWordNet,
    bleu_counts,
    corpus_bleu,
    signatures,
    text_scores,
    wordnet_version,
)

REFERENCE = "Job available in malmö, sweden\nJob-Title: cook\nDescription: cooks lunches for four hundred children."
ANSWERS = [
    REFERENCE,
    "Job available in malmö, sweden\nJob-Title: chef",
    "cooking lunch for a child",
    "A job is available in Malmö. The job title is cook, and you cook lunches.",
    "four hundred children",
    "xyz",
]


def by_the_libraries(answer: str, reference: str) -> dict[str, float]:
    """ROUGE, sentence BLEU and METEOR as their own libraries compute them, without what is kept here."""
    scores = {"bleu": min(1, BLEU(effective_order=True).sentence_score(answer, [reference]).score / 100)}
    for name, score in RougeScorer(list(ROUGE), use_stemmer=True).score(reference, answer).items():
        scores |= {name: score.fmeasure, f"{name}_precision": score.precision, f"{name}_recall": score.recall}
    words = [list(_words(text)) for text in (reference, answer)]
    return scores | {"meteor": single_meteor_score(*words, wordnet=NoWordNet())}  # ty: ignore[invalid-argument-type]


def _words(text: str) -> Iterator[str]:
    """As `word_tokenize`, with a splitter of sentences that needs no downloaded data."""
    for sentence in PunktSentenceTokenizer().tokenize(text):
        yield from word_tokenize(sentence, preserve_line=True)


@pytest.mark.parametrize("answer", ANSWERS)
def test_scores_are_those_of_the_reference_libraries(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsearch_dagster.foundation.text_metrics._wordnet", NoWordNet)
    assert text_scores(answer, REFERENCE) == pytest.approx(by_the_libraries(answer, REFERENCE))


VOCABULARY = ("cook", "cooks", "cooking", "a", "the", "chef", "Malmö,", "400", ".", "-", "job")
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=25).map(" ".join)


@settings(max_examples=100)
@given(WORDS, WORDS.filter(bool))
def test_scores_of_any_words_are_those_of_the_reference_libraries(answer: str, reference: str) -> None:
    if not answer.strip():
        return
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("jobsearch_dagster.foundation.text_metrics._wordnet", NoWordNet)
        assert text_scores(answer, reference) == pytest.approx(by_the_libraries(answer, reference))


@settings(max_examples=100)
@given(st.lists(st.tuples(WORDS, WORDS.filter(bool)), min_size=1, max_size=4))
def test_pooled_bleu_of_any_corpus_is_sacrebleu_s(pairs: list[tuple[str, str]]) -> None:
    sums = np.sum([bleu_counts(*pair) for pair in pairs], axis=0)
    answers, references = zip(*pairs, strict=True)
    expected = BLEU().corpus_score(list(answers), [list(references)]).score / 100
    assert corpus_bleu(sums) == pytest.approx(expected)
    assert corpus_bleu(np.stack([sums, 2 * sums])) == pytest.approx([expected, corpus_bleu(2 * sums)])


def test_corpus_bleu_follows_from_the_sums_of_what_is_kept_of_each_answer() -> None:
    sums = [sum(column) for column in zip(*(bleu_counts(answer, REFERENCE) for answer in ANSWERS), strict=True)]
    expected = BLEU().corpus_score(ANSWERS, [[REFERENCE] * len(ANSWERS)]).score / 100
    assert corpus_bleu(sums) == pytest.approx(expected)
    assert corpus_bleu(sums) != pytest.approx(sum(text_scores(a, REFERENCE)["bleu"] for a in ANSWERS) / len(ANSWERS))


def test_an_empty_answer_lowers_corpus_bleu_by_its_missing_length_alone() -> None:
    full, empty = bleu_counts(REFERENCE, REFERENCE), bleu_counts("", REFERENCE)
    assert empty[:9] == (0,) * 9
    assert corpus_bleu(full) == 1
    assert 0 < corpus_bleu([a + b for a, b in zip(full, empty, strict=True)]) < 1
    assert corpus_bleu(empty) == 0


class Synonyms:
    """A WordNet of one entry, which NLTK asks as it asks the real one."""

    class Lemma:
        def name(self) -> str:
            return "chef"

    class Synset:
        def lemmas(self) -> list["Synonyms.Lemma"]:
            return [Synonyms.Lemma()]

    def synsets(self, word: str) -> list["Synonyms.Synset"]:
        return [Synonyms.Synset()] if word == "cook" else []


def test_meteor_is_nltk_s_and_counts_synonyms_only_where_it_knows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["the", "chef", "is", "new"]
    monkeypatch.setattr("jobsearch_dagster.foundation.text_metrics._wordnet", NoWordNet)
    without = text_scores("the chef is new", "the cook is new")["meteor"]
    assert without == pytest.approx(single_meteor_score(["the", "cook", "is", "new"], words, wordnet=NoWordNet()))  # ty: ignore[invalid-argument-type]
    assert "wn:none" in signatures()["meteor"].split("|")
    monkeypatch.setattr("jobsearch_dagster.foundation.text_metrics._wordnet", Synonyms)
    assert text_scores("the cook is new", "the chef is new")["meteor"] > without


def test_meteor_finds_words_at_the_end_of_sentences_and_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobsearch_dagster.foundation.text_metrics._wordnet", NoWordNet)
    answer, reference = "Cooks lunch. Bakes bread.\nServes all.", "bread, lunch, all"
    words = ["cooks", "lunch", ".", "bakes", "bread", ".", "serves", "all", "."], ["bread", ",", "lunch", ",", "all"]
    by_hand = single_meteor_score(words[1], words[0], wordnet=NoWordNet())  # ty: ignore[invalid-argument-type]
    assert text_scores(answer, reference)["meteor"] == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.5 * 0.2 / 0.36)  # 3 of 9 words, 3 of 5, each a chunk of its own
    assert "tok:nltk by line and sentence" in signatures()["meteor"].split("|")


def test_stems_match_in_meteor() -> None:
    assert text_scores("cooked lunches", "cooking lunch")["meteor"] > 0


def test_the_reference_itself_scores_1_and_nothing_in_common_0() -> None:
    same = text_scores(REFERENCE, REFERENCE)
    assert set(same) == set(TEXT_METRICS)
    assert same.pop("meteor") == pytest.approx(1, abs=1e-3)  # one chunk is a little fragmentation
    assert set(same.values()) == {1.0}
    assert set(text_scores("xyz", REFERENCE).values()) == {0.0}


@pytest.mark.parametrize("answer", ["", "  \n"])
def test_an_empty_answer_scores_0(answer: str) -> None:
    assert text_scores(answer, REFERENCE) == dict.fromkeys(TEXT_METRICS, 0.0)


@settings(max_examples=50)
@given(st.text(max_size=80), st.text(min_size=1, max_size=80))
def test_every_score_lies_between_0_and_1(answer: str, reference: str) -> None:
    assert all(0 <= value <= 1 for value in text_scores(answer, reference).values())


@pytest.mark.parametrize(("name", "bleu"), [("bleu", BLEU(effective_order=True)), ("bleu_corpus", BLEU())])
def test_the_signature_of_bleu_is_sacrebleu_s_own(name: str, bleu: BLEU) -> None:
    bleu.corpus_score(["a"], [["a"]])
    *fields, release = str(bleu.get_signature()).split("|")
    assert set(fields) <= set(signatures()[name].split("|"))
    assert f"sacrebleu:{release.removeprefix('version:')}" in signatures()[name].split("|")


def test_data_of_nltk_are_looked_for_where_nltk_looks() -> None:
    """Without importing it: a script of its own knows nothing of what other tests have imported or set."""
    script = """
import os, sys
os.environ["NLTK_DATA"] = "/here" + os.pathsep + "~/there"
from jobsearch_dagster.foundation.text_metrics import nltk_folders, wordnet_version
folders, found = nltk_folders(), wordnet_version()
assert ("nltk" in sys.modules) == any(map(os.path.isdir, folders)), "imported for nothing"
import nltk.data
assert folders == nltk.data.path, (folders, nltk.data.path)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_metric_has_a_signature() -> None:
    assert set(signatures()) == {*TEXT_METRICS, "bleu_corpus"}
    assert f"wn:{wordnet_version()}" in signatures()["meteor"].split("|")
    assert len({signatures()[name] for name in ("rouge1", "rouge1_precision", "rouge1_recall")}) == 3
