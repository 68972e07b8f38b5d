"""A conversation so far as one question, for who has not heard it.

Belongs here: a filter written as a question, such that the question reads back as the same filter. How a filter is told
to the person is in `wording.py`.
"""

from jobsearch_dagster.search.filter import Asked, JobFilter
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster.search.wording import describe

_FIGURES = {"avg": "average", "median": "median", "min": "lowest", "max": "highest", "top": "most common"}
_FIELDS = {
    "min_usd": "pay",
    "max_usd": "pay",
    "midpoint_usd": "pay",
    "min_years": "years of experience",
    "max_years": "years of experience",
    "standard_title": "titles",
}
"""Columns as one asks for them, where their name does not say it."""


def standing_alone(asked: Asked, job_filter: JobFilter) -> str:
    """The last question of a conversation, where it says by itself all that is asked by then; else that written out.

    Args:
        asked: The last question.
        job_filter: All that is asked.
    """
    if isinstance(asked, str):
        alone = parse_question(asked)
        if alone.message is None and alone.filter == job_filter:
            return asked
    return as_question(job_filter)


def as_question(job_filter: JobFilter) -> str:
    """The filter as a question that stands alone."""
    question = f"jobs {describe(job_filter)}".rstrip()
    if job_filter.agg == "count":
        question = f"how many {question}"
    elif job_filter.agg is not None and job_filter.field is not None:
        question = f"{_FIGURES[job_filter.agg]} {_FIELDS.get(job_filter.field, job_filter.field)} of {question}"
    elif job_filter.sort != "relevance":
        question = f"{question}, {'highest' if job_filter.sort == 'salary_desc' else 'lowest'} pay first"
    if job_filter.group_by is not None:
        question += f" by {job_filter.group_by.replace('_', ' ')}"
    return question if job_filter.limit is None else f"{question}, show {job_filter.limit}"
