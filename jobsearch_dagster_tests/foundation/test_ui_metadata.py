"""What the UI shows of tables and texts can be read: numbers without noise, lines that fit the page."""

import math

import numpy as np
import pandas as pd
import pytest

from jobsearch_dagster.foundation.ui_metadata import markdown_table, shown, text_block


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.345678901234567, "2.34568"),
        (np.float64(0.1) + np.float64(0.2), "0.3"),
        (5e-05, "5e-05"),
        (120_000.0, "120000.0"),
        (123_456_789.5, "123456789.5"),
        (-0.12345678, "-0.123457"),
        (math.nan, "nan"),
        (123_456_789, "123456789"),
        (None, "None"),
        ("2.345678901234567", "2.345678901234567"),
    ],
)
def test_a_number_is_shown_with_the_digits_that_mean_something(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_table_shows_numbers_so_and_cuts_long_cells() -> None:
    frame = pd.DataFrame({"loss": [2.345678901234567, 1.0], "answer": ["one | two\nthree", "x" * 300]})
    lines = markdown_table(frame, characters=20).splitlines()
    assert lines == [
        "| loss | answer |",
        "| --- | --- |",
        "| 2.34568 | one \\| two three |",
        f"| 1.0 | {'x' * 19}… |",
    ]
    assert len(markdown_table(frame).splitlines()[3]) < 140


def test_a_text_is_shown_in_lines_that_fit_the_page() -> None:
    text = "<|user|>\n\n" + "many words " * 40 + "\n  [[Job-Title: cook]]"
    first, *lines, last = text_block(text).split("\n")
    assert first == last == "```"
    assert max(map(len, lines)) <= 80
    assert lines[:2] == ["<|user|>", ""]
    assert lines[-1] == "  [[Job-Title: cook]]"
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
