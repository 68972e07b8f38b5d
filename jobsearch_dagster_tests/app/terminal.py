"""A real pseudo-terminal with `jobsearch` at its other end."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST = 60
"""Seconds that a command may say nothing."""
COMMAND = str(Path(sys.executable).with_name("jobsearch"))
AT_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests themselves run in the background
os.login_tty(0)  # its controlling terminal, so that Ctrl-C reaches the command alone
os.execv(sys.argv[1], sys.argv[1:])
"""


class Screen:
    """Our end of a pseudo-terminal: what is typed and what is seen.

    Attributes:
        seen: All that has come so far.
    """

    def __init__(self, end: int) -> None:
        self._end = end
        self.seen = ""

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._end, text.encode())

    def wait_for(self, text: str, times: int = 1) -> None:
        """Read until the text was seen so many times."""
        while self.seen.count(text) < times:
            assert self._read(), self.seen

    def read_on(self) -> None:
        """Read to the end, so that the command is not kept waiting."""
        while self._read():
            pass

    def _read(self) -> bool:
        """Take what has come; False at the end. A command that says nothing for long fails the test."""
        assert select.select([self._end], [], [], LONGEST)[0], self.seen
        try:
            part = os.read(self._end, 65_536)
        except OSError:  # so Linux says that the other end is closed
            return False
        self.seen += part.decode(errors="replace")
        return bool(part)


class Terminal(Screen):
    """A pseudo-terminal with a command at its other end."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        super().__init__(end)
        self._process = process

    def interrupt(self) -> None:
        """Press Ctrl-C, and again after a while: readline loses one that comes just before it waits for a key."""
        for _ in range(6):
            self.type("\x03")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
                return

    def exit_code(self) -> int:
        """The command's, after its end."""
        self.read_on()
        return self._process.wait(timeout=LONGEST)


def open_terminal(columns: int) -> tuple[int, int]:
    """Both ends of a new pseudo-terminal, ours first."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    return ours, theirs


@contextmanager
def terminal(*words: str, columns: int = 100, **environment: str) -> Generator[Terminal]:
    """`jobsearch` with these words at a terminal, dumb unless the environment says another."""
    ours, theirs = open_terminal(columns)
    inherited = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}}
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, COMMAND, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=inherited | {"TERM": "dumb"} | environment,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        os.close(ours)
