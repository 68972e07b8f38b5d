"""Entities read by a language model: what of its answers counts, and what happens without one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.llm_endpoint import Endpoint
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.preparation import assets
from jobsearch_dagster.preparation.entities import extract_entities, posting_text
from jobsearch_dagster.preparation.entity_table import EntityRecipe
from jobsearch_dagster.preparation.llm_entities import LlmReader, Reading, grounded_skills
from jobsearch_dagster_tests.llm_server import LlmServer, Reply, completion, failure, serving

TITLE = "Senior Lamp Engineer"
DESCRIPTION = "You know Golang, k8s and soldering of brass. 5+ years. $120,000 - $140,000 a year. Ask for Priya."
ANSWER: dict[str, Any] = {
    "skills": ["Golang", "Kubernetes", "soldering of brass", "Python", "juggling"],
    "seniority": "senior",
    "min_years": 5,
    "max_years": None,
    "role": "Senior Lamp Engineer",
    "education": None,
    "work_mode": "Remote",
    "employment_type": "",
    "pay": "$120,000 - $140,000 a year",
}


def reader(server: LlmServer, folder: Path) -> LlmReader:
    return LlmReader(Endpoint(server.url, "small", pause=0.01, attempts=2), TextCache(folder / "texts.sqlite"))


def answered(folder: Path, reply: Reply, **cells: str) -> tuple[Reading, LlmServer]:
    """One posting read through a server that always gives this reply."""
    title, description = cells.get("title", TITLE), cells.get("description", DESCRIPTION)
    with serving(lambda body, number: reply) as server:
        llm = reader(server, folder)
        llm.ask([(title, description)])
        return llm.read(title, cells.get("resume", ""), description, skills_from="description"), server


def test_an_answer_is_put_into_the_products_terms(tmp_path: Path) -> None:
    reading, _ = answered(tmp_path, completion(json.dumps(ANSWER)))
    found = reading.entities
    assert (reading.method, reading.fallback_reason) == ("llm", None)
    assert found.skills[:2] == ("Go", "Kubernetes")
    assert reading.dropped_skills == 2  # Python and juggling are not in the posting
    assert (found.seniority, found.min_years, found.work_mode, found.employment_type) == ("senior", 5, "remote", None)
    assert (found.min_usd, found.max_usd) == (120_000, 140_000)
    assert found.role == "lamp engineer"
    text = posting_text(TITLE, DESCRIPTION)
    words = {(span.field, span.value): text[span.start : span.end].lower() for span in found.spans}
    assert words["skills", "Go"] == "golang"
    assert words["skills", "Kubernetes"] == "k8s"
    assert ("seniority", "senior") in words
    assert ("min_usd", 120_000) in words
    assert all(field != "work_mode" for field, _ in words)  # the posting does not say `remote`


def test_skills_are_those_of_the_lexicon_or_stand_in_the_posting() -> None:
    posting = "We use k8s, golang and the Zorblax press."
    named, dropped = grounded_skills(["golang", "Kubernetes", "zorblax press", "SQL", "", "chess"], posting)
    assert named == {"Go": "golang", "Kubernetes": "Kubernetes", "zorblax press": "zorblax press"}
    assert dropped == 3


def test_pay_that_the_posting_does_not_state_is_not_believed(tmp_path: Path) -> None:
    reading, _ = answered(tmp_path, completion(json.dumps(ANSWER | {"pay": "$200,000 a year"})))
    assert reading.entities.min_usd is None


def test_no_name_and_no_address_leaves_this_machine(tmp_path: Path) -> None:
    _, server = answered(tmp_path, completion(json.dumps(ANSWER)))
    assert "priya" not in json.dumps(server.requests).lower()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (completion("no idea"), "the answer is no JSON: no idea"),
        (completion(json.dumps(ANSWER | {"seniority": "wizard"})), "seniority: Input should be 'intern'"),
        (completion(json.dumps(ANSWER | {"min_years": 1_900})), "min_years: Value error, 1900 years"),
        (completion(json.dumps({"skills": []})), "seniority: Field required"),
        (failure(500, "out of memory"), "HTTP 500: out of memory, 2 times"),
    ],
)
def test_without_a_valid_answer_the_rules_read_and_say_why(tmp_path: Path, reply: Reply, reason: str) -> None:
    reading, _ = answered(tmp_path, reply)
    assert reading.method == "rules"
    assert reading.fallback_reason is not None
    assert reading.fallback_reason.startswith(reason)
    assert reading.entities == extract_entities(TITLE, "", DESCRIPTION)


def test_answers_are_asked_for_once_and_failures_again(tmp_path: Path) -> None:
    postings = [(TITLE, DESCRIPTION), ("Cook", "We cook."), (TITLE, DESCRIPTION)]

    def reply(body: dict[str, Any], number: int) -> Reply:
        return completion("?") if "cook" in body["messages"][1]["content"] else completion(json.dumps(ANSWER))

    with serving(reply) as server:
        reader(server, tmp_path).ask(postings)
        assert len(server.requests) == 2
        reader(server, tmp_path).ask(postings)
        assert len(server.requests) == 3
        assert "We cook." in server.requests[2]["messages"][1]["content"]


@pytest.fixture
def llm_run(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[LlmServer], Lake]]:
    """Runs the agreement of both methods on 40 rows with the method `llm`."""
    asset = assets.job_entities

    def run_it(server: LlmServer) -> Lake:
        monkeypatch.setenv("JOBSEARCH_LLM_URL", server.url)
        monkeypatch.setenv("JOBSEARCH_LLM_MODEL", "small")
        outcome = run(open_workspace(), ["entity_agreement"])
        assert outcome.problems == ()
        return Lake(data)

    monkeypatch.setattr(EntityRecipe.model_fields["method"], "default", "llm")
    EntityRecipe.model_rebuild(force=True)
    assert asset.recipe().model_dump()["method"] == "llm"
    yield run_it
    monkeypatch.undo()
    EntityRecipe.model_rebuild(force=True)


def test_a_whole_run_falls_back_row_by_row_and_the_agreement_counts_the_rest(
    llm_run: Callable[[LlmServer], Lake],
) -> None:
    def reply(body: dict[str, Any], number: int) -> Reply:
        text = json.dumps(ANSWER | {"skills": ["juggling"], "pay": None})
        return completion("?") if number % 4 == 0 else completion(text)

    with serving(reply) as server:
        lake = llm_run(server)
    entities, agreement = lake.read("job_entities"), lake.read("entity_agreement").set_index("field")
    by_model = entities["method"] == "llm"
    assert by_model.any()
    assert (~by_model).any()
    assert set(entities.loc[~by_model, "fallback_reason"]) == {"the answer is no JSON: ?"}
    assert entities.loc[by_model, "fallback_reason"].isna().all()
    assert (entities.loc[by_model, "dropped_skills"] == 1).all()
    assert agreement["n"].nunique() == 1
    assert agreement["n"].between(1, len(server.requests)).all()
    assert agreement["share_equal"].between(0, 1).all()
    assert agreement["mean_jaccard"].notna().sum() == 1


def test_under_the_rules_there_is_nothing_to_agree_on(finished: tuple[Path, Any]) -> None:
    lake = Lake(finished[0])
    agreement = lake.read("entity_agreement")
    assert set(agreement["n"]) == {0}
    assert agreement["share_equal"].isna().all()
    assert set(lake.read("job_entities")["method"]) == {"rules"}
