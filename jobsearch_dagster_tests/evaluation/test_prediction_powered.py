"""The interval holds its promise with few labels, whatever the judge; a judge that knows something makes it shorter."""

import numpy as np
import pytest

from jobsearch_dagster.evaluation.prediction_powered import DIFFERENCE, powered_mean
from jobsearch_dagster_tests.benchmarks.coverage import UNLABELLED, World, coverage

NOTHING = np.array([])


@pytest.mark.parametrize("unlabelled", UNLABELLED)
@pytest.mark.parametrize("accuracy", [0.55, 0.75, 0.9])
@pytest.mark.parametrize("rate", [0.5, 0.95])
@pytest.mark.parametrize("labels", [6, 24, 60])
def test_a_95_percent_interval_holds_the_truth_in_at_least_94_of_100_experiments(
    labels: int, rate: float, accuracy: float, unlabelled: int
) -> None:
    held, _ = coverage(World(labels, rate, accuracy, unlabelled=unlabelled), 1000)
    assert held >= 0.94


@pytest.mark.parametrize("unlabelled", UNLABELLED)
@pytest.mark.parametrize("rate", [0.5, 0.9])
@pytest.mark.parametrize("labels", [12, 60])
def test_it_holds_it_too_where_the_items_of_a_posting_are_alike(labels: int, rate: float, unlabelled: int) -> None:
    held, _ = coverage(World(labels, rate, 0.75, alike=0.3, per_posting=3, unlabelled=unlabelled), 1000)
    assert held >= 0.94


@pytest.mark.parametrize("unlabelled", UNLABELLED)
@pytest.mark.parametrize("labels", [6, 24])
def test_a_difference_on_the_same_items_is_held(labels: int, unlabelled: int) -> None:
    luck = np.random.default_rng(labels)
    first, second = (World(labels, *one, unlabelled=unlabelled) for one in ((0.8, 0.8), (0.5, 0.7)))
    found = [first.difference(luck, second) for _ in range(800)]
    assert sum(one.low <= 0.3 <= one.high for one in found) / len(found) >= 0.94


def test_a_good_judge_makes_the_interval_shorter_and_a_useless_one_hardly_longer() -> None:
    def width(accuracy: float, *, with_judge: bool = True) -> float:
        return coverage(World(60, 0.6, accuracy), 300, with_judge=with_judge)[1]

    alone = width(0.9, with_judge=False)
    assert width(0.9) < 0.9 * alone
    assert width(0.5) < 1.03 * alone


def test_a_judge_that_is_always_wrong_is_not_trusted() -> None:
    luck = np.random.default_rng(1)
    labels = (luck.random(50) < 0.7).astype(float)
    found = powered_mean(labels, 1 - labels, list(map(str, range(50))), luck.random(100), [f"o{i}" for i in range(100)])
    assert found.weight == 0


BY_THE_PACKAGE = (0.70717561, 0.69523461, 0.7191166)
"""Estimate and interval by `ppi_mean_pointestimate` and `ppi_mean_ci` of ppi-python 0.2.3 on the next test's data. The
package itself (MIT) is no dependency of the tests: it brings numba and statsmodels, 275 MB."""


def test_with_many_labels_it_is_what_the_papers_package_gives() -> None:
    luck, world = np.random.default_rng(5), World(4000, 0.7, 0.85)
    labels, scores, postings = world.items(luck, 4000)
    _, others, other_postings = world.items(luck, 16000)
    found = powered_mean(labels, scores, postings, others, [f"other {name}" for name in other_postings])
    # Four pseudo labels of 4,000 move a rate of 0.7 by 0.0002.
    assert (found.value, found.low, found.high) == pytest.approx(BY_THE_PACKAGE, abs=4e-4)


def test_with_the_pseudo_labels_it_is_the_papers_formula() -> None:
    luck, world = np.random.default_rng(6), World(40, 0.7, 0.85)
    labels, scores, postings = world.items(luck, 40)
    _, others, other_postings = world.items(luck, 200)
    found = powered_mean(labels, scores, postings, others, [f"other {name}" for name in other_postings])
    everything = np.concatenate([scores, others])
    y, f = np.concatenate([labels, [1, 1, 0, 0]]), np.concatenate([scores, np.full(4, everything.mean())])
    weight = np.cov(y, f)[0, 1] / ((1 + 44 / 200) * np.concatenate([f, others]).var(ddof=1))
    error = np.sqrt((y - weight * f).var(ddof=1) / 44 + weight**2 * others.var(ddof=1) / 200)
    assert found.weight == pytest.approx(weight)
    assert found.value == pytest.approx(weight * others.mean() + (y - weight * f).mean())
    assert found.high - found.value == pytest.approx(2.0211 * error, rel=1e-4)  # Student's t, 40 degrees of freedom


def test_one_label_says_next_to_nothing() -> None:
    found = powered_mean(np.ones(1), np.ones(1), ["a"], NOTHING, [])
    assert (found.low, found.high) == (0, 1)


def test_ends_stay_within_what_is_possible() -> None:
    found = powered_mean(np.ones(5), np.ones(5), list("abcde"), NOTHING, [])
    assert found.high == 1
    difference = powered_mean(-np.ones(5), np.zeros(5), list("abcde"), NOTHING, [], DIFFERENCE)
    assert difference.low == -1


def test_copies_of_a_posting_make_nothing_surer() -> None:
    labels = np.array([1.0, 0, 1, 1, 0, 1])
    once = powered_mean(labels, labels, list("abcdef"), NOTHING, [])
    copied = powered_mean(
        np.repeat(labels, 5), np.repeat(labels, 5), [c for c in "abcdef" for _ in range(5)], NOTHING, []
    )
    assert copied.high - copied.low > 0.9 * (once.high - once.low)


def test_a_posting_in_both_groups_and_no_label_are_refused() -> None:
    with pytest.raises(ValueError, match="1 postings have labelled and unlabelled"):
        powered_mean(np.ones(1), np.ones(1), ["a"], np.ones(1), ["a"])
    with pytest.raises(ValueError, match="at least one"):
        powered_mean(NOTHING, NOTHING, [], NOTHING, [])
