"""What follows from votes on pairs of answers: win rates, strengths, and how far people agree.

Belongs here: the estimators. What a vote is and how it is kept is in `votes.py`.

A vote for one answer is a win, "the same" half a win for both. Votes on one question share its answers, questions about
one posting its text: neither are independent draws, what is drawn is the posting, as `foundation/statistics.py` does.
Intervals say nothing of people who did not vote. Strengths are those of Bradley and Terry (1952), by Hunter's iteration
(2004); every pair has half a win for each side beside its votes, for without that the strength of whoever never lost
is infinite.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from jobsearch_dagster.evaluation.ares_tables import NOBODY
from jobsearch_dagster.evaluation.preference_tables import HUMAN_PREFERENCES
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.votes import VOTED, Vote
from jobsearch_dagster.foundation.statistics import Estimate, Statistic, summarize

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SCORES = {"first": 1.0, "same": 0.5, "second": 0.0}
PRIOR = 0.5
"""Wins of each side of a pair beside its votes."""
_ITERATIONS = 10_000
_CLOSE = 1e-9


class Judgement(NamedTuple):
    """A vote under one criterion, seen from the contender that comes first in the alphabet.

    Attributes:
        posting_id: The posting that the question is about.
        question_id: The question.
        voter: Who voted.
        contender: The first in the alphabet.
        versus: The other one.
        score: 1 where the contender is better, 0 where the other is, 0.5 where they are the same.
    """

    posting_id: str
    question_id: str
    voter: str
    contender: str
    versus: str
    score: float

    @classmethod
    def of(cls, vote: Vote, criterion: str, posting_id: str) -> "Judgement":
        """What a vote on a question about a posting says under a criterion."""
        score = SCORES[getattr(vote, criterion)]
        contender, versus = sorted([vote.first, vote.second])
        score = score if contender == vote.first else 1 - score
        return cls(posting_id, vote.question_id, vote.voter, contender, versus, score)


def preference_table(votes: Sequence[Vote], postings: Mapping[str, str]) -> "pd.DataFrame":
    """The rows of `human_preferences`: each contender against each other one, and against all others together.

    Args:
        votes: At most one of each person on each pair.
        postings: Question -> the posting that it is about.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for criterion in VOTED:
        judged = [Judgement.of(vote, criterion, postings[vote.question_id]) for vote in votes]
        found = strengths(judged)
        for contender, versus, part in _parts(judged):
            own = found[contender]._asdict() if versus == NOBODY else {}
            rows.append({"criterion": criterion, "contender": contender, "versus": versus, **_counts(part), **own})
    return pd.DataFrame(rows, columns=list(HUMAN_PREFERENCES.names))


def _parts(judged: Sequence[Judgement]) -> Iterator[tuple[str, str, list[Judgement]]]:
    """Pairs that were voted on; and each contender's judgements against all, seen from its own side."""
    for contender, versus in combinations(CONTENDERS, 2):
        part = [one for one in judged if (one.contender, one.versus) == (contender, versus)]
        if part:
            yield contender, versus, part
    for name in CONTENDERS:
        own = [one for one in judged if one.contender == name]
        others = [one._replace(score=1 - one.score) for one in judged if one.versus == name]
        if own or others:
            yield name, NOBODY, own + others


def _counts(judged: Sequence[Judgement]) -> dict[str, Any]:
    """Counts, the share of wins with its interval, and agreement."""
    scores = [one.score for one in judged]
    rate = win_rate(judged)
    alpha, shared = agreement(judged)
    return {
        "n": rate.n,
        "questions": len({one.question_id for one in judged}),
        "postings": rate.clusters,
        "voters": len({one.voter for one in judged}),
        "wins": scores.count(1),
        "ties": scores.count(0.5),
        "losses": scores.count(0),
        "win_rate": rate.mean,
        "low": rate.low,
        "high": rate.high,
        "agreement": alpha,
        "shared": shared,
    }


def win_rate(judged: Sequence[Judgement]) -> Estimate:
    """Share of wins, ties as half a win, with its interval over postings."""
    import numpy as np

    scores = np.array([one.score for one in judged])
    return summarize(np.column_stack([scores, np.ones(len(scores))]), _postings(judged), bounds=(0, 1))


def _postings(judged: Sequence[Judgement]) -> "np.ndarray":
    import numpy as np

    return np.array([one.posting_id for one in judged])


class Strength(NamedTuple):
    """A contender's Bradley-Terry strength with the ends of its 95 % interval; NaN where there is none."""

    strength: float
    strength_low: float
    strength_high: float


def strengths(judged: Sequence[Judgement]) -> dict[str, Strength]:
    """Strength of each contender that was voted on: log odds of a win against an average one; they sum to 0.

    Intervals leave out one posting at a time (jackknife, Student's t); with fewer than two postings there is none.
    """
    import numpy as np

    names = [name for name in CONTENDERS if any(name in (one.contender, one.versus) for one in judged)]
    if not names:
        return {}
    size = len(names)
    wins = np.zeros((len(judged), size, size))
    for row, one in zip(wins, judged, strict=True):
        first, second = names.index(one.contender), names.index(one.versus)
        row[first, second], row[second, first] = one.score, 1 - one.score

    def strength_of(place: int) -> Statistic:
        return lambda sums: bradley_terry(sums.reshape(*sums.shape[:-1], size, size))[..., place]

    parts, postings = wins.reshape(len(judged), -1), _postings(judged)
    found = [summarize(parts, postings, strength_of(place)) for place in range(size)]
    return {name: Strength(one.mean, one.low, one.high) for name, one in zip(names, found, strict=True)}


def bradley_terry(wins: "np.ndarray") -> "np.ndarray":
    """Log strengths, each row with mean 0, shape (..., contenders).

    Args:
        wins: Wins of each contender over each other one, shape (..., contenders, contenders).
    """
    import numpy as np

    size = wins.shape[-1]
    wins = wins + PRIOR * (1 - np.eye(size))
    won, met = wins.sum(axis=-1), wins + wins.swapaxes(-1, -2)
    found = np.ones(won.shape)
    for _ in range(_ITERATIONS):
        new = won / (met / (found[..., :, None] + found[..., None, :])).sum(axis=-1)
        new /= np.exp(np.log(new).mean(axis=-1, keepdims=True))
        moved = float(np.abs(new / found - 1).max())
        found = new
        if moved < _CLOSE:
            break
    return np.log(found)


def agreement(judged: Sequence[Judgement]) -> tuple[float, int]:
    """Krippendorff's alpha for intervals, and the number of pairs of answers that several people judged.

    1 is agreement, 0 what chance gives. Of two people, one of whom prefers each answer, disagreement is four times that
    of one who prefers an answer and one who finds them the same. NaN where no pair was judged twice, or where all say
    the same of everything, so that chance would agree as well.
    """
    import numpy as np

    units: dict[tuple[str, str, str], list[float]] = {}
    for one in judged:
        first, second = sorted([one.contender, one.versus])
        units.setdefault((one.question_id, first, second), []).append(one.score)
    shared = [np.array(scores) for scores in units.values() if len(scores) > 1]
    if not shared:
        return float("nan"), 0
    values = np.concatenate(shared)
    apart = sum(_squared_differences(scores) / (len(scores) - 1) for scores in shared) / len(values)
    by_chance = _squared_differences(values) / (len(values) * (len(values) - 1))
    return (float(1 - apart / by_chance) if by_chance else float("nan")), len(shared)


def _squared_differences(values: "np.ndarray") -> float:
    """Over all ordered pairs of values."""
    import numpy as np

    return float(np.square(values[:, None] - values[None, :]).sum())
