"""Sentences about the job are told from those beside it and from filler."""

import pytest

from jobsearch_dagster.summarization.kinds import Kind, kinds_of
from jobsearch_dagster_tests.long_texts import assert_ends

JOB, ASIDE, FILLER = Kind.JOB, Kind.ASIDE, Kind.FILLER


def kind(sentence: str) -> Kind:
    return kinds_of([sentence])[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "quillthorn hospital is an equal opportunity employer.",
        "we decide without regard to race, age or gender.",
        "use the button above; it takes three minutes.",
        "please send your cv and a cover letter to the school.",
        "click apply now to join our team of cooks!",
        "interested in this position?",
        "(ref. me-00136) must be quoted.",
        "all qualified applicants will be considered.",
        "role: entry level shop assistant.",
        "company: rookford market of gurugram.",
        "where and when you work.",
        "contract and place of work.",
        "key responsibilities and duties:",
        "apply now!",
        "for more information on our benefits, please click here.",
        "tell us of any adjustments that you need in the recruitment process",
    ],
)
def test_filler_is_known_by_its_words(sentence: str) -> None:
    assert kind(sentence) == FILLER


@pytest.mark.parametrize(
    "sentence",
    [
        "at least five years of experience in retail.",
        "you apply hygiene rules in the kitchen every day.",
        "apply machine learning to forecasts of demand.",
        "skills: python, sql and tableau.",
        "build application servers that never stop.",
        "answer questions from sales with numbers and a sentence.",
        "use python and sql to answer questions.",
        "contact customers who have not paid yet.",
    ],
)
def test_duties_and_requirements_are_about_the_job(sentence: str) -> None:
    assert kind(sentence) == JOB


@pytest.mark.parametrize(
    "sentence",
    [
        "this is a full-time, permanent position.",
        "15 days of pto plus 10 public holidays.",
        "medical, dental and vision insurance from day one.",
        "about us: we repair bridges of steel.",
        "nice to have: first contact with tableau.",
    ],
)
def test_terms_benefits_the_company_and_what_is_optional_stand_beside_it(sentence: str) -> None:
    assert kind(sentence) == ASIDE


def test_a_heading_speaks_for_the_sentences_below_it() -> None:
    below = "we mend what others throw away."
    assert kinds_of(["about us.", below, "responsibilities.", below]) == [FILLER, ASIDE, FILLER, JOB]
    assert kinds_of(["What we offer:", below, "Your profile", below]) == [FILLER, ASIDE, FILLER, JOB]


def test_texts_of_one_repeated_word_are_read() -> None:
    assert_ends(
        "from jobsearch_dagster.summarization.kinds import kinds_of\ndef read(text):\n    kinds_of([text, text + '!'])",
        ["&", "skills ", "and ", "please ", "a"],
        100_000,
    )
