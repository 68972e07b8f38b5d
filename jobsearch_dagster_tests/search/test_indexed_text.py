import pytest

from jobsearch_dagster.search.indexed_text import posting_text, words

ROW = {
    "title": "Sr. Dev (Python)", "standard_title": "senior developer", "place": None, "skills": ["Python", "C#"],
    "summary": "Two\nlines.", "salary": "$1 a year",
}  # fmt: skip


def test_the_text_holds_title_skills_and_summary_and_nothing_that_has_one_right_value():
    assert posting_text(ROW) == "Sr. Dev (Python)\nsenior developer\nPython, C#\nTwo lines."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++, C# and .NET; Node.js.", ["c++", "c#", "and", ".net", "node.js"]),
        ("Malmö, Złoty", ["malmo", "zloty"]),
        ("full-time 5+ years, $65k", ["full", "time", "5+", "years", "65k"]),
        ("snake_case", ["snake", "case"]),
        ("... !?", []),
    ],
)
def test_words_are_kept_whole_without_case_and_accents(text, expected):
    assert words(text) == expected
