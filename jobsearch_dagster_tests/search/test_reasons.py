import pytest

from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.reasons import pay, reasons
from jobsearch_dagster_tests.search.catalogs import POSTINGS, frame_of


def row_of(posting, **changes):
    frame = frame_of({"posting": {**POSTINGS[posting], **changes}})
    return {name: value if isinstance(value, list) or value == value else None for name, value in frame.iloc[0].items()}


@pytest.mark.parametrize(
    ("slots", "posting", "expected"),
    [
        ({"titles": ["senior backend developer"]}, "backend", "Senior Backend Developer (Python)"),
        ({"titles": ["pilot", "nurse"]}, "nurse", "Registered Nurse, night shift"),
        ({"skills": ["PYTHON", "Django"]}, "backend", "python, django"),  # as the posting writes them
        ({"skills_any": ["SQL", "React"]}, "scientist", "sql"),
        ({"skills": ["js", "online shop"]}, "frontend", "javascript, online shop"),  # under its name, and in its words
        ({"locations": ["sweden"]}, "backend", "Malmö, Sweden"),
        ({"locations": ["malmo"]}, "backend", "Malmö, Sweden"),
        ({"locations": ["berlin"]}, "nurse", "Berlin, Germany or Munich, Germany"),
        ({"locations": ["munich"]}, "nurse", "munich, bavaria, germany (from: Berlin, Germany or Munich, Germany)"),
        ({"locations": ["remote, us"]}, "frontend", "Remote, US"),
        ({"work_mode": ["hybrid"]}, "scientist", "hybrid"),
        ({"min_salary_usd": 1.0}, "backend", "$100,000 - $120,000 a year"),
        ({"max_salary_usd": 9e9}, "scientist", "US$150K+ (about $150,000 a year)"),
        ({"has_salary": True}, "frontend", "$60,000 a year (from the description)"),
        ({"has_salary": False}, "nurse", "states no pay; $50K-$75K (estimated)"),
        ({"has_salary": False}, "teacher", "states no pay"),
        ({"min_years": 1}, "frontend", "asks for 1-3 years of experience"),
        ({"max_years": 9}, "backend", "asks for 5+ years of experience"),
        ({"max_years": 9}, "nurse", "asks for no years of experience"),
        ({"seniority": ["senior"]}, "backend", "senior"),
        ({"education": ["phd"]}, "scientist", "phd"),
        ({"employment_type": ["contract"]}, "frontend", "contract"),
        ({"keywords": ["bank", "school"]}, "backend", "bank"),
        ({"keywords": ["pay"]}, "backend", ""),  # whole words: "payment" is another
    ],
)
def test_a_slot_is_explained_by_what_the_posting_says(slots, posting, expected):
    assert reasons(JobFilter(**slots), row_of(posting)) == {next(iter(slots)): expected}


@pytest.mark.parametrize(
    ("slots", "posting", "expected"),
    [
        ({"titles": ["nurse"]}, "teacher", "Teacher of Mathematics"),
        ({"skills": ["PHP", "Java"]}, "backend", "does not ask for PHP or Java"),
        ({"keywords": ["fintech"]}, "teacher", "does not mention fintech"),
        ({"locations": ["berlin"]}, "teacher", "London, UK"),
        ({"work_mode": ["onsite"]}, "teacher", "not stated"),
        ({"min_salary_usd": 1.0}, "teacher", "states no pay"),
    ],
)
def test_an_excluded_slot_is_explained_too(slots, posting, expected):
    assert reasons(JobFilter(exclude=slots), row_of(posting)) == {f"exclude.{next(iter(slots))}": expected}


def test_a_title_that_matched_by_its_standard_form_shows_that(tmp_path):
    row = row_of("backend", title="Sr. Backend Dev")
    assert reasons(JobFilter(titles=["senior developer"]), row) == {
        "titles": "Sr. Backend Dev, in standard form senior backend developer"
    }


def test_a_work_mode_that_the_place_does_not_name_is_added():
    row = row_of("teacher", work_mode="remote")
    assert reasons(JobFilter(locations=["remote, uk"]), row) == {"locations": "London, UK, remote"}


def test_pay_in_another_currency_is_said_in_dollars_too():
    row = row_of("backend", salary="₹3,02,000 a month", min_usd=43_488.0, max_usd=None)
    assert pay(row) == "₹3,02,000 a month (about $43,488 a year)"


def test_words_of_the_salary_cell_are_no_pay():
    assert pay(row_of("teacher", salary="Competitive")) == "states no pay (Competitive)"
    assert pay(row_of("teacher", salary="SEK 52,000")) == "pay without a rate in USD (SEK 52,000)"
    assert pay(row_of("frontend", salary="Competitive")) == "$60,000 a year (from the description)"
