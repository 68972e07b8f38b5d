"""A figure in place of a list of jobs: which reader of figures a question is for.

Belongs here: the order in which they are tried, the most special first. Order and number of jobs are in `order.py`.
"""

from functools import partial

from jobsearch_dagster.search.recognizers.comparisons import compared
from jobsearch_dagster.search.recognizers.figures import (
    count,
    end_of_pay,
    experience_asked,
    extreme,
    figure_alone,
    how_much,
    longest,
    statistic,
)
from jobsearch_dagster.search.recognizers.groups import counted_by, group_alone, share
from jobsearch_dagster.search.recognizers.rankings import best_paying, most_frequent
from jobsearch_dagster.search.recognizers.spans import Finding


def find_aggregate(text: str, asked: str) -> list[Finding]:
    """`agg`, `field` and `group_by`, and the direction of a ranking of groups in `sort`.

    Args:
        text: What no recognizer has used.
        asked: The whole question: what it compares may be used already.
    """
    for find in (
        figure_alone,
        group_alone,
        share,
        partial(compared, asked=asked or text),
        best_paying,
        most_frequent,
        longest,
        experience_asked,
        count,
        statistic,
        extreme,
        end_of_pay,
        how_much,
        counted_by,
    ):
        if findings := find(text):
            return findings
    return []
