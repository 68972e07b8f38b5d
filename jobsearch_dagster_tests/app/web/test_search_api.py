"""The catalog answers programs as it answers the terminal, and the description of the API is true."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from jobsearch_dagster.app.web.limits import RateLimit
from jobsearch_dagster.app.web.server import create_app
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster_tests.app.conftest import Jobsearch
from jobsearch_dagster_tests.app.web.serving import running
from jobsearch_dagster_tests.conftest import enter

QUESTION = "jobs over $60k"
BY_THE_CLOCK = "timing_ms"
EXAMPLES = 5
WITHOUT_WRONG_INPUT = {"GET /api/health", "GET /v1/models", "GET /v1/models/{model}"}
NAMED = {"Host": "localhost"}
"""The server answers to no name that it is not called by."""


@pytest.fixture(scope="module")
def app(serving_all: Path) -> FastAPI:
    return create_app(Settings(serving_all, profile="smoke"), rate=RateLimit(1000, 1000))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[httpx.Client]:
    with running(app) as url, httpx.Client(base_url=url) as client:
        yield client


def untimed(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != BY_THE_CLOCK}


def test_an_answer_is_that_of_ask_json_by_either_method(
    client: httpx.Client, serving_all: Path, monkeypatch: pytest.MonkeyPatch, jobsearch: Jobsearch
) -> None:
    enter(monkeypatch, serving_all)
    _, out, _ = jobsearch("ask", QUESTION, "--limit", "2", "--json")
    asked = {"question": QUESTION, "limit": 2}
    by_address, by_body = client.get("/api/search", params=asked), client.post("/api/search", json=asked)
    assert by_address.status_code == by_body.status_code == 200
    assert by_address.json().keys() == json.loads(out).keys()
    assert untimed(by_address.json()) == untimed(by_body.json()) == untimed(json.loads(out))
    assert len(by_body.json()["rows"]) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_question_goes_on_from_earlier_ones(client: httpx.Client, method: str) -> None:
    asked = {"question": "only those in Malmö", "history": ["jobs over $60k", "with python"]}
    sent: dict[str, Any] = {"params": asked} if method == "GET" else {"json": asked}
    understood = client.request(method, "/api/search", **sent).json()["interpretation"]["filter"]
    assert understood["min_salary_usd"] == 60_000
    assert understood["skills"] == ["Python"]
    assert understood["locations"]


@pytest.mark.parametrize(
    "asked", [{}, {"question": 1}, {"question": "x", "limit": 0}, {"question": "x", "history": ["x"] * 51}]
)
def test_what_is_no_request_is_refused_with_what_is_wrong(client: httpx.Client, asked: dict[str, Any]) -> None:
    answer = client.post("/api/search", json=asked)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (r'{"question": "cook", "limit": NaN}', ["body", "limit"]),
        (r'{"question": "cook", "limit": Infinity}', ["body", "limit"]),
        (r'{"question": "\ud800"}', ["body", "question"]),
        (r'{"question": "cook", "history": ["jobs", "\udfff"]}', ["body", "history", 1]),
    ],
)
def test_what_has_no_json_or_no_utf_8_is_refused_as_any_other_mistake(
    client: httpx.Client, body: str, where: list[str | int]
) -> None:
    answer = client.post("/api/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert [wrong["loc"] for wrong in answer.json()["detail"]] == [where]


def test_a_request_longer_than_a_conversation_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/search", json={"question": "x" * 70_000})
    assert answer.status_code == 413
    assert "65,536 bytes" in answer.json()["detail"]


def test_a_client_that_asks_too_often_is_told_when_to_come_back(serving_all: Path) -> None:
    hasty = create_app(Settings(serving_all, profile="smoke"), rate=RateLimit(0.5, 2))
    with running(hasty) as url:
        answers = [httpx.get(f"{url}/api/search", params={"question": QUESTION}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 2
        assert answers[2].json()["detail"].startswith("too many requests")
        assert httpx.get(f"{url}/api/health").status_code == 200


def test_health_names_the_catalog(client: httpx.Client, serving_all: Path) -> None:
    answer = client.get("/api/health").json()
    assert answer["status"] == "ok"
    assert (serving_all / "catalog" / f"{answer['catalog']}.duckdb").is_file()


@pytest.mark.parametrize("path", ["/api/health", "/api/search?question=cook"])
def test_without_a_catalog_the_answer_says_how_to_make_one(tmp_path: Path, path: str) -> None:
    with running(create_app(Settings(tmp_path))) as url:
        answer = httpx.get(f"{url}{path}")
        assert answer.status_code == 503
        assert "jobsearch run --select job_catalog" in answer.json()["detail"]


def test_the_page_of_the_api_lists_every_operation_and_loads_nothing_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/docs").text
    described = client.get("/openapi.json").json()
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"<h2>{method.upper()} {path}</h2>" in page
    assert "//" not in page.replace("<!doctype", "")
    assert "analytics or rag or lora or base" in page
    assert "<dd></dd>" not in page


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_the_description_of_the_api_is_true_of_what_it_allows_and_of_what_it_does_not(
    app: FastAPI, mode: GenerationMode
) -> None:
    described = schemathesis.openapi.from_asgi("/openapi.json", app, headers=NAMED)
    for found in described.get_all_operations():
        operation = found.ok()  # ty: ignore[missing-union-attribute] - an invalid one fails here
        if mode is GenerationMode.NEGATIVE and operation.label in WITHOUT_WRONG_INPUT:
            continue

        @settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            answer = case.call(headers=NAMED)
            if answer.status_code != 413:  # no schema says how long a body may be
                case.validate_response(answer)

        ask()
