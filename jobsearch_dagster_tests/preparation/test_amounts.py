"""How amounts are written."""

import pytest

from jobsearch_dagster.preparation.amounts import find_amounts, payments_a_year, with_figures
from jobsearch_dagster.preparation.currencies import signs
from jobsearch_dagster.preparation.text import fold


def amounts(text: str):
    return list(find_amounts(fold(text)))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("61,500", (61_500,)),
        ("61.500,75 €", (61_500.75,)),
        ("61 500 zł", (61_500,)),
        ("CHF 61'500", (61_500,)),
        ("₹12,34,567", (1_234_567,)),
        ("12.5 lakh", (1_250_000,)),
        ("1.2 Cr", (12_000_000,)),
        ("25万円", (250_000,)),
        ("R$ 5 mil", (5_000,)),
        ("60 TEUR", (60_000,)),
        ("70-95K", (70_000, 95_000)),
        ("$70K-95", (70_000, 95_000)),
        ("£60-65,000", (60_000, 65_000)),
        ("35/40K€", (35_000, 40_000)),
        ("61k$ - 48k$", (48_000, 61_000)),
        ("£45k  55k", (45_000, 55_000)),
        ("Min: 50k, Max: 70k", (50_000, 70_000)),
        ("entre 38 et 45 K€", (38_000, 45_000)),
        ("от 100 000 до 150 000 руб.", (100_000, 150_000)),
        ("$65,000K", (65_000,)),
        ("£45kpa", (45_000,)),
    ],
)
def test_one_amount_is_read_with_its_separators_scale_and_range(text, values):
    assert [amount.values for amount in amounts(text)] == [values]


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("up to $60k", "upper"),
        ("maximal 60.000 €", "upper"),
        ("60万円以下", "upper"),
        ("ab 60.000 €", "lower"),
        ("desde 60.000 €", "lower"),
        ("$60k+", "lower"),
        ("not less than $60k", "lower"),
        ("$60k+ bonus", None),
        ("$60k + super", None),
        ("$60k", None),
    ],
)
def test_words_around_an_amount_say_which_side_it_bounds(text, side):
    assert [amount.side for amount in amounts(text)] == [side]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("$30/hr", "hour"),
        ("$30 hr", "hour"),
        ("30 € brutto pro Stunde", "hour"),
        ("450 kr/timme", "hour"),
        ("£300 p.d.", "day"),
        ("300元/天", "day"),
        ("€700 par semaine", "week"),
        ("8 000 zł brutto/mies.", "month"),
        ("1.500 € al mes", "month"),
        ("R20 000 p/m", "month"),
        ("40 000 € brut annuel", "year"),
        ("$60,000, annually", "year"),
    ],
)
def test_the_period_at_an_amount_is_read_in_many_languages(text, period):
    assert [amount.period for amount in amounts(text)] == [period]


@pytest.mark.parametrize("text", ["GS-12", "E5", "5G", "24x7", "401k", "0123456", "25 %", "3rd", "#4711", "20°"])
def test_a_figure_that_is_part_of_something_else_is_no_amount(text):
    assert amounts(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "lift 50 pounds",
        "must lift 30-50 lbs. and stand",
        "25 lbs.",
        "40 hours per week",
        "12 month contract",
        "in R 4 years",
        "60 Best employer",
    ],
)
def test_a_number_of_something_has_no_currency(text):
    assert all(amount.currencies == () for amount in amounts(text))


@pytest.mark.parametrize("sign", sorted(signs()))
def test_a_sign_behind_an_amount_is_not_taken_for_a_scale(sign):
    (amount,) = amounts(f"50,000 {sign}")
    assert amount.values == (50_000,)
    assert amount.currencies == signs()[sign]


@pytest.mark.parametrize("word", ["engineers", "drivers", "years", "offers", "hours", "managers"])
def test_the_end_of_a_word_is_no_sign(word):
    assert [amount.currencies[:1] for amount in amounts(f"{word}: $120,000")] == [("USD",)]
    assert [amount.currencies for amount in amounts(f"{word} 60-70k")] == [()]


@pytest.mark.parametrize("text", ["$25 - 40 hours per week", "$20.50 / 40 hrs", "$25 a 40 hour week"])
def test_hours_beside_an_amount_are_no_end_of_a_range(text):
    assert [len(amount.values) for amount in amounts(text)] == [1]


def test_the_lower_end_of_a_range_that_is_no_pay_is_left_out():
    assert [amount.values for amount in amounts("$1 - $100,000")] == [(100_000,)]


def test_a_grade_before_pay_is_no_end_of_a_range():
    assert [amount.values for amount in amounts("Level 3 – $78,000/yr")] == [(3,), (78_000,)]
    assert [amount.values for amount in amounts("Band 6 £35,392 - £42,618")] == [(6,), (35_392, 42_618)]


@pytest.mark.parametrize(
    ("text", "times"),
    [("€2,000 x 14", 14), ("14 pagas", 14), ("15-30K·14薪", 14), ("13,5 Gehälter", 13.5), ("x 40", None)],
)
def test_payments_a_year_are_read(text, times):
    assert payments_a_year(fold(text)) == times


def test_number_words_become_figures_only_where_there_are_none():
    assert with_figures("sixty to seventy thousand dollars") == "60 to 70000 dollars"
    assert with_figures("70 thousand") == "70 thousand"
    assert with_figures("competitive") == "competitive"
