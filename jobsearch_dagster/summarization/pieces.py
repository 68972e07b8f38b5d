"""Texts cut into pieces that fit a model's window, so that no model cuts them silently.

Belongs here: where a text may be cut. What a model does with the pieces is in `extractive.py` and `bart.py`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from jobsearch_dagster.preparation import text as texts

WORDS_PER_PIECE = 25
"""Where punctuation was stripped before, a piece of this many words stands for a sentence."""
CountTokens = Callable[[Sequence[str]], list[int]]
"""Tokens of each text, without the marks that a model sets at its beginning and end."""


class Piece(NamedTuple):
    """A part of a text and its length in tokens."""

    text: str
    tokens: int


def split_sentences(text: str) -> list[str]:
    """Sentences of a text in order; together they hold all its words.

    A sentence of more than four times `WORDS_PER_PIECE` words (a text without punctuation) is cut into pieces of that
    many.
    """
    sentences = []
    for sentence in texts.split_sentences(text, longest=max(1, len(text))):
        words = sentence.split()
        if len(words) <= 4 * WORDS_PER_PIECE:
            sentences.append(sentence)
        else:
            sentences += [" ".join(words[i : i + WORDS_PER_PIECE]) for i in range(0, len(words), WORDS_PER_PIECE)]
    return sentences


def fit(sentences: Sequence[str], count_tokens: CountTokens, window: int) -> list[Piece]:
    """The sentences in their order, those beyond the window halved until they fit.

    A sentence is halved at the blank nearest to its middle, a word without blanks anywhere.

    Args:
        sentences: Sentences of one text.
        count_tokens: How the model counts.
        window: Most tokens of a piece, at least 1.
    """
    pieces: list[Piece] = []
    for sentence, tokens in zip(sentences, count_tokens(sentences), strict=True):
        if tokens <= window or len(sentence) < 2:
            pieces.append(Piece(sentence, tokens))
        else:
            pieces += fit(_halves(sentence), count_tokens, window)
    return pieces


def pack(pieces: Sequence[Piece], count_tokens: CountTokens, window: int) -> list[Piece]:
    """Pieces that follow each other together, as many as the window holds, joined by blanks.

    A blank is counted with one token at first. As it may cost more (byte-pair encoding splits a word behind a blank in
    its own way), what goes together is counted anew, and halved where it is beyond the window.
    """
    groups = _together(pieces, window)
    texts = [" ".join(piece.text for piece in group) for group in groups]
    packed: list[Piece] = []
    for group, text, tokens in zip(groups, texts, count_tokens(texts), strict=True):
        if tokens <= window or len(group) == 1:
            packed.append(Piece(text, tokens))
        else:
            middle = len(group) // 2
            for half in (group[:middle], group[middle:]):
                packed += pack(half, count_tokens, window)
    return packed


def _together(pieces: Sequence[Piece], window: int) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    length = 0
    for piece in pieces:
        if groups and length + 1 + piece.tokens <= window:
            groups[-1].append(piece)
            length += 1 + piece.tokens
        else:
            groups.append([piece])
            length = piece.tokens
    return groups


def _halves(sentence: str) -> tuple[str, str]:
    middle = len(sentence) // 2
    before, after = sentence.rfind(" ", 1, middle + 1), sentence.find(" ", middle, len(sentence) - 1)
    blanks = [at for at in (before, after) if at > 0]
    if not blanks:
        return sentence[:middle], sentence[middle:]
    at = min(blanks, key=lambda blank: abs(blank - middle))
    return sentence[:at], sentence[at + 1 :]
