"""What every method of summarization is: texts to summaries.

Belongs here: the contract that `extractive.py` and `bart.py` fulfil and `summaries.py` uses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Summary:
    """A short form of a text.

    Attributes:
        text: One sentence a line.
        input_tokens: Tokens of the whole text, as the model counts them; none of them was left out.
        pieces: In how many parts the model read the text.
        sentences: Sentences of the summary.
    """

    text: str
    input_tokens: int
    pieces: int
    sentences: int


class Summarizer(Protocol):
    """A method with its model loaded."""

    def summarize(self, texts: Sequence[str]) -> list[Summary]:
        """One summary per text, in their order; a text's summary does not depend on the other texts."""
        ...
