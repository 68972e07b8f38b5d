"""Means with intervals, and paired differences: clustered by posting.

Belongs here: the estimators. Questions about one posting share its text, so they are no independent draws: postings
are resampled, not questions (Miller, "Adding error bars to evals", arXiv 2411.00640).
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2_000
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval.

    Attributes:
        n: Questions.
        clusters: Postings.
        mean: Mean over questions.
        low: Lower end of the 95 % percentile interval; NaN with fewer than two postings or where all values are equal:
            resampling equal values tells nothing about how sure they are.
        high: Upper end.
        p: Two-sided p of "the mean is zero" by sign flips of postings; 1 where it cannot be told.
    """

    n: int
    clusters: int
    mean: float
    low: float
    high: float
    p: float


def estimate(values: "np.ndarray", clusters: "np.ndarray", seed: int) -> Estimate:
    """Mean of values with a bootstrap interval and a sign-flip test, both over clusters.

    Args:
        values: One number per question, shape (n,).
        clusters: The posting of each question, shape (n,).
        seed: Of resampling and flipping.
    """
    import numpy as np

    _, index = np.unique(clusters, return_inverse=True)
    sums, counts = np.bincount(index, weights=values), np.bincount(index)
    n, groups = len(values), len(counts)
    mean = float(values.mean())
    if groups < 2:
        return Estimate(n, groups, mean, math.nan, math.nan, 1.0)
    equal = values.min() == values.max()
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, groups, size=(RESAMPLES, groups))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    signs = generator.choice([-1.0, 1.0], size=(RESAMPLES, groups))
    flipped = np.abs((signs * sums).sum(axis=1)) / n
    # +1: the observed signs are one of the possible ones (Phipson and Smyth, 2010).
    p = (1 + int((flipped >= abs(mean) - 1e-12).sum())) / (RESAMPLES + 1)
    return Estimate(n, groups, mean, math.nan if equal else float(low), math.nan if equal else float(high), p)
