"""What people prefer: `human_preferences` as tables of the report.

Belongs here: the layout. How rates and strengths are estimated is in `evaluation/preferences.py`.
"""

from jobsearch_dagster.evaluation.ares_tables import NOBODY
from jobsearch_dagster.evaluation.report.blocks import Block, Paragraph, Table
from jobsearch_dagster.evaluation.report.results import SHOWN_CONTENDERS, Results, number, records, with_interval
from jobsearch_dagster.evaluation.votes import VOTED

NO_VOTES = "No person has voted on these answers yet. Votes are given at the page /compare of `jobsearch serve`."
WORDS = {
    "relevance": "Whose answer is more about what was asked",
    "faithfulness": "Whose answer says less that no posting says",
}


def preferences_part(results: Results) -> list[Block]:
    """A table for each criterion: every contender against all others together, then every pair."""
    if results.human_preferences.empty:
        return [Paragraph(NO_VOTES)]
    return [
        Paragraph(
            "People were shown two answers to one question, without names and in random order. A tie is half a win. "
            "Strength is Bradley and Terry's: the log odds of a win against an average contender. Intervals are over "
            "postings and say nothing of people who did not vote; agreement is Krippendorff's alpha (1 agreement, 0 "
            "chance)."
        ),
        *(_table(results, criterion) for criterion in VOTED),
    ]


def _table(results: Results, criterion: str) -> Table:
    rows = results.human_preferences[results.human_preferences["criterion"] == criterion]
    ranks = {name: rank for rank, name in enumerate((NOBODY, *SHOWN_CONTENDERS))}
    ordered = sorted(
        records(rows), key=lambda row: (row["versus"] != NOBODY, ranks[row["contender"]], ranks[row["versus"]])
    )
    return Table(
        f"{WORDS[criterion]}: share of wins [95 % interval]",
        ("contender", "wins", "strength [95 %]", "won, tied, lost", "votes", "postings", "people", "agreement"),
        [
            (
                row["contender"] if row["versus"] == NOBODY else f"{row['contender']} against {row['versus']}",
                with_interval(row["win_rate"], row["low"], row["high"]),
                with_interval(row["strength"], row["strength_low"], row["strength_high"]),
                f"{row['wins']}, {row['ties']}, {row['losses']}",
                *(str(row[name]) for name in ("n", "postings", "voters")),
                number(row["agreement"]),
            )
            for row in ordered
        ],
    )
