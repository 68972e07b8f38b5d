"""An answer in words, shown while a model writes it.

Belongs here: which words are certain enough to be shown, and breaking their lines. Who writes is in
`evaluation/contenders.py`, what is personal in `preparation/privacy.py`.
"""

import re
from collections.abc import Generator, Iterable
from contextlib import closing
from itertools import takewhile
from typing import TYPE_CHECKING

from jobsearch_dagster.app.ask import say
from jobsearch_dagster.app.console import output, printable
from jobsearch_dagster.preparation.privacy import redact

if TYPE_CHECKING:
    from jobsearch_dagster.evaluation.contenders import Contender
    from jobsearch_dagster.foundation.streaming import Piece

HELD_BACK = 40
"""Characters at the end of an unfinished answer that are not shown yet: a telephone number has 20, most addresses and
names with the words before them fewer than 40, and what a model makes up of them may be somebody's."""


def write(contender: "Contender", question: str) -> None:
    """Show an answer as it is written; Ctrl-C ends it."""
    column = 0
    with closing(released(contender.stream(question))) as parts:
        try:
            for part in parts:
                text, column = broken(printable(part), column, output.width)
                output.out(text, end="")
        except KeyboardInterrupt:
            output.out(" ... stopped", end="")
    say("")


def released(pieces: "Iterable[Piece]") -> Generator[str]:
    """Parts of an answer without personal data, word by word, each as soon as what follows can hardly change it."""
    text = shown = ""
    for piece in pieces:
        text += piece.text
        certain = redact(text[: text.rfind(" ", 0, max(len(text) - HELD_BACK, 0)) + 1])
        if certain.startswith(shown) and certain != shown:
            yield certain[len(shown) :]
            shown = certain
    whole = redact(text)
    stands = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(shown, whole, strict=False)))
    yield whole[stands:]


def broken(text: str, column: int, width: int) -> tuple[str, int]:
    """A part of a text with its lines broken between words, and the column behind it.

    Args:
        text: The part.
        column: Where it begins.
        width: Columns of a line.
    """
    parts = []
    for part in re.findall(r"\n|[^\S\n]+|\S+", text):
        if column + len(part) > width and not part.isspace():
            parts.append("\n")
            column = 0
        parts.append(part)
        column = 0 if part == "\n" else column + len(part)
    return "".join(parts), column
