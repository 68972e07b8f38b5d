"""The skills lexicon and how it is found in a text.

Belongs here: matching names of skills. Does not belong here: the names themselves (`skills.csv` beside this module),
the phrases that only look like one (`skill_context.yaml`), whether the job asks for what it names (`asked_skills.py`).
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jobsearch_dagster.foundation.package_data import read_yaml

_TOKEN = re.compile(
    r"[^\W_]+(?:\.(?:js|net|io)\b)?(?:\+\+|\#|\+(?![\w+]))?|(?<![^\W_])\.net\b|[.,;:!?()&|•\n]|(?<= )[-–—](?= )",
    re.IGNORECASE,
)
BREAKS = frozenset(".,;:!?()|•\n-–—")
"""Tokens that no name goes across."""
_CURRENCIES = frozenset(("aed", "cad"))
"""Skills of the lexicon that are codes of ISO 4217 as well."""
_AMOUNT = re.compile(r"\d+k?", re.IGNORECASE)
_JOINING = frozenset(("and", "or", "&"))


def known_skills() -> tuple[str, ...]:
    """Every skill of the lexicon, as it is shown, in the order of the file."""
    return tuple(entry.skill for entry in _entries())


@cache
def personal_skills() -> frozenset[str]:
    """Those of the lexicon that describe a person rather than a craft: teamwork, reliability."""
    return frozenset(entry.skill for entry in _entries() if entry.field == "personal")


@cache
def skill_fields() -> dict[str, str]:
    """Each skill's field of work: software, trades, languages."""
    return {entry.skill: entry.field for entry in _entries()}


@cache
def skill_spellings() -> frozenset[str]:
    """All names of all skills, lowercase."""
    return frozenset(name.lower() for entry in _entries() for name in (entry.skill, *entry.aliases))


def skill_named(name: str) -> str | None:
    """The skill that a name or one of its other spellings stands for; None where the lexicon has none."""
    return _lexicon(respect_case=False).any_case.get(" ".join(_words(name.lower()))) or None


def find_skills(text: str, *, respect_case: bool = True) -> tuple[str, ...]:
    """The skills a text names, each once, in the order of their first mention; of two that overlap the longer.

    Args:
        text: Any text; about 3,000 characters take under a millisecond.
        respect_case: Whether `Go`, `R`, `Excel` ... count only as they are capitalized; False for questions, which
            often are in lower case.
    """
    return tuple(dict.fromkeys(m.skill for m in Mentions(text, respect_case=respect_case)))


@dataclass(frozen=True, slots=True)
class Mention:
    """A skill, the tokens it takes (first and one past the last) and its place in the text."""

    skill: str
    first: int
    last: int
    start: int
    end: int


