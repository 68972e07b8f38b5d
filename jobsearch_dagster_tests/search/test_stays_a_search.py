"""Ordinary questions whose words sound like something else: like a figure, an exclusion, a place of the past."""

from typing import Any

import pytest

from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster_tests.search.asking import asked, searched


@pytest.mark.parametrize(
    "question",
    [
        "jobs that pay more than 50k in Leeds or London",
        "remote or hybrid developer jobs that pay more than 80k",
        "companies that pay better in Berlin or Munich, python",
        "I want to earn more in Leeds or London as a nurse",
        "more remote developer jobs in Berlin or Munich please",
        "jobs for both nurses and teachers",
        "python jobs for both junior and senior in Leeds",
        "minimum salary 50000 accountant London",
        "min pay 20 an hour, barista Leeds",
        "jobs with the best pay I can get in Leeds",
        "share options, remote developer",
        "senior developer with equity share, London",
        "I share a flat, junior developer Leeds",
        "what are paid internships in Berlin",
        "what are jobs paid over 60k in Boston",
        "half of the jobs I make are bad, barista",
        "half the time I make coffee, barista jobs",
        "cities that I like most are Rome and Milan, cook jobs",
        "call center Leeds",
        "book shop Leeds",
    ],
)
def test_it_is_a_search_and_no_figure(question: str) -> None:
    assert asked(question)[0] == "search"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("Any chef jobs in Paris? No nights please", {"titles": ("chef",), "locations": ("paris",)}),
        ("Are there welder jobs in Texas? No travel", {"titles": ("welder",), "locations": ("texas",)}),
        ("chef jobs, Paris, not those with nights", {"titles": ("chef",), "locations": ("paris",)}),
        ("nurse jobs in Leeds, not that picky", {"titles": ("nurse",), "locations": ("leeds",)}),
        ("nurse in Leeds, skip it", {"titles": ("nurse",), "locations": ("leeds",)}),
        ("python, java, without it being remote", {"skills": ("Python", "Java")}),
        ("refuse collector in Leeds", {"titles": ("refuse collector",), "locations": ("leeds",)}),
        ("My contract is over, looking for nurse jobs", {"titles": ("nurse",)}),
        ("nurse jobs, Leeds is over an hour away", {"titles": ("nurse",), "locations": ("leeds",)}),
        ("My degree is nothing special, nurse jobs in Leeds", {"titles": ("nurse",), "locations": ("leeds",)}),
        ("remote is not a must, python", {"skills": ("Python",)}),
        ("welder, I won't need visa sponsorship", {"titles": ("welder",)}),
    ],
)
def test_what_is_wanted_is_not_excluded(question: str, slots: dict[str, Any]) -> None:
    found = searched(question)
    assert {slot: found.get(slot) for slot in slots} == slots
    assert not {slot: value for slot, value in found.items() if slot.startswith("not") and slot != "not keywords"}


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("who pays better, nurse or teacher", {"nurse", "teacher"}),
        ("BA in English, editor", {"editor"}),
        ("MA in History, curator", {"curator"}),
        ("nurse, PT, evenings, Leeds", {"nurse"}),
        ("companies that hire engineers, welder", {"welder", "engineer"}),
        ("lead tour guide Rome", {"tour guide"}),
        ("executive assistant to CEO in Hong Kong", {"executive assistant"}),
        ("I've been a line cook for 6 years and want to become a sous chef", {"sous chef"}),
        ("h1b sponsor data scientist", {"data scientist"}),
    ],
)
def test_titles_are_neither_lost_nor_made_up(question: str, titles: set[str]) -> None:
    assert set(asked(question)[1]["titles"]) == titles


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("I am a nurse based in Leeds; York also ok", {"leeds", "york"}),
        ("I'm a nurse living in Leeds, jobs there or in York", {"leeds", "york"}),
        ("Dutch companies in Spain", {"spain"}),
        ("TN visa jobs for engineers in Leeds", {"leeds"}),
        ("hi, OH my, nurse in Leeds", {"leeds"}),
        ("a few hours from Leeds, nurse", {"leeds"}),
    ],
)
def test_places_are_neither_lost_nor_made_up(question: str, places: set[str]) -> None:
    assert set(searched(question)["locations"]) == places


