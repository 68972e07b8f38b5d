"""A text that was changed in places, and where each of its characters stood before.

Belongs here: applying replacements and finding the way back. Which words are replaced is in the other modules of this
folder.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Put `text` in place of the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Rewritten:
    """A changed text.

    Attributes:
        text: As it reads now.
        origins: For each of its characters, the span of the first text that it stands for.
    """

    text: str
    origins: tuple[tuple[int, int], ...]

    @classmethod
    def unchanged(cls, text: str) -> "Rewritten":
        """A text as it is."""
        return cls(text, tuple((n, n + 1) for n in range(len(text))))

    def edited(self, edits: Iterable[Edit]) -> "Rewritten":
        """The text after edits that do not overlap, in the order of the text."""
        parts: list[str] = []
        origins: list[tuple[int, int]] = []
        position = 0
        for edit in edits:
            replaced = self.origin(edit.start, edit.end)
            parts += [self.text[position : edit.start], edit.text]
            origins += [*self.origins[position : edit.start], *[replaced] * len(edit.text)]
            position = edit.end
        return Rewritten("".join([*parts, self.text[position:]]), (*origins, *self.origins[position:]))

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` up to `end`, at least one, stood in the first text."""
        return self.origins[start][0], self.origins[end - 1][1]
