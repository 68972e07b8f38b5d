"""Every distinct text is shortened once, with a real encoder; short texts pass as they are."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.progress import Progress
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.summarization import bart
from jobsearch_dagster.summarization.extractive import Choice, Extractive
from jobsearch_dagster.summarization.pieces import split_sentences
from jobsearch_dagster.summarization.protocol import Summarizer
from jobsearch_dagster.summarization.summaries import (
    KeptSummaries,
    SummaryRecipe,
    load_summarizer,
    loader,
    summarize,
)
from jobsearch_dagster_tests.small_models import LESSONS

SHORT = "we cook lunch. we wash up."
LONG = (
    "our kitchen cooks lunch for four hundred children every day. we are looking for a cook who likes vegetables. "
    "you will plan the menu together with two colleagues. the kitchen has new ovens and a large garden beside it. "
    "pay is monthly and there are six weeks of holidays. knowledge of food hygiene rules is required for the job, "
    "as is a current certificate of health."
)
OTHER = LONG.replace("kitchen", "bakery").replace("lunch", "bread")
RESUME = LONG.replace("our kitchen", "my restaurant").replace("you will", "i did")

Rows = list[tuple[str, str]]


class Counting(Encoder):
    """The real encoder, remembering what it was given."""

    def __init__(self, name: str, data_dir: Path) -> None:
        super().__init__(name, data_dir)
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def loaded(smoke_models: Path) -> Counting:
    return Counting("./encoder", smoke_models)


@pytest.fixture
def encoder(loaded: Counting) -> Counting:
    loaded.encoded.clear()
    return loaded


Shorten = Callable[..., pd.DataFrame]


@pytest.fixture
def shorten(encoder: Counting, tmp_path: Path) -> Shorten:
    """Summaries of jobs given as (description, resume), in their order."""

    def summaries(jobs: Rows, **recipe: Any) -> pd.DataFrame:
        with duckdb.connect() as connection:
            connection.execute(
                "CREATE TABLE clean_jobs (row_id INT, split VARCHAR, description_text VARCHAR, resume_text VARCHAR, "
                "description_clean VARCHAR, resume_clean VARCHAR)"
            )
            for number, (description, resume) in enumerate(jobs):
                bare = [text.replace(".", "") for text in (description, resume)]
                connection.execute(
                    "INSERT INTO clean_jobs VALUES (?, 'train', ?, ?, ?, ?)", [number, description, resume, *bare]
                )
            made = SummaryRecipe(**recipe)
            return (
                summarize(
                    connection,
                    made,
                    lambda: Extractive(encoder, Choice(made.sentences, made.characters, made.diversity)),
                    KeptSummaries(TextCache(tmp_path / "texts.sqlite"), made, "the encoder"),
                    lambda total, unit: Progress(total, unit, lambda line: None),
                )
                .order("row_id")
                .df()
            )

    return summaries


def test_a_long_text_becomes_its_own_sentences_one_a_line(shorten: Shorten) -> None:
    row = shorten([(LONG, RESUME)]).iloc[0]
    lines = row["description_summary"].splitlines()
    sentences = split_sentences(LONG)
    assert 0 < len(lines) <= 3
    assert lines == [sentence for sentence in sentences if sentence in lines]
    assert len("".join(lines)) <= 350
    assert (row["method"], row["input_sentences"], row["kept_sentences"]) == ("extractive", len(sentences), len(lines))


def test_a_short_text_passes_unchanged_and_loads_no_encoder(shorten: Shorten, encoder: Counting) -> None:
    row = shorten([(SHORT, RESUME)]).iloc[0]
    assert row["description_summary"] == SHORT
    assert (row["input_sentences"], row["kept_sentences"]) == (2, 2)
    assert encoder.encoded == []


def test_the_threshold_says_what_is_short(shorten: Shorten, encoder: Counting) -> None:
    assert shorten([(LONG, "")], threshold=len(LONG))["description_summary"][0] == LONG
    assert encoder.encoded == []
    assert shorten([(LONG, "")], threshold=len(LONG) - 1)["description_summary"][0] != LONG


def test_each_distinct_text_is_embedded_once(shorten: Shorten, encoder: Counting) -> None:
    table = shorten([(LONG, RESUME), (OTHER, RESUME), (LONG, ""), (LONG, RESUME)])
    assert sorted(encoder.encoded) == sorted({*split_sentences(LONG), *split_sentences(OTHER)})
    assert len(table) == 4
    assert table["description_summary"][0] == table["description_summary"][2] == table["description_summary"][3]
    assert table["description_summary"][0] != table["description_summary"][1]


def test_a_summary_does_not_depend_on_the_other_texts(shorten: Shorten) -> None:
    alone = shorten([(LONG, "")])["description_summary"][0]
    crowd = [(OTHER.replace("bakery", f"bakery {n}"), "") for n in range(40)]
    assert shorten([*crowd, (LONG, "")])["description_summary"][40] == alone


def test_the_method_none_keeps_every_text_and_loads_no_encoder(shorten: Shorten, encoder: Counting) -> None:
    row = shorten([(LONG, RESUME)], method="none", resumes=True).iloc[0]
    assert (row["description_summary"], row["resume_summary"], row["method"]) == (LONG, RESUME, "none")
    assert encoder.encoded == []


def test_resumes_are_not_read_unless_the_recipe_says_so(shorten: Shorten, encoder: Counting) -> None:
    table = shorten([(LONG, RESUME)])
    assert table["resume_summary"].isna().all()
    assert sorted(encoder.encoded) == sorted(split_sentences(LONG))


def test_resumes_are_summarized_where_the_recipe_says_so(shorten: Shorten) -> None:
    row = shorten([(LONG, RESUME)], resumes=True).iloc[0]
    assert set(row["resume_summary"].splitlines()) < set(split_sentences(RESUME))


def test_an_empty_resume_stays_empty(shorten: Shorten) -> None:
    assert shorten([(LONG, "")], resumes=True)["resume_summary"][0] == ""


def test_the_report_s_form_is_summarized_in_pieces_of_25_words(shorten: Shorten) -> None:
    text = " ".join([LONG, OTHER])
    row = shorten([(text, "")], source="clean").iloc[0]
    lines = row["description_summary"].splitlines()
    assert all(line in text.replace(".", "") and len(line.split()) <= 25 for line in lines)
    assert row["input_sentences"] == -(-len(text.split()) // 25)


@pytest.mark.parametrize("sentences", [1, 2])
def test_a_summary_has_at_most_as_many_sentences_as_the_recipe_says(shorten: Shorten, sentences: int) -> None:
    row = shorten([(LONG, "")], sentences=sentences).iloc[0]
    assert row["kept_sentences"] == len(row["description_summary"].splitlines()) == sentences


def test_a_text_that_was_summarized_before_is_not_embedded_again(shorten: Shorten, encoder: Counting) -> None:
    first = shorten([(LONG, "")])
    encoder.encoded.clear()
    again = shorten([(LONG, ""), (OTHER, "")])
    assert sorted(encoder.encoded) == sorted(split_sentences(OTHER))
    assert again["description_summary"][0] == first["description_summary"][0]
    assert again.loc[0].to_dict() == first.loc[0].to_dict()


@pytest.mark.parametrize("change", [{"sentences": 2}, {"characters": 300}, {"diversity": 0.9}])
def test_other_parameters_make_other_summaries(shorten: Shorten, encoder: Counting, change: dict[str, Any]) -> None:
    shorten([(LONG, "")])
    encoder.encoded.clear()
    shorten([(LONG, "")], **change)
    assert sorted(encoder.encoded) == sorted(split_sentences(LONG))


def test_the_table_says_how_much_the_model_read(shorten: Shorten) -> None:
    table = shorten([(LONG, ""), (SHORT, "")])
    assert table["pieces"].tolist() == [len(split_sentences(LONG)), 0]
    assert table["input_tokens"][0] > len(LONG.split())
    assert pd.isna(table["input_tokens"][1])
    assert table["method"].tolist() == ["extractive", "none"]


def test_the_table_says_how_a_resume_was_summarized(shorten: Shorten) -> None:
    table = shorten([(SHORT, RESUME), (LONG, SHORT)], resumes=True)
    assert table["resume_method"].tolist() == ["extractive", "none"]
    assert table["resume_pieces"].tolist() == [len(split_sentences(RESUME)), 0]
    assert table["resume_input_tokens"][0] > len(RESUME.split())
    assert shorten([(SHORT, RESUME)])["resume_method"].isna().all()


def test_a_sentence_that_texts_share_is_embedded_once(shorten: Shorten, encoder: Counting) -> None:
    shared = LONG.replace("new ovens", "old ovens")
    crowd = [(f"{LONG} {n} cooks are waiting for the one who will lead them all.", "") for n in range(40)]
    shorten([(LONG, ""), (shared, ""), *crowd], sentences=2)
    assert len(encoder.encoded) == len(set(encoder.encoded)) == len(split_sentences(LONG)) + 1 + 40


def test_progress_counts_every_sentence(encoder: Counting) -> None:
    counts: list[int] = []
    texts = [LONG, "", "about us.\n" + OTHER]
    Extractive(encoder, Choice(3, 350, 0.4)).summarize(texts, counts.append)
    assert sum(counts) == sum(len(split_sentences(text)) for text in texts)


def test_a_list_ends_without_its_semicolon(encoder: Counting) -> None:
    text = "you cook lunch for many children; you wash all the dishes; you like a large garden"
    summary = Extractive(encoder, Choice(3, 350, 0.0)).summarize([text])[0]
    assert summary.text.splitlines() == text.split("; ")


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["auto", "float32", "bfloat16"])
def test_a_model_writes_summaries_once_and_is_not_loaded_again(summarizer: Path, tmp_path: Path, dtype: Any) -> None:
    recipe = SummaryRecipe(method="bart", model="./model", threshold=20, dtype=dtype)
    kept = KeptSummaries(TextCache(tmp_path / "texts.sqlite"), recipe, "the model")
    loaded: list[Summarizer] = []

    def load() -> Summarizer:
        loaded.append(load_summarizer(recipe, summarizer))
        return loaded[-1]

    def table() -> pd.DataFrame:
        with duckdb.connect() as connection:
            connection.execute(
                "CREATE TABLE clean_jobs AS SELECT row_id, 'train' AS split, text AS description_text, '' AS "
                "resume_text, text AS description_clean, '' AS resume_clean FROM (SELECT unnest(?) AS text, "
                "generate_subscripts(?, 1) AS row_id)",
                [list(LESSONS), list(LESSONS)],
            )
            return (
                summarize(connection, recipe, load, kept, lambda total, unit: Progress(total, unit, print))
                .order("row_id")
                .df()
            )

    first, second = table(), table()
    assert first["description_summary"].tolist() == list(LESSONS.values())
    assert set(first["method"]) == {"bart"}
    assert len(loaded) == 1
    pd.testing.assert_frame_equal(first, second)


def test_numbers_are_part_of_the_parameters_as_this_machine_computes_them() -> None:
    from jobsearch_dagster.summarization.bart import resolved_dtype

    for dtype in ("auto", "float32", "bfloat16"):
        assert SummaryRecipe(method="bart", dtype=dtype).parameters()["dtype"] == resolved_dtype(dtype) != "auto"


@pytest.mark.slow
def test_workers_compute_with_the_numbers_of_the_step_and_one_on_other_hardware_is_refused(
    summarizer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step is on a card, where `auto` is bfloat16; the worker has none."""
    recipe = SummaryRecipe(method="bart", model="./model")
    with monkeypatch.context() as on_a_card:
        on_a_card.setattr(bart, "_device", lambda: "cuda")
        on_a_card.setattr("torch.cuda.get_device_name", lambda: "NVIDIA H100")
        load = loader(recipe, summarizer)
    with pytest.raises(UserError, match=r"summaries in bfloat16 on NVIDIA H100 cannot be shared with .* on cpu"):
        load()
    monkeypatch.setattr(bart, "hardware", lambda: "NVIDIA H100")
    summary = load()
    assert isinstance(summary, bart.Bart)
    assert str(summary._model.dtype) == "torch.bfloat16"
