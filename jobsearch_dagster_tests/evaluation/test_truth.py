"""An answer is judged by the postings it names: whether they exist, and whether they are what was asked for."""

import pytest

from jobsearch_dagster.evaluation.truth import (
    Asked,
    Posting,
    Postings,
    grounded,
    hallucinated,
    named_jobs,
    right,
    satisfies,
)
from jobsearch_dagster.preparation.locations import normalize_place, parse_location

MALMO, BERLIN, REMOTE = (
    normalize_place(parse_location(text)) for text in ("Malmö, Sweden", "Berlin", "Remote, United States")
)
COOK = Posting("1", "cook", MALMO, frozenset({"under $50K"}), 2, frozenset({"cooking", "food safety", "swedish"}))
NURSE = Posting("2", "registered nurse", BERLIN, frozenset({"$50K-$75K"}), None, frozenset({"nursing"}))
OTHER_COOK = Posting("3", "cook", MALMO, frozenset({"$50K-$75K"}), 6, frozenset({"cooking"}))
DRIVER = Posting("4", "bus driver", REMOTE, frozenset({"Unknown"}), 0, frozenset())
TEACHER = Posting("5", "teacher", BERLIN, frozenset({"Unknown"}), None, frozenset(), (MALMO,))
NOWHERE = Posting("6", "tailor", "", frozenset({"Unknown"}), None, frozenset())
POSTINGS = Postings([COOK, NURSE, OTHER_COOK, DRIVER])

COOK_SAID = f"Job available in {MALMO}\nJob-Title: cook\nSalary: under $50K"
NURSE_SAID = f"Job available in {BERLIN}\nJob-Title: registered nurse"
INVENTED = f"Job available in {MALMO}\nJob-Title: astronaut"


@pytest.mark.parametrize(
    ("answer", "jobs"),
    [
        (COOK_SAID, [("cook", MALMO)]),
        (f"Jobs for you:\n{COOK_SAID}\nDescription: cooks.", [("cook", MALMO)]),
        ("Job available in Malmö, Sweden\n\nJob-Title: Cook", [("cook", MALMO)]),
        (f"Job available in {BERLIN}\nJob-Title: Cook\nLocation: {MALMO}", [("cook", MALMO)]),
        (f"Job available\nJob-Title: cook\n\n{NURSE_SAID}", [("cook", ""), ("registered nurse", BERLIN)]),
        ("Job-Title: Cook\nLocation: Malmö, Sweden", [("cook", MALMO)]),
        ("Job-Title: Sr. Frontend Dev (m/f/d)\nLocation: Berlin", [("senior frontend developer", BERLIN)]),
        (f"{COOK_SAID}\n\n{NURSE_SAID}", [("cook", MALMO), ("registered nurse", BERLIN)]),
        ("Job-Title: cook", [("cook", "")]),
        (f"Location: {MALMO}", []),
        (f"Job available in {MALMO}", []),
        (f"Job-Title:\nLocation: {MALMO}", []),
        (f"{NURSE_SAID}\nJob-Title: cook", [("registered nurse", BERLIN), ("cook", "")]),
        ("There is a cook in malmö.", []),
        ("", []),
    ],
)
def test_the_jobs_of_an_answer_are_read_from_its_lines(answer: str, jobs: list[tuple[str, str]]) -> None:
    assert named_jobs(answer) == jobs


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        (COOK_SAID, 1.0),
        (f"{COOK_SAID}\n{NURSE_SAID}", 1.0),
        (f"{COOK_SAID}\n{INVENTED}", 0.5),
        (INVENTED, 0.0),
        (f"Job-Title: cook\nLocation: {BERLIN}", 0.0),
        ("Many jobs are available!", 0.0),
        ("", 0.0),
    ],
)
def test_an_answer_is_grounded_in_the_share_of_its_jobs_that_exist(answer: str, share: float) -> None:
    assert grounded(answer, POSTINGS) == share


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        (COOK_SAID, 0.0),
        (f"{COOK_SAID}\n{INVENTED}", 0.5),
        (INVENTED, 1.0),
        ("Many jobs are available!", None),
        ("", None),
    ],
)
def test_an_answer_that_names_no_job_invents_none(answer: str, share: float | None) -> None:
    assert hallucinated(answer, POSTINGS) == share


