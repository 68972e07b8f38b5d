"""English words and how common they are, by pyspellchecker's list of 160,000 (from film subtitles).

Belongs here: that list, loaded on first use (0.4 s): words of a question that the lexicons know need it not.
"""

from collections.abc import Mapping
from functools import cache

RARE = 50
"""How often the rarest half of its words occur, nearly all of them names (Kalgoorlie, Galway)."""


def english_frequency(word: str) -> int:
    """How often the list's corpus has a word, in lower case; 0 for one that is no English word."""
    return _words().get(word, 0)


@cache
def _words() -> Mapping[str, int]:
    from spellchecker import SpellChecker

    return SpellChecker(language="en").word_frequency.dictionary
