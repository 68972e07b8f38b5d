"""Figures in a question: which one, of what, and by which group."""

from typing import Any

import pytest

from jobsearch_dagster_tests.search.asking import asked

PAY = {"agg": "avg", "field": "midpoint_usd"}


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("what percentage of cook jobs is remote", {"agg": "count", "group_by": "work_mode"}),
        ("seniority breakdown of cook jobs", {"agg": "count", "group_by": "seniority"}),
        ("cook jobs per country", {"agg": "count", "group_by": "country"}),
        ("vacancies for a cook, region by region", {"agg": "count", "group_by": "region"}),
        ("which country pays a cook best", PAY | {"group_by": "country", "sort": "salary_desc"}),
        ("salary ceiling for a cook", {"agg": "max", "field": "max_usd"}),
        ("bottom of the pay scale for a cook", {"agg": "min", "field": "min_usd"}),
        ("worst pay by country for a cook", {"agg": "min", "field": "min_usd", "group_by": "country"}),
        ("half of all cooks earn less than what", {"agg": "median", "field": "midpoint_usd"}),
        ("longest experience requirement for a cook", {"agg": "max", "field": "min_years"}),
        ("how well is a cook paid", PAY),
        ("rock-bottom pay for a cook", {"agg": "min", "field": "min_usd"}),
        ("what's the most anyone offers a cook", {"agg": "max", "field": "max_usd"}),
        ("the five skills that cook ads mention most", {"agg": "top", "field": "skills", "limit": 5}),
        ("vacancies for cooks, broken down by country", {"agg": "count", "group_by": "country"}),
        ("which US state needs cooks the most", {"locations": ("united states",), "agg": "top", "field": "region"}),
        ("roughly what would a cook take home", PAY),
        ("what is the least that a cook is offered", {"agg": "min", "field": "min_usd"}),
        ("top salary anywhere for a cook", {"agg": "max", "field": "max_usd"}),
        ("the fewest years anybody wants from a cook", {"agg": "min", "field": "min_years"}),
        ("which city is crying out for cooks", {"agg": "top", "field": "city"}),
        ("where are cooks wanted most", {"agg": "top", "field": "city"}),
        ("how to be a cook, i.e. the skills named most", {"agg": "top", "field": "skills"}),
        ("the degree cooks are most often asked for", {"agg": "top", "field": "education"}),
        ("cooks: how many are remote, how many on site?", {"agg": "count", "group_by": "work_mode"}),
        ("cooks, breakdown by seniority", {"agg": "count", "group_by": "seniority"}),
        (
            "the median salary of a cook for each level of education",
            {"agg": "median", "field": "midpoint_usd", "group_by": "education"},
        ),
        ("the 5 cities with the most openings for a cook", {"agg": "top", "field": "city", "limit": 5}),
    ],
)
def test_a_figure_is_read_from_many_wordings(question: str, figure: dict[str, Any]) -> None:
    intent, slots = asked(question)
    assert intent == "aggregate"
    assert slots == {"titles": ("cook",)} | figure


@pytest.mark.parametrize(
    ("question", "column", "places"),
    [
        ("does a cook earn more in Canada or in Australia", "country", {"canada", "australia"}),
        ("are there more cook jobs in Sydney or in Melbourne", "city", {"sydney", "melbourne"}),
    ],
)
def test_places_are_compared_by_what_kind_they_are(question: str, column: str, places: set[str]) -> None:
    intent, slots = asked(question)
    assert intent == "aggregate"
    assert slots["group_by"] == column
    assert set(slots["locations"]) == places


def test_the_values_of_the_column_that_is_asked_are_not_asked_themselves() -> None:
    _, slots = asked("at which level do they mostly hire cooks, junior or senior")
    assert slots == {"titles": ("cook",), "agg": "top", "field": "seniority"}


@pytest.mark.parametrize("question", ["minimum wage won't do, cook jobs", "cook jobs with the highest salary"])
def test_what_only_sounds_like_a_figure_is_a_search(question: str) -> None:
    assert asked(question)[0] == "search"


def test_a_gap_is_between_the_values_of_a_column() -> None:
    _, slots = asked("the pay gap between junior and senior cooks")
    assert slots | {"seniority": ()} == {"titles": ("cook",), "seniority": (), "group_by": "seniority"} | PAY


def test_skills_that_are_compared_are_not_needed_together() -> None:
    _, slots = asked("compare Kotlin with Swift, which one has more postings?")
    assert slots == {"skills_any": ("Kotlin", "Swift"), "agg": "count", "group_by": "skills"}
