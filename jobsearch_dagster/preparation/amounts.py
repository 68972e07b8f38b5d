"""How people write an amount of money: figure, scale, sign, range, side, period, payments a year.

Belongs here: the notation, of amounts in one line of text. Does not belong here: the words themselves
(`amount_words.yaml`, `currencies.yaml`), and whether an amount is pay and what it is worth (`salary.py`).

Every text here is folded (`text.fold`): no case, no accents.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jobsearch_dagster.preparation.amount_words import LETTER, currencies_of_sign, words
from jobsearch_dagster.preparation.currencies import thousands_only, wage_unit
from jobsearch_dagster.preparation.vocabulary import PERIODS, Period

_REACH = 24
"""Characters before a figure that are searched for its sign and its side."""


@dataclass(frozen=True)
class Amount:
    """An amount as written.

    Attributes:
        start: Where it begins in the text, its sign included.
        end: Where it ends, its period included.
        values: One or two values, ascending, in units of the currency.
        side: `lower` for "from X", `upper` for "up to X", None for a plain amount or a range.
        currencies: Those that its sign can mean, the likeliest first; empty without a sign.
        period: What it is paid for, where that is written at it.
        is_marked: Whether a scale, a period or grouped thousands make it more than a number.
    """

    start: int
    end: int
    values: tuple[float, ...]
    side: Literal["lower", "upper"] | None
    currencies: tuple[str, ...]
    period: Period | None
    is_marked: bool

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lower and upper bound; None for the side that is open."""
        low, high = self.values[0], self.values[-1]
        return (None if self.side == "upper" else low, None if self.side == "lower" else high)


@dataclass(frozen=True)
class _Quantity:
    """One figure with what is written at it."""

    start: int
    end: int
    figure: str
    scale: float | None
    currencies: tuple[str, ...]
    period: Period | None
    has_plus: bool


@dataclass(frozen=True)
class _Unit:
    """What is written after a figure.

    Attributes:
        end: Where it ends.
        scale: How many times larger the figure is; None without a word for it.
        currencies: As in `Amount`.
        period: As in `Amount`.
        has_plus: Whether a `+` says "or more".
    """

    end: int
    scale: float | None = None
    currencies: tuple[str, ...] = ()
    period: Period | None = None
    has_plus: bool = False


def find_amounts(text: str) -> Iterator[Amount]:
    """Every amount in a folded line, from left to right, with or without a sign; two that make a range are one."""
    pending: _Quantity | None = None
    for quantity in _quantities(text):
        if pending is None:
            pending = quantity
        elif _is_range(text, pending, quantity):
            yield _amount(text, pending, quantity)
            pending = None
        else:
            if not _is_placeholder(text, pending, quantity):
                yield _amount(text, pending)
            pending = quantity
    if pending is not None:
        yield _amount(text, pending)


def find_period(text: str) -> Period | None:
    """The first period that a folded text names: "hourly rate", "pro Monat"; None where it names none."""
    found = words().period.search(text)
    return next(period for period in PERIODS if found[period]) if found else None


def find_long_period(text: str) -> tuple[Period, float] | None:
    """Period and how many of it one payment is for, where a folded text names such: "bi-weekly" is (week, 2)."""
    found = words().long_period.search(text)
    if found is None:
        return None
    known = words().long_periods
    return known.get(found[0]) or next(
        known[word] for word in known if word.replace(" ", "") == found[0].replace(" ", "")
    )


def with_figures(text: str) -> str:
    """A folded text with English number words as figures, where it has none: "sixty to seventy thousand dollars"."""
    if re.search(r"[0-9]", text) or not _NUMBER_WORD.search(text):
        return text
    from text_to_num import alpha2digit

    return alpha2digit(text, "en")


_NUMBER_WORD = re.compile(
    r"\b(?:ten|fifteen|twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)\b"
)


def payments_a_year(text: str) -> float | None:
    """How many monthly payments a year a folded text speaks of: "x 14", "14 pagas", "15薪"."""
    found = _PAYMENTS.search(text)
    return float((found["times"] or found["count"]).replace(",", ".")) if found else None


_PAYMENTS = re.compile(
    r"(?:[x×*]\s?(?P<times>1[2-8](?:[.,]\d)?)(?![\d,.]|\s?h)"
    r"|(?<![\d.,])(?P<count>1[2-8](?:[.,]\d{1,2})?)\s?(?:x\b|mal\b|薪|个月|pagas|paghe|mensilita|monatsgehalter|gehalter"
    r"|salaires|salarios|salaris|mois\b|months?\W+(?:pay|salar)))"
)
_FIGURE = re.compile(
    r"""
    (?<![0-9])(?<![0-9][.,])
    (?: [0-9]{1,2} (?:,[0-9]{2})+ ,[0-9]{3} (?:\.[0-9]{1,2})?
      | [0-9]{1,3} (?P<separator>[,.'\ ]) [0-9]{3} (?:(?P=separator) [0-9]{3})* (?:[.,][0-9]{1,2})?
      | [0-9]{1,12} (?:[.,][0-9]{1,3})?
    ) (?![0-9]|[.,][0-9]|\s?%|\s?°|-?(?:st|nd|rd|th)\b)
    """,
    re.VERBOSE,
)
_GROUPED = re.compile(r"[0-9]{1,3}[,.' ][0-9]{3}(?![0-9])")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")
_RUPEES = ("INR", "PKR", "BDT", "NPR", "LKR")


