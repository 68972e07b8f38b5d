"""An answer is judged by the postings it names: whether they exist, and whether they are what was asked for."""

import pytest

from jobsearch_dagster.evaluation import truth
from jobsearch_dagster.evaluation.truth import (
    Asked,
    NamedJob,
    Posting,
    Postings,
    grounded,
    hallucinated,
    jobs_in,
    named_jobs,
    right,
    satisfies,
    whole_lines,
)
from jobsearch_dagster.pairs.templates import AnswerTemplate, load_templates
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
        ("The title: cook", []),
        ("", []),
        # Blocks: what stands before a title is its own, what an empty line sets apart belongs to it.
        (f"Location: {MALMO}\nJob-Title: cook", [("cook", MALMO)]),
        (f"Location: {MALMO}\nTitle: cook\nLocation: {BERLIN}\nTitle: nurse", [("cook", MALMO), ("nurse", BERLIN)]),
        (f"Title: cook\nLocation: {MALMO}\nTitle: nurse\nLocation: {BERLIN}", [("cook", MALMO), ("nurse", BERLIN)]),
        (f"Location: {MALMO}\nTitle: cook\n\nLocation: {BERLIN}\nTitle: nurse", [("cook", MALMO), ("nurse", BERLIN)]),
        (
            f"Title: cook\n\nLocation: {MALMO}\n\nTitle: nurse\n\nLocation: {BERLIN}",
            [("cook", MALMO), ("nurse", BERLIN)],
        ),
        (f"Title: cook\nLocation: {MALMO}\n\nLocation: {BERLIN}\n\nTitle: nurse", [("cook", MALMO), ("nurse", BERLIN)]),
        (f"Title: cook\n\nJob available in {BERLIN}\n\nTitle: nurse", [("cook", ""), ("nurse", BERLIN)]),
        # A job is named once, however often it is repeated.
        (f"{COOK_SAID}\n\n{NURSE_SAID}\n\n{COOK_SAID}", [("cook", MALMO), ("registered nurse", BERLIN)]),
    ],
)
def test_the_jobs_of_an_answer_are_read_from_its_lines(answer: str, jobs: list[tuple[str, str]]) -> None:
    assert named_jobs(answer) == jobs


@pytest.mark.parametrize(
    "line",
    ["Job-Title: Cook", "Job Title: Cook", "job title: cook", "JOB_TITLE: Cook", "  Job-Title : Cook", "Title: Cook",
     "Position: Cook", "**Job-Title:** Cook", "**Job Title**: Cook", "- **Title:** *Cook*", "* Job-Title: Cook",
     "• Job title: Cook", "1. Job-Title: Cook", "2) **Position: Cook**", "### Title: Cook", "> Title: Cook",
     "Job Title 1: Cook"],
)  # fmt: skip
def test_a_job_is_named_in_whatever_form_a_model_writes_it(line: str) -> None:
    heading = f"**Job available in {MALMO}:**"
    assert named_jobs(f"{heading}\n{line}\n---\n{line}\n- location: **Berlin**") == [("cook", MALMO), ("cook", BERLIN)]


def test_labels_and_headings_are_those_of_the_template_of_answers() -> None:
    said = load_templates().answer.fill({"title": "cook", "place": MALMO, "salary": "over $150K", "description": "big"})
    assert jobs_in(said) == (NamedJob("cook", MALMO, "over $150K", "big"),)
    assert jobs_in(load_templates().answer.fill({"title": "cook"})) == (NamedJob("cook", "", "", ""),)


def test_another_template_is_read_by_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = AnswerTemplate(heading="{place} hires", heading_without_place="Hiring", fields={"Who": "title"})
    templates = load_templates().model_copy(update={"answer": answer})
    monkeypatch.setattr("jobsearch_dagster.evaluation.truth.load_templates", lambda: templates)
    for kept in (jobs_in, truth._labels, truth._headings):
        kept.cache_clear()
    try:
        assert named_jobs(answer.fill({"title": "cook", "place": MALMO})) == [("cook", MALMO)]
    finally:
        for kept in (jobs_in, truth._labels, truth._headings):
            kept.cache_clear()


@pytest.mark.parametrize(
    ("answer", "stopped", "jobs"),
    [
        (f"{NURSE_SAID}\nJob-Title: bak", False, ["registered nurse"]),
        (f"{NURSE_SAID}\nJob-Title: bak", True, ["registered nurse", "bak"]),
        ("Job-Title: bak", False, []),
        ("Job-Title: cook\nDescription: coo", False, ["cook"]),
    ],
)
def test_a_title_that_the_limit_of_tokens_cut_is_not_named(answer: str, stopped: bool, jobs: list[str]) -> None:
    assert [title for title, _ in named_jobs(whole_lines(answer, stopped=stopped))] == jobs


def test_half_a_description_is_kept() -> None:
    assert whole_lines("Title: a\nDescription: b", stopped=False) == "Title: a\nDescription: b"


def test_a_posting_is_found_in_each_of_its_places() -> None:
    postings = Postings([TEACHER])
    for place in (BERLIN, MALMO):
        assert grounded(f"Title: teacher\nLocation: {place}", postings) == 1.0
    assert postings.places_of("teacher") == {BERLIN, MALMO}
    assert grounded(f"Title: teacher\nLocation: {REMOTE}", postings) == 0.0


def test_a_model_that_loops_does_not_outweigh_its_other_jobs() -> None:
    assert hallucinated("\n\n".join([NURSE_SAID, *[INVENTED] * 9]), POSTINGS) == 0.5


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
