from dataclasses import replace

import pytest

from jobsearch_dagster.search.answering import search
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.fit import Fit
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of

ENGINEER = Profile("backend developer", "senior", ("Python", "Django", "Docker"), 6, "bachelor", "malmö, sweden")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return catalog_of(tmp_path_factory.mktemp("catalog"))


def by_id(result):
    return {row["posting_id"]: why for row, why in zip(result.records, result.reasons, strict=True)}


def test_postings_come_in_the_order_of_fit_and_none_is_left_out(catalog):
    result = search("", catalog, profile=ENGINEER)
    assert result.records[0]["posting_id"] == "backend"
    assert {row["posting_id"] for row in result.records} == {*POSTINGS}
    fits = [row["fit"] for row in result.records]
    assert fits == sorted(fits, reverse=True)
    assert 0 <= fits[-1] < fits[0] <= 1
    assert result.ranking == "best fit to you first; 5 of 5 shown"


def test_each_posting_says_what_suits_the_resume_and_what_is_missing(catalog):
    why = by_id(search("", catalog, profile=replace(ENGINEER, years=3, seniority="mid")))
    assert why["backend"] == {
        "matches": "you have: python, django, docker; bachelor asked, you have bachelor; "
        "your title: backend developer; where you are: Malmö, Sweden",
        "gaps": "5 years, you have 3; senior level, you are mid",
    }
    assert why["scientist"] == {
        "matches": "you have: python; 3 years asked, you have 3",
        "gaps": "asks for: machine learning, sql; phd, you have bachelor; senior level, you are mid; "
        "is in New York, NY, USA, you are in malmö, sweden",
    }


def test_what_a_resume_does_not_say_is_named_as_a_gap(catalog):
    why = by_id(search("", catalog, profile=Profile(skills=("Python",))))
    assert why["backend"]["gaps"] == "asks for: django, docker; 5 years, you have not said how many; " + (
        "bachelor, you have named no degree"
    )
    assert why["frontend"]["gaps"].startswith("asks for: javascript, react; 1 year,")
    assert by_id(search("", catalog, profile=Profile(title="pilot")))["teacher"]["matches"] == "nothing named"


def test_a_question_restricts_and_the_resume_orders_what_is_left(catalog):
    result = search("jobs with a bachelor degree", catalog, profile=ENGINEER)
    assert [row["posting_id"] for row in result.records] == ["backend", "nurse"]
    assert list(result.reasons[0]) == ["education", "matches", "gaps"]


@pytest.mark.parametrize("question", ["", "find me a job"])
def test_a_resume_says_which_job_is_meant_where_the_question_does_not(catalog, question):
    result = search(question, catalog, profile=ENGINEER)
    assert (result.interpretation.intent, len(result.rows)) == ("search", 5)


@pytest.mark.parametrize("question", ["drop table jobs", "What is the capital of France?"])
def test_a_resume_makes_no_question_out_of_what_is_none(catalog, question):
    result = search(question, catalog, profile=ENGINEER)
    assert (result.rows, result.interpretation.message is None) == ((), False)


def test_the_question_wins_over_the_resume():
    fit = Fit.asked(ENGINEER, JobFilter(max_years=2, titles=["nurse"], locations=["berlin"]))
    assert (fit.profile.years, fit.profile.title, fit.profile.place) == (2, "nurse", None)
    assert Fit.asked(ENGINEER, JobFilter(skills=["python"])).profile == ENGINEER


def test_another_order_that_the_question_asks_for_counts(catalog):
    result = search("best paid jobs", catalog, profile=ENGINEER)
    assert [row["posting_id"] for row in result.records][:2] == ["scientist", "backend"]
    assert "fit" in result.columns


def test_figures_do_not_look_at_the_person(catalog):
    with_profile, without = (search("how many jobs are there?", catalog, profile=p) for p in (ENGINEER, None))
    assert (with_profile.columns, with_profile.rows) == (without.columns, without.rows)


def test_nine_of_ten_skills_are_a_better_fit_than_one_of_one(tmp_path):
    names = [f"skill {number}" for number in range(10)]
    postings = {
        "one": POSTINGS["teacher"] | {"skills": names[:1]},
        "ten": POSTINGS["teacher"] | {"skills": names},
    }
    result = search("", catalog_of(tmp_path, postings), profile=Profile(skills=tuple(names[:9])))
    assert [row["posting_id"] for row in result.records] == ["ten", "one"]


def test_another_name_of_the_same_work_fits_as_well(tmp_path):
    postings = {
        name: POSTINGS["teacher"] | {"standard_title": name, "role": name}
        for name in ("software developer", "software engineer", "software tester", "teacher")
    }
    result = search("", catalog_of(tmp_path, postings), profile=Profile(title="software engineer"))
    fits = {row["posting_id"]: row["fit"] for row in result.records}
    assert fits == {"software developer": 0.25, "software engineer": 0.25, "software tester": 0.125, "teacher": 0.0}
    assert by_id(result)["software developer"]["matches"] == "your title: software engineer"


def test_all_of_few_skills_weigh_less_than_all_of_many_as_the_readme_says(tmp_path):
    postings = {str(n): POSTINGS["teacher"] | {"skills": [f"skill {m}" for m in range(n)]} for n in (1, 4)}
    skills = tuple(f"skill {number}" for number in range(4))
    result = search("", catalog_of(tmp_path, postings), profile=Profile(skills=skills))
    assert [(row["posting_id"], row["fit"]) for row in result.records] == [("4", 0.4), ("1", 0.25)]


def test_the_profile_is_in_the_document_and_the_keys_stay_the_same(catalog):
    plain, without = (search("jobs in sweden", catalog, profile=p).as_dict() for p in (ENGINEER, None))
    assert list(plain) == list(without)
    assert plain["interpretation"]["profile"]["skills"] == ENGINEER.skills
    assert "profile" not in without["interpretation"]


def test_pay_that_is_wanted_orders_postings_and_one_that_states_none_stands_between(catalog):
    result = search("", catalog, profile=Profile(pay=140_000))
    assert [row["posting_id"] for row in result.records][:2] == ["scientist", "backend"]
    assert 0 <= min(row["fit"] for row in result.records) < max(row["fit"] for row in result.records) <= 1
    fit = {row["posting_id"]: row["fit"] for row in result.records}
    assert fit["scientist"] > fit["nurse"] > fit["frontend"]
    why = by_id(result)
    assert why["scientist"]["matches"] == "pays $150,000, you want $140,000"
    assert why["frontend"]["gaps"].endswith("pays $60,000, you want $140,000")
    assert why["nurse"]["gaps"].endswith("states no pay, you want $140,000")
