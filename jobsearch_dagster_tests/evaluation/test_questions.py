"""The questions are a fair sample: of every type, the same each time, many postings before many wordings."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from jobsearch_dagster.evaluation.questions import Question, QuestionRecipe, make_prompts, sample_questions
from jobsearch_dagster.pairs.templates import QUERY_TYPES

COLUMNS = "pair_id, query_type, posting_id, question, answer"


def fill(connection: duckdb.DuckDBPyConnection, *, tests: int, trains: int, seen: int = 0, order: str = "") -> None:
    """Postings with three questions of each type; the first `seen` test postings are also learned from."""
    pairs = f"""
        SELECT split || ' ' || posting || ' ' || query_type || ' ' || wording AS pair_id, query_type,
            split || ' posting ' || posting AS posting_id, 'question ' || pair_id AS question, 'answer' AS answer,
            posting
        FROM (SELECT ? AS split, unnest(range(?)) AS posting), (SELECT unnest({list(QUERY_TYPES)}) AS query_type),
            range(3) w(wording)
        ORDER BY hash(pair_id || '{order}')
    """
    connection.execute(
        f"CREATE OR REPLACE TABLE test_set AS SELECT {COLUMNS}, posting < ? AS seen FROM ({pairs})",
        [seen, "test", tests],
    )
    connection.execute(f"CREATE OR REPLACE TABLE training_set AS SELECT {COLUMNS} FROM ({pairs})", ["train", trains])


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        fill(connection, tests=10, trains=10)
        yield connection


def ask(connection: duckdb.DuckDBPyConnection, **recipe: Any) -> list[Question]:
    return sample_questions(connection, QuestionRecipe(**recipe))


def test_every_query_type_is_asked_equally_often_in_both_slices(connection) -> None:
    questions = ask(connection, per_type=5, seen_per_type=2)
    counts = Counter((q.slice, q.query_type) for q in questions)
    assert counts == {(s, t): n for s, n in (("unseen", 5), ("seen", 2)) for t in QUERY_TYPES}


def test_every_posting_is_asked_about_before_one_is_asked_about_twice(connection) -> None:
    postings = defaultdict(Counter)
    for question in ask(connection, per_type=14, seen_per_type=0):
        postings[question.query_type][question.posting_id] += 1
    for counts in postings.values():
        assert sorted(counts.values()) == [1] * 6 + [2] * 4


def test_a_larger_sample_contains_the_smaller_one(connection) -> None:
    samples = [set(ask(connection, per_type=n, seen_per_type=n)) for n in (1, 3, 10, 17, 30)]
    assert all(smaller < larger for smaller, larger in pairwise(samples))


def test_the_order_of_rows_does_not_matter_and_questions_come_in_the_order_of_their_ids(connection) -> None:
    before = ask(connection)
    fill(connection, tests=10, trains=10, order="another")
    assert ask(connection) == before
    assert [q.question_id for q in before] == sorted(q.question_id for q in before)


def test_the_seed_decides_what_is_asked(connection) -> None:
    assert ask(connection, seed=1) == ask(connection, seed=1)
    assert ask(connection, seed=1) != ask(connection, seed=2)


def test_without_a_limit_every_test_question_is_asked(connection) -> None:
    questions = ask(connection, per_type=None, seen_per_type=0)
    assert len(questions) == 10 * 4 * 3
    assert {q.slice for q in questions} == {"unseen"}


def test_where_the_test_file_has_seen_postings_no_training_question_is_asked(connection) -> None:
    fill(connection, tests=10, trains=10, seen=4)
    questions = ask(connection, per_type=None, seen_per_type=5)
    assert {q.posting_id.split()[0] for q in questions} == {"test"}
    assert {q.posting_id for q in questions if q.slice == "seen"} == {f"test posting {n}" for n in range(4)}
    assert len({q.posting_id for q in questions if q.slice == "unseen"}) == 6


def test_a_training_question_is_in_the_seen_slice(connection) -> None:
    questions = ask(connection, per_type=1, seen_per_type=1)
    assert {(q.slice, q.posting_id.split()[0]) for q in questions} == {("seen", "train"), ("unseen", "test")}


def test_without_seen_questions_only_the_test_file_is_asked_about(connection) -> None:
    assert {q.slice for q in ask(connection, seen_per_type=0)} == {"unseen"}


def test_fewer_questions_than_asked_for_are_all_asked(connection) -> None:
    fill(connection, tests=1, trains=0)
    assert len(ask(connection, per_type=100)) == 4 * 3


def test_without_test_questions_there_is_none_to_ask_but_training_s(connection) -> None:
    fill(connection, tests=0, trains=0)
    assert ask(connection) == []


def test_a_question_carries_its_wording_and_its_reference(connection) -> None:
    question = ask(connection, per_type=1, seen_per_type=0)[0]
    assert question.text == f"question {question.question_id}"
    assert question.reference == "answer"


@pytest.mark.parametrize("values", [{"per_type": 0}, {"seen_per_type": -1}, {"per_kind": 3}])
def test_a_recipe_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        QuestionRecipe(**values)


def test_a_prompt_asks_one_two_or_four_questions_of_different_types(connection) -> None:
    prompts = make_prompts(ask(connection, per_type=4, seen_per_type=0))
    assert Counter(len(prompt.questions) for prompt in prompts) == {1: 16, 2: 8, 4: 4}
    for prompt in prompts:
        types = {question.query_type for question in prompt.questions}
        assert len(types) == len(prompt.questions)
        assert prompt.query_type == (types.pop() if len(types) == 1 else "mixed")
        assert all(question.text in prompt.text for question in prompt.questions)
    assert len({prompt.prompt_id for prompt in prompts}) == len(prompts)


def test_the_same_questions_are_asked_alone_and_together(connection) -> None:
    prompts = make_prompts(ask(connection, per_type=2, seen_per_type=0))
    asked = [
        sorted(q.question_id for prompt in prompts if len(prompt.questions) == at_once for q in prompt.questions)
        for at_once in (1, 2, 4)
    ]
    assert asked == [asked[0]] * 3
    assert len(set(asked[0])) == 8


def test_no_prompt_is_made_of_fewer_questions_than_it_says(connection) -> None:
    questions = ask(connection, per_type=1, seen_per_type=0)
    assert [len(prompt.questions) for prompt in make_prompts(questions[:3])] == [1, 1, 1, 2]
    assert make_prompts([]) == []
