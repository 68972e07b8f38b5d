"""A conversation written as one question reads back as the same filter."""

import pytest

from jobsearch_dagster.search import parse_question
from jobsearch_dagster.search.standalone import as_question


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        ("python jobs", "only senior ones"),
        ("python jobs", "show 20"),
        ("python jobs", "lowest pay first"),
        ("remote python jobs over $100k", "in Berlin instead"),
        ("nurse jobs in Canada", "not in Toronto"),
        ("jobs for 3 years of experience", "with a bachelor"),
        ("part-time teacher jobs", "without python, that state their pay"),
        ("how many python jobs?", "and hybrid?"),
        ("how many python jobs per work mode", "senior ones"),
        ("average pay of nurses", "by city"),
        ("median pay of nurses", "in Berlin"),
        ("highest pay of nurses", "in Canada"),
        ("average years of experience of nurses", "in Canada"),
        ("top 3 skills in remote jobs", "in Germany"),
        ("most common titles", "in Germany"),
        ("which cities have most jobs", "remote ones"),
    ],
)
def test_a_follow_up_written_out_asks_for_the_same_by_itself(earlier: str, question: str) -> None:
    asked = parse_question(question, [earlier]).filter
    assert parse_question(question).filter != asked
    assert parse_question(as_question(asked)).filter == asked
