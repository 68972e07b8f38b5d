"""An answer while it is written: tokens from the thread that writes them, pieces of text for the one that shows them.

Belongs here: handing tokens over, and which characters are certain. Writing is `foundation/generation.py`'s.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Piece:
    """What one more token adds to an answer.

    Attributes:
        text: The new characters; often none.
        tokens: Tokens of the answer so far, the stop token included; 0 where nothing is generated.
        prompt_tokens: Tokens of the prompt.
        stopped: Whether the answer has ended by itself.
    """

    text: str
    tokens: int = 0
    prompt_tokens: int = 0
    stopped: bool = True


class UnwantedError(Exception):
    """Nobody reads the stream any more."""


class TokenStream:
    """Tokens in the order they are written; what transformers calls a streamer, without its words."""

    def __init__(self) -> None:
        self.is_wanted = True
        self._queue: SimpleQueue[int | BaseException | None] = SimpleQueue()
        self._is_prompt = True

    def put(self, value: "torch.Tensor") -> None:
        """Called by transformers: first with the prompt, then with each token.

        Raises:
            UnwantedError: The reader has gone, which ends the writing.
        """
        if not self.is_wanted:
            raise UnwantedError
        if not self._is_prompt:
            self._queue.put(int(value))
        self._is_prompt = False

    def end(self) -> None:
        """Called by transformers after the last token."""
        self._queue.put(None)

    def fail(self, error: BaseException) -> None:
        """Hand an error of the writer over to the reader."""
        self._queue.put(error)

    def __iter__(self) -> Iterator[int]:
        """The tokens, each as soon as it is written."""
        while (token := self._queue.get()) is not None:
            if isinstance(token, BaseException):
                raise token
            yield token


def pieces(
    tokens: Iterator[int], decode: Callable[[list[int]], str], stop: Collection[int], prompt_tokens: int
) -> Iterator[Piece]:
    """The text of an answer, piece by piece: one for each token, and one more where a rest was held back.

    A token may end within a character, whose bytes read as U+FFFD until the others are there; such an end is held back.

    Args:
        tokens: Token ids as they are written.
        decode: Gives the text of the tokens so far, without blanks around it.
        stop: Ids that end an answer and are no part of its text.
        prompt_tokens: Tokens of the prompt.
    """
    written: list[int] = []
    text = shown = ""
    for token in tokens:
        stopped = token in stop
        count = len(written) + 1
        if not stopped:
            written.append(token)
            text = decode(written)
        certain = shown if text.endswith("\N{REPLACEMENT CHARACTER}") else text
        yield Piece(certain[len(shown) :], count, prompt_tokens, stopped)
        shown = certain
    if text != shown:
        yield Piece(text[len(shown) :], count, prompt_tokens, stopped)
