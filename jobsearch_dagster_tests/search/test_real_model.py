"""A real language model over real HTTP: the embedded one, behind llama.cpp's own server.

What it says is often nonsense, as one of 135 million parameters does: asserted is that nonsense does no harm, that
what comes through is valid, and that what does not is said. Scripted replies are in `test_model_filter.py`.
"""

import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.llm_endpoint import Endpoint, EndpointError
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.search import spoken
from jobsearch_dagster.search.guard import guard
from jobsearch_dagster.search.model_filter import SCHEMA, ModelReader
from jobsearch_dagster.search.model_sql import answer_by_sql
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster.search.sandbox import Sandbox
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster_tests.llama_server import MODEL, LlamaServer, serving_the_embedded_model
from jobsearch_dagster_tests.llm_server import Reply, failure, serving
from jobsearch_dagster_tests.search.catalogs import catalog_of
from jobsearch_dagster_tests.search.statements import digests_of

pytestmark = pytest.mark.slow
QUESTION = "senior python jobs in london over $90k"
PATIENCE = 500.0
"""Seconds; no answer takes a tenth of it on a machine that has nothing else to do."""


@pytest.fixture(scope="module")
def server() -> Generator[LlamaServer]:
    with serving_the_embedded_model() as running:
        yield running


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "catalog").mkdir()
    path = catalog_of(folder / "catalog")
    (folder / "catalog" / "current").write_text(path.name, encoding="utf-8")
    return folder


def model(url: str, timeout: float = PATIENCE, attempts: int = 3) -> Endpoint:
    return Endpoint(url, MODEL, timeout=timeout, attempts=attempts, pause=0.01, max_tokens=150)


def reader(folder: Path, endpoint: Endpoint) -> ModelReader:
    return ModelReader(endpoint, TextCache(folder / "texts.sqlite"))


def forwarded(url: str, body: dict[str, Any]) -> Any:
    return httpx.post(f"{url}/chat/completions", json=body, timeout=PATIENCE).json()


def assert_follows_the_schema(answer: dict[str, Any]) -> None:
    assert set(answer) <= set(SCHEMA["properties"])
    for name, value in answer.items():
        allowed = SCHEMA["properties"][name].get("items", {}).get("enum")
        assert allowed is None or set(value) <= set(allowed)


def test_the_rules_answer_whatever_the_model_reads_and_its_filter_is_valid_and_asked_for_once(
    server: LlamaServer, data: Path, tmp_path: Path
) -> None:
    replies = []

    def reply(body: dict[str, Any], number: int) -> Reply:
        replies.append(forwarded(server.url, body))
        return Reply(replies[-1])

    with serving(reply) as front:
        reading = reader(tmp_path, model(front.url))
        found = Searcher(data, second_reader=reading).search(QUESTION)
        alone = Searcher(data).search(QUESTION)
        assert (found.sql, found.params, found.rows) == (alone.sql, alone.params, alone.rows)
        assert found.agreement is not None
        assert found.agreement.in_words
        [choice] = replies[0]["choices"]
        if choice["finish_reason"] == "stop":
            assert_follows_the_schema(json.loads(choice["message"]["content"]))
        if found.agreement.agrees is not None:
            assert reading.opinion(alone.interpretation, QUESTION) == found.agreement
            assert len(front.requests) == 1


def test_a_model_that_takes_too_long_is_a_reason_and_the_next_question_is_answered(
    server: LlamaServer, tmp_path: Path
) -> None:
    hasty = reader(tmp_path, model(server.url, timeout=0.05, attempts=2))
    found = hasty.opinion(parse_question(QUESTION), QUESTION)
    assert found is not None
    assert found.problem == "no answer within 0.05 s, 2 times"
    assert model(server.url).complete_json([{"role": "user", "content": "Say yes."}], spoken.SCHEMA)


def test_a_statement_of_the_model_runs_as_the_guard_wrote_it_or_not_at_all(server: LlamaServer, data: Path) -> None:
    before = digests_of(data)
    with Sandbox(data / "catalog" / (data / "catalog" / "current").read_text(encoding="utf-8")) as sandbox:
        for question in ("how many remote jobs are there", "highest pay per country"):
            try:
                found = answer_by_sql(question, model(server.url), sandbox)
            except (UserError, EndpointError) as error:
                assert "\n" not in str(error)
                continue
            if found.sql is None:
                assert "refused by the rule on" in str(found.interpretation.message)
                assert found.rows == ()
            else:
                assert guard(found.sql) == found.sql
        assert sandbox.run("SELECT count(*) AS n FROM jobs").rows[0][0] > 0
    assert digests_of(data) == before


def test_a_sentence_of_the_model_holds_what_the_rows_hold_or_is_not_shown(server: LlamaServer, data: Path) -> None:
    rows = Searcher(data).search("remote jobs").records
    assert rows
    try:
        sentence = spoken.say("remote jobs", rows, model(server.url))
    except EndpointError as error:
        assert "which the rows do not" in str(error) or "longer than" in str(error)
    else:
        given = [{name: row[name] for name in spoken.GIVEN if row.get(name) not in (None, [], "")} for row in rows]
        assert spoken.not_in_rows(sentence, given) is None


def test_a_busy_server_is_asked_until_the_model_answers(server: LlamaServer) -> None:
    def reply(body: dict[str, Any], number: int) -> Reply:
        if number < 3:
            return failure(503, "Loading model")
        return Reply(forwarded(server.url, body))

    with serving(reply) as front:
        answer = model(front.url).complete_json([{"role": "user", "content": "Say yes."}], spoken.SCHEMA)
        assert set(answer) == {"answer"}
        assert len(front.requests) == 3


def test_a_server_that_is_gone_in_the_middle_of_an_answer_is_a_reason_and_no_error(tmp_path: Path) -> None:
    with serving_the_embedded_model() as server:
        killing = threading.Timer(0.5, server.process.kill)  # the instruction alone takes seconds to read
        killing.start()
        found = reader(tmp_path, model(server.url, attempts=2)).opinion(parse_question(QUESTION), QUESTION)
        killing.join()
    assert found is not None
    assert found.agrees is None
    assert "no server answers" in str(found.problem) or "2 times" in str(found.problem)
    assert found.in_words.endswith("the rules' reading is used.")
