"""The table of human preferences: columns, types, meaning."""

from jobsearch_dagster.evaluation.ares_tables import NOBODY
from jobsearch_dagster.evaluation.tables import of_answers
from jobsearch_dagster.foundation.schema import Column, TableSchema

_VOTED = (*of_answers("question_id"), *of_answers("answer"))
_CLUSTERED = (*_VOTED, *of_answers("posting_id"))


def _count(name: str, description: str) -> Column:
    return Column(name, "BIGINT", description, _VOTED, required=True)


def _end(name: str, description: str) -> Column:
    return Column(name, "DOUBLE", description, _CLUSTERED)


HUMAN_PREFERENCES = TableSchema(
    (
        Column("criterion", "VARCHAR", "relevance or faithfulness"),
        Column("contender", "VARCHAR", "whose answers these are"),
        Column("versus", "VARCHAR", f"whose answers they were compared with; `{NOBODY}`: all others together"),
        _count("n", "votes on today's answers; of one person on one pair of answers the last counts"),
        _count("questions", "questions they are about; those about one posting are no independent draws"),
        Column("postings", "BIGINT", "postings the questions are about: the draws that the intervals are over",
               _CLUSTERED, required=True),
        _count("voters", "people who gave them; the intervals say nothing of people who did not vote"),
        _count("wins", "votes for the contender"),
        _count("ties", "votes for neither"),
        _count("losses", "votes for the other one"),
        Column("win_rate", "DOUBLE", "share of wins, ties as half a win", _VOTED, required=True),
        _end("low", "lower end of its 95 % interval: jackknife over postings with Student's t, on the logit scale; "
             "null where nothing tells how sure the share is"),
        _end("high", "upper end"),
        Column("strength", "DOUBLE", "Bradley-Terry: log odds of a win against an average contender, by all votes of "
               f"the criterion; null but where versus is `{NOBODY}`", _VOTED),
        _end("strength_low", "lower end of its 95 % interval: jackknife over postings with Student's t; null with "
             "fewer than two, and where leaving out any of them changes nothing"),
        _end("strength_high", "upper end"),
        Column("agreement", "DOUBLE", "Krippendorff's alpha, interval metric: 1 is agreement between people, 0 chance; "
               "null where no pair of answers was judged by two, or all said the same", _VOTED),
        _count("shared", "pairs of answers that two or more people judged"),
    ),
    primary_key=("criterion", "contender", "versus"),
)  # fmt: skip
