"""The table of human preferences: columns, types, meaning."""

from jobsearch_dagster.evaluation.ares_tables import NOBODY
from jobsearch_dagster.evaluation.tables import of_answers
from jobsearch_dagster.foundation.schema import Column, TableSchema

_VOTED = (*of_answers("question_id"), *of_answers("answer"))


def _count(name: str, description: str) -> Column:
    return Column(name, "BIGINT", description, _VOTED, required=True)


def _number(name: str, description: str) -> Column:
    return Column(name, "DOUBLE", description, _VOTED)


HUMAN_PREFERENCES = TableSchema(
    (
        Column("criterion", "VARCHAR", "relevance or faithfulness"),
        Column("contender", "VARCHAR", "whose answers these are"),
        Column("versus", "VARCHAR", f"whose answers they were compared with; `{NOBODY}`: all others together"),
        _count("n", "votes; of one person on one pair of answers the last counts"),
        _count("questions", "questions they are about"),
        _count("voters", "people who gave them"),
        _count("wins", "votes for the contender"),
        _count("ties", "votes for neither"),
        _count("losses", "votes for the other one"),
        Column("win_rate", "DOUBLE", "share of wins, ties as half a win", _VOTED, required=True),
        _number("low", "lower end of its 95 % interval over questions; null where there is none"),
        _number("high", "upper end"),
        _number("strength", "Bradley-Terry: log odds of a win against an average contender, by all votes of the "
                f"criterion; null but where versus is `{NOBODY}`"),
        _number("strength_low", "lower end of its 95 % interval, by drawing questions; null with fewer than two"),
        _number("strength_high", "upper end"),
        _number("agreement", "Krippendorff's alpha, interval metric: 1 is agreement between people, 0 chance; null "
                "where no pair of answers was judged by two, or all said the same"),
        _count("shared", "pairs of answers that two or more people judged"),
    ),
    primary_key=("criterion", "contender", "versus"),
)  # fmt: skip
