"""Postings that a pay bound leaves out only because they state no pay: counted, and shown apart.

Belongs here: the two statements that find them. Whether pay satisfies a bound is in `sql.py`; how the finding reads is
in `relaxation.py`.
"""

from jobsearch_dagster.preparation.salary import bucket_range
from jobsearch_dagster.preparation.vocabulary import BUCKETS, SalaryBucket
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.sql import (
    PAY_UNKNOWN,
    CompiledQuery,
    Condition,
    all_of,
    conditions_of,
    order_of,
    source_of,
    where_all,
)

PAY_BOUNDS = ("min_salary_usd", "max_salary_usd")


def compile_tally(job_filter: JobFilter) -> CompiledQuery:
    """Compile one row of three counts.

    Returns:
        `matching`: postings that satisfy every constraint; `unstated`: those that satisfy all but the pay bounds and
        have no pay; `estimated`: those of them whose imputed bucket reaches into the bounds.
    """
    pay, others = _split(job_filter)
    within, within_params = all_of(pay)
    fits, fits_params = _estimate_fits(job_filter)
    where, params = where_all(others)
    apart = PAY_UNKNOWN if pay else "false"
    sql = (
        f"SELECT count(*) FILTER ({within}) AS matching, count(*) FILTER ({apart}) AS unstated,\n"
        f"  count(*) FILTER ({apart} AND {fits}) AS estimated\nFROM {source_of(job_filter)}\n{where}"
    )
    return CompiledQuery(sql, within_params + fits_params + params)


def compile_unstated(job_filter: JobFilter, limit: int) -> CompiledQuery:
    """Compile the postings without pay that `compile_tally` counts: those first whose estimate fits.

    Returns:
        Rows of `posting_id`, `title`, `place` and `estimate`, the imputed bucket where there is one.
    """
    _, others = _split(job_filter)
    where, params = where_all([*others, (PAY_UNKNOWN, ())])
    fits, fits_params = _estimate_fits(job_filter)
    order, order_params = order_of(job_filter)
    sql = (
        "SELECT posting_id, title, place, CASE WHEN salary_source = 'imputed' THEN bucket END AS estimate\n"
        f"FROM {source_of(job_filter)}\n{where}\nORDER BY {fits} DESC, {order}\nLIMIT ?"
    )
    return CompiledQuery(sql, (*params, *fits_params, *order_params, limit))


def _split(job_filter: JobFilter) -> tuple[list[Condition], list[Condition]]:
    """The conditions of the pay bounds, and all others."""
    conditions = conditions_of(job_filter)
    pay = [condition for slot, condition in conditions.items() if slot in PAY_BOUNDS]
    return pay, [condition for slot, condition in conditions.items() if slot not in PAY_BOUNDS]


def _estimate_fits(job_filter: JobFilter) -> Condition:
    buckets = [name for name in BUCKETS if _reaches_into(name, job_filter)]
    return "coalesce(salary_source = 'imputed' AND list_contains(?::VARCHAR[], bucket), false)", (buckets,)


def _reaches_into(name: SalaryBucket, job_filter: JobFilter) -> bool:
    low, high = bucket_range(name)
    least, most = job_filter.min_salary_usd, job_filter.max_salary_usd
    return (least is None or high is None or high > least) and (most is None or low is None or low <= most)
