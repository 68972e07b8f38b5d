"""A filter that was changed by hand is a question like any other: it is answered, gone on from, and undone."""

from pathlib import Path

from jobsearch_dagster.search.filter import Constraints, JobFilter
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster.search.session import Session
from jobsearch_dagster_tests.search.catalogs import publish

CHANGED = JobFilter(skills=("Python",), min_salary_usd=130_000, exclude=Constraints(work_mode=("onsite",)))


def test_a_filter_asks_for_what_it_says_and_for_nothing_of_the_questions_before() -> None:
    for history in ((), ("senior nurse jobs in Canada",), ("senior nurse jobs in Canada", "only remote ones")):
        found = parse_question(CHANGED, history)
        assert (found.intent, found.filter, found.evidence) == ("search", CHANGED, {})
    figures = JobFilter(agg="avg", field="midpoint_usd", group_by="country")
    assert parse_question(figures).intent == "aggregate"
    assert parse_question(figures).filter == figures


def test_a_filter_whose_bounds_contradict_each_other_is_asked_back() -> None:
    found = parse_question(JobFilter(min_salary_usd=90_000, max_salary_usd=50_000))
    assert found.intent == "clarify"


def test_a_question_goes_on_from_a_changed_filter() -> None:
    found = parse_question("only hybrid ones", ("senior nurse jobs in Canada", CHANGED)).filter
    assert found.slots == {"skills": ("Python",), "min_salary_usd": 130_000, "work_mode": ("hybrid",)}


def test_a_changed_filter_is_answered_by_the_same_statement_as_its_question(tmp_path: Path) -> None:
    publish(tmp_path)
    with Searcher(tmp_path) as searcher:
        question = "python jobs over $130k, not onsite"
        asked, changed = searcher.search(question), searcher.search(CHANGED)
        assert asked.interpretation.filter == CHANGED
        assert (changed.sql, changed.params, changed.rows) == (asked.sql, asked.params, asked.rows)
        assert changed.question == "jobs with Python, paying $130,000 or more, not that are onsite"
        assert searcher.search(JobFilter()).question == "all jobs"


def test_a_conversation_goes_on_from_a_changed_filter_and_back_to_before_it(tmp_path: Path) -> None:
    publish(tmp_path)
    with Searcher(tmp_path) as searcher:
        session = Session(searcher)
        assert session.in_whole is None
        session.say("senior python jobs over $130k")
        assert session.in_whole == "senior python jobs over $130k"
        session.change(JobFilter(skills=("Python",)))
        assert session.in_whole == "jobs with Python"
        turn = session.say("only onsite ones")
        assert turn.result is not None
        assert [row["posting_id"] for row in turn.result.records] == ["backend"]
        assert session.in_whole == "jobs with Python, that are onsite"
        for expected in (("Python",), None), (("Python",), 130_000):
            turn = session.say("undo")
            assert turn.result is not None
            asked = turn.result.interpretation.filter
            assert (asked.skills, asked.min_salary_usd) == expected
