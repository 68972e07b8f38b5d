"""Truth of an answer: do the postings it names exist, and do they satisfy the question?

Belongs here: what overlap with a reference text cannot tell. An answer about another posting than the reference's may
be just as right, and a fluent answer about no posting at all is wrong. Nothing of `search/` is used. What a posting
says is taken from the prepared tables, so a mistake of the extraction counts as the truth here. Whether what an answer
says of a job is right is in `fields.py`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from jobsearch_dagster.pairs.query_pairs import REMOTE
from jobsearch_dagster.preparation.imputation import UNKNOWN
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.titles import standardize_title

_LINE = re.compile(r"^(Job available)(?: in (.*))?$|^(Job-Title|Location|Salary|Description):[ \t]*(.*)$", re.MULTILINE)

SIGNATURES = {
    "named": "truth|answers that name a job in a line `Job-Title:`|0-1",
    "grounded": "truth|jobs named|found by standard title and place|0 where none is named|0-1",
    "hallucinated": "truth|jobs named|not found by standard title and place|no value where none is named|0-1",
    "right": "truth|jobs named|found, and what the pair's slot asks for|0 where none is named|0-1",
}
"""The metrics of this module, and what each is a share of."""


@dataclass(frozen=True)
class Posting:
    """What is known of one posting; `salaries` are the buckets of its rows, which can disagree."""

    posting_id: str
    title: str
    place: str
    salaries: frozenset[str]
    min_years: int | None
    skills: frozenset[str]
    other_places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a question asks for.

    Attributes:
        query_type: skills, location, salary or experience.
        values: What a right posting has: all of the skills, the place, any of the salary buckets, the years; none
            where the slot reads `Unknown`.
    """

    query_type: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class NamedJob:
    """A job as an answer names it: standard title and place, both empty where not said, and its other lines."""

    title: str
    place: str
    salary: str
    description: str


class Postings:
    """All postings, found by the title and place that an answer names."""

    def __init__(self, postings: Iterable[Posting]) -> None:
        self._named: dict[tuple[str, str], list[Posting]] = {}
        self._places: dict[str, set[str]] = {}
        for posting in postings:
            self._named.setdefault((posting.title, posting.place), []).append(posting)
            self._places.setdefault(posting.title, set()).add(posting.place)

    def named_in(self, answer: str) -> list[list[Posting]]:
        """For each job an answer names, the postings with that title and place; an empty list for an invented one."""
        return [self.matching(job) for job in jobs_in(answer)]

    def matching(self, job: NamedJob) -> list[Posting]:
        """The postings with the job's title and place."""
        return self._named.get((job.title, job.place), [])

    def places_of(self, title: str) -> set[str]:
        """Where there are postings of that title; empty where there is none."""
        return self._places.get(title, set())


def named_jobs(answer: str) -> list[tuple[str, str]]:
    """Standard title and place of each job in an answer."""
    return [(job.title, job.place) for job in jobs_in(answer)]


@lru_cache(maxsize=10_000)  # contenders often say the same, and every metric of truth asks
def jobs_in(answer: str) -> tuple[NamedJob, ...]:
    """The jobs that an answer names.

    A job is a line `Job-Title:`. Its place is that of the heading `Job available in ...` before it, or of a line
    `Location:` of its own; without either it is empty, as a posting's that does not say where it is. Salary and
    description are those of the lines behind it.
    """
    jobs: list[dict[str, str]] = []
    heading = ""
    for is_heading, place, label, value in _LINE.findall(answer):
        if is_heading:
            heading = place.strip()
        elif label == "Job-Title":
            jobs.append({label: value.strip(), "Location": heading})
            heading = ""
        elif jobs:
            jobs[-1][label] = value.strip()
    return tuple(
        NamedJob(
            standardize_title(job["Job-Title"]),
            _place(job["Location"]),
            job.get("Salary", ""),
            job.get("Description", ""),
        )
        for job in jobs
        if job["Job-Title"]
    )


def _place(text: str) -> str:
    return normalize_place(parse_location(text)) or text.lower()


def satisfies(posting: Posting, asked: Asked) -> bool:
    """Whether a posting is a right answer to the question; where the value is unknown, a posting without one is."""
    first = asked.values[0] if asked.values else None
    match asked.query_type:
        case "skills":
            return posting.skills >= set(asked.values) if first else not posting.skills
        case "location":
            if first is None:
                return not posting.place
            return any(_lies_in(place, first) for place in (posting.place, *posting.other_places))
        case "salary":
            return not posting.salaries.isdisjoint(asked.values or (UNKNOWN,))
        case "experience":
            if first is None or posting.min_years is None:
                return first is None and posting.min_years is None
            return posting.min_years <= int(first)
        case other:
            raise ValueError(f"unknown query type {other}")


def _lies_in(place: str, asked: str) -> bool:
    """Whether a place is the asked one or within it, as `austin, tx, united states` is in `tx, united states`.

    Remote work from a place is work in it; the asked place can demand that the work is remote.
    """
    mode, _, within = asked.partition(", ")
    if mode != REMOTE:
        mode, within = "", asked
    return place.startswith(mode) and (not within or f", {place}".endswith(f", {within}"))


def grounded(answer: str, postings: Postings) -> float:
    """Share of the jobs an answer names that exist; 0 when it names none."""
    named = postings.named_in(answer)
    return sum(bool(found) for found in named) / len(named) if named else 0.0


def right(answer: str, asked: Asked, postings: Postings) -> float:
    """Share of the jobs an answer names that exist and satisfy the question; 0 when it names none."""
    named = postings.named_in(answer)
    return sum(any(satisfies(posting, asked) for posting in found) for found in named) / len(named) if named else 0.0


def hallucinated(answer: str, postings: Postings) -> float | None:
    """Share of the jobs an answer names that do not exist; None when it names none."""
    return 1 - grounded(answer, postings) if jobs_in(answer) else None
