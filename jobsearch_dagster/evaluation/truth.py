"""Truth of an answer: do the postings it names exist, and do they satisfy the question?

Belongs here: what overlap with a reference text cannot tell. An answer about another posting than the reference's may
be just as right, and a fluent answer about no posting at all is wrong. Nothing of `search/` is used. What a posting
says is taken from the prepared tables, so a mistake of the extraction counts as the truth here. Whether what an answer
says of a job is right is in `fields.py`.

The form of an answer is no part of its truth: a model that was never shown the template of the pairs may write its
labels in other case, in Markdown, behind bullets or numbers, and call a title a position.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from jobsearch_dagster.pairs.query_pairs import REMOTE
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.imputation import UNKNOWN
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.titles import standardize_title

_OTHER_LABELS = {"title": "title", "position": "title", "location": "place"}
"""How models call what the template has another label or no label for; see `_folded`."""
_HEADING = "heading"
_NO_LETTERS = re.compile(r"[\W\d_]+")
_MARKUP = " \t*_`"
_BEFORE_TEXT = f"{_MARKUP}#>•+-.()0123456789"
"""What Markdown, bullets and numbers put before a line's text."""

SIGNATURES = {
    "named": "truth|answers that name a job by a line with its title|0-1",
    "grounded": "truth|distinct jobs named|found by standard title and place|0 where none is named|0-1",
    "hallucinated": "truth|distinct jobs named|not found by standard title and place|no value where none is named|0-1",
    "right": "truth|distinct jobs named|found, and what the pair's slot asks for|0 where none is named|0-1",
}
"""The metrics of this module, and what each is a share of."""


@dataclass(frozen=True)
class Posting:
    """What is known of one posting, whatever resume stands beside it.

    `salaries` are the buckets of its rows, which can disagree; `skills` those that its title and description ask for.
    """

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
            for place in {posting.place, *posting.other_places}:
                self._named.setdefault((posting.title, place), []).append(posting)
                self._places.setdefault(posting.title, set()).add(place)

    def named_in(self, answer: str) -> list[list[Posting]]:
        """For each job an answer names, the postings with that title and place; an empty list for an invented one."""
        return [self.matching(job) for job in jobs_in(answer)]

    def matching(self, job: NamedJob) -> list[Posting]:
        """The postings with the job's title that are, also, in its place."""
        return self._named.get((job.title, job.place), [])

    def places_of(self, title: str) -> set[str]:
        """Where there are postings of that title; empty where there is none."""
        return self._places.get(title, set())


def named_jobs(answer: str) -> list[tuple[str, str]]:
    """Standard title and place of each job in an answer."""
    return [(job.title, job.place) for job in jobs_in(answer)]


@lru_cache(maxsize=10_000)  # contenders often say the same, and every metric of truth asks
def jobs_in(answer: str) -> tuple[NamedJob, ...]:
    """The jobs that an answer names: each title and place once, however often it is repeated.

    A job is a line with a title. Its place is that of a line of its own, or of the heading before it; without either it
    is empty, as a posting's that does not say where it is. Salary and description are those of the lines around it.
    """
    named: dict[tuple[str, str], NamedJob] = {}
    for job in _jobs(answer):
        if job["title"]:
            key = standardize_title(job["title"]), _place(job.get("place") or job.get(_HEADING, ""))
            named.setdefault(key, NamedJob(*key, job.get("salary", ""), job.get("description", "")))
    return tuple(named.values())


def _jobs(answer: str) -> Iterator[dict[str, str]]:
    """The fields of each job, a title among them.

    A block without a title belongs to the job before it, as Markdown sets fields apart by blank lines; where it is a
    heading, or says what that job has said already, to the one behind it.
    """
    job: dict[str, str] = {}
    ahead: dict[str, str] = {}
    for block in _blocks(answer):
        if "title" in block:
            if job:
                yield job
            job, ahead = ahead | block, {}
        elif not job or ahead or _HEADING in block or block.keys() & job.keys():
            ahead |= block
        else:
            job |= block
    if job:
        yield job


def _blocks(answer: str) -> Iterator[dict[str, str]]:
    """Fields that stand together: a line without words, a heading or a field that was there begins the next block."""
    block: dict[str, str] = {}
    for line in answer.splitlines():
        field, value = _read(line)
        if block and (not _folded(line) or field == _HEADING or field in block):
            yield block
            block = {}
        if field:
            block[field] = value
    if block:
        yield block


def _read(line: str) -> tuple[str | None, str]:
    """The field that a line states, None where it states none, and its value."""
    label, colon, value = line.partition(":")
    if colon and (field := _labels().get(_folded(label))):
        return field, value.strip(_MARKUP)
    if heading := _headings().fullmatch(line.lstrip(_BEFORE_TEXT).rstrip(f"{_MARKUP}:")):
        return _HEADING, (heading["place"] or "").strip()
    return None, ""


def _folded(text: str) -> str:
    """The words of a label alone, so that `- **Job Title 1` is `title`, and so is `job-title`."""
    return _NO_LETTERS.sub(" ", text).strip().casefold().removeprefix("job ")


@cache
def _labels() -> dict[str, str]:
    """Fields by label: those of the template that answers are learned from, and other words for them."""
    return _OTHER_LABELS | {_folded(label): field for label, field in load_templates().answer.fields.items()}


@cache
def _headings() -> re.Pattern[str]:
    """The template's headings, with a place and without."""
    answer = load_templates().answer
    before, after = map(re.escape, answer.heading.split("{place}"))
    return re.compile(f"{before}(?P<place>.*){after}|{re.escape(answer.heading_without_place)}", re.IGNORECASE)


def whole_lines(answer: str, *, stopped: bool) -> str:
    """An answer without a last line that the limit of tokens cut: half a title or place is no invention.

    Half a description stays, for what it says so far is said.
    """
    before, _, last = answer.rpartition("\n")
    return answer if stopped or _read(last)[0] == "description" else before


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
