"""The closed vocabularies of the product: what a work mode, a seniority, a pay period ... may be called.

Belongs here: the words and their order, from low to high where there is one. Does not belong here: how text is read
into them (`entities.py`, `salary.py`, `titles.py`).
"""

from typing import Literal, get_args

WorkMode = Literal["remote", "hybrid", "onsite"]
WORK_MODES: tuple[WorkMode, ...] = get_args(WorkMode)

Seniority = Literal[
    "intern",
    "entry",
    "junior",
    "mid",
    "senior",
    "lead",
    "staff",
    "principal",
    "manager",
    "executive",
]
SENIORITIES: tuple[Seniority, ...] = get_args(Seniority)

Education = Literal["none", "high school", "bachelor", "master", "phd"]
"""`none` is a posting that says it asks for no degree; a posting that says nothing has no value."""
EDUCATIONS: tuple[Education, ...] = get_args(Education)

EmploymentType = Literal["full-time", "part-time", "contract", "temporary", "internship", "freelance"]
EMPLOYMENT_TYPES: tuple[EmploymentType, ...] = get_args(EmploymentType)

Period = Literal["hour", "day", "week", "month", "year"]
PERIODS: tuple[Period, ...] = get_args(Period)

PeriodSource = Literal["stated", "inferred"]

SalaryBucket = Literal["under $50K", "$50K-$75K", "$75K-$100K", "$100K-$150K", "over $150K"]
BUCKETS: tuple[SalaryBucket, ...] = get_args(SalaryBucket)
"""Ranges of yearly USD, ascending, lower edge inclusive."""
