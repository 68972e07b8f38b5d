"""Job catalog, question to filter to SQL, retrieval."""

from jobsearch_dagster.search.filter import Interpretation, JobFilter
from jobsearch_dagster.search.question import parse_question

__all__ = ["Interpretation", "JobFilter", "parse_question"]