class Mentions:
    """The mentions of skills in a text, with the tokens around them."""

    def __init__(self, text: str, *, respect_case: bool) -> None:
        """Cut a text into tokens."""
        matches = list(_TOKEN.finditer(text))
        self.text = text
        self.tokens = [match[0] for match in matches]
        self.lowered = list(map(str.lower, self.tokens))
        self._spans = [match.span() for match in matches]
        self._respect_case = respect_case

    def __iter__(self) -> Iterator[Mention]:
        """Mentions from left to right."""
        lexicon = _lexicon(self._respect_case)
        words = _spoken(self.lowered)
        done = 0
        for position, word in enumerate(words):
            if position < done or word not in lexicon.sizes:
                continue
            size, skill = _longest(lexicon, words, position)
            if size and skill is None:
                size, skill = self._exact(lexicon, position, size)
            if skill and not self._is_money(position, position + size):
                start, end = self._spans[position][0], self._spans[position + size - 1][1]
                yield Mention(skill, position, position + size, start, end)
            done = position + size

    def _is_money(self, first: int, last: int) -> bool:
        """Whether a name is a currency beside an amount: `CAD 80,000`, `80k CAD`."""
        if self.lowered[first] not in _CURRENCIES:
            return False
        beside = self.tokens[max(0, first - 1) : first] + self.tokens[last : last + 1]
        return any(_AMOUNT.fullmatch(token) for token in beside)

    def _exact(self, lexicon: "_Lexicon", position: int, size: int) -> tuple[int, str | None]:
        """A name that counts only as it is written, or where the words around it leave no doubt."""
        name = " ".join(self.tokens[position : position + size])
        skill = lexicon.exact.get(name)
        line = self._line(position)
        if skill is not None and (line.upper() != line or len(line) <= len(name) + 3):
            is_plain = self._starts_sentence(position) and self._is_followed(position, position + size)
            return size, None if is_plain or self._is_name(position + size) else skill
        as_any_case = lexicon.by_lower.get(name.lower())
        has_case = line.lower() != line and line.upper() != line
        if as_any_case is None or has_case:
            return size, None
        return size, as_any_case if self._is_listed(position, position + size) else None

    def _line(self, position: int) -> str:
        at = self._spans[position][0]
        start, end = self.text.rfind("\n", max(0, at - 200), at) + 1, self.text.find("\n", at, at + 200)
        return self.text[max(start, at - 200) : at + 200 if end < 0 else end]

    def _starts_sentence(self, position: int) -> bool:
        return position == 0 or self.tokens[position - 1] in BREAKS - {",", "(", ":", "|"}

    def _is_followed(self, first: int, last: int) -> bool:
        """Whether a plain word goes on as a plain sentence does: `Excel at`, `Go to`."""
        return (
            self.lowered[first] in _context()["plain_words"]
            and last < len(self.tokens)
            and self.lowered[last] in _context()["plain_after"]
        )

    def _is_name(self, last: int) -> bool:
        """Whether a capitalized word follows that makes a name of both: `Maple Hollow`, `Sage Hospital`."""
        if last >= len(self.tokens) or self._spans[last][0] != self._spans[last - 1][1] + 1:
            return False
        after = self.tokens[last]
        if not (after[0].isupper() and after[1:].islower()) or self.lowered[last] in _context()["cue_after"]:
            return False
        lexicon = _lexicon(self._respect_case)
        return self.lowered[last] not in lexicon.sizes or not _longest(lexicon, self.lowered, last)[0]

    def _is_listed(self, first: int, last: int) -> bool:
        """Whether the words around say that a plain word is meant as a skill: `in go,`, `go developer`."""
        before = self.lowered[first - 1] if first else "\n"
        after = self.lowered[last] if last < len(self.tokens) else "\n"
        opens = before in BREAKS | _JOINING or before in _context()["cue_before"]
        return after in _context()["cue_after"] or (opens and after in BREAKS | _JOINING)


class _Entry(NamedTuple):
    skill: str
    aliases: tuple[str, ...]
    field: str
    case_sensitive: bool


class _Lexicon(NamedTuple):
    """Names by their words joined with blanks; None where only the exact spelling decides, '' where it is no skill."""

    any_case: dict[str, str | None]
    exact: dict[str, str]
    by_lower: dict[str, str]
    sizes: dict[str, tuple[int, ...]]
    """First word of a name to the numbers of words that names with it have, the greatest first."""


def _longest(lexicon: _Lexicon, words: Sequence[str], position: int) -> tuple[int, str | None]:
    for size in lexicon.sizes[words[position]]:
        name = " ".join(words[position : position + size])
        if position + size <= len(words) and name in lexicon.any_case:
            return size, lexicon.any_case[name]
    return 0, None


@cache
def _entries() -> tuple[_Entry, ...]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            _Entry(
                row["skill"],
                tuple(filter(None, row["aliases"].split("|"))),
                row["field"],
                row["case_sensitive"] == "yes",
            )
            for row in csv.DictReader(lines)
        )


@cache
def _context() -> dict[str, frozenset[str]]:
    lists = read_yaml(Path(__file__).with_name("skill_context.yaml"))
    return {name: frozenset(map(str, words)) for name, words in lists.items()}


