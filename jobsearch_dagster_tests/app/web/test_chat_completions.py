"""What speaks OpenAI's protocol can ask every contender; whoever hangs up frees the model for the next."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI

from jobsearch_dagster.app.web.limits import RateLimit
from jobsearch_dagster.app.web.server import create_app
from jobsearch_dagster.app.web.services import Services
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.preparation.privacy import redact
from jobsearch_dagster.search.answering import render_answer
from jobsearch_dagster_tests.app.web.serving import running

QUESTION = "cook jobs over $60k"
pytestmark = pytest.mark.slow
LONGEST = 3000
"""Tokens of an answer; the model of the tests does not end that to `QUESTION` by itself, and takes ten seconds."""


@pytest.fixture(scope="module")
def app(serving_all: Path) -> Iterator[FastAPI]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        values = profiles.load("smoke")
        monkeypatch.setitem(values, "base_answers", {**values["base_answers"], "max_new_tokens": LONGEST})
        yield create_app(Settings(serving_all, profile="smoke"), rate=RateLimit(1000, 1000))


@pytest.fixture(scope="module")
def url(app: FastAPI) -> Iterator[str]:
    with running(app) as url:
        yield url


def client_of(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0)


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[openai.OpenAI]:
    with client_of(url) as client:
        yield client


@pytest.fixture
def services(app: FastAPI) -> Services:
    return app.state.services


def user(*questions: str) -> list[Any]:
    """A conversation in which every question was answered but the last."""
    turns = [[{"role": "user", "content": text}, {"role": "assistant", "content": "Yes."}] for text in questions]
    return [{"role": "system", "content": "You are kind."}, *(message for turn in turns for message in turn)][:-1]


def test_the_models_are_the_contenders(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["analytics", "rag", "lora", "base"]
    assert client.models.retrieve("rag").id == "rag"


def test_analytics_answers_from_the_catalog_without_a_token(client: openai.OpenAI, services: Services) -> None:
    said = client.chat.completions.create(model="analytics", messages=user(QUESTION))
    assert said.choices[0].message.content == render_answer(services.search(QUESTION, limit=3))
    assert said.choices[0].finish_reason == "stop"
    assert said.usage is not None
    assert said.usage.total_tokens == 0
    assert said.model == "analytics"


def test_earlier_questions_of_the_user_are_gone_on_from(client: openai.OpenAI, services: Services) -> None:
    questions = ["jobs over $110k", "only those in Malmö"]
    said = client.chat.completions.create(model="analytics", messages=user(*questions))
    wanted = render_answer(services.search(questions[1], history=questions[:1], limit=3))
    assert said.choices[0].message.content == wanted != render_answer(services.search(questions[1], limit=3))
    parts = [{"type": "text", "text": "only those "}, {"type": "text", "text": "in Malmö"}]
    messages: list[Any] = [*user(questions[0]), {"role": "user", "content": parts}]
    assert client.chat.completions.create(model="analytics", messages=messages).choices == said.choices


@pytest.mark.parametrize("model", ["rag", "lora"])
def test_a_streamed_answer_is_that_of_the_contender(client: openai.OpenAI, services: Services, model: Any) -> None:
    with services.generation_slot():
        wanted = services.contender(model).answer([QUESTION])[0]
    whole = client.chat.completions.create(model=model, messages=user(QUESTION))
    assert whole.choices[0].message.content == wanted.text
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage is not None
    assert whole.usage.completion_tokens == wanted.tokens
    assert whole.usage.prompt_tokens > len(QUESTION)
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + wanted.tokens

    options: Any = {"include_usage": True}
    *parts, end, counts = client.chat.completions.create(
        model=model, messages=user(QUESTION), stream=True, stream_options=options
    )
    assert parts[0].choices[0].delta.role == "assistant"
    assert "".join(part.choices[0].delta.content or "" for part in parts) == wanted.text
    assert end.choices[0].finish_reason == "length"
    assert counts.usage == whole.usage
    assert {part.id for part in (*parts, end, counts)} == {end.id}


def test_an_answer_is_cut_where_the_client_wants_it(client: openai.OpenAI, services: Services) -> None:
    said = client.chat.completions.create(model="base", messages=user(QUESTION), max_completion_tokens=5)
    assert said.usage is not None
    assert said.usage.completion_tokens == 5
    assert said.choices[0].finish_reason == "length"
    with services.generation_slot():
        stream = services.contender("base").stream(QUESTION)
        assert said.choices[0].message.content == redact("".join(next(stream).text for _ in range(5)))


class Passes:
    """Counts how often a model is run."""

    def __init__(self, services: Services) -> None:
        self.count = 0
        assert services._loaded is not None
        self._hook = services._loaded.generator._model.get_input_embeddings().register_forward_hook(self._add)

    def _add(self, *_: object) -> None:
        self.count += 1

    def wait_for(self, count: int) -> None:
        for _ in range(3_000):
            if self.count >= count:
                return
            time.sleep(0.01)
        raise AssertionError(f"the model was run {self.count} times, not {count}")

    def remove(self) -> None:
        self._hook.remove()


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_stops_the_model_and_frees_its_place(
    url: str, client: openai.OpenAI, services: Services, stream: bool
) -> None:
    short: Any = {"model": "base", "messages": user(QUESTION), "max_completion_tokens": 1}
    client.chat.completions.create(**short)
    passes = Passes(services)
    with closing(HTTPConnection(url.removeprefix("http://"))) as connection:
        asked = {"model": "base", "messages": user(QUESTION), "stream": stream}
        connection.request("POST", "/v1/chat/completions", json.dumps(asked), {"Content-Type": "application/json"})
        if stream:
            answer = connection.getresponse()
            assert answer.readline().startswith(b"data: ")
        passes.wait_for(10)
    client.chat.completions.create(**short)  # waits until the place is free
    passes.remove()
    assert passes.count < LONGEST / 2


def has_place(services: Services) -> bool:
    if not services._places.acquire(blocking=False):
        return False
    services._places.release()
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("nothing happened for ten seconds")


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_hangs_up_while_it_waits_for_its_turn_frees_its_place(tmp_path: Path, stream: bool) -> None:
    app = create_app(Settings(tmp_path))
    services = app.state.services = Services(Settings(tmp_path), waiting=1)
    with running(app) as url, services.generation_slot():
        with closing(HTTPConnection(url.removeprefix("http://"))) as connection:
            asked = {"model": "base", "messages": user(QUESTION), "stream": stream}
            connection.request("POST", "/v1/chat/completions", json.dumps(asked), {"Content-Type": "application/json"})
            wait_until(lambda: not has_place(services))
        wait_until(lambda: has_place(services))


def test_a_client_that_finds_no_place_is_told_when_to_come_back(serving_all: Path) -> None:
    app = create_app(Settings(serving_all, profile="smoke"))
    app.state.services = Services(app.state.services.settings, waiting=0)
    with running(app) as url, client_of(url) as client, app.state.services.generation_slot():
        with pytest.raises(openai.InternalServerError) as refused:
            client.chat.completions.create(model="base", messages=user(QUESTION))
        assert refused.value.status_code == 503
        assert int(refused.value.response.headers["Retry-After"]) > 0
        assert client.chat.completions.create(model="analytics", messages=user(QUESTION)).choices


def test_a_client_that_asks_too_often_gets_openais_own_error(serving_all: Path) -> None:
    app = create_app(Settings(serving_all, profile="smoke"), rate=RateLimit(0.1, 1))
    with running(app) as url, client_of(url) as client:
        client.models.list()
        with pytest.raises(openai.RateLimitError) as refused:
            client.models.list()
        assert refused.value.code == "rate_limit_exceeded"
        assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 10


def test_what_was_not_made_yet_is_named_with_the_way_to_make_it(tmp_path: Path) -> None:
    with running(create_app(Settings(tmp_path))) as url, client_of(url) as client:
        for model in ("analytics", "base", "lora", "rag"):
            with pytest.raises(openai.InternalServerError, match=r"`jobsearch (run|promote) --"):
                client.chat.completions.create(model=model, messages=user(QUESTION))


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError, "use one of analytics, rag, lora, base"),
        ({"messages": [{"role": "system", "content": "Hi."}]}, openai.BadRequestError, "no message of the role user"),
        ({"messages": []}, openai.BadRequestError, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, openai.BadRequestError, "content"),
        ({"n": 2}, openai.BadRequestError, "n"),
        ({"tools": [{"type": "function"}]}, openai.BadRequestError, "tools: not supported"),
        ({"messages": user("x" * 2001)}, openai.BadRequestError, "more than 2000 characters"),
        ({"messages": user("x " * 999), "model": "base"}, openai.BadRequestError, r"room for 1096: ask a shorter"),
        ({"messages": [{"role": "user", "content": "x" * 70_000}]}, openai.APIStatusError, "65,536 bytes"),
    ],
    ids=["model", "no question", "nothing", "picture", "two answers", "tools", "long", "long for base", "too long"],
)
def test_what_cannot_be_followed_is_refused_in_openais_words(
    client: openai.OpenAI, changed: dict[str, Any], error: type[openai.APIStatusError], words: str
) -> None:
    asked: dict[str, Any] = {"model": "analytics", "messages": user(QUESTION)}
    with pytest.raises(error, match=words) as refused:
        client.chat.completions.create(**asked | changed)
    assert isinstance(refused.value.body, dict)
    assert refused.value.body["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("model", "content"),
    [(r'"\ud800"', '"cook"'), ('"analytics"', r'"\ud800"'), ('"base"', r'[{"type": "text", "text": "\udfff"}]')],
)
def test_half_a_character_is_refused_in_openais_form(url: str, model: str, content: str) -> None:
    body = f'{{"model": {model}, "messages": [{{"role": "user", "content": {content}}}]}}'
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(f"{url}/v1/chat/completions", content=body, headers=headers)
    assert answer.status_code == 400
    assert "surrogate" in answer.json()["error"]["message"]


def test_a_client_may_send_all_of_a_long_conversation_again(client: openai.OpenAI, services: Services) -> None:
    questions = [*(f"nurse jobs over ${amount}" for amount in range(50_000, 50_080)), "python jobs", "only in Malmö"]
    said = client.chat.completions.create(model="analytics", messages=user(*questions))
    wanted = services.search(questions[-1], history=questions[-2:-1], limit=3)
    assert said.choices[0].message.content == render_answer(wanted)


def test_what_changes_no_greedy_answer_is_accepted(client: openai.OpenAI) -> None:
    said = client.chat.completions.create(
        model="analytics", messages=user(QUESTION), temperature=0.7, top_p=0.9, seed=1, user="me"
    )
    assert said.choices[0].message.content
