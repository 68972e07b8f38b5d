"""Progress is said rarely, with the right rate and the right time left."""

import pytest

from jobsearch_dagster.foundation.progress import Progress


class Clock:
    """A clock that the test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def spoken(clock: Clock, total: int, seconds_each: float) -> list[tuple[float, str]]:
    """Work off `total` units of equal length; (second, line) of everything said."""
    lines: list[tuple[float, str]] = []
    start = clock.now
    progress = Progress(total, "texts", lambda line: lines.append((clock.now - start, line)))
    for _ in range(total):
        clock.now += seconds_each
        progress.advance()
    return lines


def test_a_short_step_says_nothing(clock: Clock) -> None:
    assert spoken(clock, 199, 0.01) == []


def test_the_last_unit_says_nothing_however_long_it_took(clock: Clock) -> None:
    assert spoken(clock, 1, 500.0) == []


def test_lines_come_at_doubling_intervals_and_then_every_minute(clock: Clock) -> None:
    assert [second for second, _ in spoken(clock, 300, 1.0)] == [2, 6, 14, 30, 62, 122, 182, 242]


def test_an_hour_leaves_about_65_lines(clock: Clock) -> None:
    assert 60 <= len(spoken(clock, 3_600, 1.0)) <= 65


def test_a_line_says_count_share_rate_and_time_left(clock: Clock) -> None:
    lines = dict(spoken(clock, 4_000, 0.25))
    assert lines[2.0] == "8/4,000 texts (0%), 4/s, 998 s left"
    assert lines[62.0] == "248/4,000 texts (6%), 4/s, 938 s left"
    assert lines[962.0] == "3,848/4,000 texts (96%), 4/s, 38 s left"


def test_the_rate_is_the_mean_since_the_beginning(clock: Clock) -> None:
    lines: list[str] = []
    progress = Progress(100, "pairs", lines.append)
    clock.now += 1.0
    progress.advance(9)
    assert lines == []
    clock.now += 9.0
    progress.advance(1)
    assert lines == ["10/100 pairs (10%), 1/s, 90 s left"]


def test_what_was_done_before_counts_and_has_no_part_in_the_rate(clock: Clock) -> None:
    lines: list[str] = []
    progress = Progress(60, "steps", lines.append, done=20)
    clock.now += 10.0
    progress.advance(2)
    assert lines == ["22/60 steps (37%), 0.2/s, 190 s left"]


def test_nothing_done_yet_says_nothing_and_the_next_unit_does(clock: Clock) -> None:
    lines: list[str] = []
    progress = Progress(60, "prompts", lines.append)
    clock.now += 10.0
    progress.advance(0)
    assert lines == []
    progress.advance(20)
    assert lines == ["20/60 prompts (33%), 2/s, 20 s left"]


def test_an_item_counts_when_it_is_finished(clock: Clock) -> None:
    lines: list[str] = []
    progress = Progress(3, "steps", lines.append)
    seen = []
    for item in progress.over("abc"):
        seen.append((item, progress.done))
        clock.now += 3.0
    assert seen == [("a", 0), ("b", 1), ("c", 2)]
    assert progress.done == 3
    assert lines == ["1/3 steps (33%), 0.333/s, 6 s left"]


def test_a_watcher_gets_every_count_and_what_was_said(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, float, str]] = []
    monkeypatch.setattr(Progress, "watcher", lambda p: seen.append((p.done, p.rate, p.said)))
    progress = Progress(10, "texts", str)
    for _ in range(3):
        clock.now += 1.0
        progress.advance(2)
    assert seen == [(2, 2.0, ""), (4, 2.0, ""), (6, 2.0, "4/10 texts (40%), 2/s, 3 s left")]
