"""Chance that repeats: everything random in the sample data, decided by names and numbers alone.

Belongs here: seeded generators, dealing, dividing and shuffling without holding everything in
memory. Does not belong here: what is dealt.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from random import Random
from typing import TypeVar

SHUFFLE_WINDOW = 4096

T = TypeVar("T")


def seeded(*names: object) -> Random:
    """A generator that depends on `names` only: same names, same numbers, on every machine."""
    return Random("/".join(map(str, names)))  # noqa: S311


def deal(seed: int, what: str, size: int, number: int) -> int:
    """Card `number` of endless shuffled decks: each card comes once before any comes twice."""
    lap, position = divmod(number, size)
    return _deck(seed, what, size, lap)[position]


@lru_cache(maxsize=64)
def _deck(seed: int, what: str, size: int, lap: int) -> tuple[int, ...]:
    cards = list(range(size))
    seeded(seed, what, lap).shuffle(cards)
    return tuple(cards)


def uneven_parts(rng: Random, total: int, parts: int, *, least: int) -> Iterator[int]:
    """Yield `parts` numbers >= `least` that add up to `total`, most within twice the mean."""
    spare, previous = total - parts * least, 0
    for part in range(1, parts + 1):
        edge = spare if part == parts else round((part + rng.uniform(-0.5, 0.5)) * spare / parts)
        yield least + edge - previous
        previous = edge


def shuffled(rows: Iterable[T], rng: Random) -> Iterator[T]:
    """The rows in random order within a window, so that memory stays flat."""
    window: list[T] = []
    for row in rows:
        if len(window) < SHUFFLE_WINDOW:
            window.append(row)
            continue
        chosen = rng.randrange(SHUFFLE_WINDOW)
        yield window[chosen]
        window[chosen] = row
    rng.shuffle(window)
    yield from window
