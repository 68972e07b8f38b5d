"""Prediction-powered inference: a rate from few labels and many scores of a judge that may be wrong.

Belongs here: the estimator and its interval. Where labels and scores come from is in the modules of the judges.

The judge's mean alone is biased by its mistakes, the labels alone are few. Their combination (Angelopoulos et al.,
"PPI++", arXiv 2311.01453) corrects the judge's mean by what it gets wrong on the labelled items, and trusts it by a
weight between 0 and 1 that the labelled items decide: of a judge that knows nothing it is 0. The plain method promises
too much where labels are few and rates near 0 or 1. As in the plus-four interval of Agresti and Coull (1998), two
pseudo labels of each outcome are therefore added, at the judge's mean score, and Student's t is used, with as many
degrees of freedom as there are labelled postings; labels of one posting count as one draw. The interval is a little too
wide rather than too narrow: `python -m jobsearch_dagster_tests.benchmarks coverage` prints how often it holds the
truth, and `docs/ares.md` has the table.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

LEVEL = 0.95
RATE = (1.0, 1.0, 0.0, 0.0)
"""Pseudo labels of a rate, whose labels are 0 and 1."""
DIFFERENCE = (1.0, -1.0, 0.0, 0.0)
"""Pseudo labels of the difference of two rates on the same items: one of each of the four outcomes of a pair."""


@dataclass(frozen=True)
class Powered:
    """An estimate with its interval.

    Attributes:
        value: The estimate.
        low: Lower end of the 95 % interval, within what is possible.
        high: Upper end.
        weight: How far the judge is trusted: 0 leaves the labels alone, 1 takes its mean, corrected.
        labels: Labelled items.
        postings: Postings of the labelled items.
        items: Items with a score and no label.
    """

    value: float
    low: float
    high: float
    weight: float
    labels: int
    postings: int
    items: int


def powered_mean(
    labels: "np.ndarray",
    scores: "np.ndarray",
    postings: Sequence[str],
    unlabelled: "np.ndarray",
    unlabelled_postings: Sequence[str],
    pseudo: tuple[float, ...] = RATE,
) -> Powered:
    """The mean label of all items.

    Items are labelled a whole posting at a time: then no posting has both labelled and unlabelled items, and the two
    groups are independent draws.

    Args:
        labels: Of the labelled items, shape (n,); 0 or 1, or differences of such.
        scores: The judge's of the same items, shape (n,), on the scale of the labels.
        postings: The posting of each labelled item.
        unlabelled: The judge's scores of the other items, shape (N,); where they are about fewer than two postings, or
            all scores are equal, the labels alone are used.
        unlabelled_postings: The posting of each of them.
        pseudo: Labels that are added: `RATE` or `DIFFERENCE`.

    Raises:
        ValueError: No item is labelled, or a posting is in both groups.
    """
    import numpy as np

    if not len(labels):
        raise ValueError("at least one item must be labelled")
    if shared := set(postings) & set(unlabelled_postings):
        raise ValueError(f"{len(shared)} postings have labelled and unlabelled items: label whole postings")
    middle = float(np.concatenate([scores, unlabelled]).mean())
    y = np.concatenate([labels, pseudo])
    f = np.concatenate([scores, np.full(len(pseudo), middle)])
    groups = [*postings, *(f"pseudo {number}" for number in range(len(pseudo)))]
    weight = _weight(y, f, unlabelled) if len(set(unlabelled_postings)) > 1 else 0.0
    value = float((y - weight * f).mean())
    error = _error(y - weight * f, groups)
    if weight > 0:
        value += weight * float(unlabelled.mean())
        error = math.hypot(error, weight * _error(unlabelled, unlabelled_postings))
    reach = _student(len(set(postings))) * error
    least, most = min(pseudo), max(pseudo)
    return Powered(
        value=min(most, max(least, value)),
        low=max(least, value - reach),
        high=min(most, value + reach),
        weight=weight,
        labels=len(labels),
        postings=len(set(postings)),
        items=len(unlabelled),
    )


def _weight(y: "np.ndarray", f: "np.ndarray", unlabelled: "np.ndarray") -> float:
    """The weight that makes the variance least (PPI++, equation 6), between 0 and 1."""
    import numpy as np

    variance = float(np.concatenate([f, unlabelled]).var(ddof=1))
    if variance < 1e-12:
        return 0.0
    covariance = float(np.cov(y, f)[0, 1])
    return min(1.0, max(0.0, covariance / ((1 + len(y) / len(unlabelled)) * variance)))


def _error(values: "np.ndarray", groups: Sequence[str]) -> float:
    """Standard error of a mean whose values are independent between groups only (Liang and Zeger, 1986)."""
    import numpy as np

    codes: dict[str, int] = {}
    index = [codes.setdefault(name, len(codes)) for name in groups]
    sums = np.bincount(index, weights=values - values.mean())
    return math.sqrt(len(sums) / (len(sums) - 1) * float((sums**2).sum())) / len(values)


def _student(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + LEVEL) / 2))
