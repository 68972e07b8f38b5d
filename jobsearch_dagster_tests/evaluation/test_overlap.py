"""Overlap is what the reference libraries say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU

from jobsearch_dagster.evaluation.overlap import ROUGE, overlap_scores, signatures

REFERENCE = "Job available in malmö, sweden\nJob-Title: cook\nDescription: cooks lunches for four hundred children."
ANSWERS = [
    REFERENCE,
    "Job available in malmö, sweden\nJob-Title: chef",
    "cooking lunch for a child",
    "A job is available in Malmö. The job title is cook, and you cook lunches.",
    "four hundred children",
    "xyz",
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_score_is_that_of_its_reference_library(answer: str) -> None:
    rouge = RougeScorer(list(ROUGE), use_stemmer=True).score(REFERENCE, answer)
    expected = {name: score.fmeasure for name, score in rouge.items()}
    expected["bleu"] = BLEU(effective_order=True).sentence_score(answer, [REFERENCE]).score / 100
    assert overlap_scores(answer, REFERENCE) == pytest.approx(expected)


def test_the_reference_itself_scores_1_and_nothing_in_common_0() -> None:
    assert overlap_scores(REFERENCE, REFERENCE) == pytest.approx({"rouge1": 1, "rouge2": 1, "rougeL": 1, "bleu": 1})
    assert overlap_scores("xyz", REFERENCE) == {"rouge1": 0, "rouge2": 0, "rougeL": 0, "bleu": 0}


@pytest.mark.parametrize("answer", ["", "  \n"])
def test_an_empty_answer_scores_0(answer: str) -> None:
    assert overlap_scores(answer, REFERENCE) == {"rouge1": 0, "rouge2": 0, "rougeL": 0, "bleu": 0}


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80), st.text(min_size=1, max_size=80))
def test_every_score_lies_between_0_and_1(answer: str, reference: str) -> None:
    assert all(0 <= value <= 1 + 1e-9 for value in overlap_scores(answer, reference).values())


def test_the_signature_of_bleu_is_sacrebleu_s_own() -> None:
    bleu = BLEU(effective_order=True)
    bleu.sentence_score("a", ["a"])
    own = str(bleu.get_signature())
    signature = signatures()["bleu"]
    assert set(signatures()) == {*ROUGE, "bleu"}
    for part in ("tok", "smooth"):
        assert next(field for field in own.split("|") if field.startswith(part)) in signature.split("|")
    assert own.split("version:")[1] == signature.split("|")[0].removeprefix("sacrebleu:")
