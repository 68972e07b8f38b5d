"""Intervals hold what they promise, also of few postings; a test finds differences and invents none."""

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from jobsearch_dagster.foundation.statistics import (
    EXACT_POSTINGS,
    FLIPS,
    Estimate,
    compare,
    estimate,
    holm,
    mean_of,
    summarize,
)

POSTINGS = 30
TRUTH = 0.4
Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]


def scores(random: np.random.Generator, postings: int = POSTINGS) -> tuple[np.ndarray, np.ndarray]:
    """Scores of postings with 1 to 6 questions each; questions about one posting share its difficulty."""
    clusters = np.repeat(np.arange(postings), random.integers(1, 7, size=postings))
    difficulty = random.normal(scale=0.2, size=postings)
    return TRUTH + difficulty[clusters] + random.normal(scale=0.1, size=len(clusters)), clusters


def shares(random: np.random.Generator, postings: int) -> tuple[np.ndarray, np.ndarray]:
    """Right or wrong, 90 % right on average, with correlation 0.5 within a posting."""
    clusters = np.repeat(np.arange(postings), random.integers(1, 7, size=postings))
    easiness = random.beta(0.9, 0.1, size=postings)
    return (random.random(len(clusters)) < easiness[clusters]).astype(float), clusters


def counted(values: np.ndarray) -> np.ndarray:
    return np.column_stack([values, np.ones(len(values))])


