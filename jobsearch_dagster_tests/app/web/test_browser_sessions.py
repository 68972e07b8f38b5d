"""Browsers are told apart by secrets, and nobody is remembered for ever."""

from pathlib import Path

from jobsearch_dagster.app.web.browser_sessions import BrowserSessions
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster.search.session import Session


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def sessions(clock: Clock, most: int = 3) -> BrowserSessions:
    return BrowserSessions(lambda: Session(Searcher(Path("nowhere"))), most=most, longest_pause=10.0, clock=clock)


def test_each_browser_has_its_own_conversation_and_secrets_that_never_repeat() -> None:
    found = sessions(Clock(), most=100)
    begun = [found.begin() for _ in range(50)]
    assert len({secret for secret, _ in begun} | {visit.csrf for _, visit in begun}) == 100
    assert all(len(secret) >= 40 for secret, _ in begun)
    assert all(found.find(secret) is visit for secret, visit in begun)
    assert found.find("") is None


def test_who_has_not_come_for_longest_makes_room() -> None:
    found = sessions(Clock())
    first, second, third = (found.begin()[0] for _ in range(3))
    assert found.find(first)
    fourth, _ = found.begin()
    assert [found.find(secret) is None for secret in (first, second, third, fourth)] == [False, True, False, False]


def test_a_browser_that_does_not_come_is_forgotten_and_one_that_comes_is_not() -> None:
    clock = Clock()
    found = sessions(clock)
    here, gone = found.begin()[0], found.begin()[0]
    clock.now = 6.0
    assert found.find(here)
    clock.now = 11.0
    assert found.find(gone) is None
    assert found.find(here)