def _quantities(text: str) -> Iterator[_Quantity]:
    """Figures that can be money: no part of a word (`E5`, `GS-12`) and no number of something (`5G`, `24x7`)."""
    end = 0
    for figure in _FIGURE.finditer(text):
        sign = _sign_before(text, end, figure.start())
        unit = _unit_after(text, figure, is_signed=sign is not None)
        if unit is None or _NO_AMOUNT.fullmatch(figure[0]) or (figure[0] == "401" and not sign):
            continue
        meant = _meant_before(sign) if sign and _is_money(sign["inner"], figure[0], unit) else ()
        if not meant and (
            _GLUED.search(text[max(end, figure.start() - 2) : figure.start()]) or _is_counted(text, unit)
        ):
            continue
        if sign and sign["inner"] in thousands_only() and not set(meant) & set(unit.currencies or meant):
            meant = ()  # "le 2 000 €": the sign behind is the surer one
        end = unit.end
        yield _Quantity(
            start=sign.start() if sign and meant else figure.start(),
            end=end,
            figure=figure[0],
            scale=unit.scale,
            currencies=_narrowed(meant, unit.currencies) or (_RUPEES if _INDIAN.fullmatch(figure[0]) else ()),
            period=unit.period,
            has_plus=unit.has_plus,
        )


def _sign_before(text: str, end: int, start: int) -> re.Match[str] | None:
    """The sign between the end of the last quantity and the figure at `start`."""
    if _NO_SIGN.search(text, max(end, start - 2), start):
        return None  # spares the search at the second figure of "70-95K"
    return words().sign_before.search(text, max(end, start - _REACH), start)


def _is_counted(text: str, unit: _Unit) -> bool:
    """Whether a figure without a sign counts something: "40 hours", "5 years", "300 employees"."""
    return unit.scale is None and not unit.currencies and _COUNTED.match(text, unit.end) is not None


_COUNTED = re.compile(
    r"[\s-]*(?:hours?|hrs?|days?|years?|yrs?|months?|weeks?|employees|staff|people|students|users|customers|shares|options"
    r"|rsus?|stock|units?|points?|openings?|positions?|vacanc\w*|sq|miles|kms?|lbs|kg)\b"
)
_NO_SIGN = re.compile(r"[-–—~,(0-9]\s?$")
_NO_AMOUNT = re.compile(r"0(?![.,]).*")
_GLUED = re.compile(rf"(?:{LETTER}-?|[#@_])$")


def _unit_after(text: str, figure: re.Match[str], *, is_signed: bool) -> _Unit | None:
    """Scale, signs and period after a figure, in any order; None where a letter at the figure makes it no amount."""
    patterns = words()
    start = position = figure.end()
    unit = _Unit(start)
    sign = ""
    while found := patterns.after.match(text, position):
        position = found.end()
        kind, word = str(found.lastgroup), found[str(found.lastgroup)]
        if kind == "filler":
            continue
        if kind == "sign" and _begins_the_next(text, found):
            break
        if kind.startswith("bare_") and not (is_signed or unit.currencies):
            break
        said = patterns.meaning(kind, word)
        if said.scale and unit.scale:
            break
        sign = sign or (word if kind == "sign" else "")
        unit = _Unit(
            end=position,
            scale=unit.scale or said.scale,
            currencies=_narrowed(unit.currencies, said.currencies),
            period=unit.period or said.period,
            has_plus=unit.has_plus or kind == "plus",
        )
    if unit.end == start and re.match(LETTER, text[start : start + 1]):
        return None
    return unit if _is_money(sign, figure[0], unit) else _Unit(start)


def _begins_the_next(text: str, sign: re.Match[str]) -> bool:
    """Whether a sign after a figure belongs to the figure behind it: "Band 6 £ 35,000"."""
    return sign[0][0].isspace() and sign["sign"] in "$£₹" and re.match(r"\s?[0-9]", text[sign.end() :]) is not None


def _meant_before(sign: re.Match[str]) -> tuple[str, ...]:
    """Currencies of the one or two signs before a figure: "USD $"."""
    return _narrowed(currencies_of_sign(sign["outer"]) if sign["outer"] else (), currencies_of_sign(sign["inner"]))


