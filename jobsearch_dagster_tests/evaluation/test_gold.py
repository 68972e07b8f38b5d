"""Labels: what the rules say of answers, and what is wrong with a person's file."""

from pathlib import Path

import pytest

from jobsearch_dagster.evaluation.gold import (
    Item,
    Labels,
    answer_is_faithful,
    answer_is_relevant,
    context_is_relevant,
    read_labels,
)
from jobsearch_dagster.evaluation.truth import Asked, Posting, Postings
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.preparation.locations import normalize_place, parse_location

MALMO, BERLIN = (normalize_place(parse_location(text)) for text in ("Malmö, Sweden", "Berlin"))
COOK = Posting("1", "cook", MALMO, frozenset({"under $50K"}), 2, frozenset({"Food safety"}))
NURSE = Posting("2", "registered nurse", BERLIN, frozenset({"$50K-$75K"}), None, frozenset({"Nursing"}))
CONTEXT = Postings([COOK, NURSE])
SAID = f"Job available in {MALMO}\nJob-Title: cook\nSalary: under $50K"


def test_context_is_relevant_where_one_posting_satisfies_the_question() -> None:
    asked = Asked("location", (BERLIN,))
    assert context_is_relevant(asked, [COOK, NURSE])
    assert not context_is_relevant(asked, [COOK])
    assert not context_is_relevant(asked, [])


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        (SAID, True),
        (f"{SAID}\nDescription: 2 years of experience with food safety.", True),
        (SAID.replace("under $50K", "over $150K"), False),
        (SAID.replace(MALMO, BERLIN), False),
        (SAID.replace("cook", "pilot"), False),
        (f"{SAID}\nDescription: 9 years of experience.", False),
        (f"{SAID}\nDescription: you know Python.", False),
        ("There are many jobs.", False),
    ],
)
def test_an_answer_is_faithful_where_all_it_says_is_in_the_context(answer: str, holds: bool) -> None:
    assert answer_is_faithful(answer, CONTEXT) is holds


@pytest.mark.parametrize(
    ("answer", "asked", "holds"),
    [
        (SAID, Asked("location", (MALMO,)), True),
        (SAID, Asked("location", (BERLIN,)), False),
        (SAID, Asked("skills", ("Food safety",)), True),  # as its posting says
        (SAID, Asked("experience", ("1",)), False),
        (SAID.replace("under $50K", "over $150K"), Asked("salary", ("under $50K",)), False),  # as it says itself
        (SAID.replace("cook", "pilot"), Asked("location", (MALMO,)), True),  # relevant, though invented
        (f"{SAID}\n\nJob available in {BERLIN}\nJob-Title: registered nurse", Asked("location", (MALMO,)), False),
        (f"Job available in {MALMO}", Asked("location", (MALMO,)), False),
    ],
)
def test_an_answer_is_relevant_where_every_job_it_names_was_asked_for(answer: str, asked: Asked, holds: bool) -> None:
    assert answer_is_relevant(answer, asked, CONTEXT) is holds


ITEMS = {Item("lora", "q1", "answer_relevance"): "1a", Item("base", "q1", "answer_relevance"): "2b"}
HEADER = "contender,question_id,criterion,label"


def test_a_persons_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f"\ufeff{HEADER}\nlora,q1,answer_relevance,1\nbase,q1,answer_relevance,0\n", encoding="utf-8")
    assert read_labels(path, ITEMS) == Labels(dict(zip(ITEMS, (True, False), strict=True)))


def test_labels_of_answers_that_are_not_todays_are_left_out_and_counted(tmp_path: Path) -> None:
    path, (lora, base) = tmp_path / "labels.csv", ITEMS
    rows = "lora,q1,answer_relevance,0,0f\nlora,q1,answer_relevance,1,1a\nlora,q9,answer_relevance,1,0f\n"
    path.write_text(f"{HEADER},answer\n{rows}base,q1,answer_relevance,0,\n", encoding="utf-8")
    assert read_labels(path, ITEMS) == Labels({lora: True, base: False}, outdated=2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the header must be contender,question_id,criterion,label"),
        ("contender,label\n", "the header must be"),
        (f"{HEADER}\n", "holds no label"),
        (f"{HEADER},answer\nlora,q1,answer_relevance,1,0f\n", "none of 1 rows is of an answer of today"),
        (f"{HEADER},answer\nlora,q9,answer_relevance,1,\n", "line 2: lora, q9, answer_relevance is nothing to label"),
        (f"{HEADER}\nlora,q1,answer_relevance,yes\n", "line 2: label 'yes' is neither 0 nor 1"),
        (f"{HEADER}\nlora,q1,answer_relevance\n", "line 2: label None"),
        (f"{HEADER}\nlora,q9,answer_relevance,1\n", "line 2: lora, q9, answer_relevance is nothing to label"),
        (f"{HEADER}\nlora,q1,answer_relevance,1\nlora,q1,answer_relevance,0\n", "line 3: .* stands there twice"),
    ],
)
def test_a_wrong_file_is_an_error_of_one_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as error:
        read_labels(path, ITEMS)
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing_or_no_text_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_labels(tmp_path / "none.csv", ITEMS)
    (tmp_path / "labels.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="cannot be read"):
        read_labels(tmp_path / "labels.csv", ITEMS)
