"""How often the interval of `evaluation/prediction_powered.py` holds the truth: simulated experiments.

Belongs here: drawing experiments and counting. The figures of one run are in `docs/ares.md`.

    python -m jobsearch_dagster_tests.benchmarks coverage --experiments 4000
"""

from dataclasses import dataclass

import numpy as np

from jobsearch_dagster.evaluation.prediction_powered import DIFFERENCE, Powered, powered_mean
from jobsearch_dagster_tests.benchmarks.measuring import table

EXPERIMENTS = 4000
LABELS = (6, 12, 24, 48, 96)
RATES = (0.5, 0.8, 0.9, 0.97)
ACCURACIES = (0.55, 0.75, 0.9)
UNLABELLED = (4, 1)
"""Items without a label for each one with a label; `labelled_share` of `ares_scores` is a half, which is 1."""
SEED = 20


@dataclass(frozen=True)
class World:
    """What experiments are drawn from.

    Attributes:
        labels: Labelled items.
        rate: True share of items for which the criterion holds.
        accuracy: Share of items that the judge judges right.
        alike: Correlation of the labels of one posting.
        per_posting: Items of a posting.
        unlabelled: Items without a label for each one with a label.
    """

    labels: int
    rate: float
    accuracy: float
    alike: float = 0.0
    per_posting: int = 1
    unlabelled: int = 4

    def items(self, luck: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Labels, the judge's scores (0 to 1, right where they are on the label's side of a half), and postings."""
        postings = np.repeat(np.arange(-(-count // self.per_posting)), self.per_posting)[:count]
        rates = np.full(postings[-1] + 1, self.rate)
        if self.alike:
            spread = (1 - self.alike) / self.alike
            rates = luck.beta(self.rate * spread, (1 - self.rate) * spread, size=len(rates))
        labels = (luck.random(count) < rates[postings]).astype(float)
        is_high = (labels == 1) == (luck.random(count) < self.accuracy)
        sureness = luck.beta(2, 2, size=count) / 2
        return labels, np.where(is_high, 0.5 + sureness, 0.5 - sureness), [f"{name}" for name in postings]

    def estimate(self, luck: np.random.Generator, *, with_judge: bool = True) -> Powered:
        """The rate as one experiment estimates it."""
        labels, scores, postings = self.items(luck, self.labels)
        _, others, other_postings = self.items(luck, self.unlabelled * self.labels if with_judge else 1)
        return powered_mean(labels, scores, postings, others, [f"other {name}" for name in other_postings])

    def difference(self, luck: np.random.Generator, other: "World") -> Powered:
        """The difference of two rates on the same postings."""
        pairs = []
        for count, prefix in ((self.labels, ""), (self.unlabelled * self.labels, "other ")):
            first, second = self.items(luck, count), other.items(luck, count)
            pairs.append((first[0] - second[0], first[1] - second[1], [prefix + name for name in first[2]]))
        (labels, scores, postings), (_, others, other_postings) = pairs
        return powered_mean(labels, scores, postings, others, other_postings, DIFFERENCE)


def coverage(world: World, experiments: int, *, with_judge: bool = True) -> tuple[float, float]:
    """Share of the intervals that hold the truth, and their mean width."""
    luck = np.random.default_rng([SEED, world.labels, round(1000 * world.rate), round(1000 * world.accuracy)])
    found = [world.estimate(luck, with_judge=with_judge) for _ in range(experiments)]
    held = sum(one.low <= world.rate <= one.high for one in found)
    return held / experiments, sum(one.high - one.low for one in found) / experiments


def main(experiments: int = EXPERIMENTS) -> None:
    """Print tables for independent items, and for postings with three items that are alike."""
    for title, alike, per_posting in (
        ("independent items", 0.0, 1),
        ("three items a posting, correlation 0.3", 0.3, 3),
    ):
        for unlabelled in UNLABELLED:
            ratio = f"{unlabelled} without a label for each one with a label"
            print(f"\n{title}, {ratio}: coverage of 95 % intervals, mean width; {experiments:,} experiments a cell\n")
            print(_table(alike, per_posting, unlabelled, experiments), flush=True)


def _table(alike: float, per_posting: int, unlabelled: int, experiments: int) -> str:
    rows = []
    for rate in RATES:
        for labels in LABELS:
            worlds = [World(labels, rate, accuracy, alike, per_posting, unlabelled) for accuracy in ACCURACIES]
            cells = [coverage(world, experiments) for world in worlds]
            alone = coverage(worlds[0], experiments, with_judge=False)
            rows.append((rate, labels, *(f"{held:.3f}, {width:.2f}" for held, width in (*cells, alone))))
    return table(("rate", "labels", *(f"judge right {a:.0%}" for a in ACCURACIES), "labels alone"), rows)
