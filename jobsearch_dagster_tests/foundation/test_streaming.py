"""Text comes as soon as it is certain, and all of it comes."""

import pytest

from jobsearch_dagster.foundation.streaming import pieces

STOP = 0


def decode(tokens: list[int]) -> str:
    """Tokens are bytes."""
    return bytes(tokens).decode("utf-8", errors="replace").strip()


def texts(content: bytes) -> list[str]:
    return [piece.text for piece in pieces(iter(content), decode, [STOP], prompt_tokens=3)]


def test_each_token_brings_its_text() -> None:
    assert texts(b"job\0") == ["j", "o", "b", ""]


def test_a_character_comes_when_it_is_whole() -> None:
    assert texts("aé€".encode()) == ["a", "", "é", "", "", "€"]


@pytest.mark.parametrize("ending", [b"", b"\0"])
def test_an_end_that_never_became_a_character_comes_last(ending: bytes) -> None:
    assert texts(b"a\xe2\x82" + ending) == ["a", "", "", *[""] * len(ending), "\N{REPLACEMENT CHARACTER}"]


def test_bytes_that_are_no_character_come_with_the_next_one() -> None:
    assert texts(b"\xffb") == ["", "\N{REPLACEMENT CHARACTER}b"]


def test_blanks_before_and_after_are_no_part_of_an_answer() -> None:
    assert texts(b" \na b \n") == ["", "", "a", "", " b", "", ""]


def test_a_piece_says_how_far_the_answer_is() -> None:
    found = list(pieces(iter(b"ab\0"), decode, [STOP], prompt_tokens=3))
    assert [(piece.tokens, piece.prompt_tokens, piece.stopped) for piece in found] == [
        (1, 3, False), (2, 3, False), (3, 3, True)
    ]  # fmt: skip


def test_an_answer_may_be_empty() -> None:
    assert texts(b"\0") == [""]