@pytest.mark.parametrize(
    ("question", "slot"),
    [
        ("weekends off, nurse in Leeds", "keywords"),
        ("free weekends, nurse in Leeds", "keywords"),
        ("nurse, leeds, thanks in advance", "keywords"),
        ("Western Union jobs in Denver for a cook", "employment_type"),
        ("early starts ok, baker", "keywords"),
        ("a few hours from Leeds, nurse", "employment_type"),
        ("in the village, near Leeds, cook", "work_mode"),
        ("5 to 8 years as a nurse, jobs in Leeds", "min_years"),
        ("with 3 to 5 years of experience, java developer", "min_years"),
    ],
)
def test_nothing_is_asked_that_nobody_said(question: str, slot: str) -> None:
    assert slot not in searched(question)


@pytest.mark.parametrize(
    ("history", "question", "skills"),
    [
        (("jobs with GCP and Python",), "drop google cloud", ("Python",)),
        (("Microsoft Office and Excel jobs",), "no MS Office please", ("Excel",)),
        (("PLC programming and Excel jobs",), "not PLC", ("Excel",)),
    ],
)
def test_a_skill_is_taken_back_under_any_of_its_names(history: tuple[str, ...], question: str, skills: Any) -> None:
    assert searched(question, history)["skills"] == skills


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("cook jobs with English not required", {"not skills": ("English",)}),
        ("cook, not required: English", {"not skills": ("English",)}),
        (
            "Berlin is too expensive, what about Leipzig, cook",
            {"locations": ("leipzig",), "not locations": ("berlin",)},
        ),
        ("cook in Leeds for non UK citizens", {"locations": ("leeds",)}),
        ("cook, 40 hours per week max, 20k", {"min_salary_usd": 20_000, "employment_type": ("full-time",)}),
        ("cook jobs asking for more than 5 years but less than 10", {"min_years": 5, "max_years": 9}),
        ("cook, exactly 3 years experience", {"min_years": 3, "max_years": 3}),
        ("jobs for a cook without 10 years experience", {"max_years": 9}),
        ("cook jobs for 16 year olds", {}),
        ("cook jobs paying 100k in australian dollars", {"min_salary_usd": 66_000}),
    ],
)
def test_what_a_newcomer_found_misread_is_read(question: str, slots: dict[str, Any]) -> None:
    assert searched(question) == {"titles": ("cook",)} | slots


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("jobs without a degree that pay over 60k, cook", {"min_salary_usd": 60_000, "education": ("none",)}),
        ("no weekends cook over 70k", {"min_salary_usd": 70_000, "not keywords": ("weekend",)}),
        (
            "not contract, permanent only, cook",
            {"employment_type": ("full-time",), "not employment_type": ("contract",)},
        ),
        ("not remote, hybrid cook", {"work_mode": ("hybrid",), "not work_mode": ("remote",)}),
        ("cook, school not hospital", {"not keywords": ("hospital",)}),
        ("too junior for me, cook", {"not seniority": ("junior",)}),
        ("night shift cook", {"keywords": ("night shift",)}),
        ("cook, jobs too far from home, only in Leeds", {"locations": ("leeds",)}),
    ],
)
def test_a_negation_ends_where_its_clause_does(question: str, slots: dict[str, Any]) -> None:
    assert searched(question) == {"titles": ("cook",)} | slots


