"""A client is served as often as it may ask, others do not suffer from it, and long bodies are refused unread."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from jobsearch_dagster.app.web.limits import BodyLimit, RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def waits(rate: RateLimit, count: int, client: str = "a") -> list[float]:
    return [round(rate.seconds_to_wait(client), 6) for _ in range(count)]


def test_a_burst_is_served_and_what_follows_waits_for_its_place(clock: Clock) -> None:
    rate = RateLimit(2, 3, clock=clock)
    assert waits(rate, 5) == [0, 0, 0, 0.5, 0.5]
    clock.now += 0.5
    assert waits(rate, 2) == [0, 0.5]


def test_what_is_refused_does_not_count(clock: Clock) -> None:
    rate = RateLimit(1, 1, clock=clock)
    assert waits(rate, 100)[-1] == 1
    clock.now += 1
    assert waits(rate, 1) == [0]


def test_who_pauses_may_ask_a_burst_again_and_no_more(clock: Clock) -> None:
    rate = RateLimit(2, 3, clock=clock)
    waits(rate, 3)
    clock.now += 1000
    assert waits(rate, 4) == [0, 0, 0, 0.5]


def test_each_client_has_a_limit_of_its_own(clock: Clock) -> None:
    rate = RateLimit(1, 1, clock=clock)
    assert waits(rate, 2) == [0, 1]
    assert waits(rate, 1, "b") == [0]


def test_of_too_many_clients_those_that_paused_longest_are_forgotten(clock: Clock) -> None:
    rate = RateLimit(1, 1, most_clients=2, clock=clock)
    assert [rate.seconds_to_wait(client) for client in "abc"] == [0, 0, 0]
    assert rate.seconds_to_wait("c") == 1
    assert rate.seconds_to_wait("a") == 0


def echo(most: int, longer: dict[str, int]) -> httpx.AsyncClient:
    app = FastAPI()

    @app.post("/{name}")
    async def length(name: str, request: Request) -> int:
        return len(await request.body())

    app.add_middleware(BodyLimit, most=most, longer=longer)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def in_parts(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 10


@pytest.mark.parametrize(("path", "length", "status"), [("a", 20, 200), ("a", 21, 413), ("b", 30, 200), ("b", 31, 413)])
def test_a_body_may_be_as_long_as_its_path_allows(path: str, length: int, status: int) -> None:
    import anyio

    async def post() -> httpx.Response:
        async with echo(20, {"/b": 30}) as client:
            return await client.post(path, content=b"x" * length)

    answer = anyio.run(post)
    assert answer.status_code == status
    assert answer.json() == (
        length if status == 200 else {"detail": f"the request is longer than {20 if path == 'a' else 30} bytes"}
    )


def test_a_body_that_does_not_say_its_length_is_read_no_further_than_allowed() -> None:
    import anyio

    async def post(parts: int) -> int:
        async with echo(20, {}) as client:
            return (await client.post("a", content=in_parts(parts))).status_code

    assert anyio.run(post, 2) == 200
    assert anyio.run(post, 3) == 413
