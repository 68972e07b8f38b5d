"""Clean text, in both forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.preparation.text import clean_text, fold, repair, split_sentences
from jobsearch_dagster_tests.long_texts import assert_ends


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Złoty", "zloty"),
        ("Đà Nẵng", "da nang"),
        ("İstanbul, Straße", "istanbul, strasse"),
        ("Ελλάδα", "ελλαδα"),
        ("서울 東京", "서울 東京"),
        ("₨ 500", "rs 500"),
    ],
)
def test_a_folded_text_has_no_case_and_no_accents(text, folded):
    assert fold(text) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("We donâ€™t sell cafÃ©s", "We don't sell cafés"),
        ("Tools &amp; toys &ndash; R&amp;D", "Tools & toys – R&D"),
        ("<p>One</p><p>Two<br>three</p>", "One. Two. three"),
        ("A <span>bold</span> <b>claim</b>", "A bold claim"),
        ("<ul><li>Java</li><li>SQL</li></ul>", "Java. SQL"),
        ("<script>alert(1)</script>Hello", "Hello"),
        ("&lt;p&gt;Hello&lt;/p&gt;", "Hello"),
        (
            "**Your day**\nBuild lamps\n## You bring\nC# and **patience**",
            "Your day. Build lamps. You bring. C# and patience",
        ),
        ("See https://lamps.example.com/jobs?id=7 or www.lamps.example.com now", "See or now"),
        ("Write to jobs@lamps.example.com.", "Write to."),
        ("Call +1 555 555 0123 or (555) 555-0123 today", "Call or today"),
        ("Call 555-0123 today", "Call today"),
        ("Great 🚀 team 👩‍💻!", "Great team!"),
        ("𝗔𝗯𝗼𝘂𝘁 ﬁve lamps", "About five lamps"),
        ("que\u0301bec", "québec"),
        ("a\u200bb\u00a0c\ufeff", "ab c"),
        ("one\t two\n\n\n three", "one two. three"),
    ],
)
def test_what_files_and_pages_add_is_removed(text, cleaned):
    assert clean_text(text, keep_sentences=True) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Requirements\n• Java\n• SQL", "Requirements. Java. SQL"),
        ("You bring:\n- Java,\n- SQL\n- patience", "You bring: Java, SQL. patience"),
        ("Java • SQL • Go", "Java. SQL. Go"),
        ("We build lamps.\n\nJoin us!", "We build lamps. Join us!"),
        (
            "We have built lamps for ships and harbours since nineteen thirty-one\nand look for a colleague.",
            "We have built lamps for ships and harbours since nineteen thirty-one and look for a colleague.",
        ),
        ("Knowledge of Java and\nSQL", "Knowledge of Java and SQL"),
        ("Skills (Java, SQL.)\nPerks", "Skills (Java, SQL.) Perks"),
    ],
)
def test_lines_become_sentences_and_wrapped_lines_go_on(text, cleaned):
    assert clean_text(text, keep_sentences=True) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("C++, C#, .NET & Node.js!", "C++ C# .NET Node.js"),
        ("c++ c# .net node.js $65k 5+ years", "c++ c# .net node.js $65k 5+ years"),
        ("$48,500 - $61,000; 3-5 yrs; 3.5 stars; 100%", "$48,500 $61,000 3-5 yrs 3.5 stars 100%"),
        (
            "We don't, can't and won't; it's Ann's, they're here",
            "We do not can not and will not it is Ann they are here",
        ),
        ('CI/CD (front-end) "quotes" #jobs', "CI CD front end quotes jobs"),
        ("snake_case", "snake case"),
        ("See https://lamps.example.com/it's-here!", "See"),
        ("नौकरी", "नौकरी"),
    ],
)
def test_punctuation_goes_and_what_carries_meaning_survives(text, cleaned):
    assert clean_text(text) == cleaned


def test_money_keeps_its_sign_through_the_removal_of_emoji():
    assert clean_text("€9000 – ₹50,000 🚀 £3") == "€9000 ₹50,000 £3"


def test_salaries_and_years_are_no_phone_numbers():
    text = "60000 - 80000 or 160,000 - 240,000, 2019 - 2023, 45 000 500 km, 500-1000 people"
    assert clean_text(text, keep_sentences=True) == text


def test_case_is_kept():
    assert clean_text("PhD in R, Go") == "PhD in R Go"


PIECES = st.sampled_from(
    (
        *(
            "&amp;",
            "&lt;",
            "p",
            "<p>",
            "</p>",
            "<br",
            ">",
            "<!",
            "\n",
            "- ",
            "• ",
            "don't",
            "it's",
            "'",
            "’s",
            "C++",
            "C#",
        ),
        *(".net", ".", ",", "node.js", "$5k", "5+", "3-5", "+1 555 555 0123", "555-0123", "a@b.example.com", "http://"),
        *(
            "www.",
            "ﬁ",
            "½",
            "â€™",
            "Ã©",
            "\u200b",
            "\u00a0",
            "🚀",
            "1️⃣",
            "\u0301",
            "＜",
            "call ",
            " ",
            "A",
            "\r",
            "\x85",
        ),
        *("\x00", "\ud800"),
    )
)
ANY_TEXT = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join))


@given(ANY_TEXT, st.booleans())
def test_cleaning_twice_changes_nothing(text, keep_sentences):
    once = clean_text(text, keep_sentences=keep_sentences)
    assert clean_text(once, keep_sentences=keep_sentences) == once
    assert "\n" not in once


@given(ANY_TEXT)
def test_the_words_of_clean_sentences_are_the_words_of_the_text(text):
    assert clean_text(clean_text(text, keep_sentences=True)) == clean_text(text)


def test_repair_keeps_lines():
    assert repair("<li>Â£50k</li><li>Go</li>").split() == ["£50k", "Go"]
    assert repair("Pay:\n$50k") == "Pay:\n$50k"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Know Java. Earn £50k. e. g. now; or later", ["Know Java.", "Earn £50k.", "e. g. now;", "or later"]),
        ("Rs. 50,000 a month\nB.Sc. in physics", ["Rs. 50,000 a month", "B.Sc. in physics"]),
    ],
)
def test_sentences_end_at_stops_and_lines_but_not_at_abbreviations(text, sentences):
    assert split_sentences(text) == sentences


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_signs_and_letters_fold_to_what_people_type():
    assert [fold(text) for text in ("Złoty", "₨", "Año", "STRASSE", "straße", "만원")] == [
        "zloty",
        "rs",
        "ano",
        "strasse",
        "strasse",
        "만원",
    ]


@pytest.mark.slow
def test_a_megabyte_of_anything_is_cleaned():
    assert_ends(
        "from jobsearch_dagster.preparation.text import clean_text as read",
        ["a", "'", "a'", "a b. ", "&amp;", "<p>", "🚀", "1.", "a@", "(555) ", "- ", "\n", "1 main st "],
    )
