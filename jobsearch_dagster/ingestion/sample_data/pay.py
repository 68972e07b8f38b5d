"""What an invented posting pays, and how its country writes that down.

Belongs here: levels of pay, rounding, number formats. Does not belong here: reading pay back
(`preparation.salary`).
"""

from dataclasses import dataclass
from random import Random

from jobsearch_dagster.ingestion.sample_data.pools import Country, Role, pay_forms

# Pay relative to mid level. Work that pays less has the flatter ladder.
STEEP = {
    "intern": 0.45, "entry": 0.66, "junior": 0.76, "mid": 1.0, "senior": 1.3, "lead": 1.42,
    "staff": 1.55, "principal": 1.7, "manager": 1.0, "executive": 1.0,
}  # fmt: skip
FLAT = STEEP | {"intern": 0.6, "entry": 0.85, "junior": 0.9, "senior": 1.18, "lead": 1.25}
FLAT_BELOW = 70_000
PER_YEAR = {"year": 1, "month": 12, "day": 260, "hour": 2080}
# Amounts are rounded to steps that people use; some currencies have small units.
STEP = {"year": 1000, "month": 50, "day": 10, "hour": 0.5}
STEP_BY_CURRENCY = {
    "INR": {"year": 50_000, "month": 1000},
    "SEK": {"month": 500},
    "AED": {"month": 500},
    "PLN": {"month": 200},
}
# How thousands are sometimes (35%) separated instead of by a comma; the Swiss always do.
SEPARATORS = {"DE": ".", "ES": ".", "FR": "\u00a0", "SE": "\u00a0", "PL": "\u00a0"}


@dataclass(frozen=True)
class Pay:
    """The truth behind a written salary, in `currency` per `period`; None: no such bound given."""

    text: str
    low: float | None
    high: float | None
    currency: str
    period: str


def choose_period(rng: Random, role: Role, country: Country, employment: str, *, salaried: bool) -> str:
    """A period that the field, the country and the kind of contract have in common."""
    if employment in ("contract", "freelance") and "day" in country.periods and role.remote:
        return "day"
    if employment in ("part-time", "temporary") and "hour" in country.periods:
        return "hour"
    usual = [p for p in role.periods if p in country.periods and not (salaried and p == "hour")]
    return rng.choice(usual or country.periods[:1])


def invent_pay(rng: Random, role: Role, level: str, country: Country, period: str) -> Pay:
    """Pay that fits role, level and country; employers differ by up to 15% from the usual."""
    pool = pay_forms()
    ladder = FLAT if role.pay < FLAT_BELOW else STEEP
    share = country.desk if role.remote else country.hands
    yearly = role.pay * ladder[level] * share * pool["per_dollar"][country.currency]
    middle = yearly * rng.uniform(0.85, 1.15) / PER_YEAR[period]
    spread = rng.uniform(0.05, 0.17)
    step = STEP_BY_CURRENCY.get(country.currency, STEP).get(period, STEP[period])
    low, mid, high = (round(middle * f / step) * step for f in (1 - spread, 1, 1 + spread))
    forms = pool["forms"].get(country.currency, {}).get(period) or pool["forms"]["default"][period]
    form = rng.choice(forms)
    amounts = _written({"lo": low, "mid": mid, "hi": high}, _separator(rng, country))
    text = form.format(s=rng.choice(pool["signs"][country.currency]), **amounts)
    if "{mid" in form:
        return Pay(text, mid, mid, country.currency, period)
    lower, upper = (low if "{lo" in form else None), (high if "{hi" in form else None)
    return Pay(text, lower, upper, country.currency, period)


def sign(currency: str) -> str:
    """What stands before an amount in running text."""
    return pay_forms()["signs"][currency][0]


def in_currency(dollars: int, currency: str) -> str:
    """A round amount of `currency` worth about `dollars`, to two digits."""
    amount = dollars * pay_forms()["per_dollar"][currency]
    return f"{int(float(f'{amount:.1e}')):,}" if amount >= 10 else f"{amount:.0f}"


def _separator(rng: Random, country: Country) -> str:
    if country.code == "CH":
        return "'"
    unusual = rng.random() < 0.35
    return SEPARATORS.get(country.code, ",") if unusual else ","


def _written(amounts: dict[str, float], separator: str) -> dict[str, str]:
    """Each amount in full, and in thousands (k), lakhs (l) and millions (m)."""
    fields = {}
    for name, amount in amounts.items():
        fields[name] = f"{amount:,.0f}".replace(",", separator)
        if amount != int(amount):
            fields[name] = f"{amount:.2f}"
        fields[f"{name}_indian"] = _indian(int(amount))
        for unit, size in (("k", 1e3), ("l", 1e5), ("m", 1e6)):
            fields[f"{name}_{unit}"] = f"{amount / size:.10g}"
    return fields


def _indian(amount: int) -> str:
    """Indian grouping: three digits, then pairs, as in 18,00,000."""
    head, tail = divmod(amount, 1000)
    if not head:
        return str(tail)
    pairs = []
    while head:
        head, pair = divmod(head, 100)
        pairs.insert(0, f"{pair:02d}" if head else str(pair))
    return ",".join([*pairs, f"{tail:03d}"])
