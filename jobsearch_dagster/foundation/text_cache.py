"""Texts that were dear to make, kept between runs: key -> text in one SQLite file.

Belongs here: storing and finding them, so that a kill at any moment loses no batch that was written and leaves none
half written, and a damaged text is made again rather than used. Whether a text is still the right one is in its key;
what is asked for is the caller's business.
"""

import fcntl
import hashlib
import logging
import sqlite3
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Literal

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError

_KEYS_AT_ONCE = 500
"""Below the number of variables that any SQLite takes in one statement."""
_PATIENCE = 60.0
"""Seconds to wait while another process writes."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Codes of a file that is none, or no longer; SQLITE_ERROR is a mistake in a statement, and costs no text."""
_LOG = logging.getLogger(__name__)
_COLUMNS = {b"key", b"text", b"sha256"}


Name = Literal["texts", "vectors", "answers"]
"""The caches of a data folder: what models wrote and read, vectors of texts, and answers to evaluation questions."""


def cache_of(data_dir: Path, name: Name, say: Callable[[str], object] = _LOG.warning) -> "TextCache":
    """A cache of a data folder; `say` hears of what is damaged in it."""
    return TextCache(data_dir / "cache" / f"{name}.sqlite", say)


def cache_key(method: str, model: str, parameters: Mapping[str, Any], text: str) -> str:
    """Digest of all that decides what the text becomes.

    Args:
        method: What is done, with its wording: another prompt is another method.
        model: Who does it.
        parameters: How: temperature, seed, schema ...
        text: What it is done to.
    """
    return digest_of([method, model, dict(parameters), text])


class TextCache:
    """The store; every call opens the file anew, so that threads and processes may share it.

    The journal is SQLite's default one, which is rolled back after a kill; a write-ahead log needs memory that all
    processes share, and the nodes of a cluster share only the folder.

    SQLite checks no content: each text has a checksum beside it. What does not agree with its own counts as missing,
    and a file that is no cache at all is set aside as `<name>.<number>.damaged`; `say` hears of both.
    """

    def __init__(self, path: Path, say: Callable[[str], object] = _LOG.warning) -> None:
        self.path = path
        self._say = say

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The texts that are there, by key.

        Raises:
            UserError: The file cannot be read.
        """
        with self._errors_in_one_line("read", "make file and folder readable"):
            try:
                return self._sound(self._rows(list(dict.fromkeys(keys))))
            except _NoCacheError as error:
                self._set_aside(error)
                return {}

    def put(self, texts: Mapping[str, str]) -> None:
        """Store a batch, whole or not at all.

        Raises:
            UserError: The file cannot be written.
        """
        with self._errors_in_one_line("write", "free space or make the folder writable"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._store(texts)
            except _NoCacheError as error:
                self._set_aside(error)
                self._store(texts)

    def _rows(self, keys: list[str]) -> list[tuple[bytes, bytes, bytes]]:
        """Key, text and checksum, as bytes: those of a damaged text may be no UTF-8."""
        rows: list[tuple[bytes, bytes, bytes]] = []
        if self.path.is_file():
            with self._open("rw") as connection:
                connection.text_factory = bytes
                if not self._is_filled(connection):
                    return rows
                for start in range(0, len(keys), _KEYS_AT_ONCE):
                    part = keys[start : start + _KEYS_AT_ONCE]
                    marks = ", ".join("?" * len(part))
                    rows += connection.execute(f"SELECT key, text, sha256 FROM texts WHERE key IN ({marks})", part)
        return rows

    def _sound(self, rows: Iterable[tuple[bytes, bytes, bytes]]) -> dict[str, str]:
        found = {}
        for key, text, checksum in rows:
            if _checksum(key, text).encode() == checksum:
                found[key.decode()] = text.decode()
            else:
                self._say(f"text {key.decode()[:16]} in {self.path} is damaged: its checksum differs; it is made anew")
        return found

    def _store(self, texts: Mapping[str, str]) -> None:
        rows = [(key, text, _checksum(key.encode(), str(text).encode())) for key, text in texts.items()]
        with self._open("rwc") as connection, connection:
            if not self._is_filled(connection):
                connection.execute(
                    """
                    CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, text TEXT NOT NULL, sha256 TEXT NOT NULL)
                    WITHOUT ROWID
                    """
                )
            connection.executemany("INSERT OR REPLACE INTO texts (key, text, sha256) VALUES (?, ?, ?)", rows)

    @contextmanager
    def _open(self, mode: Literal["rw", "rwc"]) -> Generator[sqlite3.Connection]:
        """Open the file; `rw` creates none, and where only reading is allowed it reads.

        Not `ro`, even to read: what a killed writer left half written must be rolled back by the next reader.
        """
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as connection:
                yield connection
        except sqlite3.DatabaseError as error:
            # SQLite's codes only; an error without one is Python's own.
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                raise _NoCacheError(str(error)) from error
            raise

    def _is_filled(self, connection: sqlite3.Connection) -> bool:
        """Whether the table is there; a kill just after the file was created leaves it empty."""
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()[0][0]
        columns = connection.execute("SELECT CAST(name AS BLOB) FROM pragma_table_info('texts')").fetchall()
        if tables and {name for (name,) in columns} != _COLUMNS:
            raise _NoCacheError("it holds other tables or columns")
        return bool(tables)

    def _set_aside(self, reason: Exception) -> None:
        """Give the file another name, with the journal that belongs to it; a new one takes its place.

        Of several processes that find the damage one does so: the others see under the lock that the file is new.
        """
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._is_no_cache():
                return
            names = (f"{self.path.name}.{number}.damaged" for number in count(1))
            aside = next(path for name in names if not (path := self.path.with_name(name)).exists())
            self._say(f"{self.path} is damaged or no cache of texts ({reason}): set aside as {aside.name}, begun anew")
            for ending in ("-journal", ""):
                part = self.path.with_name(self.path.name + ending)
                if part.exists():
                    part.replace(aside.with_name(aside.name + ending))

    def _is_no_cache(self) -> bool:
        """Whether the file is damaged anywhere, or not this cache's; a damaged page need not be among the first."""
        if not self.path.is_file():
            return False
        try:
            with self._open("rw") as connection:
                self._is_filled(connection)
                return connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]
        except _NoCacheError:
            return True

    @contextmanager
    def _errors_in_one_line(self, verb: str, remedy: str) -> Generator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # the caller's mistake
        except sqlite3.DatabaseError as error:
            raise UserError(f"cannot {verb} {self.path}: {error}; {remedy}") from error
        except OSError as error:
            raise UserError(f"cannot {verb} {self.path}: {error.strerror}; {remedy}") from error


class _NoCacheError(Exception):
    """The file is damaged, or not this cache's."""


def _checksum(key: bytes, text: bytes) -> str:
    return hashlib.sha256(key + b"\0" + text).hexdigest()
