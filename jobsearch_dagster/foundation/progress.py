"""Progress of long steps: count, rate and remaining time, without flooding the log.

Belongs here: when to say something and in which words. Lines come after 2, 4, 8 ... and at most every 60 seconds, so
an hour of work leaves about 65 lines in the run's log, and a short step leaves none. How a terminal shows the count in
between is in `app/run_log.py`.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, TypeVar

T = TypeVar("T")
LONGEST_SILENCE = 60.0


class Progress:
    """Counts towards a total and reports through `say`.

    Attributes:
        watcher: Gets every count of this process with each step of it; a terminal's bar, where there is one.
        said: The last line.
    """

    watcher: ClassVar[Callable[["Progress"], object] | None] = None

    def __init__(self, total: int, unit: str, say: Callable[[str], object], done: int = 0) -> None:
        """A count that goes on from `done`, where work was resumed: what was done before has no part in the rate."""
        self.total, self.unit, self.say = total, unit, say
        self.done = self._before = done
        self.said = ""
        self._start = time.monotonic()
        self._interval = 2.0
        self._next = self._start + self._interval

    def advance(self, count: int = 1) -> None:
        """Add to the count; speak when it is time and something was done: nothing done has no rate."""
        self.done += count
        if Progress.watcher is not None:
            Progress.watcher(self)
        now = time.monotonic()
        if now < self._next or not self._before < self.done < self.total:
            return
        rate = self.rate
        self.said = (
            f"{self.done:,}/{self.total:,} {self.unit} ({self.done / self.total:.0%}), "
            f"{rate:.3g}/s, {(self.total - self.done) / rate:.0f} s left"
        )
        self.say(self.said)
        self._interval = min(self._interval * 2, LONGEST_SILENCE)
        self._next = now + self._interval

    @property
    def rate(self) -> float:
        """Units a second since this count began; 0 where none was done."""
        return (self.done - self._before) / max(time.monotonic() - self._start, 1e-9)

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items, counting each when it is finished."""
        for item in items:
            yield item
            self.advance()
