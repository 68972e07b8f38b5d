"""Intervals hold what they promise, also where questions share postings; a test finds differences and invents none."""

import math

import numpy as np
import pytest

from jobsearch_dagster.foundation.statistics import RESAMPLES, estimate

POSTINGS = 30
TRUTH = 0.4


def questions(random: np.random.Generator, spread_between: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """Scores of 30 postings with 2 to 6 questions each; questions about one posting share its difficulty."""
    clusters = np.repeat(np.arange(POSTINGS), random.integers(2, 7, size=POSTINGS))
    difficulty = random.normal(scale=spread_between, size=POSTINGS)
    return TRUTH + difficulty[clusters] + random.normal(scale=0.1, size=len(clusters)), clusters


def test_a_95_percent_interval_holds_the_truth_in_about_95_of_100_experiments() -> None:
    """The percentile interval of 30 clusters is a little too short: 93.6 % is what normal theory gives for it."""
    random = np.random.default_rng(7)
    hits = unclustered = 0
    experiments = 600
    for seed in range(experiments):
        values, clusters = questions(random)
        found = estimate(values, clusters, seed)
        hits += found.low <= TRUTH <= found.high
        naive = estimate(values, np.arange(len(values)), seed)
        unclustered += naive.low <= TRUTH <= naive.high
    assert 0.92 <= hits / experiments <= 0.97
    assert unclustered / experiments < 0.8  # questions taken for independent draws promise far too much


def test_without_a_difference_every_p_is_equally_likely() -> None:
    random = np.random.default_rng(8)
    p = np.array(
        [estimate(values - TRUTH, clusters, 1).p for values, clusters in (questions(random) for _ in range(600))]
    )
    for level in (0.05, 0.25, 0.5, 0.75):
        deviation = math.sqrt(level * (1 - level) / len(p))
        assert abs((p <= level).mean() - level) < 3 * deviation


def test_a_real_difference_has_a_small_p() -> None:
    values, clusters = questions(np.random.default_rng(9))
    found = estimate(values, clusters, 1)
    assert found.p == pytest.approx(1 / (RESAMPLES + 1))
    assert found.low > 0


def test_a_contender_that_answers_the_same_wins_nothing() -> None:
    found = estimate(np.zeros(40), np.arange(40) // 4, 1)
    assert (found.mean, found.p) == (0.0, 1.0)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_where_all_values_are_equal_there_is_no_interval(value: float) -> None:
    """Resampling equal values would give an interval of no width, as if the mean were certain."""
    found = estimate(np.full(40, value), np.arange(40) // 4, 1)
    assert found.mean == pytest.approx(value)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_p_is_never_zero_and_says_the_same_of_win_and_loss() -> None:
    values, clusters = questions(np.random.default_rng(10))
    assert estimate(values, clusters, 3).p == estimate(-values, clusters, 3).p > 0


def test_the_mean_is_over_questions_and_both_are_counted() -> None:
    found = estimate(np.array([1.0, 1.0, 1.0, 0.0]), np.array(["a", "a", "a", "b"]), 1)
    assert (found.n, found.clusters, found.mean) == (4, 2, 0.75)


def test_with_one_posting_there_is_no_interval() -> None:
    found = estimate(np.array([0.2, 0.4, 0.9]), np.array(["a", "a", "a"]), 1)
    assert (found.n, found.clusters, found.mean, found.p) == (3, 1, 0.5, 1.0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_the_same_seed_gives_the_same_interval_whatever_the_postings_are_called() -> None:
    values, clusters = questions(np.random.default_rng(11))
    first = estimate(values, clusters, 5)
    assert estimate(values, clusters, 5) == first
    assert estimate(values, np.array([f"posting {c:02}" for c in clusters]), 5) == first
    assert estimate(values, clusters, 6) != first


def test_more_questions_about_the_same_postings_do_not_make_the_mean_surer() -> None:
    """Every question asked four times: nothing new was learned."""
    values, clusters = questions(np.random.default_rng(12))
    once, often = estimate(values, clusters, 1), estimate(np.tile(values, 4), np.tile(clusters, 4), 1)
    assert (often.low, often.high, often.p) == pytest.approx((once.low, once.high, once.p))
