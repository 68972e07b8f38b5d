"""Texts are cut at sentence ends into pieces that fit a window, and no word is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.pairs.token_statistics import gpt2_tokenizer
from jobsearch_dagster.summarization.pieces import Piece, fit, pack, split_sentences


def words(texts):
    return [len(text.split()) for text in texts]


def characters(texts):
    return list(map(len, texts))


def test_sentences_that_fit_stay_whole():
    assert fit(["we cook.", "we wash up."], words, 3) == [Piece("we cook.", 2), Piece("we wash up.", 3)]


def test_a_sentence_beyond_the_window_is_halved_at_a_blank():
    assert [piece.text for piece in fit(["one two three four five"], words, 3)] == ["one two three", "four five"]


def test_a_word_beyond_the_window_is_cut_anywhere():
    assert [piece.text for piece in fit(["aaaaaaaa"], characters, 3)] == ["aa"] * 4


def test_a_single_character_beyond_the_window_stays():
    assert fit(["𠀀"], lambda texts: [4] * len(texts), 3) == [Piece("𠀀", 4)]


def test_as_many_pieces_go_together_as_the_window_holds():
    pieces = [Piece("a b", 3), Piece("c", 1), Piece("d e", 3), Piece("f", 1)]
    assert pack(pieces, characters, 5) == [Piece("a b c", 5), Piece("d e f", 5)]
    assert pack(pieces, characters, 4) == [Piece("a b", 3), Piece("c", 1), Piece("d e", 3), Piece("f", 1)]
    assert pack([], characters, 4) == []


@pytest.mark.parametrize("separator", ["/" * 32, "=" * 40, "-_" * 20, "#" * 33, "apply"])
@pytest.mark.parametrize("window", [60, 1_022])
def test_a_word_that_costs_more_behind_a_blank_makes_no_piece_too_long(tmp_path, separator, window):
    gpt2 = gpt2_tokenizer(tmp_path)

    def tokens(texts):
        return [len(gpt2.encode(text).ids) for text in texts]

    assert tokens([" " + "/" * 32]) > [tokens(["/" * 32])[0] + 1]
    text = f"{separator} Apply now. " * 300
    packed = pack(fit(split_sentences(text), tokens, window), tokens, window)
    assert [piece.tokens for piece in packed] == tokens([piece.text for piece in packed])
    assert max(piece.tokens for piece in packed) <= window
    assert " ".join(piece.text for piece in packed) == text.strip()


@given(st.lists(st.text(alphabet="ab c", min_size=1)), st.integers(1, 12))
def test_no_character_but_blanks_is_lost_and_no_piece_is_too_long(sentences, window):
    packed = pack(fit(sentences, characters, window), characters, window)
    assert "".join("".join(piece.text for piece in packed).split()) == "".join("".join(sentences).split())
    assert all(len(piece.text) == piece.tokens <= window for piece in packed)


@pytest.mark.parametrize("unit", ["word ", "a", "ab. "])
def test_a_text_of_a_megabyte_is_cut(unit):
    pieces = fit([unit * (1_000_000 // len(unit))], characters, 1_000)
    assert max(piece.tokens for piece in pieces) <= 1_000
    assert sum(piece.tokens for piece in pieces) >= 990_000
