"""Questions that another language frames, such as `Gibt es remote jobs für einen UX designer?`.

Belongs here: which language the frame is in, and its words in English. Only the frame is put into English, word by
word: titles, skills and places stay as they are written. The words are in `frames.yaml`.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.gazetteer import is_known
from jobsearch_dagster.preparation.place_names import place_key
from jobsearch_dagster.search.recognizers.words import words
from jobsearch_dagster.search.rewriting.edits import Edit

LEAST_WORDS = 2
"""Different words of a frame before it counts: one alone is as often part of a name ("Rio de Janeiro")."""
LONG = 5
"""Letters of a capitalized word that may show a language in the middle of a question."""
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


@dataclass(frozen=True)
class Language:
    """The frame of one language.

    Attributes:
        english: Phrase, lowercase, to what it says in English.
        pattern: Finds the phrases, the longest first.
        signs: Words that show the language: those of its phrases that English has not; letters are no words ("w/o").
    """

    english: dict[str, str]
    pattern: re.Pattern[str]
    signs: frozenset[str]


def frame_edits(text: str) -> list[Edit]:
    """What to replace so that the frame is English; nothing for a question in English."""
    asked = {match[0].lower() for match in _WORD.finditer(text) if _may_be_sign(match)}
    language = max(_languages(), key=lambda language: len(asked & language.signs))
    if len(asked & language.signs) < LEAST_WORDS:
        return []
    endings = [Edit(*match.span(), "") for match in _CASE_ENDING.finditer(text)]
    words_of_frame = [
        Edit(*match.span(), language.english[match[0].lower()])
        for match in language.pattern.finditer(text)
        if not _begins_a_place(match, text)
    ]
    return sorted([*endings, *words_of_frame], key=lambda edit: edit.start)


_CASE_ENDING = re.compile(r"(?<=[^\W\d_]{3})'(?:d[ae]|t[ae])(?:n|ki)?\b")
"""Of Turkish names: "İstanbul'da" is in Istanbul."""


def _may_be_sign(match: re.Match[str]) -> bool:
    """Not a short name in the middle ("Ho Chi Minh City"); German nouns are capitalized."""
    return match[0].islower() or match.start() == 0 or (match[0].istitle() and len(match[0]) >= LONG)


def _begins_a_place(match: re.Match[str], text: str) -> bool:
    """Whether a capitalized word and the next one are a place: "São Paulo", "Las Palmas"."""
    following = _WORD.match(text, match.end() + 1)
    return match[0][0].isupper() and following is not None and is_known(place_key(f"{match[0]} {following[0]}"))


@cache
def _languages() -> tuple[Language, ...]:
    frames: dict[str, dict[str, str]] = read_yaml(resources.files("jobsearch_dagster.search.rewriting") / "frames.yaml")
    return tuple(_language(english) for english in frames.values())


def _language(english: dict[str, str]) -> Language:
    longest_first = "|".join(map(re.escape, sorted(english, key=len, reverse=True)))
    parts = {word for phrase in english for word in _WORD.findall(phrase)}
    return Language(
        english,
        re.compile(rf"(?<![\w'-])(?:{longest_first})(?![\w-])", re.IGNORECASE),
        frozenset(part for part in parts if len(part) > 1 or not part.isascii()) - words("plain"),
    )
