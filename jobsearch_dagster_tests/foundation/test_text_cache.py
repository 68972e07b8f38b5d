"""Texts kept between runs survive a kill at any moment."""

import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.text_cache import TextCache, cache_key

BATCH = 50
WRITER = f"""
import sys
from pathlib import Path
from jobsearch_dagster.foundation.text_cache import TextCache
cache = TextCache(Path(sys.argv[1]))
for batch in range(10_000):
    cache.put({{f"{{batch}}-{{i}}": "text " * 500 for i in range({BATCH})}})
    print(batch, flush=True)
"""


@pytest.fixture
def cache(tmp_path: Path) -> TextCache:
    return TextCache(tmp_path / "cache" / "texts.sqlite")


def test_what_was_put_is_there_and_nothing_else(cache: TextCache) -> None:
    assert cache.get(["a"]) == {}
    cache.put({"a": "one", "b": "zwei\n\x00ж"})
    cache.put({"a": "two"})
    assert cache.get(["a", "b", "c", "a"]) == {"a": "two", "b": "zwei\n\x00ж"}


def test_thousands_of_keys_are_found_at_once(cache: TextCache) -> None:
    texts = {str(n): f"text {n}" for n in range(2_345)}
    cache.put(texts)
    assert cache.get(texts) == texts


@pytest.mark.parametrize("batches", [1, 5, 20])
def test_a_kill_loses_no_batch_that_was_written_and_leaves_none_half(cache: TextCache, batches: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(cache.path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    written = [process.stdout.readline() for _ in range(batches)]
    process.send_signal(signal.SIGKILL)
    written += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    complete = [line for line in written if line.endswith("\n")]
    keys = {f"{batch}-{i}" for batch in range(len(complete)) for i in range(BATCH)}
    found = cache.get(f"{batch}-{i}" for batch in range(len(complete) + 2) for i in range(BATCH))
    assert keys <= set(found)
    assert len(found) % BATCH == 0
    with closing(sqlite3.connect(cache.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    cache.put({"after": "the kill"})
    assert cache.get(["after"]) == {"after": "the kill"}


def test_a_batch_that_cannot_be_written_whole_is_not_written(cache: TextCache) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        cache.put({"a": "one", "b": None})  # ty: ignore[invalid-argument-type]
    assert cache.get(["a", "b"]) == {}


def test_threads_may_write_at_once(cache: TextCache) -> None:
    threads = [threading.Thread(target=cache.put, args=({f"{n}": "text"},)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache.get(map(str, range(8)))) == 8


def test_another_method_model_parameter_or_text_is_another_key() -> None:
    keys = {
        cache_key("m", "model", {"seed": 0}, "text"),
        cache_key("n", "model", {"seed": 0}, "text"),
        cache_key("m", "other", {"seed": 0}, "text"),
        cache_key("m", "model", {"seed": 1}, "text"),
        cache_key("m", "model", {"seed": 0}, "texts"),
    }
    assert len(keys) == 5
    assert cache_key("m", "model", {"a": 1, "b": 2}, "t") == cache_key("m", "model", {"b": 2, "a": 1}, "t")


def test_a_file_that_is_no_cache_says_what_to_do(cache: TextCache) -> None:
    cache.path.parent.mkdir()
    cache.path.write_text("something else entirely, long enough to be looked at by anybody " * 20)
    with pytest.raises(UserError, match="delete it and run again"):
        cache.get(["a"])


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot write"):
        TextCache(tmp_path / "file" / "texts.sqlite").put({"a": "one"})