def _is_money(sign: str, figure: str, unit: _Unit) -> bool:
    if sign not in thousands_only():
        return True
    value = _number(figure, unit.scale or 1) * (unit.scale or 1)
    fine = min(wage_unit(currency) or 1 for currency in currencies_of_sign(sign))
    return unit.period is not None or value >= 1_000 * min(1, fine)  # a dinar goes further than a dollar


def _narrowed(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The currencies that both signs of an amount can mean; where they contradict each other the first sign's."""
    if not (some and others):
        return some or others
    return tuple(currency for currency in some if currency in others) or some


def _number(figure: str, scale: float) -> float:
    """A figure without its thousands separators; `1.875` millions has a decimal point, `1.875` alone has not."""
    compact = re.sub(r"[' ]", "", figure)
    if scale < 1e5 or len(re.findall(r"[.,]", compact)) > 1:
        compact = re.sub(r"[.,](?=[0-9]{3}(?:[.,]|$))|,(?=[0-9]{2},)", "", compact)
    return float(compact.replace(",", "."))


def _is_range(text: str, first: _Quantity, second: _Quantity) -> bool:
    between = text[first.end : second.start]
    if len(between) > _REACH or (first.currencies and second.currencies and not _common(first, second)):
        return False
    low, high = _values(first, second)
    patterns = words()
    if between.isspace():
        widest = 2 if first.scale and first.scale == second.scale else 0  # the dash was lost: "£45k  55k"
    elif patterns.range.fullmatch(between):
        widest = 3 if "/" in between or _begins_anew(text, first, second) else 20
    elif patterns.and_.fullmatch(between):
        widest = 20 if _follows(text, first, patterns.between) else 0
    else:  # "min 50k, max 70k"
        is_bounded = _follows(text, first, patterns.lower_before) and _follows(text, second, patterns.upper_before)
        widest = 20 if is_bounded else 0
    is_inverted = low > high and not (first.currencies and second.currencies and low <= 3 * high)
    return high <= widest * low and not is_inverted


def _is_placeholder(text: str, first: _Quantity, second: _Quantity) -> bool:
    """Whether the first of two amounts is no pay but fills the lower end of a range: "$1 - $100,000"."""
    if not (first.currencies and second.currencies and words().range.fullmatch(text[first.end : second.start])):
        return False
    low, high = _values(first, second)
    return high > 20 * low


def _begins_anew(text: str, first: _Quantity, second: _Quantity) -> bool:
    """Whether only the second has a sign, and before it: "Level 3 - $78,000"."""
    is_plain = not first.currencies and first.scale is None and first.period is None
    return is_plain and bool(second.currencies) and not text[second.start].isdigit()


def _follows(text: str, quantity: _Quantity, pattern: re.Pattern[str]) -> bool:
    return pattern.search(text, max(0, quantity.start - _REACH), quantity.start) is not None


def _common(first: _Quantity, second: _Quantity) -> set[str]:
    return set(first.currencies) & set(second.currencies)


def _values(first: _Quantity, second: _Quantity | None = None) -> tuple[float, ...]:
    """One value or two; what is written on one end only (`70-95K`, `60-65,000`) holds for both."""
    low, scale = _number(first.figure, first.scale or 1), first.scale
    if second is None:
        return (low * _sensible(low, scale),)
    high, scale_high = _number(second.figure, second.scale or 1), second.scale
    if scale is None and scale_high is not None and low <= high:
        scale = scale_high
    elif scale_high is None and scale is not None and low <= high < 1_000:
        scale_high = scale
    elif scale is None and scale_high is None and low < 1_000 <= low * 1_000 <= high <= 3_000 * low:
        scale = 1_000
    return low * _sensible(low, scale), high * _sensible(high, scale_high)


def _sensible(value: float, scale: float | None) -> float:
    """The scale, but for the K of `65,000K`, which says the thousands twice."""
    return 1 if scale is None or (scale == 1_000 and value >= 10_000) else scale


def _amount(text: str, first: _Quantity, second: _Quantity | None = None) -> Amount:
    last = second or first
    return Amount(
        start=first.start,
        end=last.end,
        values=tuple(sorted(_values(first, second))),
        side=_side(text, first) if second is None else None,
        currencies=_narrowed(first.currencies, second.currencies) if second else first.currencies,
        period=first.period or last.period,
        is_marked=any(q.scale or q.period or _GROUPED.match(q.figure) for q in (first, last)),
    )


def _side(text: str, quantity: _Quantity) -> Literal["lower", "upper"] | None:
    patterns = words()
    reach = max(0, quantity.start - _REACH)
    upper = patterns.upper_before.search(text, reach, quantity.start)
    lower = patterns.lower_before.search(text, reach, quantity.start)
    if upper and lower:  # "not less than" holds "less than"
        return "lower" if lower.start() < upper.start() else "upper"
    if upper or patterns.upper_after.match(text, quantity.end):
        return "upper"
    return "lower" if quantity.has_plus or lower or patterns.lower_after.match(text, quantity.end) else None
