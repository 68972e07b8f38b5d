"""Win rates, strengths and agreement are those that others compute from the same votes."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from jobsearch_dagster.evaluation.preferences import (
    PRIOR,
    Judgement,
    agreement,
    bradley_terry,
    preference_table,
    strengths,
    win_rate,
)
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.votes import Better, Vote

TRUTH = {"analytics": 1.5, "base": -1.0, "lora": 0.0, "rag": 0.5}
POSTINGS = {f"q{number}": f"p{number}" for number in range(40)}
"""Each question about a posting of its own, but where a test says otherwise."""


def vote(voter: str, question: str, first: str, second: str, relevance: Better, faithfulness: Better = "same") -> Vote:
    return Vote(
        at="", voter=voter, question_id=question, first=first, second=second, answers=("", ""),
        relevance=relevance, faithfulness=faithfulness,
    )  # fmt: skip


def drawn(count: int, seed: int = 3, same: float = 0.2) -> list[Vote]:
    """Votes of people who prefer by known strengths, and find a share of all pairs the same."""
    luck = np.random.default_rng(seed)
    found = []
    for number in range(count):
        first, second = luck.permutation(CONTENDERS)[:2]
        wins = luck.random() < 1 / (1 + np.exp(TRUTH[second] - TRUTH[first]))
        said: Better = "same" if luck.random() < same else "first" if wins else "second"
        found.append(vote(f"v{number % 7}", f"q{number % 30}", str(first), str(second), said))
    return found


def row(
    table: pd.DataFrame, contender: str, versus: str = "nobody", criterion: str = "relevance"
) -> "pd.Series[float]":
    (found,) = table[
        (table["criterion"] == criterion) & (table["contender"] == contender) & (table["versus"] == versus)
    ].iloc
    return found


def table_of(given: Sequence[Vote]) -> pd.DataFrame:
    return preference_table(given, POSTINGS)


def test_a_win_rate_counts_votes_and_not_the_order_they_were_shown_in() -> None:
    given = [
        vote("a", "q1", "base", "rag", "second"),
        vote("b", "q1", "rag", "base", "first"),
        vote("a", "q2", "rag", "base", "same"),
        vote("a", "q3", "base", "rag", "first"),
    ]
    table = table_of(given)
    pair = row(table, "base", "rag")
    assert (pair["wins"], pair["ties"], pair["losses"]) == (1, 1, 2)
    assert (pair["n"], pair["questions"], pair["postings"], pair["voters"]) == (4, 3, 3, 2)
    assert pair["win_rate"] == 0.375
    assert pair["low"] < 0.375 < pair["high"]
    assert np.isnan(pair["strength"])
    against_all = row(table, "rag")
    assert (against_all["wins"], against_all["losses"], against_all["win_rate"]) == (2, 1, 0.625)
    assert set(table["criterion"]) == {"relevance", "faithfulness"}
    assert len(table) == 2 * 3


def test_votes_on_one_question_are_hardly_more_than_one() -> None:
    said: list[Better] = ["first", "second"]
    apart = [vote("a", f"q{number}", "base", "rag", said[number % 4 == 0]) for number in range(40)]
    together = [vote(f"v{number}", f"q{number % 4}", "base", "rag", said[number % 4 == 0]) for number in range(40)]
    widths = []
    for given in (apart, together):
        found = row(table_of(given), "base", "rag")
        assert found["win_rate"] == 0.75
        widths.append(found["high"] - found["low"])
    assert widths[1] > 2 * widths[0]


def test_questions_about_one_posting_are_hardly_more_than_one() -> None:
    said: list[Better] = ["first", "second"]
    given = [vote("a", f"q{number}", "base", "rag", said[number % 4 == 0]) for number in range(40)]
    alike = {question: f"p{int(question[1:]) % 4}" for question in POSTINGS}
    apart, together = (preference_table(given, postings) for postings in (POSTINGS, alike))
    for versus, low, high in (("rag", "low", "high"), ("nobody", "strength_low", "strength_high")):
        wide, narrow = (row(table, "base", versus) for table in (together, apart))
        assert (wide["questions"], wide["postings"], narrow["postings"]) == (40, 4, 40)
        assert wide[high] - wide[low] > 2 * (narrow[high] - narrow[low])


def on_postings(luck: np.random.Generator, postings: int, wins: float, alike: float) -> list[Judgement]:
    """Votes on 1 to 3 questions a posting by 1 to 3 people; a posting's own share of wins varies around the truth."""
    spread = (1 - alike) / alike
    return [
        Judgement(f"p{posting}", f"q{posting} {question}", f"v{voter}", "base", "rag", float(luck.random() < share))
        for posting, share in enumerate(luck.beta(wins * spread, (1 - wins) * spread, size=postings))
        for question in range(luck.integers(1, 4))
        for voter in range(luck.integers(1, 4))
    ]


@pytest.mark.parametrize("wins", [0.5, 0.8])
@pytest.mark.parametrize("postings", [5, 15])
def test_a_95_percent_interval_holds_the_win_rate_in_at_least_93_of_100_experiments(postings: int, wins: float) -> None:
    luck = np.random.default_rng(postings)
    found = [win_rate(on_postings(luck, postings, wins, alike=0.3)) for _ in range(1000)]
    assert sum(one.low <= wins <= one.high for one in found) / len(found) >= 0.93


