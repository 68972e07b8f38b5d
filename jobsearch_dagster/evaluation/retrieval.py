"""Retrieval metrics, equal to trec_eval's: how high the relevant postings stand in a ranking.

Belongs here: the arithmetic on a ranking and its grades. What is relevant is in `relevance.py`, which rankings are
scored in `rankings.py`.
"""

from collections.abc import Mapping, Sequence
from math import log2

RELEVANT = 1
"""Lowest grade that precision, recall and MRR count as relevant; nDCG weighs each grade by itself."""


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Ids from the highest score to the lowest; of equal scores the last id comes first, as in trec_eval.

    >>> ranked({"a": 1.0, "b": 1.0, "c": 2.0})
    ['c', 'b', 'a']
    """
    return sorted(scores, key=lambda posting_id: (scores[posting_id], posting_id), reverse=True)


def retrieval_metrics(ranking: Sequence[str], grades: Mapping[str, int], cutoffs: Sequence[int]) -> dict[str, float]:
    """All metrics of one ranking, each from 0 to 1.

    A ranking shorter than k is scored as if useless postings followed. Where nothing is relevant every metric is 0.

    Args:
        ranking: Ids, the best first, each once.
        grades: Grade of each judged id, 0 or more; an id that is missing has grade 0.
        cutoffs: The k of `precision@k`, `recall@k` (of all relevant ids) and `ndcg@k` (linear gain, log2 discount).

    Returns:
        Values by metric; `mrr` is the reciprocal rank of the first relevant id.
    """
    gains = [grades.get(posting_id, 0) for posting_id in ranking]
    ideal = sorted(grades.values(), reverse=True)
    hits = [gain >= RELEVANT for gain in gains]
    relevant = sum(grade >= RELEVANT for grade in ideal)
    values = {}
    for k in cutoffs:
        values[f"precision@{k}"] = sum(hits[:k]) / k
        values[f"recall@{k}"] = sum(hits[:k]) / relevant if relevant else 0.0
        values[f"ndcg@{k}"] = _dcg(gains[:k]) / _dcg(ideal[:k]) if relevant else 0.0
    values["mrr"] = 1 / (hits.index(True) + 1) if any(hits) else 0.0
    return values


def _dcg(gains: Sequence[int]) -> float:
    """Discounted cumulative gain (Järvelin and Kekäläinen 2002) with trec_eval's discount, from rank 1 on."""
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def signature(metric: str, depth: int) -> str:
    """What the value of a metric depends on besides grades and the first `depth` ids of a ranking."""
    gain = "gain:linear" if metric.startswith("ndcg") else f"rel:{RELEVANT}"
    return f"{metric}|as:trec_eval|{gain}|ties:id-desc|depth:{depth}"
