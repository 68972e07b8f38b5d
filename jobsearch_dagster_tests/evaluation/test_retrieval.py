"""Retrieval metrics have the values of trec_eval."""

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.evaluation.retrieval import ranked, retrieval_metrics, signature

CUTOFFS = (1, 3, 5, 10)
THEIR_NAMES = {"precision": "P", "recall": "recall", "ndcg": "ndcg_cut"}


def trec_eval(scores: dict[str, float], grades: dict[str, int]) -> dict[str, float]:
    """The same metrics by trec_eval itself; a question without an answer is left out there and counts as 0 (`-c`)."""
    cutoffs = ",".join(map(str, CUTOFFS))
    measures = {"recip_rank", *(f"{name}.{cutoffs}" for name in THEIR_NAMES.values())}
    found = pytrec_eval.RelevanceEvaluator({"q": grades}, measures).evaluate({"q": scores}).get("q", {})
    names = {f"{ours}@{k}": f"{theirs}_{k}" for ours, theirs in THEIR_NAMES.items() for k in CUTOFFS}
    return {ours: found.get(theirs, 0.0) for ours, theirs in (names | {"mrr": "recip_rank"}).items()}


@pytest.mark.parametrize(
    ("scores", "grades"),
    [
        ({"a": 3, "b": 2, "c": 1}, {"a": 1, "b": 0, "c": 1}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 0, "c": 0}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 0, "b": 0, "c": 1}),
        ({"a": 2, "b": 1}, {"a": 1, "b": 2}),
        ({"a": 2, "b": 1}, {"a": 2, "b": 1, "c": 2, "d": 1}),
        ({"unjudged": 2, "a": 1}, {"a": 1}),
        ({"a": 2, "b": 1}, {"a": 0, "b": 0}),
        ({"a": 1}, {"b": 1}),
        ({}, {"a": 1, "b": 2}),
        ({str(n): -n for n in range(20)}, {"3": 2, "12": 1, "19": 2}),
    ],
    ids=["plain", "tie-last-id-first", "tie-hit", "graded-wrong-way-round", "graded-missing", "unjudged",
         "nothing-relevant", "no-hit", "empty-ranking", "longer-than-k"],
)  # fmt: skip
def test_values_are_those_of_trec_eval(scores: dict[str, float], grades: dict[str, int]) -> None:
    ours = retrieval_metrics(ranked(scores), grades, CUTOFFS)
    assert ours == pytest.approx(trec_eval(scores, grades), abs=1e-12)


IDS = st.sampled_from([f"{n:02x}" for n in range(24)])


@given(
    scores=st.dictionaries(IDS, st.integers(-3, 3).map(float), max_size=20),
    grades=st.dictionaries(IDS, st.integers(0, 3), min_size=1, max_size=20),
)
def test_values_are_those_of_trec_eval_whatever_is_ranked_and_judged(
    scores: dict[str, float], grades: dict[str, int]
) -> None:
    ours = retrieval_metrics(ranked(scores), grades, CUTOFFS)
    assert ours == pytest.approx(trec_eval(scores, grades), abs=1e-12)
    assert all(0 <= value <= 1 for value in ours.values())


def test_the_best_order_scores_highest_and_an_answer_without_postings_zero() -> None:
    grades = {"a": 2, "b": 1, "c": 0}
    assert retrieval_metrics(["a", "b"], grades, (2,)) == {"precision@2": 1, "recall@2": 1, "ndcg@2": 1, "mrr": 1}
    assert set(retrieval_metrics([], grades, (2,)).values()) == {0.0}
    assert retrieval_metrics(["b", "a"], grades, (2,))["ndcg@2"] == pytest.approx((1 + 2 / 1.5849625) / 2.6309298)


def test_a_short_ranking_is_not_more_precise_than_a_long_one() -> None:
    assert retrieval_metrics(["a"], {"a": 1}, (3,))["precision@3"] == pytest.approx(1 / 3)


def test_signatures_say_what_counts_as_relevant() -> None:
    assert signature("precision@3", 5) == "precision@3|as:trec_eval|rel:1|ties:id-desc|depth:5"
    assert signature("ndcg@3", 3) == "ndcg@3|as:trec_eval|gain:linear|ties:id-desc|depth:3"
