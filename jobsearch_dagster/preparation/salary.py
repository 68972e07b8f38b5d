"""Pay written by people, as a range in one currency and in USD a year.

Belongs here: what pay is worth, and telling pay from the other money in a cell or a description. Does not belong here: how an amount
is written (`amounts.py`), what to do where no pay is stated (`imputation.py`), which country a row is in (`locations.py`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobsearch_dagster.preparation.amounts import Amount, find_amounts, period_near, read_bare_amount
from jobsearch_dagster.preparation.locations import country_code
from jobsearch_dagster.preparation.text import repair
from jobsearch_dagster.preparation.vocabulary import BUCKETS, Period, PeriodSource, SalaryBucket

DEFAULT_RATES: Mapping[str, float] = MappingProxyType(
    {"USD": 1.0, "INR": 0.012, "GBP": 1.27, "EUR": 1.08, "CAD": 0.74, "AUD": 0.66}
)
"""USD per unit of each currency."""

PER_YEAR: Mapping[Period, int] = MappingProxyType(
    {"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1}
)
"""How many paid periods a year of full-time work has."""

_EDGES = (50_000, 75_000, 100_000, 150_000)

_WAGE_UNITS: Mapping[str, float] = {
    "INR": 10, "SEK": 10, "NOK": 10, "DKK": 7, "ISK": 130, "PLN": 4, "CZK": 23, "HUF": 350, "RON": 4.5,
    "AED": 3.7, "SAR": 3.7, "QAR": 3.6, "ZAR": 10, "TRY": 20, "CNY": 5, "JPY": 110, "PHP": 15,
    "MYR": 3, "IDR": 3000, "KRW": 1000, "ILS": 3.5, "HKD": 7, "BRL": 3, "MXN": 10,
}  # fmt: skip
"""Units that play the part of one dollar in pay of that currency: a rough size, only to tell a month from a year."""

_LONGER_FROM: tuple[tuple[float, Period], ...] = (
    (200, "hour"),
    (1_000, "day"),
    (15_000, "month"),
)
"""Pay without a period is for the first of these whose bound, in wage units, lies above it, else for a year."""

_PLAUSIBLE = (4_000, 1_500_000)
"""Yearly pay in wage units that a description may state; less is a voucher, more is funding."""

_DOLLARS = {"CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "MX": "MXN"}
_KRONER = {"NO": "NOK", "DK": "DKK", "IS": "ISK"}
_SHARED_SIGNS = {"$": (_DOLLARS, "USD"), "kr": (_KRONER, "SEK"), "¥": ({"CN": "CNY"}, "JPY")}
"""Signs of several currencies: by country, and elsewhere."""
_OF_COUNTRY = _DOLLARS | _KRONER | {"GB": "GBP", "IN": "INR", "CH": "CHF", "SE": "SEK", "PL": "PLN", "AE": "AED"}
_EURO_COUNTRIES = set("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split())


@dataclass(frozen=True)
class SalaryRange:
    """Stated pay.

    Attributes:
        min_amount: Lower bound in `currency` per `period`; None where only an upper bound is stated.
        max_amount: Upper bound; None where only a lower bound is stated.
        currency: ISO 4217.
        period: What the amounts are paid for.
        period_source: Whether the text states the period or its amounts suggest it.
        min_usd: Lower bound, USD a year; None without bound or without a rate for the currency.
        max_usd: Upper bound, USD a year; likewise.
        midpoint_usd: Middle of the bounds, or the one that is stated.
        bucket: Range that the midpoint falls in.
    """

    min_amount: float | None
    max_amount: float | None
    currency: str
    period: Period
    period_source: PeriodSource
    min_usd: float | None
    max_usd: float | None
    midpoint_usd: float | None
    bucket: SalaryBucket | None


def bucket(usd: float) -> SalaryBucket:
    """The range of yearly pay that `usd` falls in; the lower edge belongs to the range."""
    return BUCKETS[bisect_right(_EDGES, usd)]


def parse_salary(
    text: str, country: str | None = None, *, rates: Mapping[str, float] = DEFAULT_RATES
) -> SalaryRange | None:
    """Read a cell that holds pay, such as `$70K–$95K a year` or `18-22 LPA`.

    Base pay wins over on-target earnings; a bonus alone is no pay. A cell without any currency is read in that of the country
    (USD without one) where it looks like an amount: `70-95K`, `62000`, `25 an hour`.

    Args:
        text: Any string.
        country: Name or ISO code; decides whose dollar or krone a bare `$` or `kr` is. None reads `$` as USD.
        rates: USD per unit of each currency.

    Returns:
        The range, or None where the text states no pay. USD fields are None for a currency without a rate.
    """
    text = re.sub(r"\s+", " ", repair(text))
    amounts = list(find_amounts(text))
    if not amounts:
        bare = read_bare_amount(text)
        return None if bare is None else _salary(bare, text, country, rates)
    for label in ("base", "", "on target"):
        for amount in amounts:
            if _label(text, amount) == label and max(amount.values) > 0:
                return _salary(amount, text, country, rates)
    return None


def find_salary(
    description: str, country: str | None = None, *, rates: Mapping[str, float] = DEFAULT_RATES
) -> SalaryRange | None:
    """Find the pay that a description states among all the other money it talks about.

    An amount counts when its sentence names pay, gives a period, states a range, or holds little else; and when it is no
    funding, revenue, budget, bonus, allowance or benefit, and is a plausible yearly pay.

    Args:
        description: Any text.
        country: As in `parse_salary`.
        rates: As in `parse_salary`.

    Returns:
        The range of the sentence that speaks most clearly of pay, the first of equals; None where none does.
    """
    best: tuple[int, SalaryRange] | None = None
    for sentence, heading in _sentences_with_numbers(repair(description)):
        for amount in find_amounts(sentence):
            clarity = _clarity(sentence, heading, amount)
            if clarity > (best[0] if best else 0):
                found = _salary(amount, sentence, country, rates)
                if _is_plausible(found):
                    best = clarity, found
    return None if best is None else best[1]


def _salary(
    amount: Amount, text: str, country: str | None, rates: Mapping[str, float]
) -> SalaryRange:
    currency = _currency(amount.sign, country)
    stated = period_near(text, amount)
    period = stated or _usual_period(max(amount.values), currency)
    low, high = amount.bounds
    rate = rates.get(currency)
    low_usd, high_usd = (
        None if value is None or rate is None else round(value * PER_YEAR[period] * rate, 2)
        for value in (low, high)
    )
    known = [usd for usd in (low_usd, high_usd) if usd is not None]
    midpoint = sum(known) / len(known) if known else None
    return SalaryRange(
        min_amount=low,
        max_amount=high,
        currency=currency,
        period=period,
        period_source="stated" if stated else "inferred",
        min_usd=low_usd,
        max_usd=high_usd,
        midpoint_usd=midpoint,
        bucket=None if midpoint is None else bucket(midpoint),
    )


def _currency(sign: str | None, country: str | None) -> str:
    """ISO code; `sign` is one already, or shared by several countries, or missing."""
    if sign is not None and sign not in _SHARED_SIGNS:
        return sign
    code = country_code(country) if country else None
    if sign is None:
        return "EUR" if code in _EURO_COUNTRIES else _OF_COUNTRY.get(code or "", "USD")
    by_country, elsewhere = _SHARED_SIGNS[sign]
    return by_country.get(code or "", elsewhere)


def _usual_period(value: float, currency: str) -> Period:
    size = value / _WAGE_UNITS.get(currency, 1)
    return next((period for bound, period in _LONGER_FROM if size < bound), "year")


def _is_plausible(found: SalaryRange) -> bool:
    values = [v for v in (found.min_amount, found.max_amount) if v is not None]
    units = [v * PER_YEAR[found.period] / _WAGE_UNITS.get(found.currency, 1) for v in values]
    return _PLAUSIBLE[0] <= min(units) and max(units) <= _PLAUSIBLE[1]


# What an amount is called. Before it counts more than after it: in "OTE $160K (base $80K)" the first is on target.
_LABELS = (
    ("on target", r"\b(?:ote|on[- ]target)\b"),
    ("bonus", r"\b(?:bonus(?:es)?|commissions?|sign(?:ing)?[- ]on|signing|equity|stock|rsus?|shares|relocation|allowance|stipend|referral)\b"),
    ("base", r"\b(?:base|basic|fixed|guaranteed)\b"),
)  # fmt: skip
_CLAUSE_END = re.compile(r"[,;/+(|]|\b(?:and|plus|with|or)\b", re.IGNORECASE)


def _label(text: str, amount: Amount) -> str:
    """`base`, `on target`, `bonus`, or nothing, from the words of the amount's own clause."""
    before = _CLAUSE_END.split(text[: amount.start])[-1]
    after = text[amount.end :].lstrip()
    if after.startswith("("):
        inside, closed, _ = after[1:].partition(")")
        after = inside if closed and not re.search(r"[0-9]", inside) else ""
    else:
        after = _CLAUSE_END.split(after)[0]
        after = "" if re.search(r"[0-9]", after) else after
    for words in (before, after):
        for label, pattern in _LABELS:
            if re.search(pattern, words, re.IGNORECASE):
                return label
    return ""


