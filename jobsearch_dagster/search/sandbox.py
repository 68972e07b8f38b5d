"""A stranger's SQL, guarded and run where it can do no harm: in a process of its own that is killed at its limit.

The stranger is a language model that writes SQL for a question, where a user has chosen to let it; a question that is
understood by rules never comes here.

Belongs here: the processes, kept warm, and what becomes of a statement in them. Which statements may run is decided in
`guard.py`, and no setting leaves the guard out. What the process itself does is in `sandbox_worker.py`.
"""

import json
import os
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.catalog import LOCKED
from jobsearch_dagster.search.guard import MOST_ROWS, guard
from jobsearch_dagster.search.sql import RESULT_COLUMNS

SECONDS_TO_START = 60.0
"""A process that has not opened the catalog by then never will: it takes 0.3 s, on a busy machine some seconds."""
_WORKER = Path(__file__).with_name("sandbox_worker.py")
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT")
"""What a process needs to start; keys and addresses are not among it."""


@dataclass(frozen=True)
class Limits:
    """What one statement may take.

    Attributes:
        seconds: Until its process is killed.
        memory_mb: Of DuckDB, which has nothing on disk to go on with.
        threads: Of DuckDB.
        rows: Of the result; a longer one is cut.
        result_bytes: Of the result as JSON; a larger one is an error.
    """

    seconds: float = 5.0
    memory_mb: int = 256
    threads: int = 1
    rows: int = MOST_ROWS
    result_bytes: int = 1_000_000


@dataclass(frozen=True)
class Rows:
    """A result.

    Attributes:
        sql: The statement that was run, as the guard wrote it.
        columns: Names of the cells.
        rows: Cells in types that JSON has; lists for lists.
    """

    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class StoppedError(UserError):
    """A statement reached a limit.

    Attributes:
        limit: Which.
    """

    def __init__(self, limit: Literal["time", "memory", "result"], message: str) -> None:
        self.limit = limit
        super().__init__(message)


class StatementError(UserError):
    """DuckDB does not run the statement: a type does not fit, a name is ambiguous."""


class Sandbox:
    """Processes that answer guarded statements over one catalog; for use by several threads.

    A statement that is stopped takes its process with it. Another stands ready, and a new one is started at once.
    """

    def __init__(self, catalog: Path, limits: Limits | None = None, workers: int = 2) -> None:
        """Start the processes and wait for the first.

        Args:
            catalog: The catalog's `.duckdb` file.
            limits: Of each statement.
            workers: Processes, 2 or more for one to stand ready while another starts. Each answers one statement at
                a time; more callers wait.

        Raises:
            UserError: No catalog opens at `catalog`.
        """
        self.catalog = catalog
        self.limits = limits or Limits()
        self._closed = False
        self._lock = threading.Lock()
        self._idle = deque(_Worker(catalog, self.limits) for _ in range(workers))
        self._free = threading.Semaphore(workers)
        try:
            self._idle[-1].wait_until_ready()
        except _NotStartedError as error:
            self.close()
            raise self._no_catalog() from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; one that is at work ends with its statement."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, deque()
        for worker in idle:
            worker.stop()

    def run(self, sql: str) -> Rows:
        """Guard a statement and run it.

        Raises:
            RefusedError: The guard refuses it; nothing was run.
            StoppedError: It reached a limit.
            StatementError: DuckDB does not run it.
            UserError: The catalog is no longer there.
            RuntimeError: The sandbox is closed, or was while the statement waited for its turn.
        """
        return self._run_guarded(guard(sql, rows=self.limits.rows))

    def _run_guarded(self, sql: str) -> Rows:
        worker = self._take()
        try:
            if not worker.alive:
                worker = self._successor_of(worker)
            answer = worker.ask(sql)
            if answer.get("kind") == "memory":
                worker = self._successor_of(worker)  # memory that stays allocated would be lacking from now on
        except _NotStartedError as error:
            worker = self._successor_of(worker)
            raise self._no_catalog() from error
        except _DiedError as error:
            worker = self._successor_of(worker)
            raise self._stopped("time" if error.at_limit else "memory") from error
        except BaseException:
            worker = self._successor_of(worker)  # interrupted: the answer is still to come, and would be the next one's
            raise
        finally:
            self._return(worker)
        return self._result(sql, answer)

    def _take(self) -> "_Worker":
        """A process, when one is free; the warm ones first."""
        self._free.acquire()
        with self._lock:
            if not self._closed:
                return self._idle.pop()
        self._free.release()  # the next one who waits must be told too
        raise RuntimeError("the sandbox is closed")

    def _successor_of(self, worker: "_Worker") -> "_Worker":
        worker.stop()
        return _Worker(self.catalog, self.limits)

    def _return(self, worker: "_Worker") -> None:
        with self._lock:
            if self._closed:
                worker.stop()
            else:
                # The warm ones are taken first; one that is still starting goes to the other end.
                (self._idle.append if worker.ready else self._idle.appendleft)(worker)
        self._free.release()

    def _result(self, sql: str, answer: dict[str, Any]) -> Rows:
        match answer.get("kind"):
            case "memory" | "result" as limit:
                raise self._stopped(limit)
            case "statement":
                raise StatementError(f"DuckDB does not run the statement: {answer['error']}")
        return Rows(sql, tuple(answer["columns"]), tuple(tuple(row) for row in answer["rows"]))

    def _no_catalog(self) -> UserError:
        return UserError(f"no job catalog opens at {self.catalog}: make it with `jobsearch run --select job_catalog`")

    def _stopped(self, limit: Literal["time", "memory", "result"]) -> StoppedError:
        bound = {
            "time": f"{self.limits.seconds:g} s: ask over fewer rows, without a join of all rows with all",
            "memory": f"{self.limits.memory_mb} MB of memory: ask over fewer rows or shorter texts",
            "result": f"{self.limits.result_bytes:,} bytes of result: ask for fewer rows or columns",
        }[limit]
        return StoppedError(limit, f"the statement was stopped at {bound}")


