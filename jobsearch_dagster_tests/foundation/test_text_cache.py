"""Texts kept between runs survive a kill at any moment."""

import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
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


HALF_WRITTEN = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA cache_size = 1")  # pages go to the file before the commit that never comes
connection.executemany("INSERT INTO texts VALUES (?, ?, '')", [(f"new {n}", "text " * 500) for n in range(500)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_next_reader_rolls_back_what_a_killed_writer_left_half_written(cache: TextCache) -> None:
    cache.put({"a": "one"})
    size = cache.path.stat().st_size
    subprocess.run([sys.executable, "-c", HALF_WRITTEN, str(cache.path)], check=False)
    assert cache.path.stat().st_size > size
    assert cache.get(["a", "new 0", "new 499"]) == {"a": "one"}
    assert [path.name for path in cache.path.parent.iterdir()] == [cache.path.name]


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


def test_processes_may_open_a_new_file_at_once(cache: TextCache) -> None:
    """No log beside the file: processes of other machines that share the folder could not see its index."""
    script = f"import sys; from {__name__} import put_one; put_one(*sys.argv[1:])"
    processes = [subprocess.Popen([sys.executable, "-c", script, str(cache.path), f"{n}"]) for n in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    assert len(cache.get(map(str, range(4)))) == 4
    assert [path.name for path in cache.path.parent.iterdir()] == [cache.path.name]
    with closing(sqlite3.connect(cache.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchall() == [("delete",)]


def put_one(path: str, key: str) -> None:
    for _ in range(20):
        TextCache(Path(path)).put({key: "text " * 100})


def test_a_reader_finds_the_texts_while_another_process_writes(cache: TextCache) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(cache.path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    for _ in range(20):
        assert len(cache.get(f"0-{i}" for i in range(BATCH))) == BATCH
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_file_that_a_kill_left_empty_holds_nothing_and_is_filled(cache: TextCache) -> None:
    cache.path.parent.mkdir()
    cache.path.touch()
    assert cache.get(["a"]) == {}
    cache.put({"a": "one"})
    assert cache.get(["a"]) == {"a": "one"}


def no_database(path: Path) -> None:
    path.write_text("something else entirely, long enough to be looked at by anybody " * 20)


def with_damaged_pages(path: Path) -> None:
    TextCache(path).put({str(n): "text " * 100 for n in range(200)})
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


def made_by(statement: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)

    return make


other_columns = made_by("CREATE TABLE texts (id INTEGER, body TEXT)")
other_tables = made_by("CREATE TABLE history (url TEXT)")


without_checksums = made_by("CREATE TABLE texts (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID")


@pytest.mark.parametrize("spoil", [no_database, with_damaged_pages, other_columns, other_tables, without_checksums])
@pytest.mark.parametrize("reads_first", [True, False])
def test_a_file_that_is_damaged_or_no_cache_is_named_set_aside_and_begun_anew(
    tmp_path: Path, spoil: Callable[[Path], None], reads_first: bool
) -> None:
    path, said = tmp_path / "texts.sqlite", []
    spoil(path)
    before = path.read_bytes()
    cache = TextCache(path, said.append)
    if reads_first:
        assert cache.get(["a", *map(str, range(200))]) == {}
    cache.put({"a": "one"})
    assert cache.get(["a"]) == {"a": "one"}
    assert len(said) == 1
    assert said[0].startswith(f"{path} is damaged or no cache of texts (")
    assert path.with_name("texts.sqlite.1.damaged").read_bytes() == before


def test_a_mistake_in_a_statement_sets_no_text_aside(cache: TextCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put({"a": "one"})
    with monkeypatch.context() as wrong, pytest.raises(UserError, match="no such table"):
        wrong.setattr(cache, "_rows", lambda keys: select_from_nowhere(cache))
        cache.get(["a"])
    assert cache.get(["a"]) == {"a": "one"}


def select_from_nowhere(cache: TextCache) -> list[tuple[bytes, bytes, bytes]]:
    with cache._open("rw") as connection:
        return connection.execute("SELECT * FROM nowhere").fetchall()


def test_every_damaged_file_is_kept_under_its_own_number(tmp_path: Path) -> None:
    path = tmp_path / "texts.sqlite"
    for number in (1, 2):
        path.write_text(f"no database, {number}" * 50)
        assert TextCache(path, lambda line: None).get(["a"]) == {}
    assert path.with_name("texts.sqlite.1.damaged").read_text().startswith("no database, 1")
    assert path.with_name("texts.sqlite.2.damaged").read_text().startswith("no database, 2")


def test_who_finds_the_damage_second_leaves_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "texts.sqlite"
    TextCache(path).put({"a": "one"})
    TextCache(path)._set_aside(ValueError("what the first one has mended"))
    assert TextCache(path).get(["a"]) == {"a": "one"}


@pytest.mark.parametrize("bad", [b"a text to be fouNd", b"\xff" * 18])
def test_a_text_whose_bytes_have_changed_is_named_and_counts_as_missing(cache: TextCache, bad: bytes) -> None:
    cache.put({"a": "a text to be found", "b": "another"})
    cache.path.write_bytes(cache.path.read_bytes().replace(b"a text to be found", bad))
    said: list[str] = []
    cache = TextCache(cache.path, said.append)
    assert cache.get(["a", "b"]) == {"b": "another"}
    assert said == [f"text a in {cache.path} is damaged: its checksum differs; it is made anew"]
    cache.put({"a": "a text to be found"})
    assert cache.get(["a", "b"]) == {"a": "a text to be found", "b": "another"}


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot write"):
        TextCache(tmp_path / "file" / "texts.sqlite").put({"a": "one"})


AS_NOBODY = """
import os, sys
from pathlib import Path
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.text_cache import TextCache
if os.getuid() == 0:
    os.setuid(65534)
cache = TextCache(Path(sys.argv[1]))
try:
    print(cache.get(["a"]))
    cache.put({"b": "two"})
except UserError as error:
    print(error)
"""


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that other users can enter; pytest's own cannot be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def as_nobody(path: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(path)], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.splitlines()


def test_a_read_only_folder_is_read_and_refuses_to_be_written_at_once(shared_folder: Path) -> None:
    """Where there is a cache and where there is none; SQLite would wait a minute for a lock, and must not here."""
    path = shared_folder / "texts.sqlite"
    TextCache(path).put({"a": "one"})
    path.chmod(0o444)
    shared_folder.chmod(0o555)
    for name, found in ((path.name, {"a": "one"}), ("new.sqlite", {})):
        read, refused = as_nobody(shared_folder / name)
        assert read == str(found)
        assert refused.startswith(f"cannot write {shared_folder / name}: ")
        assert refused.endswith("make the folder writable")


def test_a_file_that_may_not_be_read_is_one_line(shared_folder: Path) -> None:
    path = shared_folder / "texts.sqlite"
    TextCache(path).put({"a": "one"})
    path.chmod(0o000)
    (refused,) = as_nobody(path)
    assert refused.startswith(f"cannot read {path}: ")
    shared_folder.chmod(0o000)
    (refused,) = as_nobody(path)
    assert refused.startswith(f"cannot read {path}: Permission denied")
