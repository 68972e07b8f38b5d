"""What a posting asks for and offers, read from its original title and description.

Belongs here: which reader answers which question. Does not belong here: how an answer is read (`asked_skills.py`,
`seniority.py`, `experience.py`, `education.py`, `arrangements.py`, `titles.py`, `salary.py`), how a posting is laid out
for them (`posting.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from jobsearch_dagster.preparation.arrangements import read_employment_type, read_work_mode
from jobsearch_dagster.preparation.asked_skills import read_skills
from jobsearch_dagster.preparation.education import read_education
from jobsearch_dagster.preparation.experience import read_years
from jobsearch_dagster.preparation.posting import Posting, Reading, lay_out, posting_text
from jobsearch_dagster.preparation.privacy import redact
from jobsearch_dagster.preparation.salary import SalaryRange, find_salary
from jobsearch_dagster.preparation.seniority import read_seniority
from jobsearch_dagster.preparation.skills import find_skills, known_skills
from jobsearch_dagster.preparation.text import LONGEST_TEXT, repair
from jobsearch_dagster.preparation.titles import split_title
from jobsearch_dagster.preparation.vocabulary import Education, EmploymentType, Seniority, WorkMode

__all__ = ["Entities", "Span", "extract_entities", "find_skills", "known_skills", "posting_text"]


class Span(NamedTuple):
    """The words that an entity was read from: `posting_text(title, description)[start:end]`.

    Attributes:
        field: The attribute of `Entities`; each skill has a span of its own.
        value: The entity, as `Entities` holds it.
        start: First character.
        end: One past the last.
    """

    field: str
    value: str | float
    start: int
    end: int


@dataclass(frozen=True)
class Entities:
    """What a posting says; None where it says nothing.

    Attributes:
        skills: Names from the lexicon, in the order of their first mention.
        seniority: Of the title, else of a statement such as "Job level: senior".
        min_years: Least years of experience asked for; 0 where none is needed.
        max_years: Most years asked for.
        role: Standard title without its seniority and without contact details.
        education: Lowest sufficient degree; `none` where the posting says that it needs none.
        work_mode: Remote, hybrid or onsite.
        employment_type: Kind of employment.
        min_usd: Lower bound of the pay in the description, USD a year; a bare `$` is the US dollar.
        max_usd: Upper bound, likewise.
        spans: Where each of them stands in `posting_text(title, description)`: for pay the line, for the skills of a
            resume nothing, and nothing for `role`, which is the title.
    """

    skills: tuple[str, ...]
    seniority: Seniority | None
    min_years: int | None
    max_years: int | None
    role: str
    education: Education | None
    work_mode: WorkMode | None
    employment_type: EmploymentType | None
    min_usd: float | None
    max_usd: float | None
    spans: tuple[Span, ...] = ()


def extract_entities(
    title: str,
    resume: str,
    description: str,
    *,
    skills_from: Literal["description", "both"] = "description",
) -> Entities:
    """Read a posting.

    Args:
        title: The original cell: case carries meaning (`Go`, `R`).
        resume: The resume beside the posting; it says nothing of the job and is read only for `skills_from="both"`.
        description: The original cell.
        skills_from: `both` adds the skills of the resume behind those of the job, as the report did.
    """
    title = repair(title[:LONGEST_TEXT])
    posting = lay_out(f"{title}\n{repair(description[:LONGEST_TEXT])}", len(title))
    asked = read_skills(posting)
    seniority = read_seniority(posting, title)
    years = read_years(posting)
    education = read_education(posting)
    work_mode = read_work_mode(posting)
    employment_type = _internship(seniority) or read_employment_type(posting)
    pay = find_salary(posting.text)
    skills = [reading.value for reading in asked]
    if skills_from == "both":
        skills += find_skills(repair(resume))
    readings: list[tuple[str, Reading | None]] = [
        *(("skills", skill) for skill in asked),
        ("seniority", seniority),
        *_bounds("min_years", "max_years", years, years.value if years else (None, None)),
        ("education", education),
        ("work_mode", work_mode),
        ("employment_type", employment_type),
        *_bounds("min_usd", "max_usd", _pay_line(posting, pay), (pay.min_usd, pay.max_usd) if pay else (None, None)),
    ]
    return Entities(
        skills=tuple(dict.fromkeys(skills)),
        seniority=seniority.value if seniority else None,
        min_years=years.value.low if years else None,
        max_years=years.value.high if years else None,
        role=split_title(redact(title))[0],
        education=education.value if education else None,
        work_mode=work_mode.value if work_mode else None,
        employment_type=employment_type.value if employment_type else None,
        min_usd=pay.min_usd if pay else None,
        max_usd=pay.max_usd if pay else None,
        spans=tuple(
            Span(field, reading.value, *posting.original(reading.start, reading.end))
            for field, reading in readings
            if reading is not None
        ),
    )


def _internship(seniority: Reading | None) -> Reading | None:
    """An intern is on an internship, whatever its hours."""
    return seniority._replace(value="internship") if seniority and seniority.value == "intern" else None


def _bounds(
    low: str, high: str, words: Reading | None, values: tuple[float | None, float | None]
) -> Iterator[tuple[str, Reading]]:
    """Both bounds of a range are read from the same words."""
    for field, value in zip((low, high), values, strict=True):
        if words is not None and value is not None:
            yield field, words._replace(value=value)


def _figure(amount: float) -> str:
    whole, _, cents = f"{amount:.2f}".rstrip("0").partition(".")
    return rf"{whole}\.{cents}0*" if cents else rf"{whole}(?:\.0+)?"


_THOUSANDS = re.compile(r"(?<=\d)(?:,(?=\d{2,3}\b)|[.' ](?=\d{3}\b))")


def _pay_line(posting: Posting, pay: SalaryRange | None) -> Reading | None:
    """The line that holds an amount of the pay: `salary.find_salary` says what is paid, not where it says so."""
    amount = (pay.min_amount or pay.max_amount) if pay else None
    if amount is None:
        return None
    figures = "|".join(map(_figure, (amount, amount / 1_000, amount / 100_000)))
    stated = re.compile(rf"(?<![\d.])(?:{figures})(?!\d)")
    start = 0
    for line in posting.text.split("\n"):
        if stated.search(_THOUSANDS.sub("", line)):
            return Reading(None, start, start + len(line))
        start += len(line) + 1
    return None
