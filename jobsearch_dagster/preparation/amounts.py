"""How people write an amount of money: figure, scale, currency sign, range, side, period.

Belongs here: the notation, of one amount in one line of text. Does not belong here: whether an amount is pay and what it is worth
(`salary.py`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobsearch_dagster.preparation.vocabulary import Period

SIGNS: Mapping[str, str] = MappingProxyType({
    "us$": "USD", "usd": "USD", "ca$": "CAD", "c$": "CAD", "cdn$": "CAD", "can$": "CAD", "cad": "CAD",
    "au$": "AUD", "a$": "AUD", "aud": "AUD", "nz$": "NZD", "nzd": "NZD", "s$": "SGD", "sg$": "SGD", "sgd": "SGD",
    "hk$": "HKD", "hkd": "HKD", "r$": "BRL", "brl": "BRL", "mx$": "MXN", "mxn": "MXN",
    "£": "GBP", "gbp": "GBP", "pounds": "GBP", "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR",
    "₹": "INR", "inr": "INR", "rs.": "INR", "rs": "INR", "rupees": "INR", "chf": "CHF", "sfr.": "CHF", "francs": "CHF",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "isk": "ISK", "pln": "PLN", "zł": "PLN", "czk": "CZK", "kč": "CZK",
    "huf": "HUF", "ron": "RON", "aed": "AED", "sar": "SAR", "qar": "QAR", "zar": "ZAR", "₺": "TRY", "cny": "CNY",
    "rmb": "CNY", "jpy": "JPY", "yen": "JPY", "₱": "PHP", "myr": "MYR", "idr": "IDR", "krw": "KRW", "₩": "KRW",
    "ils": "ILS", "₪": "ILS",
    "$": "$", "dollars": "$", "¥": "¥", "kr": "kr", "kronor": "kr", "kroner": "kr",
})  # fmt: skip
"""What people write, lowercased, to ISO 4217. `$`, `¥` and `kr` stand for themselves: several countries share them."""
SHARED_SIGNS = ("$", "¥", "kr")

_SCALES: Mapping[str, float] = {
    "k": 1e3, "thousand": 1e3, "tsd": 1e3, "grand": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9,
    "l": 1e5, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "lacs": 1e5, "lpa": 1e5, "cr": 1e7, "crore": 1e7, "crores": 1e7,
}  # fmt: skip
_RUPEE_SCALES = ("lakh", "lakhs", "lac", "lacs", "lpa", "crore", "crores")
_YEARLY_SCALES = (*_RUPEE_SCALES, "l", "cr")
"""Indian pay in lakhs and crores is yearly unless it says otherwise."""

_UNITS: Mapping[Period, str] = {
    "hour": r"hour|\bhr|stunde|\bstd|heure|\bh\b|\bp\W*h\b",
    "day": r"day|daily|diem|\btag\b|jour|\bd\b|\bp\W*d\b",
    "week": r"week|\bwk|woche|\bw\b|\bp\W*w\b",
    "month": r"month|\bmth|\bmo\b|monat|mois|\bmes\b|\bp\W*c?\W*m\b",
    "year": r"year|\byr|annu|jahr|\ban\b|año|\by\b|\bp\W*a\b",
}
"""Tried in this order: `an hour` holds the French `an`."""


@dataclass(frozen=True)
class Amount:
    """An amount as written.

    Attributes:
        start: Where it begins in the text, its sign included.
        end: Where it ends, its period included.
        values: One or two values, ascending, in units of the currency.
        side: `lower` for "from X", `upper` for "up to X", None for a plain amount or a range.
        sign: ISO 4217, one of `SHARED_SIGNS`, or None where no currency is written.
        period: What it is paid for, where that is written beside it.
    """

    start: int
    end: int
    values: tuple[float, ...]
    side: str | None
    sign: str | None
    period: Period | None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lower and upper bound; None for the side that is open."""
        low, high = self.values[0], self.values[-1]
        return (None if self.side == "upper" else low, None if self.side == "lower" else high)


def _alternatives(words: Mapping[str, object]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(
        (r"(?<![^\W\d_])" if word[0].isalpha() else "") + re.escape(word) for word in longest_first
    )


_SIGN = _alternatives(SIGNS)
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_PERIOD = r"""
    (?: (?: \s* (?:gross|brutto|net|base) )? \s*
        (?: \b(?:per|an?|each|every|pro|par) \s+ (?:{units}) \b
          | (?:\bp(?:er)?)? \s? / \s? (?:{units}) \b
          | \b(?:hourly|daily|weekly|monthly|yearly|annual(?:ly)?) \b
          | \bp\.?\s?(?:a|h|d|w|c\.?\s?m|m) \b \.?
        )
    )
""".replace(
    "{units}",
    r"(?:hour|hr|stunde|heure|day|diem|tag|jour|week|wk|woche|month|mth|mo|monat|mois|mes|year|yr|annum|jahr|an|año)s?|[hdwy]",
)
_ONE = r"""
    (?: (?P<before#>{sign}) \s? \$? \s? | (?<![\w.,$+#-]) (?<! [,.]\s ) )
    (?P<figure#> [0-9]{1,2} (?:,[0-9]{2})+ ,[0-9]{3} (?:\.[0-9]{1,2})?
        | [0-9]{1,3} (?P<sep#>[,.'’ ]) [0-9]{3} (?: (?P=sep#) [0-9]{3} )* (?:[.,][0-9]{1,2})?
        | [0-9]{1,9} (?:[.,][0-9]{1,3})?
    ) (?![0-9]|[.,][0-9]|\s?%)
    (?: \s? (?P<scale#>{scale}) (?![^\W\d_]) )?
    (?P<plus#>\+)?
    (?: \s? (?P<after#>{sign}) (?![\w$]) )?
""".replace("{sign}", _SIGN).replace("{scale}", _SCALE)
_SECOND = _ONE.replace("#", "2").replace(r"(?<![\w.,$+#-]) (?<! [,.]\s )", "")
