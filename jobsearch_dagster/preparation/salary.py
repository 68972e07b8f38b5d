"""Pay written by people, as a range in one currency and in USD a year.

Belongs here: what pay is worth, and telling pay from the other money in a cell or a description. Does not belong here:
how an amount is written (`amounts.py`), what to do where no pay is stated (`imputation.py`), which country a row is in
(`locations.py`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobsearch_dagster.preparation.amounts import Amount, find_amounts, period_near, read_bare_amount
from jobsearch_dagster.preparation.gazetteer import currency_of
from jobsearch_dagster.preparation.locations import country_code
from jobsearch_dagster.preparation.text import LONGEST_CELL, repair, split_sentences
from jobsearch_dagster.preparation.vocabulary import BUCKETS, Period, PeriodSource, SalaryBucket

DEFAULT_RATES: Mapping[str, float] = MappingProxyType(
    {"USD": 1.0, "INR": 0.012, "GBP": 1.27, "EUR": 1.08, "CAD": 0.74, "AUD": 0.66}
)
"""USD per unit of each currency."""

PER_YEAR: Mapping[Period, int] = MappingProxyType({"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1})
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

_SHARED_SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "¥": ("JPY", "CNY"),
}
"""Currencies that share a sign; the first is meant where the country has none of them."""


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

    Base pay wins over on-target earnings; a bonus alone is no pay. A cell without any currency is read in that of the
    country (USD without one) where it looks like an amount: `70-95K`, `62000`, `25 an hour`.

    Args:
        text: Any string.
        country: Name or ISO code; decides whose dollar or krone a bare `$` or `kr` is. None reads `$` as USD.
        rates: USD per unit of each currency.

    Returns:
        The range, or None where the text states no pay. USD fields are None for a currency without a rate.
    """
    text = re.sub(r"\s+", " ", repair(text[:LONGEST_CELL]))
    amounts = list(find_amounts(text))
    if not amounts:
        bare = read_bare_amount(text)
        return None if bare is None else _salary(bare, text, country, rates)
    rank, amount = max(((_rank(text, a), a) for a in amounts), key=lambda pair: pair[0])
    return _salary(amount, text, country, rates) if rank and amount.values[-1] > 0 else None


def find_salary(
    description: str, country: str | None = None, *, rates: Mapping[str, float] = DEFAULT_RATES
) -> SalaryRange | None:
    """Find the pay that a description states among all the other money it talks about.

    An amount counts when its sentence names pay, gives a period, states a range, or holds little else; and when it is
    no funding, revenue, budget, bonus, allowance or benefit, and is a plausible yearly pay.

    Args:
        description: Any text.
        country: As in `parse_salary`.
        rates: As in `parse_salary`.

    Returns:
        The range of the sentence that speaks most clearly of pay, the first of equals; None where none does.
    """
    best: tuple[int, SalaryRange] | None = None
    for sentence, under_pay in _sentences_with_numbers(repair(description)):
        for amount in find_amounts(sentence):
            clarity = _clarity(sentence, under_pay, amount)
            if clarity > (best[0] if best else 0):
                found = _salary(amount, sentence, country, rates)
                if _is_plausible(found):
                    best = clarity, found
    return None if best is None else best[1]


