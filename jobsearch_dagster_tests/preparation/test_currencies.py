"""Which currency a sign means."""

import pytest

from jobsearch_dagster.preparation.currencies import currency_meant, own_currency, signs, wage_unit
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
    assert "all" not in known
    assert "top" not in known


def test_the_currency_of_an_unknown_country_is_none():
    assert own_currency("no such country") is None
    assert own_currency(None) is None
    assert own_currency("Sweden") == "SEK"


def test_a_wage_unit_is_one_where_nothing_is_known():
    assert wage_unit("XOF") == 300
    assert wage_unit("ZZZ") == 1
