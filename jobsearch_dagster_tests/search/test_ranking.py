"""Ranks and their fusion, against the formula and against plain sorting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.search.ranking import best_first, ranks, reciprocal_rank_fusion

SCORES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 7.5]), min_size=1, max_size=30)


def test_fusion_is_the_sum_of_reciprocal_ranks_with_60_added_worked_by_hand():
    words = np.array([1, 2, np.inf, 3])
    meaning = np.array([4, 1, 2, 3])
    expected = [1 / 61 + 1 / 64, 1 / 62 + 1 / 61, 1 / 62, 1 / 63 + 1 / 63]
    assert reciprocal_rank_fusion(words, meaning) == pytest.approx(expected, rel=1e-12)
    assert best_first(reciprocal_rank_fusion(words, meaning)).tolist() == [1, 0, 3, 2]


def test_the_highest_score_has_rank_1_and_what_scores_nothing_has_none():
    assert ranks(np.array([0.5, 0, 3, 1])).tolist() == [3, np.inf, 1, 2]


def test_of_equal_scores_the_earlier_position_stands_first():
    assert ranks(np.array([1, 2, 1, 2])).tolist() == [3, 1, 4, 2]
    assert best_first(np.array([1, 2, 1, 2]), 3).tolist() == [1, 3, 0]


@given(SCORES, st.integers(1, 40))
def test_the_first_few_are_the_beginning_of_the_whole_order(scores, count):
    expected = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    assert best_first(np.array(scores)).tolist() == expected
    assert best_first(np.array(scores), count).tolist() == expected[:count]


@given(SCORES)
def test_scores_of_another_scale_have_the_same_ranks(scores):
    assert ranks(np.array(scores)).tolist() == ranks(np.array(scores) * 1000).tolist()


@given(SCORES)
def test_a_list_fused_with_itself_keeps_its_order(scores):
    one = ranks(np.array(scores))
    assert best_first(reciprocal_rank_fusion(one, one)).tolist() == best_first(np.array(scores)).tolist()