_PAY_WORDS = re.compile(
    r"\b(?:salar(?:y|ies)|pay(?:ing|s)?|paid|compensation|remuneration|wages?|ctc|earn(?:ings?)?|ote|package|hourly rate|day rate|daily rate"
    r"|rate of pay|base|per annum|stipend|gehalt|salaire|lpa)\b",
    re.IGNORECASE,
)
_OTHER_MONEY = re.compile(
    r"\b(?:fund(?:s|ed|ing|raising)?|rais(?:ed?|ing)|revenues?|turnover|valu(?:ed|ation)|invest(?:ed|ment|ments|ors?)|series [a-f]|seed|venture"
    r"|backed|worth|donat\w+|charit\w+|assets?|aum|arr|gmv|quotas?|portfolio|budgets?|market|savings?|saved|deals?|grants?"
    r"|allowances?|bonus(?:es)?|sign(?:ing)?[- ]on|relocation|reimburse\w*|referrals?|vouchers?|discounts?|insurance|cover(?:age)?"
    r"|per diem|tuition|equipment|training|learning|wellness|gym|commuter|credit|fines?|penalt\w+|fees?|costs?|sales of|profits?|losses"
    r"|customers?|clients?|users?|donations?|sponsor\w*|prizes?|awards?|transactions?|loans?|payments?|match(?:ing|ed)?|stock|equity"
    r"|shares|rsus?|401)\b",
    re.IGNORECASE,
)
_STRONG_PAY = re.compile(
    r"\b(?:(?:salary|pay|compensation|base|wage|rate)(?: \w+){0,6}?(?: is| of| from| between|:)|salary|remuneration|ctc|lpa|ote)\b",
    re.IGNORECASE,
)


def _clarity(sentence: str, heading: str, amount: Amount) -> int:
    """How clearly an amount is pay: 3 names it, 2 gives a period, 1 is a range or stands alone, 0 is other money."""
    if _label(sentence, amount) == "bonus":
        return 0
    near = _clause(sentence, amount)
    named = _PAY_WORDS.search(near) or _PAY_WORDS.search(heading)
    if _OTHER_MONEY.search(near) and not _STRONG_PAY.search(near[: near.find(sentence[amount.start : amount.end])]):
        return 0
    if named:
        return 3 if _label(sentence, amount) != "on target" else 2
    if amount.period:
        return 2
    rest = sentence[: amount.start] + sentence[amount.end :]
    alone = len(re.findall(r"\w+", rest)) <= 3
    return 1 if alone or len(amount.values) == 2 else 0
