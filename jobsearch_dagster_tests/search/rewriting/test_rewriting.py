import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.preparation.entities import known_skills
from jobsearch_dagster.search.question import LONGEST_QUESTION
from jobsearch_dagster.search.rewriting import in_plain_english


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("remot pyhton jobs", "remote python jobs"),
        ("acountant in torronto", "accountant in toronto"),
        ("electrican sydny full tiem", "electrician sydney full time"),
        ("grafic designer in varsaw", "graphic designer in warsaw"),
        ("fotographer in capetown", "photographer in cape town"),
        ("wrok form home", "work from home"),
        ("plummer jobs", "plumber jobs"),
        ("atleast 45k", "at least 45k"),
        ("anything with powerpiont and exell", "anything with powerpoint and excel"),
    ],
)
def test_a_slip_of_the_keyboard_is_put_right(question: str, plain: str) -> None:
    assert in_plain_english(question).text == plain


@pytest.mark.parametrize(
    "question",
    [
        "truck driver in Las Vegas or Tel Aviv",
        "delivery rider, not for Uber",
        "farrier, cooper and glazier jobs in Reading",
        "jobs at Siemens in Erlangen",
        "C++, C#, .NET and node.js developers",
        "CI/CD engineer in Ho Chi Minh City",
        "data engineer in São Paulo",
    ],
)
def test_right_words_names_and_tools_stay_as_they_are(question: str) -> None:
    assert in_plain_english(question).text == question


def test_no_known_skill_is_misspelt() -> None:
    single = [skill for skill in known_skills() if skill.isalpha() and skill.isascii()]
    assert len(single) > 1000
    changed = [skill for skill in single if in_plain_english(f"jobs with {skill}").text != f"jobs with {skill}"]
    assert changed == []


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        (
            "Gibt es remote jobs für einen UX designer in Deutschland?",
            "are there remote jobs for a UX designer in Deutschland?",
        ),
        ("Combien de jobs de DevOps engineer à Toulouse ?", "how many jobs of DevOps engineer in Toulouse ?"),
        ("trabajos de React o Angular en Barcelona", "jobs of React or Angular in Barcelona"),
        ("cerco lavoro come cuoco a Bologna", "find jobs as cook in Bologna"),
        ("vagas de product owner em São Paulo", "jobs of product owner in São Paulo"),
        ("ik zoek een baan als data analyst in Utrecht", "find a job as data analyst in Utrecht"),
        (
            "Vreau un job de frontend developer la Cluj, fără Angular",
            "i want a job as frontend developer in Cluj, without Angular",
        ),
        ("Necesito trabajo en Bogotá, desde casa", "i need jobs in Bogotá, from home"),
        ("mujhe remote naukri chahiye bangalore mein", "i remote i want a job bangalore in"),
        ("jeg søger job som kok i Aarhus, deltid", "find jobs as kok in Aarhus, part-time"),
        ("lowongan kerja di Jakarta tanpa pengalaman", "jobs in Jakarta no experience"),
        ("landscape architect w/o internships", "landscape architect without internships"),
    ],
)
def test_a_frame_in_another_language_is_put_into_english(question: str, plain: str) -> None:
    assert in_plain_english(question).text == plain


def test_one_foreign_word_is_part_of_a_name() -> None:
    assert in_plain_english("jobs in Rio de Janeiro").text == "jobs in Rio de Janeiro"


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("not less than fifty-five grand", "not less than 55 grand"),
        ("a quarter of a million dollars", "250000 dollars"),
        ("one hundred and twenty thousand", "120000"),
        ("the first one", "the first one"),
        ("one year", "1 year"),
        ("a hundred thousand", "100000"),
        ("for a decade", "for 10 years"),
        ("two decades", "20 years"),
        ("between forty and fifty k", "between 40 and 50 k"),
        ("half a dozen openings", "6 openings"),
    ],
)
def test_numbers_in_words_are_digits(question: str, plain: str) -> None:
    assert in_plain_english(question).text == plain


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("nurse w/o degree", "nurse without degree"),
        ("3 yrs exp", "3 years experience"),
        ("FT guard, PT cook", "full-time guard, part-time cook"),
        ("jobs in the U.S. and L.A.", "jobs in the US and Los Angeles"),
        ("django/flask", "django or flask"),
        ("Docker & Kubernetes", "Docker and Kubernetes"),
    ],
)
def test_short_forms_are_written_out(question: str, plain: str) -> None:
    assert in_plain_english(question).text == plain


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_every_text_has_a_plain_form_of_which_each_character_has_an_origin(text: str) -> None:
    tidy = " ".join(text.split())[:LONGEST_QUESTION]
    rewritten = in_plain_english(tidy)
    assert len(rewritten.origins) == len(rewritten.text)
    assert all(0 <= start < end <= len(tidy) for start, end in rewritten.origins)
