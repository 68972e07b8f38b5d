"""Commands in processes of their own that need not import anything first.

A process of `subprocess` imports Dagster, torch and transformers before it works, 6 to 10 s; one that is forked from a
server which has imported them begins at once. It is as real: it has its own memory, and SIGKILL ends it.
"""

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from tempfile import mkstemp

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["jobsearch_dagster.app.cli", "jobsearch_dagster.build", "torch", "transformers", "sentence_transformers"]
)


def _call(words: list[str], environment: dict[str, str], said: str, terminal: str | None) -> None:
    """What the forked process does: the server that it comes from has another environment and other streams."""
    from jobsearch_dagster.app import cli

    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests themselves run in the background
    if terminal is None:
        stream = os.open(said, os.O_WRONLY | os.O_APPEND)
    else:
        os.setsid()
        stream = os.open(terminal, os.O_RDWR)  # the first that it opens is its controlling terminal
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    sys.exit(cli.main(words))


class Command:
    """`jobsearch` with these words, which has begun.

    Attributes:
        pid: Its process.
    """

    def __init__(self, *words: str, terminal: str | None = None) -> None:
        """Begin.

        Args:
            words: Behind `jobsearch`.
            terminal: The device that is to be its controlling terminal; what it says is seen there then.
        """
        stream, self._said = mkstemp(prefix="jobsearch-said-")
        os.close(stream)
        self._process = FORKS.Process(target=_call, args=([*words], dict(os.environ), self._said, terminal))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def wait(self) -> tuple[int, str]:
        """Exit code, negative for a signal, and all that it said."""
        self._process.join()
        path = Path(self._said)
        said = path.read_text(encoding="utf-8", errors="replace")
        path.unlink()
        assert self._process.exitcode is not None
        return self._process.exitcode, said