@pytest.mark.parametrize("postings", [5, 15])
def test_it_holds_the_strength_too(postings: int) -> None:
    """Of two contenders, half the log odds of a win."""
    luck, truth = np.random.default_rng(postings), np.log(0.6 / 0.4) / 2
    found = [strengths(on_postings(luck, postings, 0.6, alike=0.3))["base"] for _ in range(400)]
    assert sum(one.strength_low <= truth <= one.strength_high for one in found) / len(found) >= 0.93


def test_without_votes_there_are_no_rows() -> None:
    assert table_of([]).empty


def by_optimization(wins: np.ndarray) -> np.ndarray:
    """Log strengths that maximize the likelihood, by a general optimizer."""
    size = len(wins)
    wins = wins + PRIOR * (1 - np.eye(size))

    def loss(free: np.ndarray) -> float:
        values = np.append(free, -free.sum())
        return float(
            sum(
                wins[i, j] * np.log1p(np.exp(values[j] - values[i])) for i in range(size) for j in range(size) if i != j
            )
        )

    free = minimize(loss, np.zeros(size - 1), tol=1e-12).x
    return np.append(free, -free.sum())


@pytest.mark.parametrize("seed", range(4))
def test_strengths_are_those_of_the_greatest_likelihood(seed: int) -> None:
    wins = np.random.default_rng(seed).integers(0, 20, (4, 4)).astype(float) * (1 - np.eye(4))
    assert bradley_terry(wins[None])[0] == pytest.approx(by_optimization(wins), abs=1e-4)


def test_of_two_contenders_the_strength_is_the_log_odds_of_a_win() -> None:
    found = bradley_terry(np.array([[[0.0, 9.0], [3.0, 0.0]]]))[0]
    assert found[0] - found[1] == pytest.approx(np.log((9 + PRIOR) / (3 + PRIOR)))


def judged(given: Sequence[Vote]) -> list[Judgement]:
    return [Judgement.of(one, "relevance", POSTINGS[one.question_id]) for one in given]


def test_known_strengths_are_found_again_within_their_intervals() -> None:
    found = strengths(judged(drawn(1500, same=0)))
    truth = {name: value - np.mean(list(TRUTH.values())) for name, value in TRUTH.items()}
    assert sorted(found, key=lambda name: found[name].strength) == sorted(truth, key=lambda name: truth[name])
    for name, own in found.items():
        assert own.strength_low < own.strength < own.strength_high
        assert own.strength_high - own.strength_low < 1
        assert own.strength_low < truth[name] < own.strength_high
    assert sum(own.strength for own in found.values()) == pytest.approx(0, abs=1e-9)


def test_who_never_lost_has_a_finite_strength_and_one_posting_no_interval() -> None:
    found = strengths(judged([vote("a", "q1", "rag", "base", "first")]))
    assert found.keys() == {"base", "rag"}
    assert 0 < found["rag"].strength < 2
    assert np.isnan(found["rag"].strength_low)


def test_the_same_votes_give_the_same_table_in_whatever_order() -> None:
    given = drawn(60)
    pd.testing.assert_frame_equal(table_of(given), table_of(given[::-1]))


def krippendorff(units: list[list[float]]) -> float:
    """The definition by its coincidence matrix, with the squared difference as metric."""
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in units for value in unit})
    matrix = np.zeros((len(values), len(values)))
    for unit in units:
        for i, j in combinations(range(len(unit)), 2):
            a, b = values.index(unit[i]), values.index(unit[j])
            matrix[a, b] += 1 / (len(unit) - 1)
            matrix[b, a] += 1 / (len(unit) - 1)
    totals, n = matrix.sum(axis=0), matrix.sum()
    metric = np.square(np.subtract.outer(values, values))
    return float(1 - (n - 1) * (matrix * metric).sum() / (np.outer(totals, totals) * metric).sum())


def test_agreement_is_krippendorffs_alpha() -> None:
    given = judged(drawn(200))
    units: dict[tuple[str, ...], list[float]] = {}
    for one in given:
        units.setdefault((one.question_id, one.contender, one.versus), []).append(one.score)
    alpha, shared = agreement(given)
    assert shared == sum(len(unit) > 1 for unit in units.values()) > 20
    assert alpha == pytest.approx(krippendorff(list(units.values())))


def test_those_who_say_the_same_agree_and_those_who_say_the_opposite_do_not() -> None:
    one_mind = [vote(who, q, "rag", "base", said) for who in "ab" for q, said in (("q1", "first"), ("q2", "second"))]
    assert agreement(judged(one_mind)) == (1, 2)
    others = [vote("b", one.question_id, one.second, one.first, one.relevance) for one in one_mind[:2]]
    alpha, _ = agreement(judged([*one_mind[:2], *others]))
    assert alpha < 0


def test_where_nothing_was_judged_twice_there_is_no_agreement() -> None:
    alpha, shared = agreement(
        judged([vote("a", "q1", "rag", "base", "first"), vote("b", "q2", "rag", "base", "first")])
    )
    assert np.isnan(alpha)
    assert shared == 0
