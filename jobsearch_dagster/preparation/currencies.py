"""Currencies as people write them: which one a sign means, and how far one unit goes.

Belongs here: signs, codes and names of currencies (`currencies.yaml`, ISO 4217 through pycountry). Does not belong
here: figures (`amounts.py`) and exchange rates, which the caller of `salary.parse_salary` chooses.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.gazetteer import currency_of
from jobsearch_dagster.preparation.locations import country_code
from jobsearch_dagster.preparation.text import fold

DATA = Path(__file__).with_name("currencies.yaml")
DEFAULT = "USD"
"""Of an amount without any sign, hint or country."""


@cache
def signs() -> dict[str, tuple[str, ...]]:
    """Folded signs, codes and names to the currencies (ISO 4217) that they can mean, the likeliest first."""
    from pycountry import currencies

    found: dict[str, tuple[str, ...]] = {fold(currency.alpha_3): (currency.alpha_3,) for currency in currencies}
    found.update({fold(sign): tuple(meant) for sign, meant in _own()["signs"].items()})
    return found


@cache
def thousands_only() -> frozenset[str]:
    """Folded signs that are words or initials except beside amounts of 1,000 and more."""
    return frozenset(map(fold, _own()["thousands_only"]))


def currency_meant(meant: tuple[str, ...], country: str | None, context: str = "") -> str:
    """The one currency of those that a sign can mean.

    Args:
        meant: As `signs` gives them; empty for an amount without sign.
        country: Name or ISO code of the row's country.
        context: Folded text around the amount; `+ super` settles a `$` without country, `年収` a bare amount.

    Returns:
        The one that the sign can mean and that the context names by its code, or the country has, or the context
        hints at; else the first; without a sign `DEFAULT`.
    """
    if len(meant) == 1:
        return meant[0]
    own = own_currency(country)
    spoken_of = (*_named_in(context), *filter(None, [own]), *(() if own else _hinted_in(context)))
    return next((currency for currency in spoken_of if not meant or currency in meant), meant[0] if meant else DEFAULT)


def own_currency(country: str | None) -> str | None:
    """The currency of a country (name or ISO code); None for an unknown one."""
    code = country_code(country) if country else None
    return currency_of(code) if code else None


def _named_in(context: str) -> tuple[str, ...]:
    codes = dict.fromkeys(code.upper() for code in _codes().findall(context))
    return tuple(codes) if len(codes) == 1 else ()


def _hinted_in(context: str) -> tuple[str, ...]:
    return tuple(currency for hint, currency in _hints() if hint.search(context))


@cache
def _codes() -> re.Pattern[str]:
    """Codes set apart from the amount: "(CAD)", "in USD", ", EUR" at the end. A "CAD designer" is none."""
    codes = "|".join(sorted(code.lower() for code in _own()["wage_units"]))
    return re.compile(rf"(?:\(\s?(?:in\s)?|\bin\s|[,;]\s(?=\w+\W*$))({codes})\b")


def wage_unit(currency: str) -> float | None:
    """Units of a currency that play the part of one dollar in pay: a rough size, to tell a month from a year.

    None for a currency that `currencies.yaml` does not know.
    """
    return _own()["wage_units"].get(currency)


@cache
def _hints() -> tuple[tuple[re.Pattern[str], str], ...]:
    hints = ((fold(str(hint)), currency) for hint, currency in _own()["hints"].items())
    return tuple((re.compile(word_pattern(hint)), currency) for hint, currency in hints)


def word_pattern(word: str) -> str:
    """A pattern for a word or sign in folded text; a Latin, Greek or Cyrillic letter at its ends ends the word there.

    Chinese, Japanese, Korean and Thai put no blanks between words.
    """
    escaped = re.escape(word).replace(r"\ ", r"\s?")
    before = "(?<![^\\W\\d_])" if _is_alphabetic(word[0]) else ""
    after = "(?![^\\W\\d_])" if _is_alphabetic(word[-1]) else ""
    return f"{before}{escaped}{after}"


def _is_alphabetic(character: str) -> bool:
    return character.isalpha() and ord(character) < 0x0E00  # Thai and what lies beyond


@cache
def _own() -> dict[str, Any]:
    return read_yaml(DATA)
