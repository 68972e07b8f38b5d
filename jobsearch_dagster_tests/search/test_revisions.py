import pytest

from jobsearch_dagster_tests.search.asking import asked, searched


def pay_after(question, change):
    return searched(change, (question,))["min_salary_usd"]


def test_a_bare_number_takes_the_unit_of_the_one_before():
    assert pay_after("nurse over 40k", "bump it to 50") == 50_000
    assert pay_after("bus mechanic in Calgary, over $35 an hour", "raise that to 40") == pytest.approx(40 * 2080 * 0.74)
    assert searched("make it 3", ("nurse, at least 5 years required",)) == {"titles": ("nurse",), "min_years": 3}


def test_a_number_may_be_written_out():
    assert pay_after("tailor, at least 1500 euros a month", "let's say 1,800 then") == pytest.approx(1800 * 12 * 1.08)
    assert pay_after("nurse over 50k", "make it 60000") == 60_000


def test_a_number_far_from_the_pay_before_is_a_count_of_postings():
    assert searched("make it 20", ("10 best paid nurse jobs over 100k",))["limit"] == 20


@pytest.mark.parametrize("question", ["other way round", "no, the other way around please", "reverse the order"])
def test_an_order_is_turned_round(question):
    assert searched(question, ("nurse jobs, best paid first",))["sort"] == "salary_asc"


@pytest.mark.parametrize("question", ["no, I need both", "both of them please", "they must know both"])
def test_one_of_the_skills_becomes_all_of_them(question):
    assert searched(question, ("statistician with Stata or SPSS",)) == {
        "titles": ("statistician",),
        "skills": ("Stata", "SPSS"),
    }


@pytest.mark.parametrize("question", ["one of the two would be enough", "either is fine", "just one of them will do"])
def test_all_of_the_skills_become_one_of_them(question):
    assert searched(question, ("statistician with Stata and SPSS",)) == {
        "titles": ("statistician",),
        "skills_any": ("Stata", "SPSS"),
    }


@pytest.mark.parametrize("question", ["both", "either is fine"])
def test_without_skills_nothing_changes(question):
    assert searched(question, ("statistician in Oslo",)) == {"titles": ("statistician",), "locations": ("oslo",)}


def test_the_postings_behind_a_figure_are_listed():
    assert searched("show me those jobs", ("average salary of nurses in Spain",)) == {
        "titles": ("nurse",),
        "locations": ("spain",),
    }


def test_a_group_alone_groups_the_figure_before_or_counts():
    assert asked("by city please", ("average salary of nurses",))[1] == {
        "titles": ("nurse",),
        "agg": "avg",
        "field": "midpoint_usd",
        "group_by": "city",
    }
    assert asked("group them by level", ("nurse jobs",))[1] == {
        "titles": ("nurse",),
        "agg": "count",
        "group_by": "seniority",
    }


def test_a_place_is_told_apart_from_others_of_its_name():
    assert searched("I meant the one in England", ("teacher in Boston",))["locations"] == ("boston, england",)


def test_one_value_takes_the_place_of_another():
    assert searched("not Leeds, York", ("nurse jobs in Leeds",))["locations"] == ("york",)


def test_the_last_change_is_taken_back():
    assert searched("remove that again", ("accountant in Nairobi", "entry level")) == {
        "titles": ("accountant",),
        "locations": ("nairobi",),
    }
