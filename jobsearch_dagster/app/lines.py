"""Lines of the input: typed at a prompt, or through a pipe.

Belongs here: reading them. What a line does is in the module of its command.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from io import TextIOWrapper

from jobsearch_dagster.foundation.errors import UserError


def is_terminal() -> bool:
    """Whether a person reads and types."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def lines(prompt: str) -> Iterator[str]:
    """Lines of the input, prompted for and editable in a terminal.

    Those of a pipe are shared: what reads on after another goes on where that stopped.

    Raises:
        EOFError: Ctrl-D in a terminal.
        KeyboardInterrupt: Ctrl-C in a terminal.
        UserError: The program was started without an input.
    """
    if sys.stdin is None:  # `<&-` closes it
        raise UserError("there is no input to read: run it in a terminal, or give it a pipe or a file")
    if not is_terminal():
        assert isinstance(sys.stdin, TextIOWrapper)
        if sys.stdin.errors != "replace":  # bytes that are no text are no end; once, as it takes a stream not read yet
            sys.stdin.reconfigure(errors="replace")
        yield from iter(sys.stdin.readline, "")  # of the stream itself: leaving this generator would close it
        return
    with suppress(ImportError):
        import readline  # noqa: F401 - gives `input` arrows and earlier lines; not every Python has it
    while True:
        yield input(prompt)
