"""Which currency a sign means."""

import pytest
import yaml

from jobsearch_dagster.preparation.currencies import (
    DATA,
    currency_meant,
    own_currency,
    signs,
    thousands_only,
    wage_unit,
)
from jobsearch_dagster.preparation.text import fold


@pytest.mark.parametrize(
    ("sign", "country", "context", "currency"),
    [
        ("$", None, "", "USD"),
        ("$", "MX", "", "MXN"),
        ("$", "Singapore", "", "SGD"),
        ("$", "DE", "", "USD"),
        ("$", None, "$90,000 + super", "AUD"),
        ("$", "US", "$90,000 + super", "USD"),
        ("$", "CA", "$90,000 (usd)", "USD"),
        ("kr", "NO", "", "NOK"),
        ("kr", None, "", "SEK"),
        ("Rs.", "PK", "", "PKR"),
        ("Rs.", None, "", "INR"),
        ("£", "EG", "", "EGP"),
        ("zł", "US", "", "PLN"),
        ("pesos", "PH", "", "PHP"),
    ],
)
def test_a_sign_means_what_it_can_mean_in_the_country_or_else_in_its_context(sign, country, context, currency):
    assert currency_meant(signs()[fold(sign)], country, context) == currency


@pytest.mark.parametrize(
    ("country", "context", "currency"),
    [("FR", "", "EUR"), (None, "15-30k·14薪", "CNY"), (None, "12-15 lpa", "INR"), (None, "", "USD")],
)
def test_an_amount_without_sign_is_in_the_currency_of_the_country_or_the_context(country, context, currency):
    assert currency_meant((), country, context) == currency


def test_every_iso_code_stands_for_itself_unless_it_reads_as_a_word():
    known = signs()
    assert known["usd"] == ("USD",)
    assert known["kes"] == ("KES",)
    assert thousands_only() >= {"all", "top", "cop"}


def test_the_currency_of_an_unknown_country_is_none():
    assert own_currency("no such country") is None
    assert own_currency(None) is None
    assert own_currency("Sweden") == "SEK"


def test_a_currency_of_unknown_worth_has_no_wage_unit():
    assert wage_unit("XOF") == 300
    assert wage_unit("ZZZ") is None


def test_every_currency_of_a_sign_has_a_wage_unit():
    meant = {
        currency for sign in yaml.safe_load(DATA.read_text(encoding="utf-8"))["signs"].values() for currency in sign
    }
    assert {currency for currency in meant if wage_unit(currency) is None} == set()


def test_signs_that_are_one_when_folded_mean_the_same():
    meanings: dict[str, set[tuple[str, ...]]] = {}
    for sign, meant in yaml.safe_load(DATA.read_text(encoding="utf-8"))["signs"].items():
        meanings.setdefault(fold(sign), set()).add(tuple(meant))
    assert [sign for sign, different in meanings.items() if len(different) > 1] == []


@pytest.mark.parametrize(
    "text", ["CAD Designer $30/hr", "PHP Developer $95K a year", "as a cop you earn $65,000 a year"]
)
def test_a_code_that_is_a_word_elsewhere_in_the_text_says_nothing_of_the_currency(text):
    assert currency_meant(signs()["$"], "US", fold(text)) == "USD"
