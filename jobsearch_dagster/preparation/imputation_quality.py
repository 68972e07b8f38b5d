"""How often imputed pay is right: each known posting hidden in turn and imputed from the others.

Belongs here: leave-one-out accuracy of the ladder in `imputation.py`, level by level, beside a baseline. How pay is
imputed is there, and not changed by what is measured here.

Exact and linear in the rows: a group's median without one of its members follows from the group's counts per bucket
less one, so that nothing is fitted twice.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jobsearch_dagster.preparation.imputation import LEVELS
from jobsearch_dagster.preparation.salary import BUCKETS

if TYPE_CHECKING:
    import duckdb

LADDER = "ladder"
BASELINE = "commonest bucket"
RANKS = range(1, len(BUCKETS) + 1)


def measure_imputation(connection: "duckdb.DuckDBPyConnection", levels: Sequence[str]) -> "duckdb.DuckDBPyRelation":
    """Accuracy of each level, of the ladder and of the baseline on the known train postings of `imputed_salaries`.

    The levels are those of the ladder that filled that table, most similar first.

    Columns as in `IMPUTATION_QUALITY`. Known is what `imputed_salaries` is fitted on: pay stated in the column or in
    the description. A posting that stands beside twenty resumes counts once; one with two buckets counts in both, as
    in the fit, and neither is imputed from the other.
    """
    connection.execute(
        f"""
        CREATE TEMP TABLE known AS
        SELECT posting_id, standard_title, place, min(country) AS country,
            list_position({list(BUCKETS)}, salary_bucket) AS rank
        FROM imputed_salaries WHERE split = 'train' AND salary_source IN ('stated', 'description')
        GROUP BY ALL
        """
    )
    groups = {**{level: LEVELS[level] for level in levels}, BASELINE: ()}
    others = ", ".join(f'{_others(group)} AS "{method}"' for method, group in groups.items())
    guesses = {level: _median(f'"{level}"') for level in levels}
    guesses[LADDER] = f"coalesce({', '.join([*guesses.values(), 'NULL', 'NULL'])})"
    guesses[BASELINE] = _commonest(f'"{BASELINE}"')
    columns = ", ".join(f'{guess} AS "{method}"' for method, guess in guesses.items())
    connection.execute(f"CREATE TEMP TABLE guessed AS SELECT rank, {columns} FROM (SELECT rank, {others} FROM known)")
    return connection.sql(" UNION ALL ".join(_score(number, method) for number, method in enumerate(guesses, 1)))


def _others(group: Sequence[str]) -> str:
    """List with the number of the group's postings per bucket, without the row's own; null where it has no group."""

    def count(rank: int, *partition: str) -> str:
        over = f"PARTITION BY {', '.join(partition)}" if partition else ""
        return f"count(*) FILTER (WHERE rank = {rank}) OVER ({over})"

    present = " AND ".join(["true", *(f"{name} IS NOT NULL AND {name} <> ''" for name in group)])
    counts = ", ".join(f"{count(rank, *group)} - {count(rank, *group, 'posting_id')}" for rank in RANKS)
    return f"CASE WHEN {present} THEN [{counts}] END"


def _median(counts: str) -> str:
    """The lower median from the counts per bucket: the first bucket with half of all at or below it."""
    half = f"list_transform({list(RANKS)}, lambda rank: 2 * list_sum({counts}[1:rank]) >= list_sum({counts}))"
    return f"CASE WHEN list_sum({counts}) > 0 THEN list_position({half}, true) END"


def _commonest(counts: str) -> str:
    """The commonest bucket from the counts, the lower of two that are equally common."""
    return f"CASE WHEN list_sum({counts}) > 0 THEN list_position({counts}, list_max({counts})) END"


def _score(number: int, method: str) -> str:
    return f"""
        SELECT {number} AS position, '{method}' AS method,
            count(*) AS postings, count("{method}") AS covered, count("{method}") / nullif(count(*), 0) AS coverage,
            avg(("{method}" = rank)::INT) AS accuracy,
            avg((abs("{method}" - rank) <= 1)::INT) AS accuracy_within_one,
            avg(abs("{method}" - rank)) AS mean_distance,
            avg(("{BASELINE}" = rank)::INT) FILTER (WHERE "{method}" IS NOT NULL) AS baseline_accuracy
        FROM guessed
    """
