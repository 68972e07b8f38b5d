"""The wordings: complete, identified by what they say, and filled without gaps."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs import templates
from jobsearch_dagster.pairs.templates import (
    QUERY_TYPES,
    SLOTS,
    WORDINGS,
    QueryType,
    Templates,
    fill,
    load_templates,
    slot_name,
)


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
        ("Salary: salary", "Pay: salary"),
        ("Could you show me", "Would you show me"),
    ],
)
def test_one_changed_word_changes_the_digest(text: str, old: str, new: str) -> None:
    assert old in text
    changed = Templates.model_validate(yaml.safe_load(text.replace(old, new)))
    assert changed.digest() != load_templates().digest()


def test_the_order_of_the_wordings_counts(content: dict[str, Any]) -> None:
    content["questions"]["skills"].reverse()
    assert Templates.model_validate(content).digest() != load_templates().digest()


def test_every_query_type_has_three_wordings() -> None:
    questions = load_templates().questions
    assert {query_type: len(set(wordings)) for query_type, wordings in questions.items()} == dict.fromkeys(
        QUERY_TYPES, 3
    )


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        ("Which jobs are there?", "must have one slot in braces, not 0"),
        ("Are there {skills} jobs in {place}?", "must have one slot in braces, not 2"),
        ("Are there jobs in {place}?", "has another slot than skills"),
    ],
)
@pytest.mark.parametrize("part", ["questions", "paraphrases"])
def test_a_wording_without_the_one_slot_of_its_type_is_refused(
    content: dict[str, Any], part: str, wording: str, said: str
) -> None:
    questions = content["questions"] if part == "questions" else content["paraphrases"]["questions"]
    questions["skills"].append(wording)
    with pytest.raises(ValidationError, match=said):
        Templates.model_validate(content)


def test_a_missing_query_type_is_refused(content: dict[str, Any]) -> None:
    del content["questions"]["salary"]
    with pytest.raises(ValidationError, match="no questions for salary"):
        Templates.model_validate(content)


def test_an_alternative_that_does_not_exist_is_refused(content: dict[str, Any]) -> None:
    content["paraphrases"]["questions"]["skills"].append("<shout> {skills}!")
    with pytest.raises(ValidationError, match="alternatives that do not exist: shout"):
        Templates.model_validate(content)


def test_the_grammar_gives_every_combination_of_its_alternatives_once(content: dict[str, Any]) -> None:
    content["paraphrases"] = {
        "alternatives": {"show": ["Show me", "List"], "kind": ["jobs", "roles"]},
        "questions": {
            "skills": ["<show> <kind> for {skills}.", "Who hires for {skills}?"],
            "location": ["<kind> in {place}"], "salary": ["{pay}"], "experience": ["{experience}"],
        },
    }  # fmt: skip
    expanded = Templates.model_validate(content).paraphrases.expanded
    assert expanded["skills"] == (
        "Show me jobs for {skills}.",
        "Show me roles for {skills}.",
        "List jobs for {skills}.",
        "List roles for {skills}.",
        "Who hires for {skills}?",
    )
    assert expanded["location"] == ("jobs in {place}", "roles in {place}")


@pytest.mark.parametrize(
    ("query_type", "wording"),
    [
        ("skills", "Could you show me jobs for {skills}?"),
        ("location", "Show me jobs {where}."),
        ("location", "List available jobs {where}."),
    ],
)
def test_the_report_s_further_wordings_are_in_the_grammar(query_type: QueryType, wording: str) -> None:
    assert wording in load_templates().paraphrases.expanded[query_type]


SENTENCES = [w for wordings in load_templates().paraphrases.expanded.values() for w in wordings]


def test_every_sentence_of_a_paraphrase_ends_as_what_it_is() -> None:
    asks = re.compile(r"(?:(?:Hi|Hello), )?(?:Could|Can|could|can|Which|Who|Where|What)\b")
    for text in SENTENCES:
        for sentence, mark in re.findall(r"([^.!?]+)([.!?]) ?", fill(text, "x")):
            assert (mark == "?") == bool(asks.match(sentence)), text
            assert mark != "!" or sentence == "Hello", text


def test_a_paraphrase_begins_with_a_capital_and_goes_on_without_after_a_comma() -> None:
    assert [text for text in SENTENCES if not text[0].isupper() or re.search(r", [A-Z]", text)] == []


@pytest.mark.parametrize("query_type", QUERY_TYPES)
def test_paraphrases_say_something_else_than_appendix_a_and_never_the_same_twice(query_type: QueryType) -> None:
    templates = load_templates()
    expanded = templates.paraphrases.expanded[query_type]
    assert len(expanded) == len(set(expanded)) >= 40
    assert not set(expanded) & set(templates.questions[query_type])


def test_the_same_seed_draws_the_same_wordings() -> None:
    grammar = load_templates().paraphrases
    drawn = {seed: grammar.draw("skills", 3, seed, SLOTS["skills"]) for seed in "abcdefgh"}
    assert drawn["a"] == grammar.draw("skills", 3, "a", SLOTS["skills"])
    assert len({tuple(wordings) for wordings in drawn.values()}) > 1
    assert all(len(set(wordings)) == 3 for wordings in drawn.values())


def test_only_wordings_whose_slot_can_be_filled_are_drawn() -> None:
    drawn = load_templates().paraphrases.draw("location", 1_000, "a", ["remote"])
    assert {slot_name(wording) for wording in drawn} == {"remote"}
    assert load_templates().paraphrases.draw("location", 3, "a", []) == []


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ({"instructions": []}, "instructions: Tuple should have at least 1 item"),
        ({"instructions": ["  "]}, r"instructions\.0: String should have at least 1 character"),
        ({"answer.fields": {"Pay": "pay"}}, r"answer\.fields\.Pay: Input should be 'title', 'place', 'salary'"),
        ({"answer.heading": "A job"}, r"answer\.heading: .*'A job' must have the one slot {place}"),
        ({"answer.heading": "A job in {city}"}, "must have the one slot {place}"),
        ({"answer.heading_without_place": "A job in {place}"}, "must have no slot"),
        ({"questions.skills": []}, "questions: .*no questions for skills"),
    ],
)
def test_a_file_that_gives_no_pairs_is_refused_in_one_line(
    content: dict[str, Any], edit: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((path, value),) = edit.items()
    *parents, last = path.split(".")
    part = content
    for name in parents:
        part = part[name]
    part[last] = value
    changed = tmp_path / "templates.yaml"
    changed.write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setattr(templates, "WORDINGS", changed)
    load_templates.cache_clear()
    try:
        with pytest.raises(UserError, match=f"templates.yaml does not hold the templates it must: .*{said}") as refused:
            load_templates()
    finally:
        load_templates.cache_clear()
    assert "\n" not in str(refused.value)


def test_other_braces_of_a_wording_stay_as_they_are() -> None:
    assert fill("Who knows {skills} { or more}?", "C") == "Who knows C { or more}?"


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
    answer = load_templates().answer.fill(
        {"place": "malmö, sweden", "title": "cook", "description": "Cook lunch.", "resume": "", "salary": "under $50K"}
    )
    assert answer.splitlines() == [
        "Job available in malmö, sweden",
        "Job-Title: cook",
        "Salary: under $50K",
        "Description: Cook lunch.",
    ]


@pytest.mark.parametrize("missing", [None, ""])
def test_what_a_job_does_not_say_has_no_line_and_no_place_in_the_heading(missing: str | None) -> None:
    answer = load_templates().answer.fill({"title": "cook", "place": missing, "salary": missing})
    assert answer == "Job available\nJob-Title: cook"


def test_unknown_is_said_only_where_it_is_kept() -> None:
    template = load_templates().answer
    assert template.fill({"title": "cook", "salary": "Unknown"}) == "Job available\nJob-Title: cook"
    assert template.fill({"title": "cook", "salary": "Unknown"}, keep_unknown=True).endswith("Salary: Unknown")