@pytest.mark.parametrize(
    ("history", "question", "slots"),
    [
        (("average pay of a cook in Ohio",), "show me the jobs", {"locations": ("ohio",)}),
        (("cook in Texas",), "too far, only Austin", {"locations": ("austin",)}),
        (("cook in Colorado",), "too far, Denver only", {"locations": ("denver",)}),
        (("cook in Denver",), "anywhere", {}),
        (("senior cook in Paris",), "too senior for me", {"locations": ("paris",), "not seniority": ("senior",)}),
    ],
)
def test_a_follow_up_does_what_it_says(history: tuple[str, ...], question: str, slots: dict[str, Any]) -> None:
    assert searched(question, history) == {"titles": ("cook",)} | slots


@pytest.mark.parametrize(
    "question", ["how many employers are hiring?", "jobs per company", "top 5 companies for nurses"]
)
def test_what_postings_do_not_say_is_said(question: str) -> None:
    found = parse_question(question)
    assert found.intent == "clarify"
    assert "employers" in str(found.message)


def test_in_how_many_places_there_are_jobs_counts_by_place() -> None:
    assert asked("how many cities in Germany have jobs") == (
        "aggregate",
        {"locations": ("germany",), "agg": "count", "group_by": "city"},
    )


@pytest.mark.parametrize("question", ["start over please", "lets start over", "start from scratch"])
def test_starting_over_is_understood_with_courtesy(question: str) -> None:
    assert "Started over" in str(parse_question(question, ("jobs in Portugal",)).message)


def test_what_was_searched_for_is_not_told_as_unused() -> None:
    assert parse_question("UNICEF").unread == ()


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("cook, remote or in Boston", {"remote", "boston"}),
        ("cook jobs in London or remote", {"london", "remote"}),
        ("cook in Munich or remote in Germany", {"munich", "remote, germany"}),
    ],
)
def test_remote_work_can_be_one_of_the_places(question: str, places: set[str]) -> None:
    found = searched(question)
    assert set(found["locations"]) == places
    assert "work_mode" not in found


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("are there any python postings out there", {"skills": ("Python",)}),
        ("python jobs, sort them out", {"skills": ("Python",)}),
        ("do they need anything besides SQL?", {"skills": ("SQL",)}),
        ("one site manager and two office assistants", {"titles": ("site manager", "office assistant")}),
        ("python in London, I have been in London for 3 years", {"skills": ("Python",), "locations": ("london",)}),
        ("I would never work for pay below 60k, cook", {"titles": ("cook",), "min_salary_usd": 60_000}),
        ("cook jobs with no background screening", {"titles": ("cook",)}),
        ("roles that require the most travel", {"keywords": ("travel",)}),
        ("the city I want the most is Paris", {"locations": ("paris",)}),
        ("where are cook jobs that pay the most", {"titles": ("cook",), "sort": "salary_desc"}),
        ("Hotel, Bar, Leeds", {"locations": ("leeds",), "keywords": ("hotel", "bar")}),
        ("Berkshire Hathaway jobs", {"keywords": ("berkshire hathaway",)}),
        ("I live anywhere near Boston, cook", {"titles": ("cook",), "locations": ("boston",)}),
        ("contracts that cover paid parental leave, cook", {"titles": ("cook",), "keywords": ("parental leave",)}),
        ("cook jobs in Leeds, calmer", {"titles": ("cook",), "locations": ("leeds",)}),
        ("top management consulting, cook", {"titles": ("cook",)}),
        ("class 2 driver in Leeds", {"titles": ("driver",), "locations": ("leeds",)}),
        ("9 to 5 job in Leeds", {"locations": ("leeds",)}),
        ("Infosys jobs", {"keywords": ("infosys",)}),
        ("cook, I don't mind nights", {"titles": ("cook",)}),
        ("cook, I can do nights", {"titles": ("cook",)}),
        ("health and safety officer", {"titles": ("health and safety officer",)}),
        ("I used to be a chef, now I want work in Leeds", {"locations": ("leeds",)}),
        ("jobs where I can work nights", {"keywords": ("night shift",)}),
        ("not everything remote", {"work_mode": ("remote",)}),
        ("nurse jobs in the South East", {"titles": ("nurse",), "locations": ("south east",)}),
        ("Norfolk Chef jobs", {"titles": ("chef",), "locations": ("norfolk",)}),
        ("mental health and social worker", {"titles": ("social worker",), "skills": ("Mental health",)}),
        ("work in Schools, with children", {"keywords": ("school", "children")}),
        ("smart casual, cook", {"titles": ("cook",)}),
        ("cook to come in twice a week", {"titles": ("cook",)}),
        ("1 year in industry experience, cook", {"titles": ("cook",), "max_years": 1}),
        ("2-3 cook jobs", {"titles": ("cook",), "limit": 3}),
        ("bin collector jobs", {"titles": ("bin collector",)}),
        ("get into account manager jobs", {"titles": ("account manager",)}),
        ("what jobs can my friend apply for with no degree", {"education": ("none",)}),
        ("I was a chef in Delhi, now I want the same in Dubai", {"titles": ("chef",), "locations": ("dubai",)}),
        ("I don't speak Spanish, cook", {"titles": ("cook",), "not skills": ("Spanish",)}),
        ("cook, no zero hours contracts", {"titles": ("cook",), "not keywords": ("zero hours",)}),
    ],
)
def test_an_everyday_question_is_read_as_it_is_meant(question: str, slots: dict[str, Any]) -> None:
    found = searched(question)
    ignored = {"employment_type"} if "contracts that" in question else {"skills"} if "class 2" in question else set()
    assert {slot: value for slot, value in found.items() if slot not in ignored} == slots


