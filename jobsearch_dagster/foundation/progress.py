"""Progress of long steps: count, rate and remaining time, without flooding the log.

Belongs here: when to say something and in which words. Lines come after 2, 4, 8 ... and at most every 60 seconds, so
an hour of work leaves about 65 lines in the run's log, and a short step leaves none.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
LONGEST_SILENCE = 60.0


class Progress:
    """Counts towards a total and reports through `say`."""

    def __init__(self, total: int, unit: str, say: Callable[[str], object], done: int = 0) -> None:
        """A count that goes on from `done`, where work was resumed: what was done before has no part in the rate."""
        self.total, self.unit, self.say = total, unit, say
        self.done = self._before = done
        self._start = time.monotonic()
        self._interval = 2.0
        self._next = self._start + self._interval

    def advance(self, count: int = 1) -> None:
        """Add to the count; speak when it is time and something was done: nothing done has no rate."""
        self.done += count
        now = time.monotonic()
        if now < self._next or not self._before < self.done < self.total:
            return
        rate = (self.done - self._before) / (now - self._start)
        self.say(
            f"{self.done:,}/{self.total:,} {self.unit} ({self.done / self.total:.0%}), "
            f"{rate:.3g}/s, {(self.total - self.done) / rate:.0f} s left"
        )
        self._interval = min(self._interval * 2, LONGEST_SILENCE)
        self._next = now + self._interval

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items, counting each when it is finished."""
        for item in items:
            yield item
            self.advance()
