"""Truth of an answer: do the postings it names exist, and do they satisfy the question?

Belongs here: what overlap with a reference text cannot tell. An answer about another posting than the reference's may
be just as right, and a fluent answer about no posting at all is wrong. Nothing of `search/` is used. What a posting
says is taken from the prepared tables, so a mistake of the extraction counts as the truth here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from jobsearch_dagster.preparation.imputation import UNKNOWN
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.titles import standardize_title

_LINE = re.compile(r"^(Job available)(?: in (.*))?$|^(Job-Title|Location):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Posting:
    """What is known of one posting; `salaries` are the buckets of its rows, which can disagree."""

    posting_id: str
    title: str
    place: str
    salaries: frozenset[str]
    min_years: int | None
    skills: frozenset[str]


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


class Postings:
    """All postings, found by the title and place that an answer names."""

    def __init__(self, postings: Iterable[Posting]) -> None:
        self._named: dict[tuple[str, str], list[Posting]] = {}
        for posting in postings:
            self._named.setdefault((posting.title, posting.place), []).append(posting)

    def named_in(self, answer: str) -> list[list[Posting]]:
        """For each job an answer names, the postings with that title and place; an empty list for an invented one."""
        return [self._named.get(key, []) for key in named_jobs(answer)]


def named_jobs(answer: str) -> list[tuple[str, str]]:
    """Standard title and place of each job in an answer.

    A job is a line `Job-Title:`. Its place is that of the heading `Job available in ...` before it, or of a line
    `Location:` of its own; without either it is empty, as a posting's that does not say where it is.
    """
    jobs: list[dict[str, str]] = []
    heading = ""
    for is_heading, place, label, value in _LINE.findall(answer):
        if is_heading:
            heading = place.strip()
        elif label == "Job-Title":
            jobs.append({"title": value.strip(), "place": heading})
            heading = ""
        elif jobs:
            jobs[-1]["place"] = value.strip()
    return [(standardize_title(job["title"]), _place(job["place"])) for job in jobs if job["title"]]


def _place(text: str) -> str:
    return normalize_place(parse_location(text)) or text.lower()


def satisfies(posting: Posting, asked: Asked) -> bool:
    """Whether a posting is a right answer to the question; where the value is unknown, a posting without one is."""
    first = asked.values[0] if asked.values else None
    match asked.query_type:
        case "skills":
            return posting.skills >= set(asked.values) if first else not posting.skills
        case "location":
            return posting.place == first
        case "salary":
            return not posting.salaries.isdisjoint(asked.values or (UNKNOWN,))
        case "experience":
            if first is None or posting.min_years is None:
                return first is None and posting.min_years is None
            return posting.min_years <= int(first)
        case other:
            raise ValueError(f"unknown query type {other}")


def grounded(answer: str, postings: Postings) -> float:
    """Share of the jobs an answer names that exist; 0 when it names none."""
    named = postings.named_in(answer)
    return sum(bool(found) for found in named) / len(named) if named else 0.0


def right(answer: str, asked: Asked, postings: Postings) -> float:
    """Share of the jobs an answer names that exist and satisfy the question; 0 when it names none."""
    named = postings.named_in(answer)
    return sum(any(satisfies(posting, asked) for posting in found) for found in named) / len(named) if named else 0.0