@pytest.mark.parametrize(
    ("posting", "asked", "holds"),
    [
        (COOK, Asked("skills", ("cooking", "swedish")), True),
        (COOK, Asked("skills", ("cooking", "nursing")), False),
        (COOK, Asked("skills", ()), False),
        (DRIVER, Asked("skills", ()), True),
        (COOK, Asked("location", (MALMO,)), True),
        (COOK, Asked("location", (BERLIN,)), False),
        (COOK, Asked("location", ("sweden",)), True),
        (COOK, Asked("location", ("remote, sweden",)), False),
        (COOK, Asked("location", ("den",)), False),
        (COOK, Asked("location", ()), False),
        (TEACHER, Asked("location", (MALMO,)), True),
        (TEACHER, Asked("location", (BERLIN,)), True),
        (DRIVER, Asked("location", ("remote",)), True),
        (DRIVER, Asked("location", ("united states",)), True),
        (DRIVER, Asked("location", ("remote, sweden",)), False),
        (NOWHERE, Asked("location", ()), True),
        (COOK, Asked("salary", ("under $50K",)), True),
        (COOK, Asked("salary", ("$50K-$75K",)), False),
        (COOK, Asked("salary", ("under $50K", "$50K-$75K")), True),
        (COOK, Asked("salary", ("$75K-$100K", "$100K-$150K")), False),
        (COOK, Asked("salary", ()), False),
        (DRIVER, Asked("salary", ()), True),
        (COOK, Asked("experience", ("2",)), True),
        (COOK, Asked("experience", ("5",)), True),
        (COOK, Asked("experience", ("1",)), False),
        (DRIVER, Asked("experience", ("0",)), True),
        (NURSE, Asked("experience", ("5",)), False),
        (NURSE, Asked("experience", ()), True),
        (COOK, Asked("experience", ()), False),
    ],
)
def test_a_posting_satisfies_a_question_by_what_it_says(posting: Posting, asked: Asked, holds: bool) -> None:
    assert satisfies(posting, asked) is holds


def test_an_unknown_query_type_is_an_error() -> None:
    with pytest.raises(ValueError, match="colour"):
        satisfies(COOK, Asked("colour", ("red",)))


@pytest.mark.parametrize(
    ("answer", "asked", "share"),
    [
        (COOK_SAID, Asked("location", (MALMO,)), 1.0),
        (NURSE_SAID, Asked("location", (MALMO,)), 0.0),
        (f"{COOK_SAID}\n{NURSE_SAID}", Asked("location", (MALMO,)), 0.5),
        (f"{COOK_SAID}\n{NURSE_SAID}\n{INVENTED}", Asked("location", (MALMO,)), 1 / 3),
        (INVENTED, Asked("location", (MALMO,)), 0.0),
        (f"cook, {MALMO}", Asked("location", (MALMO,)), 0.0),
    ],
)
def test_an_answer_is_right_in_the_share_of_its_jobs_that_satisfy_the_question(
    answer: str, asked: Asked, share: float
) -> None:
    assert right(answer, asked, POSTINGS) == pytest.approx(share)


def test_of_two_postings_with_one_title_and_place_either_may_be_meant() -> None:
    assert right(COOK_SAID, Asked("salary", ("$50K-$75K",)), POSTINGS) == 1.0
    assert right(COOK_SAID, Asked("experience", ("6",)), POSTINGS) == 1.0
    assert right(COOK_SAID, Asked("salary", ("over $150K",)), POSTINGS) == 0.0


def test_a_posting_without_a_place_is_named_by_its_title_alone() -> None:
    nowhere = Postings([Posting("5", "cook", "", frozenset({"Unknown"}), None, frozenset())])
    assert grounded("Job-Title: cook\nSalary: Unknown", nowhere) == 1.0
    assert grounded(COOK_SAID, nowhere) == 0.0
    assert grounded("Job-Title: cook", POSTINGS) == 0.0
