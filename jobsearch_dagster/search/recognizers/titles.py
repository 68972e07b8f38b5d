"""Job titles in a question: an occupation word and the words before it that belong to it.

Belongs here: spotting a title inside a sentence, in singular and plural, with a slip of the keyboard. Writing a title
in standard form is for `preparation.titles`.
"""

import re
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.search.recognizers.skills import find_misspelt_skills, find_skill_mentions, is_skill
from jobsearch_dagster.search.recognizers.spans import Finding
from jobsearch_dagster.search.recognizers.words import words

_WORD = re.compile(r"[^\W\d_][\w+#.'-]*[\w+#]|[^\W\d_]")
_MOST_WORDS = 4
"""Words of a title; a fifth is more likely a part of the sentence."""
_LEAST_LETTERS = 5
"""Shorter words are too near each other to guess at a slip."""
_ANYONE = frozenset(("specialist", "associate", "worker"))
"""Occupations that after a skill say no more than the skill ("React specialist")."""
_SAME_WORK = {"developer": "engineer", "engineer": "developer"}
_SOFTWARE = frozenset(
    (
        "backend",
        "cloud",
        "data",
        "devops",
        "embedded",
        "frontend",
        "game",
        "mobile",
        "platform",
        "software",
        "stack",
        "web",
    )
)
"""Modifiers beside which "developer" and "engineer" name the same work."""


def find_titles(text: str) -> list[Finding]:
    """`titles`, in standard form and singular; "python developers" names the title `developer` and leaves `python`."""
    tokens = list(_WORD.finditer(text))
    skills = _skill_tokens(tokens, text)
    findings: list[Finding] = []
    last = len(tokens) - 1
    while last >= 0:
        occupation = None if last in skills else _occupation(tokens[last][0].lower())
        first = last
        if occupation is not None:
            first = _first_token(tokens, last, text, skills)
            after_skill = first - 1 in skills and _touch(tokens, first, text)
            findings += _titles(tokens[first : last + 1], occupation, after_skill=after_skill)
        last = first - 1
    return findings


def _skill_tokens(tokens: list[re.Match[str]], text: str) -> set[int]:
    """Tokens that are part of a skill, but for those that are part of titles as well ("machine learning engineer")."""
    spans = [(skill.start, skill.end) for skill in (*find_skill_mentions(text), *find_misspelt_skills(text))]
    inside = (n for n, token in enumerate(tokens) if any(s <= token.start() < e for s, e in spans))
    return {n for n in inside if tokens[n][0].lower() not in words("title_modifier")}


def _titles(tokens: list[re.Match[str]], occupation: str, *, after_skill: bool) -> list[Finding]:
    if after_skill and len(tokens) == 1 and occupation in _ANYONE:
        return []
    title = standardize_title(" ".join([*(token[0].lower() for token in tokens[:-1]), occupation]))
    names = [title]
    *modifiers, head = title.split() or [""]
    if head in _SAME_WORK and (after_skill or _SOFTWARE.intersection(modifiers)):
        names.append(" ".join([*modifiers, _SAME_WORK[head]]))
    return [Finding("titles", name, tokens[0].start(), tokens[-1].end()) for name in names if name]


def _first_token(tokens: list[re.Match[str]], last: int, text: str, skills: set[int]) -> int:
    """Index of the first word of the title that ends with the last one."""
    first = last
    while first > 0 and last - first + 1 < _MOST_WORDS and _touch(tokens, first, text):
        before = tokens[first - 1][0].lower()
        if first - 1 in skills or (before in words("function") and before not in words("title_modifier")):
            break
        first -= 1
    return first


def _touch(tokens: list[re.Match[str]], number: int, text: str) -> bool:
    """Whether only a blank stands before a token."""
    return number > 0 and text[tokens[number - 1].end() : tokens[number].start()] == " "


@lru_cache(maxsize=20_000)
def _occupation(word: str) -> str | None:
    """The occupation word in the singular; None where the word is none, not even with one letter wrong."""
    singulars = (
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        re.sub("ies$", "y", word),
        re.sub("men$", "man", word),
    )
    for singular in singulars:
        if singular in words("occupation"):
            return singular
    if len(word) < _LEAST_LETTERS or word in words("plain") | words("title_modifier") or is_skill(word):
        return None
    found = process.extractOne(word.removesuffix("s"), _occupations(), scorer=OSA.distance, score_cutoff=1)
    return found[0] if found and found[0][0] == word[0] else None


@cache
def _occupations() -> tuple[str, ...]:
    """Those that are long enough to guess at, in a fixed order."""
    return tuple(sorted(name for name in words("occupation") if len(name) >= _LEAST_LETTERS))
