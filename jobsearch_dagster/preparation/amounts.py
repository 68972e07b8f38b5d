"""How people write an amount of money: figure, scale, currency sign, range, side, period.

Belongs here: the notation, of one amount in one line of text. Does not belong here: whether an amount is pay and what
it is worth (`salary.py`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

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
"""What people write, lowercased, to ISO 4217; signs that several countries share stand for themselves."""

_SCALES: Mapping[str, float] = {
    "k": 1e3, "thousand": 1e3, "tsd": 1e3, "grand": 1e3,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9,
    "l": 1e5, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "lacs": 1e5, "lpa": 1e5, "cr": 1e7, "crore": 1e7, "crores": 1e7,
}  # fmt: skip
_RUPEE_SCALES = ("lakh", "lakhs", "lac", "lacs", "lpa", "crore", "crores")

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
        sign: ISO 4217, a sign that several currencies share (`$`, `¥`, `kr`), or None where no currency is written.
        period: What it is paid for, where that is written beside it.
    """

    start: int
    end: int
    values: tuple[float, ...]
    side: Literal["lower", "upper"] | None
    sign: str | None
    period: Period | None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lower and upper bound; None for the side that is open."""
        low, high = self.values[0], self.values[-1]
        return (None if self.side == "upper" else low, None if self.side == "lower" else high)


def _alternatives(words: Mapping[str, object]) -> str:
    """Any of the words, the longest first; one that begins with a letter begins a word, and `US $` is `US$`."""
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join((r"\b" if word[0].isalpha() else "") + _escaped(word) for word in longest_first)


def _escaped(word: str) -> str:
    spaced = len(word) > 2 and word.endswith("$")  # but no A$ in "a $50 voucher"
    return re.escape(word[:-1]) + r"\s?\$" if spaced else re.escape(word)


def _period() -> str:
    unit = (
        r"(?:hour|hr|stunde|heure|day|diem|tag|jour|week|wk|woche|month|mth|mo|monat|mois|mes|year|yr|annum|jahr|an|año)s?"
        r"|[hdwy]"
    )
    return rf"""
        (?:\s+ (?:gross|brutto|net|base))? \s*
        (?: \b(?:per|an?|each|every|pro|par) \s (?:{unit})\b
          | (?:\bper\s?|\bp)? / \s? (?:{unit})\b
          | \b(?:hourly|daily|weekly|monthly|yearly|annual(?:ly)?)\b
          | \bp\.?\s?(?:a|h|d|w|c\.?m|m)\b\.?
        )
    """


def _figure(n: int) -> str:
    signs, scales = _alternatives(SIGNS), _alternatives(_SCALES).replace(r"\b", "")
    return rf"""
        (?: (?P<before{n}>{signs}) \s? \$? \s? )?
        (?P<figure{n}>
            [0-9]{{1,2}} (?:,[0-9]{{2}})+ ,[0-9]{{3}} (?:\.[0-9]{{1,2}})?
          | [0-9]{{1,3}} (?P<sep{n}>[,.'’\ ]) [0-9]{{3}} (?:(?P=sep{n}) [0-9]{{3}})* (?:[.,][0-9]{{1,2}})?
          | [0-9]{{1,9}} (?:[.,][0-9]{{1,3}})?
        ) (?![0-9]|[.,][0-9]|\s?%)
        (?: \s? (?P<scale{n}>{scales}) (?![^\W\d_]) )?
        (?P<plus{n}>\+)?
        (?: \s? \$? \s? (?P<after{n}>{signs}) (?!\w) )?
    """


_TO = r"(?: [-–—‒−~] | \b(?:to|up\ to|bis|until|à)\b | (?(between)and\b|(?!)) )"
_AMOUNT = re.compile(
    rf"""
    (?P<between>\bbetween\s)? (?<![\w.,+-]) {_figure(1)} (?P<period1>{_period()})?
    (?: \s? {_TO} \s? (?:up\ to\s)? {_figure(2)} (?P<period2>{_period()})? )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UPPER = re.compile(
    r"(?:\b(?:up to|bis(?: zu)?|max(?:imum)?\.?(?: of)?|no more than|under|below|less than|jusqu'à)|<=?)[\s:]*$",
    re.IGNORECASE,
)
_LOWER = re.compile(
    r"(?:\b(?:from|start(?:s|ing)?(?: at| from)?|min(?:imum)?\.?(?: of)?|at least|over|above|more than|ab"
    r"|à partir de)|>=?)[\s:]*$",
    re.IGNORECASE,
)
_UPPER_AFTER = re.compile(r"\s?(?:\(?max|tops\b|or less\b)", re.IGNORECASE)
_LOWER_AFTER = re.compile(
    r"\s?(?:\+(?!\s*\w)|\(?min(?:imum)?\b|(?:and|or) (?:up|above|more|over|higher)\b|upwards\b)", re.IGNORECASE
)


def find_amounts(text: str) -> Iterator[Amount]:
    """Every amount of money in a line, from left to right: one with a currency sign, or in lakhs or crores."""
    for match in _AMOUNT.finditer(text):
        amount = _amount(match, text)
        if amount.sign is not None:
            yield amount


def read_bare_amount(text: str) -> Amount | None:
    """The amount of a cell that names no currency, where that is an amount and no phone number, year or head count.

    It needs a scale (`70-95K`), a period (`25 an hour`) or five to six digits (`62,000`), and no digit beside it.
    """
    found = [m for m in _AMOUNT.finditer(text) if m["figure1"][0] != "0"]
    if len(found) != 1 or re.search(r"401\s?\(?k", text, re.IGNORECASE):
        return None
    match = found[0]
    if re.search(r"[0-9]", text[: match.start()] + text[match.end() :]):
        return None
    amount = _amount(match, text)
    marked = match["scale1"] or match["scale2"] or amount.period
    return amount if marked or 10_000 <= amount.values[0] < 1_000_000 else None


def period_near(text: str, amount: Amount) -> Period | None:
    """What an amount is paid for, as written at it, before it ("hourly rate: $25") or soon after it ("(annual)")."""
    if amount.period:
        return amount.period
    before = _PERIOD_BEFORE.search(text[: amount.start])
    after = _PERIOD_AFTER.match(text, amount.end)
    found = before or after
    return _unit(found["unit"]) if found else None


_PERIOD_BEFORE = re.compile(
    r"\b(?P<unit>hourly|daily|weekly|monthly|annual(?:ly|ized)?|yearly|hour|day|p\.?a"
    r"|per (?:hour|day|week|month|year|annum))\b\.?(?=\W{0,4}$|\W+(?:[^\W\d]+\W+){0,3}?"
    r"(?:rate|pay|salary|wages?|compensation|base|gross|income|package|range|earnings)\b[^.0-9]*$)",
    re.IGNORECASE,
)
_PERIOD_AFTER = re.compile(rf"[\s(,]*(?:[^\W\d_]+\s){{0,2}}?(?P<unit>{_period()})", re.IGNORECASE | re.VERBOSE)


def _amount(match: re.Match[str], text: str) -> Amount:
    values = _values(match)
    scales = [(match[name] or "").lower() for name in ("scale1", "scale2")]
    written = match["period1"] or match["period2"]
    period = _unit(written) if written else None
    if period is None and "lpa" in scales:
        period = "year"
    return Amount(
        start=match.start(),
        end=match.end(),
        values=values,
        side=_side(match, text) if len(values) == 1 else None,
        sign=_sign(match, scales),
        period=period,
    )


def _values(match: re.Match[str]) -> tuple[float, ...]:
    """One value or two, ascending; a scale on one end only (`70-95K`) holds for both where that makes a range."""
    scales = [_SCALES.get((match[name] or "").lower(), 1) for name in ("scale1", "scale2")]
    first = _number(match["figure1"], scales[0])
    if match["figure2"] is None:
        return (first * scales[0],)
    second = _number(match["figure2"], scales[1])
    if match["scale1"] is None and first <= second:
        scales[0] = scales[1]
    elif match["scale2"] is None and first <= second < 1000:
        scales[1] = scales[0]
    return tuple(sorted((first * scales[0], second * scales[1])))


def _number(figure: str, scale: float) -> float:
    """A figure without its thousands separators; `1.875` millions has a decimal point, `1.875` alone has not."""
    compact = re.sub(r"['’ ]", "", figure)
    if scale < 1e5 or len(re.findall(r"[.,]", compact)) > 1:
        compact = re.sub(r"[.,](?=[0-9]{3}(?:[.,]|$))|,(?=[0-9]{2},)", "", compact)
    return float(compact.replace(",", "."))


def _sign(match: re.Match[str], scales: list[str]) -> str | None:
    names = ("before1", "after1", "before2", "after2")
    signs = [SIGNS[re.sub(r"\s", "", match[name].lower())] for name in names if match[name]]
    codes = [sign for sign in signs if sign.isupper()]
    if signs:
        return (codes or signs)[0]
    return "INR" if any(scale in _RUPEE_SCALES for scale in scales) else None


def _side(match: re.Match[str], text: str) -> Literal["lower", "upper"] | None:
    before = text[: match.start()]
    if _UPPER.search(before) or _UPPER_AFTER.match(text, match.end()):
        return "upper"
    if match["plus1"] or _LOWER.search(before) or _LOWER_AFTER.match(text, match.end()):
        return "lower"
    return None


def _unit(words: str) -> Period | None:
    return next((p for p, unit in _UNITS.items() if re.search(unit, words, re.IGNORECASE)), None)
