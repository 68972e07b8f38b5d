import pytest

from jobsearch_dagster_tests.search.asking import searched


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("VP of sales openings", "vice president of sales"),
        ("VP engineering", "vice president of engineering"),
        ("vice presidents of finance and operations", "vice president of finance and operations"),
        ("heads of marketing wanted", "head of marketing"),
        ("director of data science", "director of data science"),
        ("creative directors", "creative director"),
        ("managing director", "managing director"),
    ],
)
def test_a_rank_with_its_field_is_a_title(question, title):
    assert searched(question) == {"titles": (title,)}


@pytest.mark.parametrize("question", ["directors", "director roles", "VPs", "heads of department"])
def test_a_rank_alone_is_a_level(question):
    assert searched(question) == {"seniority": ("executive",)}


def test_the_field_of_an_office_ends_before_a_place():
    assert searched("head of people in Oslo") == {"titles": ("head of people",), "locations": ("oslo",)}