@cache
def _lexicon(respect_case: bool) -> _Lexicon:
    """Every spelling of every name; a spelling that is written down goes before one that is made."""
    any_case: dict[str, str | None] = {}
    exact: dict[str, str] = {}
    by_lower: dict[str, str] = {}
    plain: list[tuple[str, str]] = []
    if respect_case:
        any_case |= {" ".join(_words(phrase)): "" for phrase in _context()["other_meanings"]}
    for entry in _entries():
        for name in (entry.skill, *entry.aliases):
            key = " ".join(_words(name.lower()))
            if respect_case and entry.case_sensitive and name == entry.skill:
                any_case.setdefault(key, None)
                exact[" ".join(_TOKEN.findall(name))] = by_lower[key] = entry.skill
            else:
                any_case[key] = entry.skill
                plain.append((key, entry.skill))
    made: dict[str, str | None] = {}
    for variants, (_, skill) in zip(_variants([key for key, _ in plain]), plain, strict=True):
        for variant in variants:
            if not (skill.isupper() and variant == f"{skill.lower()}s"):  # Leeds is no two certificates of LEED
                made.setdefault(variant, skill)
    any_case = made | any_case
    return _Lexicon(any_case, exact, by_lower, _sizes(any_case))


def _words(name: str) -> list[str]:
    return _spoken(_TOKEN.findall(name))


def _spoken(words: Sequence[str]) -> list[str]:
    return ["and" if word == "&" else word for word in words]


def _sizes(names: dict[str, str | None]) -> dict[str, tuple[int, ...]]:
    sizes: dict[str, set[int]] = {}
    for name in names:
        sizes.setdefault(name.partition(" ")[0], set()).add(1 + name.count(" "))
    return {first: tuple(sorted(found, reverse=True)) for first, found in sizes.items()}


_SPELLINGS = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"is(ation|ing|e|ed|er)\b", r"iz\1"),
        (r"\b(label|model|counsel|travel|cancel|fuel|signal|channel)l", r"\1"),
        (r"\b(col|behavi|lab|fav|hum|neighb)our", r"\1or"),
        (r"licence", "license"),
        (r"\b(cent|fib|theat|met|lit)re(s?)\b", r"\1er\2"),
        (r"aesth", "esth"),
        (r"paed", "ped"),
        (r"\bhaem", "hem"),
        (r"programme", "program"),
        (r"catalogu(e|ing)", r"catalog"),
        (r"analogue", "analog"),
        (r"mould", "mold"),
        (r"tyre", "tire"),
        (r"defence", "defense"),
        (r"judgement", "judgment"),
        (r"grey", "gray"),
        (r"cheque", "check"),
        (r"aluminium", "aluminum"),
        (r"storey", "story"),
        (r"enrol\b", "enroll"),
    )
)
_AMERICAN = (
    (re.compile(r"iz(ation|ing|e|ed|er)\b"), r"is\1"),
    (re.compile(r"\b(label|model|counsel|travel|cancel)(ing|ed|er)"), r"\1l\2"),
    (re.compile(r"\b(col|behavi|lab)or"), r"\1our"),
    (re.compile(r"license"), "licence"),
    (re.compile(r"\b(cent|fib|theat)er(s?)\b"), r"\1re\2"),
    (re.compile(r"\banesth"), "anaesth"),
    (re.compile(r"\bpediatr"), "paediatr"),
    (re.compile(r"program\b"), "programme"),
    (re.compile(r"mold"), "mould"),
)
_LEAST_PLURAL = 4


def _variants(names: Sequence[str]) -> Iterator[list[str]]:
    """Of each name its spellings, itself first: British and American, singular and plural, in one word."""
    # The patterns go over all names at once, as lines of one text: a tenth of the time of 8,000 names one by one.
    text = "\n".join(names)
    respelt = (pattern.sub(other, text) for pattern, other in (*_SPELLINGS, *_AMERICAN))
    for spellings in zip(names, *(lines.split("\n") for lines in respelt), strict=True):
        variants = []
        for spelling in dict.fromkeys(spellings):
            variants += [spelling, _other_number(spelling)]
            if spelling.count(" ") == 1:
                variants.append(spelling.replace(" ", ""))
        yield variants


def _other_number(name: str) -> str:
    last = name.rpartition(" ")[2]
    if len(last) < _LEAST_PLURAL or not last.isalpha():
        return name
    if last.endswith("s"):
        is_singular = last.endswith(("ss", "us", "is", "ics", "ous")) or " " not in name
        return name if is_singular else name[:-1]
    return name[:-1] + "ies" if last.endswith("y") and last[-2] not in "aeiou" else name + "s"
