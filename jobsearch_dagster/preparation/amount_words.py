"""The words around an amount as patterns: scales, signs, periods, sides and ranges, in many languages.

Belongs here: turning `amount_words.yaml` and `currencies.yaml` into patterns, once. Does not belong here: reading an
amount with them (`amounts.py`).

The patterns are for folded text (`text.fold`): no case, no accents.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jobsearch_dagster.preparation import currencies
from jobsearch_dagster.preparation.text import fold
from jobsearch_dagster.preparation.vocabulary import PERIODS, Period

DATA = Path(__file__).with_name("amount_words.yaml")
LETTER = "[a-z\u00df-\u024f\u0370-\u05ff]"
"""A letter of a script that puts blanks between words."""


@dataclass(frozen=True)
class Meaning:
    """What a word after a figure says.

    Attributes:
        scale: How many times larger the figure is; None where the word is none of that kind.
        currencies: Those that it can mean, the likeliest first.
        period: What is paid for.
    """

    scale: float | None = None
    currencies: tuple[str, ...] = ()
    period: Period | None = None


@dataclass(frozen=True)
class Words:
    """The patterns.

    Attributes:
        sign_before: One or two signs up to the end of the searched text, in the groups `outer` and `inner`.
        after: One word or sign after a figure; the group that matched says of what kind it is.
        period: Words that name a period, in a group of its name.
        range: What stands between the two ends of a range.
        and_: What does so after `between`.
        between: Ends with a word such as "between".
        upper_before: Ends with a word such as "up to".
        upper_after: Begins with one such as "max".
        lower_before: Ends with a word such as "from".
        lower_after: Begins with one such as "and up".
        said: What each scale says.
    """

    sign_before: re.Pattern[str]
    after: re.Pattern[str]
    period: re.Pattern[str]
    range: re.Pattern[str]
    and_: re.Pattern[str]
    between: re.Pattern[str]
    upper_before: re.Pattern[str]
    upper_after: re.Pattern[str]
    lower_before: re.Pattern[str]
    lower_after: re.Pattern[str]
    said: Mapping[str, Meaning]

    def meaning(self, kind: str, word: str) -> Meaning:
        """What a match of the group `kind` of `after` says."""
        if kind == "sign":
            return Meaning(currencies=meant_by(word))
        period = next((period for period in PERIODS if kind in (period, f"bare_{period}")), None)
        return Meaning(period=period) if period else self.said.get(word, Meaning())


def meant_by(sign: str) -> tuple[str, ...]:
    """Currencies of a sign as it stands in a folded text; `us $` is `us$`."""
    known = currencies.signs()
    return known[sign if sign in known else sign.replace(" ", "")]


@cache
def words() -> Words:
    """The patterns, built on first use: about 30 ms."""
    own = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    said = _said(own)
    scales = _one_of(word for words in own["scales"].values() for word in words)
    scaled = _one_of(alias for word, more in own["scaled_signs"].items() for alias in (word, *more.get("also", ())))
    signs = _one_of(currencies.signs())
    strong = _one_of(currencies.signs().keys() - currencies.thousands_only())
    symbols = _one_of(sign for sign in currencies.signs() if not re.match(LETTER, sign))
    edged = rf"(?:(?<!{LETTER})(?:{signs})|{symbols})"
    boundary = rf"(?!{LETTER})"
    per = rf"(?:[\s(]*/\s?|[\s(]+(?:{_one_of(own['per'])})\s?/?\s*)"
    periods = "|".join(
        rf"(?P<{period}>{per}(?:{_one_of(own['units'][period])}){boundary}"
        rf"|[\s(,-]*(?<!{LETTER})(?:{_one_of(own['adverbs'][period])}){boundary})"
        for period in PERIODS
    )
    bare = "|".join(
        rf"[\s-]?(?P<bare_{period}>{_one_of(set(own['units'][period]) & set(own['bare_units']))}){boundary}"
        for period in PERIODS
    )
    added = _one_of(own["added"])
    fillers = rf"(?:{_one_of(own['fillers'])}){boundary}"
    sides = {
        name: re.compile(rf"(?<!{LETTER})(?:{_one_of(own[name])})[\s:(]*$") for name in ("upper_before", "lower_before")
    }
    after = {
        name: re.compile(rf"[\s(]*(?:{_one_of(own[name])}){boundary}(?!\W{{0,3}}[0-9])")
        for name in ("upper_after", "lower_after")
    }
    return Words(
        sign_before=re.compile(rf"(?:(?P<outer>{edged})[\s:]*)??(?P<inner>{edged})[\s:]*$"),
        after=re.compile(
            rf"""\s?(?P<scale>{scales})(?={boundary}|{strong}) | \s?(?P<scaled>{scaled}){boundary}
            | (?P<plus>\s?\+(?=\s*$)|\+(?!\s*(?:{added}|[0-9])|[a-z])) | (?P<dash>/-|/=|,-|,—|:-)
            | {periods} | \s?(?P<sign>{signs}){boundary}(?![0-9]) | {bare} | [\s(]*(?P<filler>{fillers})\)?""",
            re.VERBOSE,
        ),
        period=re.compile(periods),
        range=re.compile(
            rf"[\s()]*(?:{fillers}[\s()]*)*(?:{_one_of(own['ranges'])})[\s(]*(?:(?:{_one_of(own['upper_before'])})[\s(]*)?"
        ),
        and_=re.compile(rf"\s*(?:{_one_of(own['and'])})\s*"),
        between=re.compile(rf"(?<!{LETTER})(?:{_one_of(own['between'])})[\s:]*$"),
        said=said,
        **sides,
        **after,
    )


def _said(own: Mapping[str, Any]) -> dict[str, Meaning]:
    """What each scale word says."""
    said = {fold(word): Meaning(scale=scale) for scale, words in own["scales"].items() for word in words}
    for word, more in (own["implied"] | own["scaled_signs"]).items():
        for alias in map(fold, (word, *more.get("also", ()))):
            said[alias] = replace(
                said.get(alias, Meaning(scale=more.get("scale"))),
                currencies=tuple(more["currencies"]),
                period=more.get("period"),
            )
    return said


def _one_of(words: Iterable[str]) -> str:
    """Any of the words, the longest first; a blank in a word may be missing."""
    longest_first = sorted({fold(str(word)) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(_spaced(word) for word in longest_first)


def _spaced(word: str) -> str:
    escaped = re.escape(word).replace(r"\ ", r"\s?")
    return escaped[:-2] + r"\s?\$" if len(word) > 2 and word.endswith("$") else escaped  # no A$ in "a $50 voucher"
