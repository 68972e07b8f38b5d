"""Pay in cells and in descriptions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.preparation.salary import BUCKETS, DEFAULT_RATES, bucket, find_salary, parse_salary
from jobsearch_dagster_tests.long_texts import assert_ends


@pytest.mark.parametrize(
    ("text", "country", "low", "high", "currency", "period"),
    [
        ("$48K–$61K a year", None, 48_000, 61_000, "USD", "year"),
        ("US$ 48,000 to US$ 61,000 per annum", None, 48_000, 61_000, "USD", "year"),
        ("US $48k", "CA", 48_000, 48_000, "USD", "year"),
        ("48-61K USD", None, 48_000, 61_000, "USD", "year"),
        ("$48-61K", None, 48_000, 61_000, "USD", "year"),
        ("$48K-61 a year", None, 48_000, 61_000, "USD", "year"),
        ("61k$ - 48k$", None, 48_000, 61_000, "USD", "year"),
        ("C$31.50 an hour", None, 31.5, 31.5, "CAD", "hour"),
        ("$21-$24.50/hr", None, 21, 24.5, "USD", "hour"),
        ("£430 p.d.", None, 430, 430, "GBP", "day"),
        ("GBP 650 pw", None, 650, 650, "GBP", "week"),
        ("£2,700 pcm", None, 2_700, 2_700, "GBP", "month"),
        ("€3.200,50 pro Monat", None, 3_200.5, 3_200.5, "EUR", "month"),
        ("41.000 € – 46.500 € pro Jahr", None, 41_000, 46_500, "EUR", "year"),
        ("41 000 € - 46 500 € par an", None, 41_000, 46_500, "EUR", "year"),
        ("CHF 98'000 - 112'000", None, 98_000, 112_000, "CHF", "year"),
        ("₹14,50,000 - ₹19,00,000", None, 1_450_000, 1_900_000, "INR", "year"),
        ("₹1.45M–₹1.9M a year", None, 1_450_000, 1_900_000, "INR", "year"),
        ("₹1.875 M a year", None, 1_875_000, 1_875_000, "INR", "year"),
        ("14.5-19 LPA", None, 1_450_000, 1_900_000, "INR", "year"),
        ("₹14.5L–₹19L a year", None, 1_450_000, 1_900_000, "INR", "year"),
        ("14.5 lakh to 19 lakh per annum", None, 1_450_000, 1_900_000, "INR", "year"),
        ("INR 1.2 crore", None, 12_000_000, 12_000_000, "INR", "year"),
        ("Rs. 38,000 - 52,000 per month", None, 38_000, 52_000, "INR", "month"),
        ("SEK 41 500 – 46 000 per month", None, 41_500, 46_000, "SEK", "month"),
        ("PLN 31 400 – PLN 40 800 / month", None, 31_400, 40_800, "PLN", "month"),
        ("£39,000 per annum - £44,000 per annum", None, 39_000, 44_000, "GBP", "year"),
        ("between £39k and £44k", None, 39_000, 44_000, "GBP", "year"),
        ("Hourly rate: $23 - $27", None, 23, 27, "USD", "hour"),
        ("$71,500 (annual)", None, 71_500, 71_500, "USD", "year"),
        ("$105,000 - $118,000 USD/year", "CA", 105_000, 118_000, "USD", "year"),
        ("Â£41,000 â€“ Â£45,000 a year", None, 41_000, 45_000, "GBP", "year"),
        ("&pound;41,000&nbsp;a year", None, 41_000, 41_000, "GBP", "year"),
    ],
)
def test_pay_is_read_as_it_is_written(text, country, low, high, currency, period):
    found = parse_salary(text, country)
    assert found is not None
    assert (found.min_amount, found.max_amount, found.currency, found.period) == (low, high, currency, period)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Up to £58k", None, 58_000),
        ("£58k max", None, 58_000),
        ("bis zu 58.000 €", None, 58_000),
        ("from $58,000", 58_000, None),
        ("Starting at $58,000 a year", 58_000, None),
        ("$58,000+", 58_000, None),
        ("$58,000 and up", 58_000, None),
        ("from $58,000 to $66,000", 58_000, 66_000),
    ],
)
def test_one_sided_pay_has_one_bound_which_is_the_midpoint(text, low, high):
    found = parse_salary(text)
    assert found is not None
    assert (found.min_amount, found.max_amount) == (low, high)
    if low is None or high is None:
        assert found.midpoint_usd == (found.min_usd if high is None else found.max_usd)


@pytest.mark.parametrize(
    ("text", "country", "currency"),
    [
        ("$62K a year", None, "USD"),
        ("$62K a year", "US", "USD"),
        ("$62K a year", "CA", "CAD"),
        ("$62K a year", "Canada", "CAD"),
        ("$62K a year", "Australia", "AUD"),
        ("$62K a year", "DE", "USD"),
        ("$62K a year", "no such country", "USD"),
        ("US$62K a year", "CA", "USD"),
        ("kr 41 000", "Norway", "NOK"),
        ("41 000 kr", "SE", "SEK"),
        ("62-70K", "GB", "GBP"),
        ("62-70K", "FR", "EUR"),
        ("62-70K", None, "USD"),
    ],
)
def test_a_bare_dollar_is_the_dollar_of_the_country(text, country, currency):
    found = parse_salary(text, country)
    assert found is not None
    assert found.currency == currency


def test_canadian_pay_is_converted_before_it_is_put_in_a_bucket():
    found = parse_salary("$70K–$95K a year", "CA")
    assert found is not None
    assert (found.min_usd, found.max_usd, found.midpoint_usd) == (51_800, 70_300, 61_050)
    assert found.bucket == "$50K-$75K"


@pytest.mark.parametrize(("text", "yearly"), [("$30/hr", 62_400), ("$300/day", 78_000), ("$1,500 a week", 78_000)])
def test_pay_is_annualized(text, yearly):
    found = parse_salary(text)
    assert found is not None
    assert found.midpoint_usd == yearly


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("$28", "hour"),
        ("£450", "day"),
        ("€5200", "month"),
        ("£31,000", "year"),
        ("₹42,000", "month"),
        ("₹9,00,000", "year"),
    ],
)
def test_a_period_that_is_not_stated_is_inferred_from_the_size(text, period):
    found = parse_salary(text)
    assert found is not None
    assert (found.period, found.period_source) == (period, "inferred")


def test_a_stated_period_is_marked_as_such():
    found = parse_salary("$28 an hour")
    assert found is not None
    assert found.period_source == "stated"


@pytest.mark.parametrize(
    ("text", "midpoint"),
    [
        ("$60k base + $20k bonus", 60_000),
        ("OTE $160K (base $80K)", 80_000),
        ("$80K (OTE $160K)", 80_000),
        ("$80K base, $160K OTE", 80_000),
        ("$5,000 sign-on bonus, salary $52,000", 52_000),
        ("OTE $160K", 160_000),
        ("$5,000 sign-on bonus; $80,000", 80_000),
        ("$2,100 per week travel nurse", 109_200),
    ],
)
def test_base_pay_wins_over_bonus_and_on_target_earnings(text, midpoint):
    found = parse_salary(text)
    assert found is not None
    assert found.midpoint_usd == midpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Competitive",
        "DOE",
        "Negotiable, 40 hours per week",
        "2024",
        "555-0123",
        "+1 555 0100",
        "(555) 555-0123",
        "5550123",
        "401k",
        "401(k) matching",
        "up to 25 days off",
        "$0",
        "$5,000 sign-on bonus",
        "$",
        "100%",
    ],
)
def test_what_is_no_pay_is_none(text):
    assert parse_salary(text) is None
    assert parse_salary(text, "US") is None


def test_a_currency_without_rate_has_no_usd_and_no_bucket():
    found = parse_salary("CHF 100'000 a year")
    assert found is not None
    assert (found.min_amount, found.min_usd, found.midpoint_usd, found.bucket) == (100_000, None, None, None)


def test_the_rates_are_the_callers():
    found = parse_salary("CHF 100'000 a year", rates={**DEFAULT_RATES, "CHF": 1.2})
    assert found is not None
    assert found.midpoint_usd == 120_000


@pytest.mark.parametrize(
    ("usd", "name"),
    [
        (0, "under $50K"),
        (49_999.99, "under $50K"),
        (50_000, "$50K-$75K"),
        (100_000, "$100K-$150K"),
        (150_000, "over $150K"),
    ],
)
def test_the_lower_edge_belongs_to_a_bucket(usd, name):
    assert bucket(usd) == name


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("The salary for this post is £31,000 - £36,000.", 31_000, 36_000),
        ("• Up to £58k", None, 58_000),
        ("a generous salary of up to £58k with great benefits", None, 58_000),
        ("Base Pay Min to Max: $130,000 - $190,000", 130_000, 190_000),
        ("Salary: €5200 (depends on experience)", 5_200, 5_200),
        ("You will earn $24.50 an hour from the first day.", 24.5, 24.5),
        ("Salary range\n$61,000 - $72,000", 61_000, 72_000),
        ("<p>Salary:&nbsp;<b>$61,000</b></p>", 61_000, 61_000),
        ("Salary $61,000 plus a bonus of $9,000", 61_000, 61_000),
        ("We raised $12M last year. Pay: $61,000 a year.", 61_000, 61_000),
        ("Sales trainer salary: $61,000", 61_000, 61_000),
    ],
)
def test_pay_is_found_in_a_description(line, low, high):
    text = f"About us\nWe make lamps and have done so since 1931.\n\n{line}\n\n40 hours per week, 25 days off."
    for wording in (text, text.lower()):
        found = find_salary(wording)
        assert found is not None
        assert (found.min_amount, found.max_amount) == (low, high)


@pytest.mark.parametrize(
    "line",
    [
        "To date we have raised $3M of funding; the last round valued us at $14M.",
        "Since our seed round of €23M we have doubled in size.",
        "Backed by $45M in Series B funding.",
        "We won a contract worth £14 million.",
        "Revenue grew to $80,000 a month.",
        "We donate $29,000 to local clubs every year.",
        "401k with 5% match, medical, dental and vision",
        "A training budget of £1,200 a year",
        "$5,000 sign-on bonus",
        "After the base salary review, a bonus of $5,000",
        "$750 for every friend you bring who stays",
        "Relocation allowance of up to €4,000",
        "A learning stipend of $2,000 a year",
        "You manage a budget of $250,000 - $400,000.",
        "For over 30 years we have served 12,500 customers.",
        "Call 555-0123 or write to us in 2025.",
        "Customers pay $20 a month for our service.",
    ],
)
def test_other_money_in_a_description_is_no_pay(line):
    text = f"Paid parental leave for every parent\n{line}\nWe pay fairly."
    assert find_salary(text) is None
    assert find_salary(text.lower()) is None


def test_a_description_without_numbers_states_no_pay():
    assert find_salary("Competitive salary and great colleagues.") is None


@pytest.mark.parametrize(
    ("text", "yearly"),
    [("€2,000 x 14", 28_000 * 1.08), ("2.000 € al mes, 14 pagas", 28_000 * 1.08), ("€30,000 a year, 14 pagas", 32_400)],
)
def test_a_month_is_paid_as_often_as_the_text_says(text, yearly):
    found = parse_salary(text)
    assert found is not None
    assert found.midpoint_usd == pytest.approx(yearly)


@pytest.mark.parametrize(
    ("text", "period", "low", "yearly"),
    [
        ("$1,846.15 bi-weekly", "week", 923.08, 48_000),
        ("$1,846.15 biweekly", "week", 923.08, 48_000),
        ("$2,000 semi-monthly", "month", 4_000, 48_000),
        ("A$2,000 fortnightly", "week", 1_000, 34_320),
    ],
)
def test_pay_for_two_weeks_or_half_a_month_is_put_in_a_usual_period(text, period, low, yearly):
    found = parse_salary(text)
    assert found is not None
    assert (found.period, found.min_amount) == (period, low)
    assert found.midpoint_usd == pytest.approx(yearly, rel=0.001)


@pytest.mark.parametrize(
    "text", ["$120 per session", "$0.55 per mile", "$500 a project", "$1", "Prämie 5.000 €", "Prime de 5 000 €"]
)
def test_piece_work_placeholders_and_bonuses_in_other_languages_are_no_pay(text):
    assert parse_salary(text) is None


def test_foreign_pay_of_a_few_hundred_is_for_a_month():
    at_home, abroad = parse_salary("$700", "US"), parse_salary("$700", "VN")
    assert at_home is not None
    assert abroad is not None
    assert (at_home.period, abroad.period) == ("day", "month")


def test_a_period_some_words_away_counts_where_it_makes_sense_of_the_amount():
    found = parse_salary("$80,000 full time, Monday to Friday every week")
    assert found is not None
    assert (found.period, found.period_source) == ("year", "inferred")


@pytest.mark.parametrize(
    "text", ["Req ID: 104233", "Grade 7", "Zip 94105", "San Jose, CA 94105", "12 months", "2024-25"]
)
def test_a_number_that_is_no_pay_is_none(text):
    assert parse_salary(text, "US") is None


def test_a_cell_too_long_for_pay_alone_is_read_like_a_description():
    text = "We raised $30M. " + "We make lamps. " * 30 + "Salary: $61,000 a year."
    found = parse_salary(text)
    assert found is not None
    assert found.midpoint_usd == 61_000


@pytest.mark.slow
def test_a_megabyte_of_anything_is_read():
    assert_ends(
        "from jobsearch_dagster.preparation.salary import parse_salary as read",
        ["$100,000 - ", "1,", "111 ", "pay ", "1-", "11,11,111 ", "(", "a\n", "€ 1.000,"],
    )


MONEY = st.text(alphabet="0123456789kKmMlL$£€₹ .,-–+()/%'aepryhowns\n", max_size=40)


@settings(deadline=None)  # the first call loads the gazetteer
@given(st.one_of(st.text(), MONEY), st.one_of(st.none(), st.sampled_from(["CA", "India", "?"])))
def test_no_string_raises(text, country):
    for found in (parse_salary(text, country), find_salary(text, country)):
        if found is not None and found.midpoint_usd is not None:
            assert found.bucket in BUCKETS
            assert min(x for x in (found.min_usd, found.max_usd) if x is not None) >= 0


@settings(deadline=None)  # the first call loads the gazetteer
@given(st.integers(20, 400), st.integers(0, 300))
def test_thousands_and_k_mean_the_same(low, spread):
    written = parse_salary(f"${low * 1000:,} - ${(low + spread) * 1000:,} a year")
    short = parse_salary(f"${low}K–${low + spread}K a year")
    assert written == short
    assert written is not None
    assert written.min_amount == low * 1000


CELLS = st.sampled_from(
    [
        "$70K–$95K a year", "70-95K", "₹12,00,000 - ₹18,00,000 P.A.", "12-18 LPA", "€3.200 pro Monat", "£35k + bonus",
        "OTE $160K (base $80K)", "Up to 45 000 € par an", "CHF 95'000", "$25/hr", "Competitive", "A$1,200 per week",
        "kr 45 000 per måned", "8 000 - 12 000 zł", "R$ 5.000,00", "2.000 € x 14", "Band 6 £35,392 - £42,618 pa",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(CELLS, st.data())
def test_added_spaces_and_case_change_nothing(cell, data):
    blanks = data.draw(st.lists(st.integers(1, 3), min_size=cell.count(" "), max_size=cell.count(" ")))
    words = cell.split(" ")
    spaced = words[0] + "".join(" " * n + word for n, word in zip(blanks, words[1:], strict=True))
    changed = data.draw(st.sampled_from([str.upper, str.lower, str.title]))("  " + spaced + "\n")
    assert parse_salary(changed) == parse_salary(cell)
