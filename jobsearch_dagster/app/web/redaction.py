"""An answer while it is written, without the personal data that a model makes up: somebody may have that number.

Belongs here: how long text is held back until it is certain. What personal data is, and what stands in its place, is in
`preparation/privacy.py`.
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.preparation.privacy import redact

HELD_BACK = 160
"""Characters, about 40 tokens: an address or a number is recognized only when it and the words around it are there."""


def redacted(pieces: Generator[Piece]) -> Generator[Piece]:
    """The same answer redacted; its texts joined are `redact` of the whole. Closing it closes what it reads."""
    text = shown = ""
    last = None
    with closing(pieces):
        for last in pieces:
            text += last.text
            certain = redact(text)[:-HELD_BACK]
            new = certain[len(shown) :] if certain.startswith(shown) else ""
            shown += new
            yield replace(last, text=new)
    if last is not None:
        yield replace(last, text=redact(text)[len(shown) :])
