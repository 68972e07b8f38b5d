"""What a job seeker asks for, as data: the typed core between language and SQL.

Belongs here: the shape of a filter and of an interpreted question, and nothing that fills them (`question.py`) or runs
them (`sql.py`). Both are frozen and round-trip through JSON, so that a rule, a language model and a test speak the same
thing.
"""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from jobsearch_dagster.preparation.vocabulary import Education, EmploymentType, Seniority, WorkMode
from jobsearch_dagster.search.word_lookup import has_word

Intent = Literal["search", "aggregate", "clarify", "refuse", "none"]
"""`clarify` asks back, `refuse` will not be answered, `none` is not about jobs."""
Sort = Literal["relevance", "salary_desc", "salary_asc"]
Aggregate = Literal["count", "avg", "median", "min", "max", "top"]
"""`top` lists the most frequent values of a field."""

Measure = Literal["min_usd", "max_usd", "midpoint_usd", "min_years", "max_years"]
"""Numeric catalog columns that avg, median, min and max work on: USD a year, or years of experience."""
Category = Literal[
    "standard_title",
    "role",
    "seniority",
    "city",
    "region",
    "country",
    "work_mode",
    "bucket",
    "salary_source",
    "skills",
    "education",
    "employment_type",
]
"""Catalog columns that jobs may be grouped or counted by."""


def _as_list(value: Any) -> Any:
    """Let a single value stand for a list of one, as language models write it."""
    return (value,) if isinstance(value, str) else value


def _with_a_word(value: str) -> str:
    """Refuse "-" and the like: no condition would come of it, and every posting would satisfy it."""
    if not has_word(value):
        raise ValueError(f"{value!r} holds no word to look for")
    return value


Word = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_with_a_word)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_as_list)]
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Years = Annotated[int, Field(ge=0, le=100)]


class Constraints(BaseModel):
    """What must hold of a posting; slots combine by AND, an empty slot asks nothing.

    Attributes:
        titles: Job titles in standard form, any of them.
        skills: All of them.
        skills_any: Any of them.
        locations: Places as text ("berlin", "texas, united states", "remote, united states"), any of them.
        work_mode: Any of them.
        min_salary_usd: The posting's pay range reaches at least this, USD a year.
        max_salary_usd: The posting's pay range starts at this or below, USD a year.
        min_years: The posting asks for at least this many years of experience.
        max_years: The posting asks for at most this many; what someone with that many years can apply for.
        seniority: Any of them.
        education: What the posting asks for, any of them.
        employment_type: Any of them.
        keywords: Words of title or summary, any of them.
        has_salary: Whether the posting itself states its pay, in its salary column or its description.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    titles: Words = ()
    skills: Words = ()
    skills_any: Words = ()
    locations: Words = ()
    work_mode: Annotated[tuple[WorkMode, ...], BeforeValidator(_as_list)] = ()
    min_salary_usd: Usd | None = None
    max_salary_usd: Usd | None = None
    min_years: Years | None = None
    max_years: Years | None = None
    seniority: Annotated[tuple[Seniority, ...], BeforeValidator(_as_list)] = ()
    education: Annotated[tuple[Education, ...], BeforeValidator(_as_list)] = ()
    employment_type: Annotated[tuple[EmploymentType, ...], BeforeValidator(_as_list)] = ()
    keywords: Words = ()
    has_salary: bool | None = None

    @property
    def slots(self) -> dict[str, Any]:
        """The slots that ask for something, in the order of their declaration."""
        values = {name: getattr(self, name) for name in Constraints.model_fields}
        return {name: value for name, value in values.items() if value not in ((), None)}


class JobFilter(Constraints):
    """A whole question about jobs.

    Attributes:
        exclude: Postings for which any of these slots holds are left out. Each excluded skill counts alone: "no Java
            or PHP" drops a posting that asks for either.
        sort: Order of the postings; unknown pay stands last in the two salary orders.
        limit: Most rows wanted; None is every row.
        agg: What to compute instead of listing postings.
        field: Column the aggregate works on: a measure, for `top` a category, for `count` none.
        group_by: Column to compute one aggregate per value of.
        include_imputed: Whether pay that was only estimated from similar postings counts as pay: for the pay bounds,
            the salary orders and aggregates of pay.
    """

    exclude: Constraints = Constraints()
    sort: Sort = "relevance"
    limit: Annotated[int, Field(ge=1, le=10_000)] | None = None
    agg: Aggregate | None = None
    field: Measure | Category | None = None
    group_by: Category | None = None
    include_imputed: bool = False

    @model_validator(mode="after")
    def _the_field_fits_the_aggregate(self) -> Self:
        if self.field not in fields_of(self.agg):
            raise ValueError(f"aggregate {self.agg} does not work on field {self.field}")
        if self.group_by is not None and self.agg in (None, "top"):
            raise ValueError(f"aggregate {self.agg} takes no group_by")
        return self


def fields_of(agg: Aggregate | None) -> tuple[str | None, ...]:
    """The fields an aggregate works on; (None,) where it takes none."""
    if agg in (None, "count"):
        return (None,)
    return get_args(Category) if agg == "top" else get_args(Measure)


Asked = str | JobFilter
"""What somebody asks: a question in words, or a filter that was changed by hand."""


class Interpretation(BaseModel):
    """A question as the program understood it.

    Attributes:
        intent: What to do with it.
        filter: What was asked; empty unless the intent is `search` or `aggregate`.
        evidence: For each slot, the words of the question it was read from; slots of `exclude` as `exclude.<slot>`.
        message: What to say to a person when the intent is `clarify`, `refuse` or `none`.
        unread: Words with a meaning of their own that nothing was made of.
        row: Which of the postings shown before is meant ("the second one"), from 1; -1 is the last one shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: Intent
    filter: JobFilter = JobFilter()
    evidence: dict[str, str] = {}
    message: str | None = None
    row: int | None = None
    unread: tuple[str, ...] = ()
