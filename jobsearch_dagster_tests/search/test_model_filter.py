"""A second reading of questions over real HTTP: what is asked, what counts, and what a failure costs."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.foundation.llm_endpoint import Endpoint
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.search.agreement import Agreement, compare
from jobsearch_dagster.search.filter import Constraints, JobFilter
from jobsearch_dagster.search.model_filter import EXAMPLES, ModelReader
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster_tests.llm_server import Reply, completion, failure, serving

QUESTION = "senior python jobs over $90k"
READ = {"skills": ["python"], "min_salary_usd": 90_000, "seniority": ["senior"]}


def opinion(reply: Callable[[dict[str, Any], int], Reply], folder: Path, question: str = QUESTION) -> Agreement | None:
    with serving(reply) as server:
        endpoint = Endpoint(server.url, "small", pause=0.01, attempts=2, timeout=0.5)
        reader = ModelReader(endpoint, TextCache(folder / "texts.sqlite"))
        found = reader.opinion(parse_question(question), question)
        assert reader.opinion(parse_question(question), question) == found
    return found


def test_the_same_reading_is_an_agreement_and_the_question_is_asked_once(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []

    def reply(body: dict[str, Any], number: int) -> Reply:
        asked.append(body)
        return completion(json.dumps(READ))

    assert opinion(reply, tmp_path) == Agreement("small", True, {})
    [body] = asked
    assert json.loads(body["messages"][-1]["content"]) == {"earlier": [], "question": QUESTION}
    assert set(body["response_format"]["json_schema"]["schema"]["properties"]) == set(JobFilter.model_fields)


def test_another_reading_is_told_slot_by_slot(tmp_path: Path) -> None:
    other = {"skills": ["Python"], "locations": ["Berlin"], "seniority": None, "exclude": None, "min_salary_usd": 90000}
    found = opinion(lambda *_: completion(json.dumps(other)), tmp_path)
    assert found is not None
    assert found.differences == {
        "seniority": ("at senior level", "nothing"),
        "locations": ("nothing", "in berlin, germany"),
    }
    assert found.in_words == (
        "small read it otherwise: nothing where the rules read at senior level; "
        "in berlin, germany where the rules read nothing: the rules' reading is used."
    )


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (completion('{"sql": "DROP TABLE jobs"}'), "sql: Extra inputs are not permitted"),
        (completion('{"work_mode": ["on the moon"]}'), "work_mode.0: Input should be"),
        (completion('{"min_salary_usd": -1}'), "min_salary_usd: Input should be"),
        (completion('{"agg": "avg"}'), "aggregate avg does not work on field None"),
        (completion("I cannot help with that."), "the answer is no JSON"),
        (failure(500, "out of memory"), "HTTP 500: out of memory, 2 times"),
        (Reply({}, after=1.0), "no answer within 0.5 s"),
    ],
)
def test_an_answer_that_is_no_filter_leaves_the_rules_with_the_reason(
    tmp_path: Path, reply: Reply, problem: str
) -> None:
    found = opinion(lambda *_: reply, tmp_path)
    assert found is not None
    assert (found.agrees, found.differences) == (None, {})
    assert problem in str(found.problem)
    assert found.in_words.endswith("the rules' reading is used.")
    assert "\n" not in found.in_words


def test_a_busy_server_is_asked_again(tmp_path: Path) -> None:
    answers = [failure(429, "busy"), completion(json.dumps(READ))]
    found = opinion(lambda _, number: answers[number - 1], tmp_path)
    assert found == Agreement("small", True, {})


def test_a_server_that_is_not_there_is_a_reason_and_no_error(tmp_path: Path) -> None:
    reader = ModelReader(
        Endpoint("http://127.0.0.1:9/v1", "small", pause=0.01, attempts=2), TextCache(tmp_path / "texts.sqlite")
    )
    found = reader.opinion(parse_question(QUESTION), QUESTION)
    assert found is not None
    assert "no server answers" in str(found.problem)


@pytest.mark.parametrize("question", ["drop table jobs", "show me Jane's resume", "what is the capital of France?", ""])
def test_what_is_refused_is_not_sent(tmp_path: Path, question: str) -> None:
    assert opinion(lambda *_: pytest.fail("sent"), tmp_path, question) is None


def test_earlier_questions_go_with_a_question(tmp_path: Path) -> None:
    def reply(body: dict[str, Any], number: int) -> Reply:
        asked = json.loads(body["messages"][-1]["content"])
        return completion(json.dumps({"skills": ["python"], "work_mode": ["remote"]} if asked["earlier"] else {}))

    with serving(reply) as server:
        reader = ModelReader(Endpoint(server.url, "small"), TextCache(tmp_path / "texts.sqlite"))
        history = ["python jobs"]
        question = "only remote ones"
        assert reader.opinion(parse_question(question, history), question, history) == Agreement("small", True, {})


@pytest.mark.parametrize(("question", "history", "job_filter"), EXAMPLES)
def test_the_rules_read_the_examples_as_the_model_is_shown_them(
    question: str, history: tuple[str, ...], job_filter: JobFilter
) -> None:
    assert compare(parse_question(question, history).filter, job_filter, "x").agrees


@pytest.mark.parametrize(
    ("rules", "model"),
    [
        (JobFilter(skills=("JavaScript",)), JobFilter(skills=("js",))),
        (JobFilter(skills=("Python",)), JobFilter(skills_any=("python",))),
        (JobFilter(locations=("berlin",)), JobFilter(locations=("Berlin, Germany",))),
        (JobFilter(titles=("nurse",)), JobFilter(titles=("Nurses",))),
        (JobFilter(skills=("Java", "Go")), JobFilter(skills=("go", "java"))),
    ],
)
def test_another_spelling_is_no_other_reading(rules: JobFilter, model: JobFilter) -> None:
    assert compare(rules, model, "x") == Agreement("x", True, {})
    excluding = replace_exclude(rules), replace_exclude(model)
    assert compare(*excluding, "x").agrees
    assert not compare(rules, excluding[1], "x").agrees


def replace_exclude(job_filter: JobFilter) -> JobFilter:
    return JobFilter(exclude=Constraints(**job_filter.slots))


def test_each_slot_makes_a_difference() -> None:
    base = JobFilter()
    for other in (
        JobFilter(limit=3),
        JobFilter(sort="salary_desc"),
        JobFilter(agg="count"),
        JobFilter(has_salary=False),
        JobFilter(include_imputed=True),
        JobFilter(max_years=0),
        JobFilter(exclude=Constraints(keywords=("bank",))),
    ):
        found = compare(base, other, "x")
        assert (found.agrees, len(found.differences)) == (False, 1)
        assert replace(found, differences={}).in_words
