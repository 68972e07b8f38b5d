"""Orders of rows from scores, and one order from several.

Belongs here: arithmetic on arrays, with no idea of postings and questions. Where the scores come from is in `index.py`,
which rows are ranked and by what is in `relevance.py`.
"""

import numpy as np

RRF_K = 60
"""Constant of reciprocal-rank fusion, as its authors chose it; it keeps the first places of one list from deciding."""


def best_first(scores: np.ndarray, count: int | None = None) -> np.ndarray:
    """Positions of the highest scores, the highest first; of equal ones the earlier position first.

    Args:
        scores: One per position.
        count: How many; all by default. Fewer cost less than a whole sort.
    """
    if count is None or count >= len(scores):
        return np.argsort(-scores, kind="stable")
    # Everything that is no worse than the last one wanted: of its equals the earliest must win.
    lowest = np.partition(scores, -count)[-count]
    candidates = np.flatnonzero(scores >= lowest)
    return candidates[np.argsort(-scores[candidates], kind="stable")][:count]


def ranks(scores: np.ndarray) -> np.ndarray:
    """Rank of each position, 1 for the highest score; positions that score nothing or less have no rank, infinity."""
    ranked = np.full(len(scores), np.inf)
    order = best_first(scores)[: np.count_nonzero(scores > 0)]
    ranked[order] = np.arange(1, len(order) + 1)
    return ranked


def reciprocal_rank_fusion(*rankings: np.ndarray) -> np.ndarray:
    """Sum of 1 / (60 + rank) over the rankings (Cormack, Clarke and Buettcher, SIGIR 2009).

    Scores of different kinds need not be comparable for it, as BM25 and cosines are not.

    Args:
        rankings: As `ranks` makes them, of the same length.
    """
    fused = np.zeros(len(rankings[0]))
    for ranking in rankings:
        fused += 1 / (RRF_K + ranking)
    return fused
