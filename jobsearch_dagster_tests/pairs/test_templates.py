"""The wordings: complete, identified by what they say, and filled without gaps."""

from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from jobsearch_dagster.pairs.templates import QUERY_TYPES, WORDINGS, Templates, load_templates


@pytest.fixture
def text() -> str:
    return WORDINGS.read_text(encoding="utf-8")


@pytest.fixture
def content(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)


def test_comments_and_layout_of_the_file_do_not_change_the_digest(text: str, content: dict[str, Any]) -> None:
    commented = "# another comment\n" + text.replace("\n\n", "\n\n# and one more\n\n")
    laid_out_otherwise = yaml.safe_dump(content, sort_keys=True, default_flow_style=True)
    digests = {Templates.model_validate(yaml.safe_load(form)).digest() for form in (commented, laid_out_otherwise)}
    assert digests == {load_templates().digest()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What roles are available", "Which roles are available"),
        ("Job available in", "Jobs available in"),
        ("precise details", "precise detail"),
        ("Skills: skills", "Skill: skills"),
    ],
)
def test_one_changed_word_changes_the_digest(text: str, old: str, new: str) -> None:
    assert old in text
    changed = Templates.model_validate(yaml.safe_load(text.replace(old, new)))
    assert changed.digest() != load_templates().digest()


def test_the_order_of_the_wordings_counts(content: dict[str, Any]) -> None:
    content["questions"]["skills"].reverse()
    assert Templates.model_validate(content).digest() != load_templates().digest()


def test_every_query_type_has_three_wordings_and_a_heading_with_one_slot_each() -> None:
    templates = load_templates()
    assert set(templates.questions) == set(templates.answer.heading) == set(QUERY_TYPES)
    for query_type in QUERY_TYPES:
        wordings = templates.questions[query_type]
        assert len(set(wordings)) == 3
        assert all(text.count("{}") == 1 for text in (*wordings, templates.answer.heading[query_type]))


@pytest.mark.parametrize("place", ["instructions", "answer"])
def test_a_misspelled_key_is_refused(content: dict[str, Any], place: str) -> None:
    if place == "answer":
        content["answer"]["headings"] = {}
    else:
        content["instruction"] = content["instructions"]
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Templates.model_validate(content)


def test_an_unknown_query_type_is_refused(content: dict[str, Any]) -> None:
    content["questions"]["remote"] = ["Are there remote jobs in {}?"]
    with pytest.raises(ValidationError):
        Templates.model_validate(content)


def test_an_answer_has_its_heading_then_one_line_per_field_in_the_order_of_the_file() -> None:
    answer = load_templates().fill_answer(
        "location",
        "malmö, sweden",
        {"place": "malmö, sweden", "title": "cook", "description": "Cook lunch.", "salary": "under $50K"},
    )
    assert answer.splitlines() == [
        "Job available in malmö, sweden",
        "Job-Title: cook",
        "Location: malmö, sweden",
        "Salary: under $50K",
        "Description: Cook lunch.",
    ]


@pytest.mark.parametrize("missing", [None, ""])
def test_a_field_without_a_value_has_no_line(missing: str | None) -> None:
    answer = load_templates().fill_answer("salary", "under $50K", {"title": "cook", "skills": missing})
    assert answer == "Job available with a salary of under $50K\nJob-Title: cook"
