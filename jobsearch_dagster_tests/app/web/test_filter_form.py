"""A filter becomes chips and fields, and comes back as the filter that a person means."""

import pytest

from jobsearch_dagster.app.web.browser_sessions import MOST_ROWS
from jobsearch_dagster.app.web.filter_form import changed, chips, fields_of, more, without
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.question import parse_question

QUESTIONS = [
    "senior or lead python and sql jobs in Berlin or Texas over $80k, not part-time, no Java, at most 5 years",
    "best paid remote jobs as a nurse, that state their pay, show 5",
    "average salary of data engineers by country",
    "top skills of jobs in Canada",
    "hybrid jobs under $90k counting estimated pay, asking for a bachelor",
]


def sent(job_filter: JobFilter) -> dict[str, list[str]]:
    """What a browser sends of the form as it is shown."""
    fields = fields_of(job_filter)
    ticked = {"include_imputed": ["yes"] if fields.pop("include_imputed") else []}
    return ticked | {name: value if isinstance(value, list) else [value] for name, value in fields.items()}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(question: str) -> None:
    job_filter = parse_question(question).filter
    assert chips(job_filter)
    assert changed(job_filter, sent(job_filter)) == job_filter


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_all_its_chips_a_filter_asks_for_nothing(question: str) -> None:
    job_filter = parse_question(question).filter
    while left := chips(job_filter):
        job_filter = without(job_filter, left[0].slot, left[0].value)
        assert left[0] not in chips(job_filter)
    assert job_filter == JobFilter()


def test_a_chip_takes_out_what_it_says_and_nothing_else() -> None:
    job_filter = JobFilter(skills=("Python", "SQL"), min_years=2, exclude=JobFilter(skills=("Java",)))
    assert [chip.words for chip in chips(job_filter)] == [
        "with Python",
        "with SQL",
        "asking for 2 or more years of experience",
        "not with Java",
    ]
    assert without(job_filter, "skills", "SQL") == job_filter.model_copy(update={"skills": ("Python",)})
    assert without(job_filter, "skills", "Go") == job_filter
    assert without(job_filter, "exclude.skills", "Java").exclude.slots == {}


def test_of_alternatives_the_later_ones_say_or() -> None:
    job_filter = JobFilter(locations=("berlin", "paris"), exclude=JobFilter(locations=("rome", "oslo")))
    assert [chip.words for chip in chips(job_filter)] == ["in berlin", "or in paris", "not in rome", "not in oslo"]


@pytest.mark.parametrize("slot", ["", "exclude", "exclude.", "model_config", "__class__", "exclude.agg"])
def test_a_slot_that_there_is_not_is_named(slot: str) -> None:
    with pytest.raises(UserError, match="reload the page"):
        without(JobFilter(), slot, "")


def test_what_a_person_writes_is_read_as_the_filter_means_it() -> None:
    written = {
        "skills": ["js,  Postgres, js"],
        "locations": ["texas, united states; berlin"],
        "min_salary_usd": ["$80,000"],
    }
    found = changed(JobFilter(), written)
    assert found.skills == ("JavaScript", "PostgreSQL")
    assert found.locations == ("texas, united states", "berlin")
    assert found.min_salary_usd == 80_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_years", "-1"),
        ("max_years", "many"),
        ("min_salary_usd", "nan"),
        ("work_mode", "moon"),
        ("sort", "random"),
        ("titles", "-"),
    ],
)
def test_a_value_that_is_none_of_its_field_is_named(field: str, value: str) -> None:
    with pytest.raises(UserError, match=field.replace("_", " ")):
        changed(JobFilter(), {field: [value]})


def test_more_postings_are_twice_as_many_up_to_what_a_page_holds() -> None:
    assert more(JobFilter(), 10).limit == 20
    assert more(JobFilter(limit=150), 150).limit == MOST_ROWS
