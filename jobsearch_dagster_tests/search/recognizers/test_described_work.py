import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("I drive an 18 wheeler for a living, who's hiring", "truck driver"),
        ("people who fix elevators", "elevator technician"),
        ("jobs driving a bus", "bus driver"),
        ("I teach kids maths", "maths teacher"),
        ("I teach piano", "piano teacher"),
        ("someone who walks dogs", "dog walker"),
        ("I design logos", "graphic designer"),
        ("I look after old people", "caregiver"),
        ("who needs someone to lay bricks", "bricklayer"),
        ("I do people's taxes", "tax preparer"),
        ("someone who shaves heads", "barber"),
    ],
)
def test_work_that_is_described_is_the_title_of_who_does_it(question, title):
    assert searched(question) == {"titles": (title,)}


def test_a_title_that_is_named_counts_before_a_description():
    assert searched("I drive a taxi, want to be a bus driver") == {"titles": ("bus driver",)}


def test_a_description_may_stand_beside_a_title_as_a_choice():
    assert searched("any bartender jobs? or waiting tables") == {"titles": ("bartender", "waiter")}


def test_years_of_described_work_are_years_of_it():
    assert searched("20 years of teaching maths") == {"titles": ("maths teacher",), "max_years": 20}
