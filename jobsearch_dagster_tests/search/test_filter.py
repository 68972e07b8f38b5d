import pytest
from pydantic import ValidationError

from jobsearch_dagster.search.filter import Constraints, Interpretation, JobFilter


def test_an_interpretation_survives_json():
    job_filter = JobFilter(
        skills=("Python",),
        work_mode=("remote",),
        min_salary_usd=1e5,
        exclude=Constraints(locations=("london",)),
        limit=5,
    )
    found = Interpretation(intent="search", filter=job_filter, evidence={"skills": "python"})
    assert Interpretation.model_validate_json(found.model_dump_json()) == found


def test_only_slots_that_ask_for_something_are_listed_in_order():
    assert JobFilter(has_salary=False, titles=["nurse"], sort="salary_asc").slots == {
        "titles": ("nurse",),
        "has_salary": False,
    }


def test_one_word_stands_for_a_list_of_one():
    written_by_a_model = {"work_mode": "remote", "skills": "Python"}
    assert JobFilter.model_validate(written_by_a_model) == JobFilter(work_mode=("remote",), skills=("Python",))


def test_a_word_of_signs_alone_is_one_where_it_is_looked_up_as_one():
    assert JobFilter(skills=["C++", "C#", ".NET"], keywords="+").skills == ("C++", "C#", ".NET")


def test_a_filter_cannot_be_changed():
    with pytest.raises(ValidationError):
        JobFilter().__setattr__("limit", 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"skill": ["python"]},
        {"work_mode": ["moon"]},
        {"seniority": ["wizard"]},
        {"min_salary_usd": -1},
        {"min_salary_usd": float("nan")},
        {"max_years": 200},
        {"limit": 0},
        {"titles": [" "]},
        {"titles": ["-"]},
        {"locations": ["..."]},
        {"exclude": {"keywords": ["_"]}},
        {"group_by": "summary; DROP TABLE jobs", "agg": "count"},
        {"agg": "avg"},
        {"agg": "avg", "field": "city"},
        {"agg": "top", "field": "min_usd"},
        {"agg": "count", "field": "min_usd"},
        {"agg": "top", "field": "city", "group_by": "country"},
        {"group_by": "city"},
        {"exclude": {"exclude": {}}},
    ],
)
def test_what_is_no_filter_is_refused(wrong):
    with pytest.raises(ValidationError):
        JobFilter.model_validate(wrong)