def _salary(amount: Amount, text: str, country: str | None, rates: Mapping[str, float]) -> SalaryRange:
    currency = _currency(amount.sign, country)
    stated = period_near(text, amount)
    period = stated or _usual_period(max(amount.values), currency)
    low, high = amount.bounds
    rate = rates.get(currency)
    low_usd, high_usd = (
        None if value is None or rate is None else round(value * PER_YEAR[period] * rate, 2) for value in (low, high)
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
    """ISO 4217; `sign` is a code already, or shared by several countries, or missing."""
    if sign is not None and sign not in _SHARED_SIGNS:
        return sign
    code = country_code(country) if country else None
    own = currency_of(code) if code else None
    if sign is None:
        return own or "USD"
    shared = _SHARED_SIGNS[sign]
    return own if own in shared else shared[0]


def _usual_period(value: float, currency: str) -> Period:
    size = value / _WAGE_UNITS.get(currency, 1)
    return next((period for bound, period in _LONGER_FROM if size < bound), "year")


def _is_plausible(found: SalaryRange) -> bool:
    values = [v for v in (found.min_amount, found.max_amount) if v is not None]
    units = [v * PER_YEAR[found.period] / _WAGE_UNITS.get(found.currency, 1) for v in values]
    return _PLAUSIBLE[0] <= min(units) and max(units) <= _PLAUSIBLE[1]


_PAY = (
    "salar(?:y|ies)|pay|paying|pays|compensation|remuneration|wages?|ctc|earn(?:ings?)?|ote|package|rate|base|gehalt"
    "|salaire"
)
_EXTRAS = (
    "bonus(?:es)?|commissions?|sign(?:ing)?[- ]on|relocation|reimburse[a-z]*|referrals?|friends?|allowances?|stipend"
    "|per diem|tuition|equipment|training|learning|wellness|gym|commuter|match(?:ing|ed)?|insurance|vouchers?"
    "|discounts?|stock|equity|shares|rsus?"
)
_FUNDS = (
    "fund(?:s|ed|ing)?|rais(?:ed?|ing)|revenues?|turnover|valu(?:ed|ation)|invest(?:ed|ment|ments|ors?)|series [a-f]"
    "|seed|venture|backed|worth|donat[a-z]+|charit[a-z]+|assets|aum|arr|gmv|quotas?|portfolio|budgets?|savings?|saved?"
    "|deals?|grants?|sales|profits?|losses|prizes?|awards?|loans?|fines?|fees?"
)
_MONEY = re.compile(rf"\b(?:(?P<pay>{_PAY})|(?P<extra>{_EXTRAS})|(?P<fund>{_FUNDS}))\b", re.IGNORECASE)
_ON_TARGET = re.compile(r"\b(?:ote|on[- ]target)\b", re.IGNORECASE)
_BASE = re.compile(r"\b(?:base|basic|fixed|guaranteed)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[,;/+(|]|\b(?:and|plus|with|or)\b", re.IGNORECASE)


def _clause(text: str, amount: Amount) -> tuple[str, str]:
    """The words before and after an amount that are about it and about no other amount."""
    before = _CLAUSE_END.split(text[: amount.start])[-1]
    after = text[amount.end :].lstrip()
    if after.startswith("("):
        inside, closed, _ = after[1:].partition(")")
        after = inside if closed else ""
    else:
        after = _CLAUSE_END.split(after)[0]
    return before, "" if re.search(r"[0-9]", after) else after


def _nearest(before: str, after: str) -> tuple[str | None, str | None]:
    """Kinds of money (`pay`, `extra`, `fund`) of the last such word before an amount and the first after it."""
    named = [found.lastgroup for found in _MONEY.finditer(before)]
    first = _MONEY.search(after)
    return (named[-1] if named else None), (first.lastgroup if first else None)


def _rank(text: str, amount: Amount) -> int:
    """How good an answer an amount of a salary cell is: base pay, plain, on target; 0 is a bonus or benefit.

    Words before an amount count more than those after it: in "OTE $160K (base $80K)" the first is on target.
    """
    clause = _clause(text, amount)
    for words, kind in zip(clause, _nearest(*clause), strict=True):
        if _ON_TARGET.search(words):
            return 1
        if kind == "extra":
            return 0
        if _BASE.search(words):
            return 3
    return 2


def _clarity(sentence: str, under_pay: bool, amount: Amount) -> int:
    """How clearly an amount is pay: 4 is named pay, 1 is a range or stands alone, 0 is other money."""
    before, after = _clause(sentence, amount)
    kind_before, kind_after = _nearest(before, after)
    if kind_before == "pay":
        return 3 if _ON_TARGET.search(before) else 4
    if kind_before or kind_after in ("extra", "fund"):
        return 0
    if under_pay or kind_after == "pay":
        return 3
    if amount.period:
        return 2
    rest = re.findall(r"\w+", sentence[: amount.start] + sentence[amount.end :])
    return 1 if len(amount.values) == 2 or len(rest) <= 3 else 0


_HEADING = re.compile(
    r"\W*(?:[\w']+\W+){0,4}(?:salary|pay|compensation|remuneration|wages?|rate)(?:\W+[\w']+){0,3}\W*", re.IGNORECASE
)


def _sentences_with_numbers(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences that hold a digit, each with whether the line above is a heading such as "Pay" or "Salary range:"."""
    under_pay = False
    for line in filter(None, map(str.strip, text.splitlines())):
        if re.search(r"[0-9]", line):
            for sentence in split_sentences(line):
                if re.search(r"[0-9]", sentence):
                    yield re.sub(r"\s+", " ", sentence), under_pay
        under_pay = _HEADING.fullmatch(line) is not None
