"""Texts that were dear to make, kept between runs: key -> text in one SQLite file.

Belongs here: storing and finding them, so that a kill at any moment loses no batch that was written and leaves none
half written. Whether a text is still the right one is in its key; what is asked for is the caller's business.
"""

import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError

_KEYS_AT_ONCE = 500
"""Below the number of variables that any SQLite takes in one statement."""
_PATIENCE = 60.0
"""Seconds to wait while another process writes."""


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
    """The store; every call opens the file anew, so that threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The texts that are there, by key."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, str] = {}
        if not self.path.is_file():
            return found
        with closing(self._open()) as connection:
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                part = wanted[start : start + _KEYS_AT_ONCE]
                marks = ", ".join("?" * len(part))
                found.update(connection.execute(f"SELECT key, text FROM texts WHERE key IN ({marks})", part))
        return found

    def put(self, texts: Mapping[str, str]) -> None:
        """Store a batch, whole or not at all.

        Raises:
            UserError: The file cannot be written or is no cache.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as connection, connection:
                connection.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?)", list(texts.items()))
        except (OSError, sqlite3.OperationalError) as error:
            raise UserError(f"cannot write {self.path}: {error}; free space or make the folder writable") from error

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_PATIENCE)
        try:
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID"
            )
        except sqlite3.DatabaseError as error:
            connection.close()
            if isinstance(error, sqlite3.OperationalError):
                raise
            raise UserError(f"{self.path} is no cache of texts: delete it and run again") from error
        return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """With it a transaction is whole or absent after a kill, and readers never wait.

    SQLite waits for every lock but the one that changing the mode takes: two that open a new file at once would fail.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
