"""Summaries take whole sentences of a text, the central ones, each thing once, in the text's order."""

import resource
from collections.abc import Sequence

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.summarization.extractive import (
    MERIT_OF_A_SKILL,
    MERIT_OF_YEARS,
    Choice,
    candidates,
    choose,
    merit,
)
from jobsearch_dagster.summarization.pieces import WORDS_PER_PIECE, split_sentences

LONG = "a sentence that is long enough to be chosen"


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def chosen(vectors: np.ndarray, *, sentences: int, characters: int = 10_000, diversity: float = 0.0) -> list[int]:
    texts = [f"{LONG} {i}" for i in range(len(vectors))]
    return plain(texts, vectors, Choice(sentences, characters, diversity))


def plain(texts: Sequence[str], vectors: np.ndarray, choice: Choice) -> list[int]:
    """The choice among sentences that state nothing."""
    return choose(texts, vectors, np.zeros(len(texts)), choice)


def by_definition(texts: Sequence[str], vectors: np.ndarray, merits: np.ndarray, choice: Choice) -> list[int]:
    """Maximal marginal relevance as it is written down: every sentence against every one taken, in each step."""
    mean = vectors.mean(axis=0)
    query = mean / max(float(np.linalg.norm(mean)), 1e-12)
    taken: list[int] = []
    while len(taken) < choice.sentences:
        used = sum(len(texts[i]) for i in taken)
        fitting = [
            i for i in range(len(texts)) if i not in taken and (not taken or used + len(texts[i]) <= choice.characters)
        ]
        if not fitting:
            break

        def worth(i: int) -> float:
            repeats = max([0.0, *(float(vectors[i] @ vectors[j]) for j in taken)])
            return (1 - choice.diversity) * (float(vectors[i] @ query) + merits[i]) - choice.diversity * repeats

        taken.append(max(fitting, key=lambda i: (round(worth(i), 6), -i)))
    return sorted(taken)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("one sentence", ["one sentence"]),
        ("we build. we run! do you? yes", ["we build.", "we run!", "do you?", "yes"]),
        ("duties\ncook lunch\n\nwash up.", ["duties", "cook lunch", "wash up."]),
        ("we use node.js 3.5 and asp.net. apply", ["we use node.js 3.5 and asp.net.", "apply"]),
        ("python; sql; java", ["python;", "sql;", "java"]),
    ],
)
def test_sentences_end_at_a_full_stop_before_a_blank_or_at_a_line_break(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_a_text_without_punctuation_is_cut_into_pieces() -> None:
    words = [f"word{i}" for i in range(4 * WORDS_PER_PIECE + 10)]
    pieces = split_sentences(" ".join(words))
    assert [len(piece.split()) for piece in pieces] == [25, 25, 25, 25, 10]
    assert " ".join(pieces).split() == words


def test_no_word_of_a_long_text_without_punctuation_is_cut() -> None:
    words = [f"word{i}" for i in range(1_000)]
    pieces = split_sentences(" ".join(words))
    assert {len(piece.split()) for piece in pieces} == {WORDS_PER_PIECE}
    assert " ".join(pieces).split() == words


def test_a_long_sentence_is_left_whole() -> None:
    sentence = " ".join(["word"] * 4 * WORDS_PER_PIECE) + "."
    assert split_sentences(sentence) == [sentence]


@given(st.text())
def test_the_sentences_of_any_text_hold_all_its_words_in_order(text: str) -> None:
    assert " ".join(split_sentences(text)).split() == text.split()


def test_the_most_central_sentences_are_chosen_in_the_order_of_the_text() -> None:
    vectors = unit((1, 0), (-1, 0), (1, 0.5))  # the mean points to the last, then to the first
    assert chosen(vectors, sentences=1) == [2]
    assert chosen(vectors, sentences=2) == [0, 2]
    assert chosen(vectors, sentences=3) == [0, 1, 2]


def test_diversity_takes_the_other_thing_instead_of_the_same_thing_twice() -> None:
    vectors = unit((1, 0.2), (1, 0.1), (1, 0.15), (0.3, 1))
    assert chosen(vectors, sentences=2, diversity=0.0) != chosen(vectors, sentences=2, diversity=0.7)
    assert 3 in chosen(vectors, sentences=2, diversity=0.7)
    assert 3 not in chosen(vectors, sentences=2, diversity=0.0)


def test_equal_sentences_are_taken_from_the_front() -> None:
    assert chosen(unit((1, 0), (1, 0), (1, 0)), sentences=2) == [0, 1]


def test_a_sentence_that_does_not_fit_leaves_its_place_to_the_next_one() -> None:
    texts = [LONG * 20, LONG, LONG]
    vectors = unit((1, 0), (1, 0.2), (1, 1))  # most central: 1, then 0, then 2
    assert plain(texts, vectors, Choice(2, 10_000, 0.0)) == [0, 1]
    assert plain(texts, vectors, Choice(2, 3 * len(LONG), 0.0)) == [1, 2]


@pytest.mark.parametrize("characters", [50, 100, 200, 400])
def test_a_summary_of_several_sentences_keeps_within_the_characters(characters: int) -> None:
    random = np.random.default_rng(0)
    texts = [("word " * random.integers(5, 30)).strip() for _ in range(20)]
    vectors = unit(*random.normal(size=(20, 8)))
    taken = plain(texts, vectors, Choice(20, characters, 0.4))
    assert taken == sorted(set(taken))
    assert len(taken) == 1 or sum(len(texts[i]) for i in taken) <= characters


def test_the_first_choice_may_be_longer_than_the_characters() -> None:
    assert plain([LONG], unit((1, 0)), Choice(3, 1, 0.4)) == [0]


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 12),
    sentences=st.integers(1, 6),
    characters=st.integers(1, 400),
    diversity=st.sampled_from([0.0, 0.3, 0.4, 0.7, 1.0]),
)
def test_the_choice_is_that_of_the_definition(
    seed: int, count: int, sentences: int, characters: int, diversity: float
) -> None:
    random = np.random.default_rng(seed)
    texts = [("word " * random.integers(1, 30)).strip() for _ in range(count)]
    vectors = unit(*np.round(random.normal(size=(count, 4)), 1) + 0.01)
    merits = np.round(random.random(count), 1)
    choice = Choice(sentences, characters, diversity)
    assert choose(texts, vectors, merits, choice) == by_definition(texts, vectors, merits, choice)


