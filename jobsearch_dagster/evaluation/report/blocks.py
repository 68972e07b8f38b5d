"""The parts that the report's page is made of.

Belongs here: what a part holds, as plain text. How it is written is in `html_page.py` and `markdown_page.py`, which
escape every text: postings and answers are written by strangers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the page's title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A table whose first column names its rows.

    Attributes:
        caption: What it shows, with unit and n where all rows share it.
        columns: Names of the columns.
        rows: Texts, as many in each row as there are columns.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Picture:
    """A PNG of the report's folder.

    Attributes:
        name: File name without `.png`.
        alt: What a reader who cannot see it must know.
        caption: What is drawn, for those who see it.
    """

    name: str
    alt: str
    caption: str


class Said(NamedTuple):
    """What one contender answers, line by line, and how it was scored."""

    who: str
    text: str
    scores: str


@dataclass(frozen=True)
class SideBySide:
    """Answers to one question beside each other."""

    answers: Sequence[Said]


@dataclass(frozen=True)
class Folded:
    """Parts that are shown when the reader opens them."""

    title: str
    blocks: Sequence["Block"]


Block = Heading | Paragraph | Bullets | Table | Picture | SideBySide | Folded


def picked(drawn: Mapping[str, Picture], *names: str) -> list[Picture]:
    """Pictures of these names, as far as they were drawn."""
    return [drawn[name] for name in names if name in drawn]
