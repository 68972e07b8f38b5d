"""Are the fields of the jobs that an answer names right: title, place, salary, skills, years?

Belongs here: one accuracy per field. A field that an answer does not state is neither right nor wrong and has no
value, so a mean says how often what was stated is true; n says how often it was stated. Salary, skills and years are
asked of jobs that exist, as found by title and place; where several postings have both, the likest one is meant.
"""

import math
from collections.abc import Callable, Iterator
from functools import lru_cache

from jobsearch_dagster.evaluation.truth import NamedJob, Posting, Postings, jobs_in
from jobsearch_dagster.preparation.entities import Entities, extract_entities
from jobsearch_dagster.preparation.imputation import UNKNOWN
from jobsearch_dagster.preparation.salary import bucket, parse_salary
from jobsearch_dagster.preparation.vocabulary import BUCKETS

SIGNATURES = {
    "title_right": "truth|jobs named|a posting has the standard title|0-1",
    "place_right": "truth|jobs named with a place whose title exists|a posting of that title is there|0-1",
    "salary_right": "truth|jobs found that state pay|bucket among those of the posting's rows|0-1",
    "skills_right": "truth|jobs found whose description names skills|share of them that the posting asks|0-1",
    "years_right": "truth|jobs found whose description asks years|least years are the posting's|0-1",
}
"""The metrics of this module, and what each is a share of."""
_NAMES = {name.casefold(): name for name in (*BUCKETS, UNKNOWN)}


def field_scores(answer: str, postings: Postings) -> dict[str, float]:
    """Accuracy of each field that the answer states, mean over the jobs for which it does."""
    jobs = jobs_in(answer)
    found = {
        "title_right": [float(bool(postings.places_of(job.title))) for job in jobs],
        "place_right": list(_places(jobs, postings)),
        "salary_right": list(_of_existing(jobs, postings, _salary)),
        "skills_right": list(_of_existing(jobs, postings, _skills)),
        "years_right": list(_of_existing(jobs, postings, _years)),
    }
    return {name: sum(values) / len(values) for name, values in found.items() if values}


def _places(jobs: tuple[NamedJob, ...], postings: Postings) -> Iterator[float]:
    for job in jobs:
        if job.place and (places := postings.places_of(job.title)):
            yield float(job.place in places)


def _of_existing(
    jobs: tuple[NamedJob, ...], postings: Postings, accuracy: Callable[[NamedJob, Posting], float | None]
) -> Iterator[float]:
    for job in jobs:
        values = [accuracy(job, posting) for posting in postings.matching(job)]
        stated = [value for value in values if value is not None]
        if stated:
            yield max(stated)


def _salary(job: NamedJob, posting: Posting) -> float | None:
    stated = stated_bucket(job.salary)
    return None if stated is None else float(stated in posting.salaries)


def _skills(job: NamedJob, posting: Posting) -> float | None:
    stated = set(_stated(job.description).skills)
    return len(stated & posting.skills) / len(stated) if stated else None


def _years(job: NamedJob, posting: Posting) -> float | None:
    stated = _stated(job.description).min_years
    return None if stated is None else float(stated == posting.min_years)


@lru_cache(maxsize=10_000)
def stated_bucket(salary: str) -> str | None:
    """The salary bucket that an answer states, by its name or as an amount; None where it is neither.

    What pays up to an edge pays less than the bucket above it.
    """
    if name := _NAMES.get(salary.casefold().strip(" .")):
        return name
    pay = parse_salary(salary)
    if pay and pay.min_usd is None and pay.max_usd is not None:
        return bucket(math.nextafter(pay.max_usd, 0))
    return pay.bucket if pay else None


@lru_cache(maxsize=10_000)
def _stated(description: str) -> Entities:
    """What an answer's description says, read as that of a posting: what it waives is no skill that it asks."""
    return extract_entities("", "", description)
