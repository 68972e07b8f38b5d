"""What every method of summarization is: texts to summaries.

Belongs here: the contract that `extractive.py` and `bart.py` fulfil and `summaries.py` uses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Summary:
    """A short form of a text.

    Attributes:
        text: One sentence a line.
        input_tokens: Tokens of the whole text, as the model counts them; none is cut off.
        pieces: In how many parts the text was given to the model.
        sentences: Sentences of the summary.
    """

    text: str
    input_tokens: int
    pieces: int
    sentences: int


Advance = Callable[[int], object]
"""Gets how many sentences were read since it was called last."""


class Summarizer(Protocol):
    """A method with its model loaded."""

    def summarize(self, texts: Sequence[str], advance: Advance = lambda sentences: None) -> list[Summary]:
        """One summary per text, in their order; a text's summary does not depend on the other texts.

        That holds in float32. In bfloat16 the last bit of a number depends on what else is computed beside it, so that
        a model may choose another word for a text that was summarized among others.

        Args:
            texts: Distinct texts.
            advance: Told about the sentences of the texts while they are read; all of them when it returns.
        """
        ...


def spread(sentences: int, parts: int, advance: Advance) -> Callable[[int], None]:
    """Advance by sentences while parts are done: by all of them with the last part, at once where there is none."""
    done = 0
    if not parts:
        advance(sentences)

    def finish(count: int) -> None:
        nonlocal done
        before = sentences * done // parts
        done += count
        advance(sentences * done // parts - before)

    return finish