def bootstrap(values: np.ndarray, clusters: np.ndarray, random: np.random.Generator) -> tuple[float, float]:
    """The percentile interval of resampled postings, which is not used."""
    sums, counts = np.bincount(clusters, weights=values), np.bincount(clusters)
    drawn = random.integers(0, len(sums), size=(300, len(sums)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def coverage(interval: Callable[[np.ndarray, np.ndarray], Estimate], draw: Draw, postings: int, truth: float) -> float:
    """Share of 500 experiments whose interval holds the truth."""
    random = np.random.default_rng(postings)
    found = [interval(*draw(random, postings)) for _ in range(500)]
    return sum(one.low <= truth <= one.high for one in found) / len(found)


@pytest.mark.parametrize("postings", [2, 3, 5, 8, 15, 30, 50])
def test_a_95_percent_interval_of_a_mean_holds_the_truth_in_about_95_of_100_experiments(postings: int) -> None:
    held = coverage(lambda values, clusters: summarize(counted(values), clusters), scores, postings, TRUTH)
    assert 0.92 <= held <= 0.98


@pytest.mark.parametrize("postings", [2, 3, 5, 8, 15, 30, 50])
def test_an_interval_of_a_share_near_its_bound_holds_it_too(postings: int) -> None:
    held = coverage(lambda values, clusters: summarize(counted(values), clusters, bounds=(0, 1)), shares, postings, 0.9)
    assert held >= 0.92


@pytest.mark.parametrize("postings", [5, 15])
def test_an_interval_of_a_difference_of_shares_holds_it(postings: int) -> None:
    random = np.random.default_rng(postings)
    held = 0
    for _ in range(300):
        first, clusters = shares(random, postings)
        second = (random.random(len(first)) < random.beta(0.6, 0.4, size=postings)[clusters]).astype(float)
        found = compare(counted(first), counted(second), clusters, mean_of, 1, (-1, 1))
        held += found.low <= 0.9 - 0.6 <= found.high
    assert 0.9 <= held / 300 <= 0.99


@pytest.mark.parametrize(("postings", "widest"), [(5, 1.6), (15, 1.25), (50, 1.15)])
def test_an_interval_is_no_wider_than_the_number_of_postings_asks(postings: int, widest: float) -> None:
    """Beside 2 x 1.96 true standard errors; Student's t of 5 postings is 1.42 times that."""
    random = np.random.default_rng(postings)
    found = [summarize(counted(values), who) for values, who in (scores(random, postings) for _ in range(300))]
    known = 2 * 1.96 * np.std([one.mean for one in found])
    assert 0.9 * known <= np.mean([one.high - one.low for one in found]) <= widest * known


@pytest.mark.parametrize(("postings", "widest"), [(5, 0.7), (15, 0.36), (50, 0.18)])
def test_an_interval_of_a_share_near_its_bound_narrows_with_postings(postings: int, widest: float) -> None:
    random = np.random.default_rng(postings)
    drawn = [shares(random, postings) for _ in range(300)]
    found = [summarize(counted(values), clusters, bounds=(0, 1)) for values, clusters in drawn]
    assert np.mean([one.high - one.low for one in found]) <= widest


def test_the_bootstrap_would_be_far_too_sure_of_few_postings() -> None:
    random = np.random.default_rng(7)
    held = dict.fromkeys((2, 5, 50), 0)
    for postings in held:
        for _ in range(300):
            low, high = bootstrap(*scores(random, postings), random)
            held[postings] += low <= TRUTH <= high
    assert held[2] / 300 < 0.6
    assert held[5] / 300 < 0.9
    assert held[50] / 300 > 0.9


def test_questions_taken_for_independent_draws_would_promise_far_too_much() -> None:
    held = coverage(lambda values, _: summarize(counted(values), np.arange(len(values))), scores, POSTINGS, TRUTH)
    assert held < 0.8


def test_an_interval_of_a_difference_is_that_of_the_mean_of_differences() -> None:
    first, clusters = scores(np.random.default_rng(3))
    second = first - np.random.default_rng(4).normal(0.1, 0.3, size=len(first))
    paired = compare(counted(first), counted(second), clusters, mean_of, 1)
    single = summarize(counted(first - second), clusters)
    assert (paired.mean, paired.low, paired.high) == pytest.approx((single.mean, single.low, single.high))
    assert paired.p == estimate(first - second, clusters, 1).p


def test_of_equal_postings_the_interval_is_student_s() -> None:
    """Two postings of one question: mean 0.5, standard error 0.1, t with one degree of freedom 12.706."""
    found = summarize(counted(np.array([0.4, 0.6])), np.arange(2))
    assert (found.low, found.high) == pytest.approx((0.5 - 1.2706, 0.5 + 1.2706), abs=1e-3)


@pytest.mark.parametrize("postings", [2, 5, 15])
def test_an_interval_stays_within_its_bounds_and_holds_its_mean(postings: int) -> None:
    random = np.random.default_rng(postings)
    for _ in range(50):
        values, clusters = shares(random, postings)
        found = summarize(counted(values), clusters, bounds=(0, 1))
        assert 0 <= found.low <= found.mean <= found.high <= 1


@pytest.mark.parametrize(("value", "low", "high"), [(0.0, 0.0, 0.369), (1.0, 0.631, 1.0)])
def test_eight_postings_on_a_bound_leave_open_what_eight_equal_trials_do(value: float, low: float, high: float) -> None:
    found = summarize(counted(np.full(20, value)), np.arange(20) % 8, bounds=(0, 1))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-3)  # 1 - 0.025 ** (1 / 8)


@pytest.mark.parametrize(("value", "bounds"), [(0.3, (0, 1)), (0.0, None), (0.0, (-1, 1))])
def test_equal_values_off_a_bound_have_no_interval(value: float, bounds: tuple[float, float] | None) -> None:
    """An interval of no width would say that the mean is certain."""
    found = summarize(counted(np.full(40, value)), np.arange(40) // 4, bounds=bounds)
    assert found.mean == pytest.approx(value)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


@pytest.mark.parametrize("postings", [12, 30])  # all patterns, and drawn ones
def test_without_a_difference_every_p_is_equally_likely(postings: int) -> None:
    random = np.random.default_rng(8)
    drawn = (scores(random, postings) for _ in range(400))
    p = np.array([estimate(values - TRUTH, clusters, 1).p for values, clusters in drawn])
    for level in (0.05, 0.25, 0.5, 0.75):
        deviation = math.sqrt(level * (1 - level) / len(p))
        assert abs((p <= level).mean() - level) < 3 * deviation


def test_of_few_postings_p_is_the_share_of_all_sign_patterns() -> None:
    values = np.array([0.3, 0.1, 0.2, -0.05, 0.4, 0.15])
    patterns = [np.dot(signs, values) for signs in product([-1, 1], repeat=len(values))]
    expected = np.mean(np.abs(patterns) >= abs(values.sum()) - 1e-12)
    assert estimate(values, np.arange(len(values)), 1).p == expected
    assert estimate(np.ones(6), np.arange(6), 1).p == 2 / 2**6


def test_no_p_is_smaller_than_the_patterns_can_tell() -> None:
    few, many = np.ones(EXACT_POSTINGS), np.ones(EXACT_POSTINGS + 1)
    assert estimate(few, np.arange(len(few)), 1).p == 1 / 2 ** (EXACT_POSTINGS - 1)
    assert 1 / (FLIPS + 1) <= estimate(many, np.arange(len(many)), 1).p < 3 / FLIPS


def test_a_real_difference_has_a_small_p() -> None:
    values, clusters = scores(np.random.default_rng(9))
    found = estimate(values, clusters, 1)
    assert found.p == pytest.approx(1 / (FLIPS + 1))
    assert found.low > 0


def test_a_contender_that_answers_the_same_wins_nothing() -> None:
    found = estimate(np.zeros(40), np.arange(40) // 4, 1)
    assert (found.mean, found.p) == (0.0, 1.0)


def test_p_is_never_zero_and_says_the_same_of_win_and_loss() -> None:
    values, clusters = scores(np.random.default_rng(10))
    assert estimate(values, clusters, 3).p == estimate(-values, clusters, 3).p > 0


def test_the_mean_is_over_questions_and_both_are_counted() -> None:
    found = estimate(np.array([1.0, 1.0, 1.0, 0.0]), np.array(["a", "a", "a", "b"]), 1)
    assert (found.n, found.clusters, found.mean) == (4, 2, 0.75)


def test_with_one_posting_there_is_no_interval() -> None:
    found = estimate(np.array([0.2, 0.4, 0.9]), np.array(["a", "a", "a"]), 1)
    assert (found.n, found.clusters, found.mean, found.p) == (3, 1, 0.5, 1.0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_what_the_postings_are_called_does_not_matter_and_the_seed_decides_drawn_patterns_alone() -> None:
    values, clusters = scores(np.random.default_rng(11))
    first, other = (estimate(values - 0.35, clusters, seed) for seed in (5, 6))
    assert estimate(values - 0.35, np.array([f"posting {c:02}" for c in clusters]), 5) == first
    assert (other.low, other.high) == (first.low, first.high)
    assert other.p != first.p


def test_more_questions_about_the_same_postings_do_not_make_the_mean_surer() -> None:
    """Every question asked four times: nothing new was learned."""
    values, clusters = scores(np.random.default_rng(12))
    once, often = estimate(values, clusters, 1), estimate(np.tile(values, 4), np.tile(clusters, 4), 1)
    assert (often.low, often.high, often.p) == pytest.approx((once.low, once.high, once.p))


def test_a_pooled_statistic_is_taken_of_all_sums_and_tested_by_exchanging_whole_postings() -> None:
    """The share of words that match: long answers weigh more than in a mean of shares."""
    words = np.array([[1, 2], [9, 10], [4, 5], [3, 4]])
    worse = np.array([[0, 2], [2, 10], [1, 5], [0, 4]])
    postings = np.arange(4)
    assert summarize(words, postings, mean_of, (0, 1)).mean == pytest.approx(17 / 21)
    found = compare(words, worse, postings, mean_of, 1, (-1, 1))
    assert (found.mean, found.p) == (pytest.approx(14 / 21), 2 / 2**4)
    assert -1 < found.low < found.mean < found.high < 1


def test_holm_multiplies_the_smallest_p_most_and_keeps_the_order() -> None:
    assert holm([0.04, 0.01, 0.03, 0.5]) == pytest.approx([0.09, 0.04, 0.09, 0.5])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_s_families_are_falsely_significant_in_at_most_5_of_100() -> None:
    random = np.random.default_rng(13)
    families = random.random(size=(2_000, 20))
    assert np.mean([min(holm(family.tolist())) < 0.05 for family in families]) < 0.065
    assert np.mean(families.min(axis=1) < 0.05) > 0.6
