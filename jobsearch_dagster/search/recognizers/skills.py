"""Skills in a question: by name, and by a name with a slip of the keyboard.

Belongs here: where a skill stands and whether all or any are meant. Which skills there are, under which names, is
`preparation.entities`' to say.
"""

import re
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from jobsearch_dagster.preparation.entities import find_skills, known_skills
from jobsearch_dagster.search.recognizers.spans import USED, Finding
from jobsearch_dagster.search.recognizers.words import PLAIN_WORDS

_TOKEN = re.compile(r"\.?[^\W_](?:[\w+#.&'/-]*[\w+#])?")
_MOST_WORDS = 4
_OR = re.compile(r"\s*,?\s*\bor\b\s*", re.IGNORECASE)
_LEAST_LETTERS = 5
"""Shorter names are too near each other to guess at a slip."""


def find_skill_mentions(text: str) -> list[Finding]:
    """`skills`; `skills_any` for those that stand in a choice ("python or java")."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    mentions: list[Finding] = []
    position = 0
    while position < len(tokens):
        size, skill = _mention_at(text, tokens[position : position + _MOST_WORDS])
        if skill is not None:
            span = tokens[position][0], tokens[position + size - 1][1]
            mentions.append(Finding("skills", skill, *span))
        position += size
    return _choices(mentions, text)


def find_misspelt_skills(text: str) -> list[Finding]:
    """`skills` and `skills_any` with one wrong, missing, extra or swapped letter, two in long names."""
    mentions = []
    for match in re.finditer(rf"[^\W\d_]{{{_LEAST_LETTERS},}}", text):
        word = match[0].lower()
        skill = None if word in PLAIN_WORDS else _nearest(word)
        if skill is not None:
            mentions.append(Finding("skills", skill, *match.span()))
    return _choices(mentions, text)


def is_skill(phrase: str) -> bool:
    """Whether a phrase names one skill and nothing else."""
    return _named(phrase.lower()) is not None


def _mention_at(text: str, tokens: list[tuple[int, int]]) -> tuple[int, str | None]:
    """The longest skill that starts with the first token: its number of tokens and its name."""
    for size in range(len(tokens), 0, -1):
        phrase = text[tokens[0][0] : tokens[size - 1][1]]
        if USED not in phrase and (skill := _named(phrase.lower())) is not None:
            return size, skill
    return 1, None


@lru_cache(maxsize=20_000)
def _named(phrase: str) -> str | None:
    """The one skill that needs every word of the phrase."""
    found = find_skills(phrase, respect_case=False)
    if len(found) != 1 or phrase in PLAIN_WORDS:
        return None
    words = phrase.split()
    shorter = (" ".join(words[1:]), " ".join(words[:-1])) if len(words) > 1 else ()
    return None if any(found == find_skills(part, respect_case=False) for part in shorter) else found[0]


def _choices(mentions: list[Finding], text: str) -> list[Finding]:
    """Mentions joined by "or" become `skills_any`."""
    either: set[int] = set()
    for (number, first), second in zip(enumerate(mentions), mentions[1:], strict=False):
        if _OR.fullmatch(text, first.end, second.start):
            either |= {number, number + 1}
    return [
        Finding("skills_any" if number in either else "skills", m.value, m.start, m.end)
        for number, m in enumerate(mentions)
    ]


@lru_cache(maxsize=20_000)
def _nearest(word: str) -> str | None:
    slips = 1 if len(word) < 2 * _LEAST_LETTERS - 2 else 2
    found = process.extractOne(
        word, _single_words(), scorer=OSA.distance, score_cutoff=slips
    )
    return None if found is None or found[0][0] != word[0] else _named(found[0])


@cache
def _single_words() -> tuple[str, ...]:
    names = (name.lower() for name in known_skills())
    return tuple(name for name in names if name.isalpha() and len(name) >= _LEAST_LETTERS)
