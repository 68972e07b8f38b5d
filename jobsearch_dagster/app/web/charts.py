"""What the found jobs look like together: how many pay how much, and where they are.

Belongs here: figures for the bars of the page. They are counted by the same search as every answer, with the filter of
the question, so that they hold all matching postings and not the ten that are shown.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jobsearch_dagster.preparation.gazetteer import country_name
from jobsearch_dagster.preparation.vocabulary import BUCKETS
from jobsearch_dagster.search.answering import SearchResult
from jobsearch_dagster.search.filter import JobFilter

MOST_PLACES = 6
Search = Callable[[JobFilter], SearchResult]


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        label: What is counted.
        jobs: How many.
        percent: Its length, 100 for the longest.
    """

    label: str
    jobs: int
    percent: float


@dataclass(frozen=True)
class Chart:
    """Bars from the top down.

    Attributes:
        title: What they show.
        bars: One at least.
    """

    title: str
    bars: tuple[Bar, ...]


def charts(search: Search, job_filter: JobFilter) -> tuple[Chart, ...]:
    """Pay and places of the jobs that match; none for figures and where nothing matches."""
    if job_filter.agg is not None:
        return ()
    pay = _counts(search, job_filter, "bucket")
    if not pay:
        return ()
    ranges = {bucket: pay.get(bucket, 0) for bucket in BUCKETS}
    return _chart("Pay a year", ranges | {"not stated": pay.get(None, 0)}), _places(search, job_filter)


def _places(search: Search, job_filter: JobFilter) -> Chart:
    """Countries; of one country its cities."""
    countries = _counts(search, job_filter, "country")
    if len(countries) > 1:
        return _chart("Country", _most({country_name(c) if c else "not stated": n for c, n in countries.items()}))
    cities = _counts(search, job_filter, "city")
    return _chart("City", _most({c.title() if c else "no city named": n for c, n in cities.items()}))


def _counts(search: Search, job_filter: JobFilter, column: str) -> dict[str | None, int]:
    """Value of the column -> jobs, the most first."""
    counting = {"agg": "count", "group_by": column, "sort": "relevance", "limit": None}
    return dict(search(JobFilter.model_validate(job_filter.model_dump() | counting)).rows)


def _most(counts: dict[str, int]) -> dict[str, int]:
    """The most frequent values, and the rest together."""
    first = dict(list(counts.items())[:MOST_PLACES])
    rest = sum(counts.values()) - sum(first.values())
    return first | ({"elsewhere": rest} if rest else {})


def _chart(title: str, counts: dict[str, int]) -> Chart:
    longest = max(counts.values())
    return Chart(title, tuple(Bar(label, jobs, round(100 * jobs / longest, 1)) for label, jobs in counts.items()))
