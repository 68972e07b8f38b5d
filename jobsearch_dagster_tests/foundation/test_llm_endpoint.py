"""The client of an OpenAI-compatible endpoint, against a real server."""

import json
import logging
import socket
import time
from typing import Any

import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.llm_endpoint import Endpoint, EndpointError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster_tests.llm_server import LlmServer, Reply, completion, failure, serving

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
OK = completion('{"n": 1}')
KEY = "sk-very-secret"


def question(text: str = "how many?") -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def endpoint(server: LlmServer, **options: Any) -> Endpoint:
    return Endpoint(server.url, "small", KEY, pause=0.01, **options)


def test_an_answer_is_an_object_and_the_request_is_repeatable() -> None:
    with serving(lambda body, number: OK) as server:
        assert endpoint(server).complete_json(question(), SCHEMA) == {"n": 1}
    (body,) = server.requests
    assert (body["model"], body["messages"], body["temperature"], body["seed"]) == ("small", question(), 0, 0)
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("text", ['```json\n{"n": 1}\n```', 'Here it is: {"n": 1} - done'])
def test_an_object_among_words_is_found(text: str) -> None:
    with serving(lambda body, number: completion(text)) as server:
        assert endpoint(server).complete_json(question(), SCHEMA) == {"n": 1}


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_or_broken_server_is_asked_again(status: int) -> None:
    with serving(lambda body, number: OK if number == 3 else failure(status, "later")) as server:
        assert endpoint(server).complete_json(question(), SCHEMA) == {"n": 1}
    assert len(server.requests) == 3


def test_the_pause_that_a_server_asks_for_is_kept() -> None:
    with serving(lambda body, number: OK if number == 2 else failure(429, "slow down", retry_after="1")) as server:
        started = time.monotonic()
        endpoint(server).complete_json(question(), SCHEMA)
    assert time.monotonic() - started >= 1


def test_attempts_are_bounded_and_the_error_says_what_the_server_said() -> None:
    with (
        serving(lambda body, number: failure(500, f"cuda ran out, {KEY}")) as server,
        pytest.raises(EndpointError, match=r"HTTP 500: cuda ran out, \*\*\*, 3 times"),
    ):
        endpoint(server, attempts=3).complete_json(question(), SCHEMA)
    assert len(server.requests) == 3


def test_a_slow_server_is_given_up() -> None:
    with (
        serving(lambda body, number: Reply(OK.body, after=1.0)) as server,
        pytest.raises(EndpointError, match=r"no answer within 0\.1 s, 2 times"),
    ):
        endpoint(server, timeout=0.1, attempts=2).complete_json(question(), SCHEMA)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (completion("I do not know."), "no JSON: I do not know"),
        (completion('{"n": '), "no JSON"),
        (completion("[1]"), "no JSON object"),
        (completion('{"n"', "length"), "longer than 1024 tokens"),
        (Reply("<html>"), "no chat completion: <html>"),
        (Reply({"choices": []}), "no chat completion"),
        (Reply({"choices": [{"message": {"content": None}}]}), "no text"),
        (failure(413, "too many tokens"), "HTTP 413: too many tokens"),
        (failure(400, "context length exceeded"), "HTTP 400"),
    ],
)
def test_an_answer_of_no_use_is_one_error_in_one_line_and_not_repeated(reply: Reply, message: str) -> None:
    with serving(lambda body, number: reply) as server, pytest.raises(EndpointError, match=message) as refused:
        endpoint(server).complete_json(question(), SCHEMA)
    assert len(str(refused.value).splitlines()) == 1
    assert len(server.requests) == 1


def test_a_server_that_refuses_schemas_is_asked_without_from_then_on() -> None:
    def reply(body: dict[str, Any], number: int) -> Reply:
        return failure(400, "response_format json_schema is not supported") if "response_format" in body else OK

    with serving(reply) as server:
        client = endpoint(server)
        assert [client.complete_json(question(), SCHEMA) for _ in range(2)] == [{"n": 1}] * 2
    assert ["response_format" in body for body in server.requests] == [True, False, False]


def test_many_requests_keep_their_order_and_fail_one_by_one() -> None:
    def reply(body: dict[str, Any], number: int) -> Reply:
        n = int(body["messages"][0]["content"])
        answer = completion("?") if n == 7 else completion(json.dumps({"n": n}))
        return Reply(answer.body, after=0.05 if n % 2 else 0.0)

    with serving(reply) as server:
        answers = endpoint(server, parallel=4).complete_many([question(str(n)) for n in range(20)], SCHEMA)
    assert [a if isinstance(a, dict) else type(a) for a in answers] == [
        EndpointError if n == 7 else {"n": n} for n in range(20)
    ]
    assert 2 <= server.most_at_once <= 4


def test_an_unknown_model_stops_all_requests_and_says_what_to_set() -> None:
    with (
        serving(lambda body, number: failure(404, "model 'small' not found")) as server,
        pytest.raises(UserError, match="has no model small: set JOBSEARCH_LLM_MODEL"),
    ):
        endpoint(server, parallel=2).complete_many([question()] * 50, SCHEMA)
    assert len(server.requests) < 50


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_says_what_to_set_and_not_what_it_was(status: int) -> None:
    with (
        serving(lambda body, number: failure(status, f"bad key {KEY}")) as server,
        pytest.raises(UserError, match="JOBSEARCH_LLM_KEY") as refused,
    ):
        endpoint(server).complete_json(question(), SCHEMA)
    assert KEY not in str(refused.value)


def test_an_address_without_the_version_says_so() -> None:
    with serving(lambda body, number: OK) as server:
        client = Endpoint(server.url.removesuffix("/v1"), "small")
        with pytest.raises(UserError, match=r"JOBSEARCH_LLM_URL=.* ends in /v1"):
            client.complete_json(question(), SCHEMA)


def test_an_address_where_nobody_listens_says_so_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = Endpoint(f"http://me:hidden@127.0.0.1:{port}/v1", "small", pause=0.01, attempts=2)
    with pytest.raises(
        UserError, match=rf"no server answers at JOBSEARCH_LLM_URL=http://127\.0\.0\.1:{port}/v1"
    ) as error:
        client.complete_json(question(), SCHEMA)
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "set JOBSEARCH_LLM_URL"),
        ({"JOBSEARCH_LLM_URL": "localhost:11434/v1", "JOBSEARCH_LLM_MODEL": "m"}, "begin it with http://"),
        ({"JOBSEARCH_LLM_URL": "http://localhost:11434/v1"}, "set JOBSEARCH_LLM_MODEL"),
    ],
)
def test_what_is_not_set_is_asked_for_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    for name in ("JOBSEARCH_LLM_URL", "JOBSEARCH_LLM_MODEL", "JOBSEARCH_LLM_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=message) as refused:
        Endpoint.from_settings(Settings.from_environment())
    assert len(str(refused.value).splitlines()) == 1


def test_the_key_is_read_from_the_environment_and_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(lambda body, number: OK) as server:
        monkeypatch.setenv("JOBSEARCH_LLM_URL", server.url + "/")
        monkeypatch.setenv("JOBSEARCH_LLM_MODEL", "small")
        monkeypatch.setenv("JOBSEARCH_LLM_KEY", KEY)
        settings = Settings.from_environment()
        client = Endpoint.from_settings(settings)
        client.complete_json(question(), SCHEMA)
    assert server.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(settings) + repr(client) + caplog.text
