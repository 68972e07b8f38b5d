"""Examples are labelled by the rules that real answers are labelled by, whatever was edited."""

import pytest

from jobsearch_dagster.evaluation.corruptions import Example, make_examples
from jobsearch_dagster.evaluation.gold import (
    CRITERIA,
    answer_is_faithful,
    answer_is_relevant,
    context_is_relevant,
    said_of,
)
from jobsearch_dagster.evaluation.truth import Postings, jobs_in
from jobsearch_dagster_tests.evaluation.judged_postings import make_sources

KINDS = {
    "context_relevance": {
        "as it is", "another field swapped", "location swapped", "salary swapped", "skills swapped",
        "experience swapped", "truncated", "off topic", "same title",
    },
    "answer_faithfulness": {
        "as it is", "truncated", "other sentences", "location swapped", "salary swapped", "skills swapped",
        "experience swapped", "title swapped", "foreign description", "off topic", "same title",
    },
    "answer_relevance": {
        "as it is", "another field swapped", "another posting", "location swapped", "salary swapped",
        "experience swapped", "truncated", "no job named", "off topic", "same title",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return make_examples(make_sources(24), seed=1)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_judge_gets_true_and_false_examples_of_its_kinds(criterion: str, examples: list[Example]) -> None:
    own = [example for example in examples if example.criterion == criterion]
    assert {example.label for example in own} == {True, False}
    assert {example.kind for example in own} == KINDS[criterion]


def test_labels_are_those_of_the_rules(examples: list[Example]) -> None:
    asked = {text: meant for source in make_sources(24) for text, meant in source.questions.values()}
    for example in examples:
        (job,) = jobs_in(example.context)
        context = said_of(job)
        holds = {
            "context_relevance": lambda c=context, e=example: context_is_relevant(asked[e.question], [c]),
            "answer_faithfulness": lambda c=context, e=example: answer_is_faithful(e.answer, Postings([c])),
            "answer_relevance": lambda c=context, e=example: answer_is_relevant(
                e.answer, asked[e.question], Postings([c])
            ),
        }
        assert holds[example.criterion]() is example.label, example


def test_a_swap_changes_one_thing(examples: list[Example]) -> None:
    found = next(e for e in examples if e.kind == "location swapped" and e.criterion == "answer_faithfulness")
    (said,), (job,) = jobs_in(found.answer), jobs_in(found.context)
    assert said.place != job.place
    assert (said.title, said.salary) == (job.title, job.salary)


def test_neither_the_order_of_postings_nor_a_second_run_changes_anything(examples: list[Example]) -> None:
    assert make_examples(make_sources(24)[::-1], seed=1) == examples
    assert make_examples(make_sources(24), seed=2) != examples


def test_a_single_posting_gives_what_needs_no_other() -> None:
    assert {example.kind for example in make_examples(make_sources(1), seed=1)} == {"truncated", "no job named"}
