"""Tokens are counted as GPT-2 and the base model count them, and what is too long is said."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.lake import KeyParts, Lake
from jobsearch_dagster.pairs.tables import TOKEN_STATISTICS
from jobsearch_dagster.pairs.templates import QUERY_TYPES
from jobsearch_dagster.pairs.token_statistics import (
    SHOWN_TOKENS,
    TokenRecipe,
    bin_edges,
    count_tokens,
    draw_histogram,
    gpt2_tokenizer,
    quantiles,
)
from jobsearch_dagster_tests.small_models import byte_tokenizer

QUESTION, ANSWER = "Show me jobs in New York.", "Job available in New York"


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return gpt2_tokenizer(tmp_path_factory.mktemp("data"))


@pytest.fixture
def tokenizer() -> Any:
    return byte_tokenizer("<|endoftext|>", "<|im_start|>", "<|im_end|>", eos="<|im_end|>")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE query_pairs (split VARCHAR, pair_id VARCHAR, query_type VARCHAR, system VARCHAR, "
            "question VARCHAR, answer VARCHAR)"
        )
        for n in range(12):
            row = ["train", f"{n:02}", QUERY_TYPES[n % 4], "Answer.", QUESTION, ANSWER if n < 11 else ANSWER * 40]
            connection.execute("INSERT INTO query_pairs VALUES (?, ?, ?, ?, ?, ?)", row)
        yield connection


def test_gpt_2_s_published_ids_come_out(gpt2: Any) -> None:
    assert gpt2.encode("Hello world").ids == [15496, 995]
    assert gpt2.encode("naïve 🚀\n").ids == [2616, 38776, 12520, 248, 222, 198]
    assert gpt2.decode(gpt2.encode("naïve 🚀\n").ids) == "naïve 🚀\n"


def test_every_pair_is_counted_by_both_tokenizers(connection, gpt2, tokenizer) -> None:
    table = count_tokens(connection, gpt2, tokenizer, TokenRecipe())
    first = table.iloc[0]
    assert len(table) == 12
    assert (first["gpt2_question_tokens"], first["gpt2_answer_tokens"]) == (7, 5)
    assert (first["question_tokens"], first["answer_tokens"]) == (len(QUESTION), len(ANSWER))  # a token is a byte
    markers = len("system\nAnswer.\nuser\n\nassistant\n") + 6
    assert first["example_tokens"] == markers + len(QUESTION) + len(ANSWER)


def test_ten_pairs_show_their_tokens_and_one_of_each_type_its_mask(connection, gpt2, tokenizer) -> None:
    table = count_tokens(connection, gpt2, tokenizer, TokenRecipe())
    assert table["gpt2_question"].notna().sum() == 10
    assert table["gpt2_question"][0] == ["Show", " me", " jobs", " in", " New", " York", "."]
    shown = table[table["example"].notna()]
    assert shown["query_type"].tolist() == list(QUERY_TYPES)
    assert shown["example"][0].endswith(f"<|im_start|>assistant\n[[{ANSWER}<|im_end|>]]")
    assert QUESTION in shown["example"][0].split("[[")[0]


def test_the_pieces_of_a_question_show_the_characters_they_are_of(connection, gpt2, tokenizer) -> None:
    connection.execute("UPDATE query_pairs SET question = 'naïve 🚀 jobs'")
    pieces = count_tokens(connection, gpt2, tokenizer, TokenRecipe())["gpt2_question"][0]
    assert pieces == ["na", "ïve", " 🚀", "🚀", "🚀", " jobs"]


def test_an_answer_whose_end_is_not_shown_says_so(connection, gpt2, tokenizer) -> None:
    connection.execute("UPDATE query_pairs SET answer = repeat('x', ?)", [SHOWN_TOKENS])
    assert count_tokens(connection, gpt2, tokenizer, TokenRecipe())["example"][0].endswith("x ...]]")
    connection.execute("UPDATE query_pairs SET answer = repeat('x', ?)", [SHOWN_TOKENS - 1])
    assert count_tokens(connection, gpt2, tokenizer, TokenRecipe())["example"][0].endswith("x<|im_end|>]]")


@pytest.mark.parametrize("lengths", [[7], [7, 8], list(range(40)), list(range(41)), [100, 333, 2_048]])
def test_every_bin_of_the_histogram_holds_equally_many_whole_numbers(lengths: list[int]) -> None:
    edges = bin_edges(lengths)
    (width,) = {b - a for a, b in itertools.pairwise(edges)}
    assert width == int(width)
    assert len(edges) <= 41
    assert edges[0] == min(lengths) - 0.5
    assert edges[-1] > max(lengths)


def test_the_histogram_has_a_line_where_examples_are_cut(connection, gpt2, tokenizer, tmp_path: Path) -> None:
    from matplotlib.image import imread

    found = {}
    for longest in (100, 3_000):
        table = count_tokens(connection, gpt2, tokenizer, TokenRecipe(max_seq_length=longest))
        assert set(table["max_seq_length"]) == {longest}
        connection.register("token_statistics", table)
        draw_histogram(connection, tmp_path / f"{longest}.png")
        pixels = imread(tmp_path / f"{longest}.png")[..., :3]
        is_red = (pixels[..., 0] > 0.6) & (pixels[..., 1] < 0.5) & (pixels[..., 2] < 0.5)
        found[longest] = is_red.sum(axis=0).argmax() / pixels.shape[1]
    assert found[100] < found[3_000]


def test_an_example_beyond_the_longest_is_cut(connection, gpt2, tokenizer) -> None:
    table = count_tokens(connection, gpt2, tokenizer, TokenRecipe(max_seq_length=512))
    assert table["is_cut"].tolist() == [False] * 11 + [True]


def test_the_table_keeps_its_contract_and_has_quantiles(connection, gpt2, tokenizer, tmp_path: Path) -> None:
    table = count_tokens(connection, gpt2, tokenizer, TokenRecipe(max_seq_length=512))
    lake = Lake(tmp_path)
    with lake.connect() as writing:
        lake.write("token_statistics", table, TOKEN_STATISTICS, KeyParts({}, {}, "1"), writing)
    with lake.connect(["token_statistics"]) as reading:
        frame = quantiles(reading).set_index("tokens")
    assert frame.columns.tolist() == sorted(QUERY_TYPES)
    assert list(frame.loc["pairs"]) == ["3", "3", "3", "3"]
    assert frame.loc["gpt2_question_tokens", "experience"] == "7 / 7 / 7"
    assert sorted(map(str, frame.loc["share_cut"])) == ["0.0", "0.0", "0.0", "0.3333"]


@pytest.mark.parametrize("profile", profiles.names())
def test_too_long_means_the_same_here_and_in_training(profile: str) -> None:
    adapter = profiles.resolve(LoraRecipe, "lora_adapter", profile)
    counted = profiles.resolve(TokenRecipe, "token_statistics", profile)
    assert counted.model_dump()["max_seq_length"] == adapter.model_dump()["max_seq_length"]
