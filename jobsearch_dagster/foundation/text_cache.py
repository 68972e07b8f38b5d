"""Texts that were dear to make, kept between runs: key -> text in one SQLite file.

Belongs here: storing and finding them, so that a kill at any moment loses no batch that was written and leaves none
half written. Whether a text is still the right one is in its key; what is asked for is the caller's business.
"""

import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError

_KEYS_AT_ONCE = 500
"""Below the number of variables that any SQLite takes in one statement."""
_PATIENCE = 60.0
"""Seconds to wait while another process writes."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""Codes of what no waiting mends; SQLITE_ERROR is what a table of other columns ends in."""


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
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The texts that are there, by key.

        Raises:
            UserError: The file cannot be read or is no cache.
        """
        wanted = list(dict.fromkeys(keys))
        found: dict[str, str] = {}
        with self._errors_in_one_line("read", "make file and folder readable"):
            if not self.path.is_file():
                return found
            with closing(self._open("rw")) as connection:
                if not self._is_filled(connection):
                    return found
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
        with self._errors_in_one_line("write", "free space or make the folder writable"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open("rwc")) as connection, connection:
                if not self._is_filled(connection):
                    connection.execute(
                        "CREATE TABLE IF NOT EXISTS texts (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID"
                    )
                connection.executemany("INSERT OR REPLACE INTO texts (key, text) VALUES (?, ?)", list(texts.items()))

    def _open(self, mode: Literal["rw", "rwc"]) -> sqlite3.Connection:
        """Open the file; `rw` creates none, and where only reading is allowed it reads.

        Not `ro`, even to read: what a killed writer left half written must be rolled back by the next reader.
        """
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE)

    def _is_filled(self, connection: sqlite3.Connection) -> bool:
        """Whether the table is there; a kill just after the file was created leaves it empty."""
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if tables and "texts" not in tables:
            raise self._no_cache("it holds other tables")
        return bool(tables)

    @contextmanager
    def _errors_in_one_line(self, verb: str, remedy: str) -> Generator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # the caller's mistake
        except sqlite3.DatabaseError as error:
            # SQLite's codes of its own; a text whose bytes are no UTF-8 is refused by Python and has none.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
            if code in _DAMAGED:
                raise self._no_cache(str(error)) from error
            raise UserError(f"cannot {verb} {self.path}: {error}; {remedy}") from error
        except OSError as error:
            raise UserError(f"cannot {verb} {self.path}: {error.strerror}; {remedy}") from error

    def _no_cache(self, reason: str) -> UserError:
        return UserError(f"{self.path} is damaged or no cache of texts ({reason}): delete it and run again")
