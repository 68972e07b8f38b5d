"""How many labelled salary strings end in the right bucket: this parser, the report's rules, price-parser, JobSpy.

Every contender reads the same strings. What a peer does not return is filled in to its favour: price-parser and the
report's rules get the package's rates, K for price-parser stays unread as its documentation says nothing of it, and
an amount is taken for a year. A string is right when its bucket is; one that states no pay, or pay in a currency
without a rate, when there is none: hence the column that counts only strings with a bucket. The peers are installed
by `make bench`.
"""

import csv
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from jobsearch_dagster.preparation.salary import DEFAULT_RATES, PER_YEAR, bucket, parse_salary

STRINGS = Path(__file__).parents[1] / "preparation" / "exams" / "salary_strings.csv"
SIGNS = {"$": "USD", "US$": "USD", "₹": "INR", "Rs": "INR", "£": "GBP", "€": "EUR", "C$": "CAD", "A$": "AUD"}
Reading = tuple[str, str]
"""Currency and bucket; empty where no pay is read, no bucket where the currency has no rate."""
NONE: Reading = ("", "")


def worth(amount: float, currency: str, periods: int = 1) -> Reading:
    """The reading of an amount paid `periods` times a year."""
    rate = DEFAULT_RATES.get(currency)
    return currency, bucket(amount * periods * rate) if rate else ""


def by_this_package(text: str, country: str) -> Reading:
    """`parse_salary`."""
    found = parse_salary(text, country or None)
    return NONE if found is None else (found.currency, found.bucket or "")


def by_the_reports_rules(text: str, country: str) -> Reading:
    """The report's step 2c: numbers with K or M, rupees converted at a fixed rate, the middle of the numbers."""
    numbers = re.findall(r"(\d+(?:,\d+)*(?:\.\d+)?)\s*([KkMm]?)", text)
    values = [
        float(number.replace(",", "")) * {"k": 1e3, "m": 1e6}.get(scale.lower(), 1) for number, scale in numbers[:2]
    ]
    if not values:
        return NONE
    currency = next((code for sign, code in SIGNS.items() if sign in text and len(sign) > 1), None)
    currency = currency or next((code for sign, code in SIGNS.items() if sign in text), "USD")
    return worth(sum(values) / len(values), currency)


def by_price_parser(text: str, country: str) -> Reading:
    """`Price.fromstring`, as its README shows it."""
    price = import_module("price_parser").Price.fromstring(text)
    if not price.amount:
        return NONE
    sign = price.currency or "$"
    return worth(float(price.amount), SIGNS.get(sign, sign))


def by_jobspy(text: str, country: str) -> Reading:
    """`extract_salary`, which JobSpy reads descriptions with."""
    interval, low, high, currency = import_module("jobspy.util").extract_salary(text)
    if low is None:
        return NONE
    periods = {"hourly": PER_YEAR["hour"], "monthly": PER_YEAR["month"]}.get(interval, 1)
    return worth((low + high) / 2, currency, periods)


CONTENDERS: dict[str, Callable[[str, str], Reading]] = {
    "this package": by_this_package,
    "the report's rules": by_the_reports_rules,
    "price-parser 0.5.1": by_price_parser,
    "JobSpy 1.1.82": by_jobspy,
}


def main() -> None:
    """Print the table."""
    with STRINGS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    print("| labelled strings | dev | holdout | of those with a bucket | wrong currency | pay where none is |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, read in CONTENDERS.items():
        readings = [(row, read(row["text"], row["country"])) for row in rows]
        cells = []
        for half in ("dev", "holdout"):
            of_half = [got[1] == row["bucket"] for row, got in readings if row["half"] == half]
            cells.append(f"{sum(of_half) / len(of_half):.1%} of {len(of_half)}")
        paid = [got[1] == row["bucket"] for row, got in readings if row["bucket"]]
        cells.append(f"{sum(paid) / len(paid):.1%} of {len(paid)}")
        wrong = sum(bool(row["currency"] and got[0]) and got[0] != row["currency"] for row, got in readings)
        invented = sum(got != NONE and not row["currency"] for row, got in readings)
        print(f"| {name} | {' | '.join(cells)} | {wrong} | {invented} |")
