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

from jobsearch_dagster.foundation.package_data import read_yaml
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
    """The patterns, each with an example of what it matches.

    Attributes:
        sign_before: "usd $" at the end of the searched text, in the groups `outer` and `inner`.
        after: One word or sign after a figure, "k" or "€" or "per hour"; the group that matched tells its kind.
        period: "hourly", "pro Monat", in a group named for the period.
        long_period: "bi-weekly".
        piece_work: "per mile".
        range: "-" or "bis", between the two ends of a range.
        and_: "and", between the two ends of a range that begins with `between`.
        between: "between" at the end of the searched text.
        upper_before: "up to" at the end of the searched text.
        upper_after: "max".
        lower_before: "from" at the end of the searched text.
        lower_after: "and up".
        meanings: What each word that holds a scale says.
        long_periods: Period and number of them that each word of `long_period` says.
    """

    sign_before: re.Pattern[str]
    after: re.Pattern[str]
    period: re.Pattern[str]
    long_period: re.Pattern[str]
    piece_work: re.Pattern[str]
    range: re.Pattern[str]
    and_: re.Pattern[str]
    between: re.Pattern[str]
    upper_before: re.Pattern[str]
    upper_after: re.Pattern[str]
    lower_before: re.Pattern[str]
    lower_after: re.Pattern[str]
    meanings: Mapping[str, Meaning]
    long_periods: Mapping[str, tuple[Period, float]]

    def meaning(self, kind: str, word: str) -> Meaning:
        """What a match of the group `kind` of `after` says."""
        if kind == "sign":
            return Meaning(currencies=currencies_of_sign(word))
        period = next((period for period in PERIODS if kind in (period, f"bare_{period}")), None)
        return Meaning(period=period) if period else self.meanings.get(word, Meaning())


def currencies_of_sign(sign: str) -> tuple[str, ...]:
    """Currencies of a sign as it stands in a folded text; `us $` is `us$`."""
    known = currencies.signs()
    return known[sign if sign in known else sign.replace(" ", "")]


@cache
def words() -> Words:
    """The patterns, built on first use: about 30 ms."""
    data = read_yaml(DATA)
    fillers = rf"(?:{_one_of(data['fillers'])}){_END}"
    ranges = rf"[\s()]*(?:{fillers}[\s()]*)*(?:{_one_of(data['ranges'])})[\s(]*"
    return Words(
        sign_before=_sign_before(),
        after=_after(data, fillers),
        period=re.compile(_periods(data)),
        long_period=re.compile(rf"(?<!{LETTER})(?:{_one_of(data['long_periods'])}){_END}"),
        piece_work=re.compile(rf"{_per(data)}(?:{_one_of(data['piece_work'])})s?{_END}"),
        range=re.compile(rf"{ranges}(?:(?:{_one_of(data['upper_before'])})[\s(]*)?"),
        and_=re.compile(rf"\s*(?:{_one_of(data['and'])})\s*"),
        between=_at_the_end(data["between"]),
        upper_before=_at_the_end(data["upper_before"]),
        upper_after=_at_the_start(data["upper_after"]),
        lower_before=_at_the_end(data["lower_before"]),
        lower_after=_at_the_start(data["lower_after"]),
        meanings=_meanings(data),
        long_periods={fold(word): (period, times) for word, (period, times) in data["long_periods"].items()},
    )


_END = rf"(?!{LETTER})"


def _sign_before() -> re.Pattern[str]:
    symbols = _one_of(sign for sign in currencies.signs() if not re.match(LETTER, fold(sign)))
    sign = rf"(?:(?<!{LETTER})(?:{_one_of(currencies.signs())})|{symbols})"
    return re.compile(rf"(?:(?P<outer>{sign})[\s:]*)??(?P<inner>{sign})[\s:]*$")


def _after(data: Mapping[str, Any], fillers: str) -> re.Pattern[str]:
    scaled = (alias for word, more in data["scaled_signs"].items() for alias in (word, *more.get("also", ())))
    # "50 kUSD": a scale may be followed by a sign, but not by one that begins like a word ("35.000 kroner").
    strong = currencies.signs().keys() - currencies.thousands_only()
    sign_behind = _one_of(
        sign for sign in strong if re.fullmatch("[a-z]{3}", sign) or not re.match(LETTER, sign)
    )  # no "l" in "lbs."
    direct_units = "|".join(
        rf"[\s-]?(?P<bare_{period}>{_one_of(set(data['units'][period]) & set(data['bare_units']))}){_END}"
        for period in PERIODS
    )
    return re.compile(
        rf"""
          \s?(?P<sign>{_one_of(currencies.signs())}){_END}(?![0-9])
        | \s?(?P<scaled>{_one_of(scaled)}){_END}
        | \s?(?P<scale>{_one_of(word for words in data["scales"].values() for word in words)})
              (?={_END}|(?:{sign_behind}|pa|pcm|pm|yr){_END})
        | (?P<plus>\s?\+(?=\s*$)|\+(?!\s*(?:{_one_of(data["added"])}|[0-9])|[a-z]))
        | (?P<dash>/-|/=|,-|,—|:-)
        | {_periods(data)} | {direct_units} | [\s(]*(?P<filler>{fillers})\)?
        """,
        re.VERBOSE,
    )


def _periods(data: Mapping[str, Any]) -> str:
    return "|".join(
        rf"(?P<{period}>{_per(data)}(?:{_one_of(data['units'][period])}){_END}"
        rf"|[\s(,-]*(?<!{LETTER})(?:{_one_of(data['adverbs'][period])}){_END})"
        for period in PERIODS
    )


def _per(data: Mapping[str, Any]) -> str:
    return rf"(?:[\s(]*/\s?|[\s(]+(?:{_one_of(data['per'])})(?:\s?/\s*|\s+))"


def _at_the_end(some: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!{LETTER})(?:{_one_of(some)})[\s:(]*$")


def _at_the_start(some: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"[\s(]*(?:{_one_of(some)}){_END}(?!\W{{0,3}}[0-9])")


def _meanings(data: Mapping[str, Any]) -> dict[str, Meaning]:
    found = {fold(word): Meaning(scale=scale) for scale, words in data["scales"].items() for word in words}
    for word, more in (data["implied"] | data["scaled_signs"]).items():
        for alias in map(fold, (word, *more.get("also", ()))):
            found[alias] = replace(
                found.get(alias, Meaning(scale=more.get("scale"))),
                currencies=tuple(more["currencies"]),
                period=more.get("period"),
            )
    return found


def _one_of(some: Iterable[str]) -> str:
    """Any of the words, the longest first; a blank in a word may be missing, and one may stand before a `$`."""
    longest_first = sorted({fold(str(word)) for word in some}, key=lambda word: (-len(word), word))
    return "|".join(_spaced(word) for word in longest_first)


def _spaced(word: str) -> str:
    escaped = re.escape(word).replace(r"\ ", r"\s?")
    return escaped[:-2] + r"\s?\$" if len(word) > 2 and word.endswith("$") else escaped  # no A$ in "a $50 voucher"
