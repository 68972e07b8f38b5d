"""Entities of postings that were labelled without sight of the extractor.

The rules are tuned on the half `dev` only; `holdout` is for counting.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobsearch_dagster.preparation.entities import Entities, extract_entities, find_skills, posting_text
from jobsearch_dagster.preparation.skills import skill_named


def labelled(file: str) -> list[dict[str, Any]]:
    text = (Path(__file__).with_name("exams") / file).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


POSTINGS = [*labelled("postings.yaml"), *labelled("postings_with_duties.yaml")]
"""The second file (half `new`) labels every duty as a skill, about 28 a posting; the lexicon was extended on it."""
FIELDS = ("seniority", "min_years", "max_years", "education", "work_mode", "employment_type", "min_usd", "max_usd")
NUMBERS = dict(enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")))


def half_of(half: str) -> list[dict[str, Any]]:
    return [posting for posting in POSTINGS if posting["half"] == half]


@cache
def entities_of(number: int) -> Entities:
    return extract_entities(POSTINGS[number]["title"], "", POSTINGS[number]["description"])


def read(posting: dict[str, Any]) -> Entities:
    return entities_of(POSTINGS.index(posting))


def canonical(name: str) -> str:
    """A label's skill as the lexicon calls it; itself where the lexicon lacks it."""
    return (skill_named(name) or name).lower()


def skills_score(postings: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all skills of all postings."""
    count: Counter[str] = Counter()
    for posting in postings:
        gold, found = set(map(canonical, posting["skills"])), {skill.lower() for skill in read(posting).skills}
        count.update(right=len(gold & found), found=len(found), gold=len(gold))
    precision, recall = count["right"] / count["found"], count["right"] / count["gold"]
    return precision, recall, 2 * precision * recall / (precision + recall)


def is_right(field: str, gold: Any, found: Any) -> bool:
    """Equal; pay within 1 %. The labels leave the years empty where no experience is needed, the reader says 0."""
    if field == "min_years":
        return (gold or 0) == (found or 0)
    if field in ("min_usd", "max_usd") and gold and found:
        return abs(gold - found) <= gold / 100
    return gold == found


def share_right(field: str, postings: list[dict[str, Any]]) -> float:
    return sum(is_right(field, posting[field], getattr(read(posting), field)) for posting in postings) / len(postings)


@pytest.mark.parametrize(("half", "least"), [("dev", 0.91), ("holdout", 0.79), ("new", 0.78)])
def test_skills_are_found_as_labelled(half, least):
    precision, recall, f1 = skills_score(half_of(half))
    assert f1 >= least, (precision, recall)


@pytest.mark.parametrize("half", ["dev", "holdout"])
@pytest.mark.parametrize("field", FIELDS)
def test_nine_in_ten_postings_are_read_as_labelled(field, half):
    assert share_right(field, half_of(half)) >= 0.9


def test_both_halves_are_large_enough_to_count():
    assert min(len(half_of("dev")), len(half_of("holdout"))) >= 50


@pytest.mark.parametrize("number", range(len(POSTINGS)))
def test_every_entity_carries_the_words_it_was_read_from(number):
    posting, found = POSTINGS[number], entities_of(number)
    text = posting_text(posting["title"], posting["description"])
    spanned = {(span.field, span.value) for span in found.spans}
    assert {("skills", skill) for skill in found.skills} <= spanned
    for field in FIELDS:
        value = getattr(found, field)
        assert value is None or (field, value) in spanned, field
    for span in found.spans:
        words = text[span.start : span.end]
        assert 0 <= span.start < span.end <= len(text)
        assert words == words.strip() or span.field.endswith("usd"), span
        if span.field == "skills":
            assert span.value in find_skills(words, respect_case=False)
        elif span.field == "min_years" and span.value:
            assert {str(span.value), str(span.value * 12), NUMBERS.get(span.value)} & set(figures(words)), words
        elif span.field.endswith("usd"):
            assert any(character.isdigit() for character in words)


def figures(words: str) -> list[str]:
    """Numbers of a text, in figures or words; `a year` is one."""
    return "".join(c if c.isalnum() else " " for c in words.lower().replace("a year", "one year")).split()
