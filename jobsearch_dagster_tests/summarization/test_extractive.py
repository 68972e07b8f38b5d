"""Summaries take whole sentences of a text, the central ones, each thing once, in the text's order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.summarization.extractive import SHORTEST, Choice, choose
from jobsearch_dagster.summarization.pieces import WORDS_PER_PIECE, split_sentences

LONG = "a sentence that is long enough to be chosen"


def unit(*rows: tuple[float, ...]) -> np.ndarray:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def chosen(vectors: np.ndarray, *, sentences: int, characters: int = 10_000, diversity: float = 0.0) -> list[int]:
    texts = [f"{LONG} {i}" for i in range(len(vectors))]
    return choose(texts, vectors, Choice(sentences, characters, diversity))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("one sentence", ["one sentence"]),
        ("we build. we run! do you? yes", ["we build.", "we run!", "do you?", "yes"]),
        ("duties\ncook lunch\n\nwash up.", ["duties", "cook lunch", "wash up."]),
        ("we use node.js 3.5 and asp.net. apply", ["we use node.js 3.5 and asp.net.", "apply"]),
    ],
)
def test_sentences_end_at_a_full_stop_before_a_blank_or_at_a_line_break(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_a_text_without_punctuation_is_cut_into_pieces() -> None:
    words = [f"word{i}" for i in range(4 * WORDS_PER_PIECE + 10)]
    pieces = split_sentences(" ".join(words))
    assert [len(piece.split()) for piece in pieces] == [25, 25, 25, 25, 10]
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
    assert choose(texts, vectors, Choice(2, 10_000, 0.0)) == [0, 1]
    assert choose(texts, vectors, Choice(2, 3 * len(LONG), 0.0)) == [1, 2]


@pytest.mark.parametrize("characters", [50, 100, 200, 400])
def test_a_summary_of_several_sentences_keeps_within_the_characters(characters: int) -> None:
    random = np.random.default_rng(0)
    texts = [("word " * random.integers(5, 30)).strip() for _ in range(20)]
    vectors = unit(*random.normal(size=(20, 8)))
    taken = choose(texts, vectors, Choice(20, characters, 0.4))
    assert taken == sorted(set(taken))
    assert len(taken) == 1 or sum(len(texts[i]) for i in taken) <= characters


def test_the_first_choice_may_be_longer_than_the_characters() -> None:
    assert choose([LONG], unit((1, 0)), Choice(3, 1, 0.4)) == [0]


def test_headings_are_left_out_where_there_are_sentences() -> None:
    heading = "requirements:"
    assert len(heading) < SHORTEST
    vectors = unit((1, 0), (1, 0.4), (0.4, 1))
    assert choose([heading, LONG, LONG], vectors, Choice(3, 10_000, 0.0)) == [1, 2]


def test_a_text_of_headings_alone_is_summarized_by_them() -> None:
    assert choose(["cook", "lunch"], unit((1, 0), (0, 1)), Choice(3, 350, 0.4)) == [0, 1]
