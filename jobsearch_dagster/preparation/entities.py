"""What a posting asks for and offers, read from its original title and description.

Belongs here: which reader answers which question. Does not belong here: how an answer is read (`skills.py`,
`experience.py`, `education.py`, `arrangements.py`, `titles.py`, `salary.py`).
"""

import re
from dataclasses import dataclass
from typing import Literal

from jobsearch_dagster.preparation.arrangements import find_employment_type, find_work_mode
from jobsearch_dagster.preparation.education import find_education
from jobsearch_dagster.preparation.experience import find_years
from jobsearch_dagster.preparation.salary import find_salary
from jobsearch_dagster.preparation.skills import find_asked_skills, find_skills, known_skills
from jobsearch_dagster.preparation.text import repair, without_contacts
from jobsearch_dagster.preparation.titles import split_title
from jobsearch_dagster.preparation.vocabulary import Education, EmploymentType, Seniority, WorkMode

__all__ = ["Entities", "extract_entities", "find_skills", "known_skills"]

_OTHER_JOBS = re.compile(
    r"^[^\w\n]*(?:similar|related|other open|more) (?:jobs|positions|roles)\b", re.IGNORECASE | re.MULTILINE
)
"""Where a page goes on to other postings."""
_STATED_LEVEL = re.compile(r"\b(?:job|career|seniority|position) level\b\W+(?P<level>[^\n.;,]{2,30})", re.IGNORECASE)


@dataclass(frozen=True)
class Entities:
    """What a posting says; None where it says nothing.

    Attributes:
        skills: Names from the lexicon, in the order of their first mention.
        seniority: Of the title, else of a line such as "Job level: senior".
        min_years: Least years of experience asked for; 0 where none is needed.
        max_years: Most years asked for.
        role: Standard title without its seniority.
        education: Lowest sufficient degree; `none` where the posting says that it needs none.
        work_mode: Remote, hybrid or onsite.
        employment_type: Kind of employment.
        min_usd: Lower bound of the pay in the description, USD a year; a bare `$` is the US dollar.
        max_usd: Upper bound, likewise.
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
    title, description = repair(title), repair(description)
    posting = without_contacts(f"{title}\n{_own_part(description)}")
    skills = find_asked_skills(posting)
    if skills_from == "both":
        skills = tuple(dict.fromkeys((*skills, *find_skills(repair(resume)))))
    role, seniority = split_title(title)
    years = find_years(posting)
    pay = find_salary(posting)
    return Entities(
        skills=skills,
        seniority=seniority or _stated_level(posting),
        min_years=years[0],
        max_years=years[1],
        role=role,
        education=find_education(posting),
        work_mode=find_work_mode(title) or find_work_mode(posting),
        employment_type="internship" if seniority == "intern" else find_employment_type(posting),
        min_usd=pay.min_usd if pay else None,
        max_usd=pay.max_usd if pay else None,
    )


def _own_part(description: str) -> str:
    footer = _OTHER_JOBS.search(description)
    return description[: footer.start()] if footer else description


def _stated_level(posting: str) -> Seniority | None:
    stated = _STATED_LEVEL.search(posting)
    return split_title(stated["level"])[1] if stated else None
