"""What a model makes up of people never leaves the server, and what it says otherwise arrives as it is written."""

from collections.abc import Generator, Iterator

import pytest

from jobsearch_dagster.app.web.redaction import HELD_BACK, redacted
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.preparation.privacy import redact

JOB = "Cook in Oslo, $50K-$75K. We look for a cook with 3 years of experience who knows knives, soups and bread. "
DETAILS = [
    "Write to jane.smith@example.com or call +47 22 33 44 55.",
    "Contact Jane Smith at 555-123-4567 before Friday.",
    "Come to 12 Main Street, Springfield, and ask for Mr. John Miller.",
    "Kind regards,\nJane Smith\n(020) 7946 0958",
]


def in_tokens(text: str, size: int) -> Generator[Piece]:
    for number, start in enumerate(range(0, len(text), size), 1):
        yield Piece(text[start : start + size], number, 7, start + size >= len(text))


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("before", [0, 1, 5])
@pytest.mark.parametrize("detail", DETAILS)
def test_the_pieces_are_the_redacted_answer(detail: str, before: int, size: int) -> None:
    text = JOB * before + detail + " " + JOB * 2
    pieces = list(redacted(in_tokens(text, size)))
    assert "".join(piece.text for piece in pieces) == redact(text) != text
    assert pieces[-1].tokens == -(-len(text) // size)
    assert pieces[-1].stopped


def test_an_answer_arrives_while_it_is_written() -> None:
    text = JOB * 4
    shown = ""
    for number, piece in enumerate(redacted(in_tokens(text, 1)), 1):
        shown += piece.text
        assert len(shown) >= min(number, len(text)) - HELD_BACK
    assert shown == text


def test_an_answer_without_a_piece_has_none() -> None:
    assert list(redacted(in_tokens("", 1))) == []


def test_closing_it_closes_what_writes() -> None:
    ended = []

    def endless() -> Iterator[Piece]:
        try:
            while True:
                yield Piece("word ")
        finally:
            ended.append(True)

    stream = redacted(endless())  # ty: ignore[invalid-argument-type]
    next(stream)
    stream.close()
    assert ended == [True]
