"""What an answer says of a job that exists is right or wrong field by field; what it does not say is neither."""

import pytest

from jobsearch_dagster.evaluation.fields import field_scores, stated_bucket
from jobsearch_dagster.evaluation.truth import Posting, Postings
from jobsearch_dagster.preparation.locations import normalize_place, parse_location

MALMO, BERLIN = (normalize_place(parse_location(text)) for text in ("Malmö, Sweden", "Berlin"))
DEVELOPER = Posting("1", "python developer", MALMO, frozenset({"$75K-$100K"}), 3, frozenset({"Python", "SQL"}))
NURSE = Posting("2", "registered nurse", BERLIN, frozenset({"$50K-$75K", "Unknown"}), None, frozenset({"Nursing"}))
TWIN = Posting("3", "registered nurse", BERLIN, frozenset({"under $50K"}), 2, frozenset())
POSTINGS = Postings([DEVELOPER, NURSE, TWIN])


def job(title: str = "python developer", place: str = MALMO, **lines: str) -> str:
    heading = f"Job available in {place}" if place else "Job available"
    return "\n".join([heading, f"Job-Title: {title}", *(f"{label}: {text}" for label, text in lines.items())])


@pytest.mark.parametrize(
    ("answer", "scores"),
    [
        ("", {}),
        ("There are many jobs.", {}),
        (job(), {"title_right": 1, "place_right": 1}),
        (job(place=BERLIN), {"title_right": 1, "place_right": 0}),
        (job(place=""), {"title_right": 1}),
        (job("astronaut"), {"title_right": 0}),
        (job(Salary="$75K-$100K"), {"title_right": 1, "place_right": 1, "salary_right": 1}),
        (job(Salary="$80,000 a year"), {"title_right": 1, "place_right": 1, "salary_right": 1}),
        (job(Salary="over $150K"), {"title_right": 1, "place_right": 1, "salary_right": 0}),
        (job(Salary="competitive"), {"title_right": 1, "place_right": 1}),
        (job("astronaut", Salary="over $150K"), {"title_right": 0}),  # nobody knows what an invented job pays
    ],
)
def test_a_field_that_is_not_stated_has_no_score(answer: str, scores: dict[str, float]) -> None:
    assert field_scores(answer, POSTINGS) == scores


def test_skills_are_right_in_the_share_that_the_posting_asks() -> None:
    said = job(Description="We ask for Python and SQL, Kafka and Docker.")
    assert field_scores(said, POSTINGS)["skills_right"] == 0.5
    assert "skills_right" not in field_scores(job(Description="A nice place to be."), POSTINGS)


@pytest.mark.parametrize(("years", "right"), [("3", 1.0), ("5", 0.0)])
def test_years_are_right_where_they_are_the_postings_least(years: str, right: float) -> None:
    said = job(Description=f"You have at least {years} years of experience with Python.")
    assert field_scores(said, POSTINGS)["years_right"] == right


def test_of_postings_with_one_title_and_place_the_likest_is_meant() -> None:
    for pay in ("$50K-$75K", "under $50K", "Unknown"):
        assert field_scores(job("registered nurse", BERLIN, Salary=pay), POSTINGS)["salary_right"] == 1
    assert field_scores(job("registered nurse", BERLIN, Salary="over $150K"), POSTINGS)["salary_right"] == 0


def test_an_accuracy_is_the_mean_over_the_jobs_that_state_the_field() -> None:
    said = "\n\n".join([job(Salary="$75K-$100K"), job(), job("registered nurse", BERLIN, Salary="over $150K")])
    assert field_scores(said, POSTINGS) == {"title_right": 1, "place_right": 1, "salary_right": 0.5}


@pytest.mark.parametrize(
    ("text", "bucket"),
    [
        *((text, "under $50K") for text in ("under $50K", "Under $50K", "UNDER $50k.", "under $50K per year.")),
        *((text, "under $50K") for text in ("up to $50,000", "less than $50,000 a year", "up to $30,000")),
        *((text, "$50K-$75K") for text in ("$50,000", "from $50K", "$50k-$75k", "below $75,000")),
        ("up to $150K", "$100K-$150K"),
        ("Over $150k", "over $150K"),
        ("unknown", "Unknown"),
        ("$120k", "$100K-$150K"),
        ("good", None),
        ("", None),
    ],
)
def test_pay_is_stated_by_the_name_of_a_bucket_or_as_an_amount(text: str, bucket: str | None) -> None:
    assert stated_bucket(text) == bucket
