"""The process in which a stranger's SELECT runs; a script that `sandbox.py` starts, not a module to import.

Belongs here: one locked connection, and what bounds it from inside: no file can be written, memory ends. Time ends from
outside: DuckDB cannot be interrupted in every place. The script imports nothing of the package, so that it starts in a
fraction of a second.

It reads lines of JSON from stdin and writes lines of JSON to stdout: first the settings, answered by `{}`, then
statements as strings, each answered by `{"columns", "rows"}` or by `{"kind", "error"}`. When stdin ends, because the
parent closed it or is gone, the process ends at once, also in the middle of a statement.
"""

import json
import os
import sys
import threading
from decimal import Decimal
from queue import SimpleQueue
from typing import Any

Settings = dict[str, Any]
SPARE_MB = 512
"""Memory of the process beside DuckDB's own limit: Python, libraries, what DuckDB does not count."""
ROWS_AT_ONCE = 50


def main() -> None:
    """Serve statements until stdin ends."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints would garble the answers
    settings = json.loads(sys.stdin.buffer.readline())
    _bound_process(settings["memory_mb"])
    statements: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_serve, args=(settings, statements, channel), daemon=True).start()
    for line in sys.stdin.buffer:
        statements.put(json.loads(line))
    os._exit(0)


def _bound_process(memory_mb: int) -> None:
    """Limits of the operating system, where it has them; DuckDB's own hold everywhere."""
    if sys.platform != "linux":  # macOS does not hold RLIMIT_DATA, Windows has no limits of this kind
        return
    import resource

    memory = (memory_mb + SPARE_MB) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(settings: Settings, statements: "SimpleQueue[str]", channel: Any) -> None:
    """Answer statements one after the other; whatever goes wrong beyond a statement ends the process."""
    import duckdb

    try:
        try:
            connection = _open(settings)
        except duckdb.Error as error:
            _send(channel, _problem("start", error))
            return
        _send(channel, b"{}")
        while True:
            _send(channel, _answer(connection, statements.get(), settings["result_bytes"]))
    finally:
        os._exit(1)


def _send(channel: Any, message: bytes) -> None:
    channel.write(message + b"\n")
    channel.flush()


def _open(settings: Settings) -> Any:
    """A locked connection on which `jobs` is the table's public part."""
    import duckdb

    connection = duckdb.connect(settings["catalog"], read_only=True, config=settings["config"])
    [[database]] = connection.execute("""SELECT '"' || replace(current_database(), '"', '""') || '"'""").fetchall()
    # A temporary view hides the table of its name, also as `main.jobs`: `*` and whole rows hold public columns only.
    connection.execute(f"CREATE TEMP VIEW jobs AS SELECT {', '.join(settings['columns'])} FROM {database}.main.jobs")
    return connection


def _answer(connection: Any, sql: str, most_bytes: int) -> bytes:
    import duckdb

    try:
        cursor = connection.execute(sql)
        columns = json.dumps([name for name, *_ in cursor.description], ensure_ascii=False)
        rows, size = [], len(columns)
        while some := cursor.fetchmany(ROWS_AT_ONCE):
            for row in some:
                rows.append(json.dumps(row, ensure_ascii=False, allow_nan=False, default=_plain))
                size += len(rows[-1].encode())
                if size > most_bytes:
                    return _problem("result", f"more than {most_bytes:,} bytes")
        return f'{{"columns": {columns}, "rows": [{", ".join(rows)}]}}'.encode()
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        return _problem("memory", error)
    except (duckdb.FatalException, duckdb.InternalException):
        raise  # the connection is of no use any more
    except (duckdb.Error, TypeError, ValueError, RecursionError) as error:  # ValueError: JSON has no infinite number
        return _problem("statement", error)


def _plain(value: Any) -> Any:
    """Values of DuckDB that JSON has no form for."""
    return float(value) if isinstance(value, Decimal) else str(value)


def _problem(kind: str, error: object) -> bytes:
    first_line = str(error).partition("\n")[0]
    return json.dumps({"kind": kind, "error": first_line[:300]}).encode()


if __name__ == "__main__":
    main()
