"""Skills in a question.

Belongs here: where a skill stands and whether all or any are meant. Which skills there are, under which names, is
for `preparation.entities` to say.
"""

import re
from functools import cache, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from jobsearch_dagster.preparation.entities import find_skills, known_skills
from jobsearch_dagster.search.recognizers.spans import USED, Finding
from jobsearch_dagster.search.recognizers.words import words

_TOKEN = re.compile(r"\.?[^\W_](?:[\w+#.&'/-]*[\w+#])?")
_MOST_WORDS = 4
_OR = re.compile(
    r"(?:\s+(?:jobs?|roles?|positions?|developers?))?\s*,?\s*\bor(?:\s+else|\s+failing\s+that)?\b\s*", re.IGNORECASE
)
_ANY_OF = re.compile(
    r"""
    \b (?: (?:at\s+least\s+)? (?:one|any|either|1) \s+ (?:of|is) | (?:one|any|either) \s+ (?:will|would) \s+ do
        | whichever | no\s+preference | doesn't\s+matter\s+which | either\s+(?:one|way) | either (?=\s*[.!])
        | any\s+(?:one\s+)?of | (?:1|one)\s+(?:is|of\s+\w+\s+is)\s+enough ) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LIST_BEFORE = re.compile(
    r"(?:^|[,/|]|\b(?:and|or|for|with|without|using|know|in|plus|no|(?<!do\s)not|need))\s*$", re.IGNORECASE
)
_LIST_AFTER = re.compile(r"\s*(?:[,/|]|\b(?:and|or|too|also|please|as\s+well)\b|[?.!]*$)", re.IGNORECASE)
_CAN = re.compile(
    r"\b(?:i|who|that|he|she|they)\s+(?:can|could|(?:know|learnt|learned)\s+how\s+to|(?:like|love|enjoy|want)\s+to|am\s+able\s+to)\s+(?P<verb>[a-z]{3,})\b",
    re.IGNORECASE,
)
_BEFORE_USE = re.compile(
    r"\s+(?:dev|developer|programmer|engineer|programming|specialist|expert|skill)s?\b", re.IGNORECASE
)


def listed_skills(text: str) -> list[Finding]:
    """The `skills` whose names are known, in order."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    mentions: list[Finding] = []
    position = 0
    while position < len(tokens):
        size, skill = _mention_at(text, tokens[position : position + _MOST_WORDS])
        if skill is not None:
            span = tokens[position][0], tokens[position + size - 1][1]
            mentions.append(Finding("skills", name_asked(text[slice(*span)], skill), *span))
        position += size
    mentions += _verbs(text, mentions)
    return sorted(mentions, key=lambda mention: mention.start)


def name_asked(said: str, skill: str) -> str:
    """What a mentioned skill is called in a filter: as it is said, unless that is only another spelling of its name.

    "PLC" stays what was asked and not PLC programming, "balayage" is not every hair coloring; "JS" is JavaScript and
    "Amazon Web Services" AWS. The catalog looks either up under the skill's own name.
    """
    words_said, words_named = (_WORDS.findall(name.lower()) for name in (said, skill))
    shorter, longer = sorted(("".join(words_said), "".join(words_named)), key=len)
    is_spelling = (
        set(words_named) <= set(words_said)
        or (len(said) <= _SHORT < len(skill) and not set(words_said) <= set(words_named))
        or shorter == "".join(word[0] for word in max(words_said, words_named, key=len))
        or fuzz.ratio(shorter, longer) >= _ALIKE
        or (len(words_said) == len(words_named) == 1 and shorter in longer)
        or words_named[-1] == "js"
    )
    return skill if is_spelling else _one_of(said.lower(), skill)


def _one_of(said: str, skill: str) -> str:
    """The singular where it names the skill as well: "forklifts"."""
    one = said.removesuffix("s")
    return one if skill_named(one) == skill else said


_WORDS = re.compile(r"[^\W_]+")
_SHORT = 4
"""Letters of an abbreviation."""
_ALIKE = 75
"""Of 100, from which on two names are spellings of one: postgres and PostgreSQL have 89, golang and Go 50."""


def _verbs(text: str, mentions: list[Finding]) -> list[Finding]:
    """Skills as what somebody can do: "I can weld", "I know how to program"."""
    verbs = (
        match for match in _CAN.finditer(text) if not any(m.start <= match.start("verb") < m.end for m in mentions)
    )
    return [
        Finding("skills", skill, *match.span("verb"))
        for match in verbs
        if match["verb"].lower() not in words("common") and (skill := _skill_of_verb(match["verb"].lower()))
    ]


def _skill_of_verb(verb: str) -> str | None:
    forms = (f"{verb}ing", f"{verb.removesuffix('e')}ing", f"{verb}{verb[-1]}ing")
    return next((skill for form in forms if (skill := _full_names().get(form) or skill_named(form))), None)


def skill_in_full(name: str) -> str | None:
    """The skill of that full name, in any case."""
    return _full_names().get(name.lower())


def is_skill(phrase: str) -> bool:
    """Whether a phrase names one skill and cannot as well be a plain word ("go")."""
    name = phrase.lower()
    return name not in words("plain") and skill_named(name) is not None


def _mention_at(text: str, tokens: list[tuple[int, int]]) -> tuple[int, str | None]:
    """The longest skill that starts with the first token: its number of tokens and its name."""
    start = tokens[0][0]
    for size in range(len(tokens), 0, -1):
        end = tokens[size - 1][1]
        phrase = text[start:end]
        skill = None if USED in phrase else skill_named(phrase.lower())
        if phrase.lower() in words("job"):  # "hiring?" asks for any work
            continue
        if skill is not None and (is_skill(phrase) or phrase == skill or _is_listed(text, start, end)):
            return size, skill
    return 1, None


def _is_listed(text: str, start: int, end: int) -> bool:
    """Whether a word stands where only a skill can: in a list, as all that a question is for, or before "developer"."""
    if _BEFORE_USE.match(text, end):
        return True
    return bool(_LIST_BEFORE.search(text[:start]) and _LIST_AFTER.match(text, end))


@lru_cache(maxsize=20_000)
def skill_named(phrase: str) -> str | None:
    """The skill that a phrase names in full, or the one that needs every word of it."""
    if phrase in _full_names():
        return _full_names()[phrase]
    found = find_skills(phrase, respect_case=False)
    if len(found) != 1 or (len(found[0]) == 1 and len(phrase) > 1):  # the R of "R&D", the C of "c-level"
        return None
    parts = phrase.split()
    shorter = (" ".join(parts[1:]), " ".join(parts[:-1])) if len(parts) > 1 else ()
    return None if any(found == find_skills(part, respect_case=False) for part in shorter) else found[0]


def choices(mentions: list[Finding], text: str) -> list[Finding]:
    """Mentions become `skills_any` where one of a list is enough: "A, B or C", "one of A, B, C"."""
    either: set[int] = set()
    if _ANY_OF.search(text) and not any(_OR.fullmatch(text, a.end, b.start) for a, b in pairwise(mentions)):
        either = set(range(len(mentions)))
    for (number, first), second in zip(enumerate(mentions), mentions[1:], strict=False):
        if _OR.fullmatch(text, first.end, second.start):
            either |= {number, number + 1} | _before_in_list(mentions, number, text)
    return [
        Finding("skills_any" if number in either and len(either) > 1 else "skills", m.value, m.start, m.end)
        for number, m in enumerate(mentions)
    ]


def _before_in_list(mentions: list[Finding], last: int, text: str) -> set[int]:
    """The mentions that commas join to one of them."""
    first = last
    while first > 0 and re.fullmatch(r"\s*,\s*", text[mentions[first - 1].end : mentions[first].start]):
        first -= 1
    return set(range(first, last))


@cache
def _full_names() -> dict[str, str]:
    return {skill.lower(): skill for skill in known_skills()}
