"""A conversation written as one question reads back as the same filter."""

from pathlib import Path

import pytest

from jobsearch_dagster.search import parse_question
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster.search.session import Session
from jobsearch_dagster.search.standalone import as_question, standing_alone
from jobsearch_dagster_tests.search.catalogs import publish


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


def test_a_model_is_asked_for_the_order_and_the_number_that_a_conversation_has_come_to(tmp_path: Path) -> None:
    publish(tmp_path)
    with Searcher(tmp_path) as searcher:
        session = Session(searcher)
        for message in ("python jobs", "highest pay first", "show 2"):
            session.say(message)
        assert session.last is not None
        asked = session.last.interpretation.filter
        assert (asked.sort, asked.limit) == ("salary_desc", 2)
        assert session.in_whole is not None
        assert parse_question(session.in_whole).filter == asked
        session.change(asked.model_copy(update={"limit": 3}))
        assert session.in_whole == "jobs with Python, highest pay first, show 3"
        session.say("undo")
        assert parse_question(session.in_whole).filter == asked


def test_a_question_that_says_all_of_it_stands_as_it_was_written() -> None:
    asked = "Python jobs, please!"
    found = parse_question(asked).filter
    assert standing_alone(asked, found) == asked
    assert standing_alone("undo", JobFilter()) == "jobs"
    assert standing_alone(found, found) == "jobs with Python"