def test_a_text_of_many_sentences_needs_no_matrix_of_all_pairs() -> None:
    count = 28_000
    vectors = unit(*np.random.default_rng(0).normal(size=(count, 384)))
    texts = [LONG] * count
    limit = resource.getrlimit(resource.RLIMIT_AS)
    used = psutil.Process().memory_info().vms
    resource.setrlimit(
        resource.RLIMIT_AS, (used + 2**30, limit[1])
    )  # all pairs take 28,000 x 28,000 x 4 bytes = 3.1 GB
    try:
        assert len(plain(texts, vectors, Choice(20, 10_000, 0.4))) == 20
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limit)


def test_skills_and_years_are_worth_more_than_neither() -> None:
    assert merit("you like to explain things") == 0
    assert merit("you know python and sql") == pytest.approx(2 * MERIT_OF_A_SKILL)
    assert merit("skills: python, sql, java, docker, kubernetes") == pytest.approx(3 * MERIT_OF_A_SKILL)
    assert merit("at least five years of experience") == pytest.approx(MERIT_OF_YEARS)


def test_a_requirement_is_taken_before_a_more_central_sentence() -> None:
    vectors = unit((1, 0), (1, 0.1), (1, 0.9))
    assert plain([LONG] * 3, vectors, Choice(1, 400, 0.0)) == [1]
    assert choose([LONG] * 3, vectors, np.array([0, 0, 0.3]), Choice(1, 400, 0.0)) == [2]


POSTING = [
    "role: pastry cook.",
    "about us.",
    "we have baked for this town since 1950.",
    "requirements:",
    "you have baked bread for a living.",
    "you can read a recipe in french.",
    "what we offer: a bicycle to keep.",
    "apply: send your cv to the bakery.",
    "we are an equal opportunity employer.",
]


def test_headings_fields_and_small_print_are_left_out_where_there_are_sentences_about_the_job() -> None:
    assert list(candidates(POSTING, 2)) == [4, 5]
    assert list(candidates(POSTING, 3)) == [2, 4, 5, 6]
    assert list(candidates(POSTING, 5)) == list(range(len(POSTING)))


def test_a_text_of_headings_alone_is_summarized_by_them() -> None:
    assert candidates(["cook", "lunch"], 3) == {0: "cook", 1: "lunch"}
    assert candidates([], 3) == {}