def test_pay_in_a_currency_by_its_sign_is_not_taken_for_dollars() -> None:
    assert "no rate" in str(parse_question("driver over ₦250,000 monthly").message)


@pytest.mark.parametrize(
    ("questions", "slots"),
    [
        (("cook over $50k", "up to 80000"), {"titles": ("cook",), "max_salary_usd": 80_000}),
        (("cook in Leeds over 40k", "in York paying up to 60000"), {"titles": ("cook",), "locations": ("york",)}),
        (("cook", "part time", "never mind the part time"), {"titles": ("cook",)}),
        (("cook", "part time", "part time doesn't matter"), {"titles": ("cook",)}),
        (("cook, not nights", "nights are fine"), {"titles": ("cook",)}),
        (("cook, not nights", "I can do nights"), {"titles": ("cook",)}),
        (("cook in Leeds", "never mind, only part time"), {"titles": ("cook",), "employment_type": ("part-time",)}),
        (("python jobs without java", "also java"), {"skills": ("Python", "Java")}),
        (("cook in Leeds, not London", "also London"), {"titles": ("cook",), "locations": ("leeds", "london")}),
        (
            ("cook, no night shift", "also day shift"),
            {"titles": ("cook",), "keywords": ("day shift",), "not keywords": ("night shift",)},
        ),
        (("cook, not in London", "ok London too"), {"titles": ("cook",)}),
        (
            ("cook in Germany", "not Berlin or Munich", "Berlin is fine"),
            {"titles": ("cook",), "locations": ("germany",), "not locations": ("munich",)},
        ),
        (("cook not in Berlin, Germany", "Berlin is fine too"), {"titles": ("cook",)}),
        (("cook in Bangalore", "not in Bengaluru"), {"titles": ("cook",), "not locations": ("bengaluru",)}),
        (("cook at $50 an hour", "too low, 60"), {"titles": ("cook",), "min_salary_usd": 60 * 2080}),
        (("python jobs", "say in Berlin"), {"skills": ("Python",), "locations": ("berlin",)}),
    ],
)
def test_an_everyday_chat_goes_on_as_it_is_meant(questions: tuple[str, ...], slots: dict[str, Any]) -> None:
    *history, question = questions
    found = searched(question, tuple(history))
    assert slots.items() <= found.items()
    assert found.keys() - slots.keys() <= {"max_salary_usd", "locations"}


def test_who_looks_for_something_else_is_asked_what() -> None:
    assert parse_question("I used to be a nurse, looking for something else").intent == "clarify"
