"""The skills lexicon and how it is found in a text.

Belongs here: matching names of skills. Does not belong here: the names themselves (`skills.csv` beside this module).
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_TOKEN = re.compile(r"[^\W_]+(?:\.(?:js|net|io)\b)?(?:\+\+|\#)?|(?<![^\W_])\.net\b|[.,;:!?()&|•\n]", re.IGNORECASE)
_BREAKS = frozenset(".,;:!?()|•\n")

_NOT_BEFORE: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "Go": ("to", "above", "ahead", "live", "beyond", "the", "on", "out", "further", "back", "through", "home", "for"),
    "R": ("&",),
    "C": ("&", "level", "suite"),
    "Excel": ("in", "at", "as"),
    "Lean": ("on", "in", "into"),
    "Spring": ("break", "semester"),
    "English": ("speaking",),
    "Recruitment": ("agencies", "agency", "agents", "process", "consultants", "fraud"),
    "Compliance": ("with",),
})  # fmt: skip
"""Words after which a word is no skill: `Go above and beyond`, `R&D`."""
_NOT_AFTER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"C": ("series", "vitamin", "class", "category", "grade", "hepatitis", "schedule", "plan")}
)

_NEGATIONS = ("no", "not", "without", "nor", "never")
_NEGATION_REACH = 4
"""How many words before a skill a negation may stand: `not big on deep learning`."""
_NOT_NEEDED = re.compile(r"(?:\w+ ){0,2}not (?:required|needed|necessary|mandatory)\b")


def known_skills() -> tuple[str, ...]:
    """Every skill of the lexicon, as it is shown, in the order of the file."""
    return tuple(entry.skill for entry in _entries())


def find_skills(text: str, *, respect_case: bool = True) -> tuple[str, ...]:
    """The skills a text names, each once, in the order of their first mention; of two that overlap the longer.

    Args:
        text: Any text; about 3,000 characters take under a millisecond.
        respect_case: Whether `Go`, `R`, `Excel` ... count only as they are capitalized; False for questions, which
            often are in lower case.
    """
    return tuple(dict.fromkeys(m.skill for m in _mentions(_TOKEN.findall(text), respect_case)))


def find_asked_skills(text: str) -> tuple[str, ...]:
    """Like `find_skills`, without those that the text itself waves aside: `without PHP`, `Java is not required`."""
    tokens = _TOKEN.findall(text)
    asked = (m.skill for m in _mentions(tokens, respect_case=True) if not _is_negated(tokens, m))
    return tuple(dict.fromkeys(asked))


@dataclass(frozen=True)
class _Entry:
    skill: str
    aliases: tuple[str, ...]
    case_sensitive: bool


@dataclass(frozen=True)
class _Mention:
    """A skill and the tokens it takes, first and one past the last."""

    skill: str
    first: int
    end: int


_Names = dict[str, list[tuple[list[str], str]]]
"""First token of a name to all its tokens and its skill, the longest name first."""


def _mentions(tokens: Sequence[str], respect_case: bool) -> Iterator[_Mention]:
    any_case, exact = _lexicon(respect_case)
    lowered = [token.lower() for token in tokens]
    position = 0
    while position < len(tokens):
        found = _longest(any_case, lowered, position) or _longest(exact, tokens, position)
        if found is not None and not (respect_case and _is_another_word(found, lowered)):
            yield found
            position = found.end
        else:
            position += 1


def _longest(names: _Names, tokens: Sequence[str], position: int) -> _Mention | None:
    for name, skill in names.get(tokens[position], ()):
        end = position + len(name)
        if tokens[position:end] == name:
            return _Mention(skill, position, end)
    return None


def _is_another_word(mention: _Mention, lowered: Sequence[str]) -> bool:
    if mention.end - mention.first > 1:
        return False
    before = lowered[mention.first - 1] if mention.first else ""
    after = lowered[mention.end] if mention.end < len(lowered) else ""
    return after in _NOT_BEFORE.get(mention.skill, ()) or before in _NOT_AFTER.get(mention.skill, ())


def _is_negated(tokens: Sequence[str], mention: _Mention) -> bool:
    for at in range(mention.first - 1, max(-1, mention.first - 1 - _NEGATION_REACH), -1):
        if tokens[at] in _BREAKS:
            break
        if tokens[at].lower() in _NEGATIONS:
            return tokens[at + 1].lower() not in ("only", "just", "limited")
    return _NOT_NEEDED.match(" ".join(tokens[mention.end : mention.end + 4]).lower()) is not None


@cache
def _entries() -> tuple[_Entry, ...]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            _Entry(row["skill"], tuple(filter(None, row["aliases"].split("|"))), row["case_sensitive"] == "yes")
            for row in csv.DictReader(lines)
        )


@cache
def _lexicon(respect_case: bool) -> tuple[_Names, _Names]:
    """Names that count in any case, and those that count only as they are written."""
    any_case: _Names = {}
    exact: _Names = {}
    for entry in _entries():
        for name in (entry.skill, *entry.aliases):
            if respect_case and entry.case_sensitive and name == entry.skill:
                _add(exact, _TOKEN.findall(name), entry.skill)
            else:
                _add(any_case, _TOKEN.findall(name.lower()), entry.skill)
    return any_case, exact


def _add(names: _Names, tokens: list[str], skill: str) -> None:
    same_start = names.setdefault(tokens[0], [])
    same_start.append((tokens, skill))
    same_start.sort(key=lambda name: -len(name[0]))
