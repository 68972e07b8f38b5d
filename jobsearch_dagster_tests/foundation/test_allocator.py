"""Freed memory stays with the process inside, and goes back afterwards."""

import ctypes
from types import SimpleNamespace

import psutil
import pytest

from jobsearch_dagster.foundation.allocator import freed_memory_kept

BLOCK = 200_000_000


def held_after_a_block_was_freed() -> int:
    """Bytes that the process holds more than before it made a block and dropped it."""
    process = psutil.Process()
    before = process.memory_info().rss
    block = bytearray(BLOCK)
    block[::4096] = b"x" * len(block[::4096])
    del block
    return process.memory_info().rss - before


def test_freed_memory_is_kept_inside_and_given_back_afterwards() -> None:
    process = psutil.Process()
    assert held_after_a_block_was_freed() < BLOCK / 2
    with freed_memory_kept():
        assert held_after_a_block_was_freed() > BLOCK / 2
        inside = process.memory_info().rss
    assert process.memory_info().rss < inside - BLOCK / 2
    assert held_after_a_block_was_freed() < BLOCK / 2


def test_it_is_given_back_after_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), freed_memory_kept():
        raise ZeroDivisionError
    assert held_after_a_block_was_freed() < BLOCK / 2


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    with freed_memory_kept():
        pass