class _DiedError(Exception):
    """A process ended without an answer; `at_limit` when it was killed at its time limit."""

    def __init__(self, at_limit: bool) -> None:
        self.at_limit = at_limit
        super().__init__("killed at its limit" if at_limit else "died")


class _NotStartedError(Exception):
    """A process did not come up: the catalog does not open."""


class _Worker:
    """One process, and the pipe to it."""

    def __init__(self, catalog: Path, limits: Limits) -> None:
        """Start the process; it opens the catalog while the caller goes on."""
        self._limits = limits
        self.ready = False
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(  # noqa: S603 - this Python and this package's script
            [sys.executable, "-P", "-s", str(_WORKER)],  # -P: the modules beside the script are not top-level ones
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C at the prompt is for the parent
        )
        config = LOCKED | {
            "memory_limit": f"{limits.memory_mb}MB",
            "threads": limits.threads,
            "temp_directory": "",
            "python_enable_replacements": False,
        }
        settings = {
            "catalog": str(catalog.resolve()),
            "config": config,
            "columns": RESULT_COLUMNS,
            "memory_mb": limits.memory_mb,
            "result_bytes": limits.result_bytes,
        }
        self._send(settings)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait for a process that has just been started.

        Raises:
            _NotStartedError: It does not come up.
        """
        if self.ready:
            return
        try:
            problem = self._receive(SECONDS_TO_START)
        except _DiedError as error:
            raise _NotStartedError from error
        if problem:
            raise _NotStartedError(problem["error"])
        self.ready = True

    def ask(self, sql: str) -> dict[str, Any]:
        """The answer to one statement.

        Raises:
            _NotStartedError: The process did not come up.
            _DiedError: None came in time.
        """
        self.wait_until_ready()
        self._send(sql)
        return self._receive(self._limits.seconds)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # then there will be no answer either, which is told there
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def _receive(self, seconds: float) -> dict[str, Any]:
        """One line of the process, which is killed when it takes longer."""
        assert self._process.stdout is not None
        at_limit = threading.Event()

        def kill() -> None:
            at_limit.set()
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            # More than the largest result with its frame: a line without end is not read to its end.
            line = self._process.stdout.readline(2 * self._limits.result_bytes + 10_000)
        finally:
            timer.cancel()
        try:
            return dict(json.loads(line))
        except (ValueError, TypeError, RecursionError) as error:  # no line, half a line, or not the worker's words
            raise _DiedError(at_limit.is_set()) from error
