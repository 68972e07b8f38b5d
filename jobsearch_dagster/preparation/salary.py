"""Pay written by people, as a range in one currency and in USD a year.

Belongs here: what pay is worth, and which period it is for. Does not belong here: how an amount is written
(`amounts.py`), what a sign means (`currencies.py`), whether an amount is pay (`pay_context.py`), what to do where no
pay is stated (`imputation.py`), which country a row is in (`locations.py`).
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jobsearch_dagster.preparation.amounts import (
    Amount,
    find_amounts,
    find_long_period,
    find_period,
    payments_a_year,
    with_figures,
)
from jobsearch_dagster.preparation.currencies import currency_meant, own_currency, wage_unit
from jobsearch_dagster.preparation.pay_context import UNNAMED, best_first, clarity_of, lines_with_amounts, one_line
from jobsearch_dagster.preparation.text import LONGEST_CELL, repair, without_contacts
from jobsearch_dagster.preparation.vocabulary import BUCKETS, Period, PeriodSource, SalaryBucket

DEFAULT_RATES: Mapping[str, float] = MappingProxyType(
    {"USD": 1.0, "INR": 0.012, "GBP": 1.27, "EUR": 1.08, "CAD": 0.74, "AUD": 0.66}
)
"""USD per unit of each currency."""

PER_YEAR: Mapping[Period, int] = MappingProxyType({"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1})
"""How many paid periods a year of full-time work has."""

_EDGES = (50_000, 75_000, 100_000, 150_000)

_USUAL: tuple[tuple[float, Period], ...] = (
    (200, "hour"),
    (1_000, "day"),
    (15_000, "month"),
)
"""Pay without a period is for the first of these whose bound, in wage units, lies above it, else for a year."""

_POSSIBLE = (500, 20_000_000)
"""Yearly pay in wage units that a cell may state with its period; less is a placeholder, more a slip of the pen."""
_NAMED = (4_000, 1_500_000)
"""Yearly pay in wage units that a description may name as pay; less is a voucher, more is funding."""
_PLAUSIBLE = (12_000, 1_500_000)
"""The same where no word says that it is pay: a phone allowance of $100 a month is not."""


LONGEST_DESCRIPTION = 100_000
"""Characters of a description that are read; real ones are a tenth of that at most."""


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


def bucket_range(name: SalaryBucket) -> tuple[float | None, float | None]:
    """Lower edge of a bucket, which is in it, and upper edge, which is not; None where it is open."""
    edges = (None, *_EDGES, None)
    position = BUCKETS.index(name)
    return edges[position], edges[position + 1]


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
    if len(text) > LONGEST_CELL:
        return find_salary(text, country, rates=rates)
    cell = with_figures(one_line(without_contacts(repair(text))))
    for amount in best_first(cell):
        found = _salary(amount, cell, country, rates)
        least = _POSSIBLE[0] if found.period_source == "stated" else _NAMED[0]
        most = _POSSIBLE[1] if amount.currencies or amount.is_marked else _NAMED[1]
        if _is_within(found, (least, most)):
            return found
    return None


def find_salary(
    description: str, country: str | None = None, *, rates: Mapping[str, float] = DEFAULT_RATES
) -> SalaryRange | None:
    """Find the pay that a description states among all the other money it talks about.

    An amount counts when its clause names pay, or states a period or a range and no other money; and when it is a
    plausible yearly pay.

    Args:
        description: Any text.
        country: As in `parse_salary`.
        rates: As in `parse_salary`.

    Returns:
        The range of the sentence that speaks most clearly of pay, the first of equals; None where none does.
    """
    best: tuple[int, SalaryRange] | None = None
    for line in lines_with_amounts(repair(description[:LONGEST_DESCRIPTION])):
        for amount in find_amounts(line.text):
            clarity = clarity_of(line, amount)
            if clarity > (best[0] if best else 0):
                found = _salary(amount, line.text, country, rates)
                if _is_within(found, _NAMED if clarity > UNNAMED else _PLAUSIBLE):
                    best = clarity, found
    return None if best is None else best[1]


def _salary(amount: Amount, text: str, country: str | None, rates: Mapping[str, float]) -> SalaryRange:
    currency = currency_meant(amount.currencies, country, text)
    near = text[max(0, amount.start - _NEAR) : amount.end + _NEAR]
    # "$40 per hour, invoiced every two weeks" is paid by the hour.
    long_period = None if amount.period == "hour" else find_long_period(near)
    stated, spans = long_period or (amount.period or _period_near(text, amount, currency), 1)
    period = stated or _usual_period(amount.values[-1], currency, own_currency(country))
    payments = (payments_a_year(text) if period == "month" else None) or PER_YEAR[period]
    low, high = (None if value is None else round(value / spans, 2) for value in amount.bounds)
    rate = rates.get(currency)
    low_usd, high_usd = (
        None if value is None or rate is None else round(value * payments * rate, 2) for value in (low, high)
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


def _period_near(text: str, amount: Amount, currency: str) -> Period | None:
    """The period named a few words after or before an amount, where it makes sense of the amount."""
    after = re.split(r"[0-9]", text[amount.end : amount.end + _NEAR])[0]
    before = re.split(r"[0-9]", text[max(0, amount.start - _NEAR) : amount.start])[-1]
    return next(
        (
            period
            for period in (find_period(after), find_period(before))
            if period and _is_likely(amount.values[-1], period, currency, _NAMED)
        ),
        None,
    )


_NEAR = 40
"""Characters around an amount in which a period that is not written at it is looked for."""


def _is_likely(value: float, period: Period, currency: str, limits: tuple[float, float]) -> bool:
    """Whether pay lies within limits in wage units a year; of a currency of unknown worth nothing can be said."""
    unit = wage_unit(currency)
    return unit is None or limits[0] <= value * PER_YEAR[period] / unit <= limits[1]


def _usual_period(value: float, currency: str, own: str | None) -> Period:
    size = value / (wage_unit(currency) or 1)
    usual: Period = next((period for bound, period in _USUAL if size < bound), "year")
    is_foreign = own not in (None, currency)  # "$700" in Vietnam: nobody is paid by the day in another currency
    return "month" if usual == "day" and is_foreign else usual


def _is_within(found: SalaryRange, limits: tuple[float, float]) -> bool:
    values = [value for value in (found.min_amount, found.max_amount) if value is not None]
    return _is_likely(max(values), found.period, found.currency, limits)
