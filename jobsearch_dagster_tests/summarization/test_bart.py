"""A real, small BART: it says what it has learned, reads every piece of a long text, and bad models are refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.model_store import load_tokenizer, model_files
from jobsearch_dagster.summarization.bart import Bart
from jobsearch_dagster.summarization.pieces import Piece
from jobsearch_dagster_tests.small_models import LESSONS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bart(summarizer: Path) -> Bart:
    return Bart("./model", summarizer, batch_size=4, beams=None, max_tokens=None)


def test_it_writes_the_summaries_that_it_has_learned(bart: Bart) -> None:
    assert [summary.text for summary in bart.summarize(list(LESSONS))] == list(LESSONS.values())


def test_a_summary_does_not_depend_on_its_batch(bart: Bart, summarizer: Path) -> None:
    alone = Bart("./model", summarizer, batch_size=1, beams=None, max_tokens=None)
    assert alone.summarize(list(LESSONS)) == bart.summarize(list(LESSONS))


def tokens_of(bart: Bart, text: str) -> int:
    return len(bart._tokenizer(text, add_special_tokens=False)["input_ids"])


def test_a_text_beyond_the_window_is_read_in_pieces_that_hold_all_of_it(bart: Bart) -> None:
    text = ". \n".join(LESSONS)
    whole = bart.summarize([text])[0]
    assert whole.pieces == 2  # of 30 tokens: 32 positions less the marks at both ends
    assert whole.input_tokens == tokens_of(bart, text)
    single = bart.summarize(list(LESSONS)[:1])[0]
    assert (single.pieces, single.input_tokens) == (1, 13)


def test_every_sentence_is_counted_when_its_pieces_are_read(summarizer: Path) -> None:
    bart = Bart("./model", summarizer, batch_size=1, beams=1, max_tokens=2)
    counts: list[int] = []
    bart.summarize([". \n".join(LESSONS), "", "drive a bus. people with bags."], counts.append)
    assert len(counts) == 3
    assert sum(counts) == len(LESSONS) + 2


@pytest.fixture(scope="module")
def byte_pairs(tmp_path_factory: pytest.TempPathFactory) -> Bart:
    """A model that knows nothing, with 64 positions and the vocabulary of GPT-2, which is BART's."""
    from transformers import BartConfig, BartForConditionalGeneration, BartTokenizer

    folder = tmp_path_factory.mktemp("byte_pairs")
    data = model_files("gpt2-tokenizer", folder)[0] / "data"
    tokenizer = BartTokenizer(vocab=str(data / "encoder.json"), merges=str(data / "vocab.bpe"), model_max_length=64)
    config = BartConfig(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=64,
        pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    BartForConditionalGeneration(config).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    return Bart("./model", folder, batch_size=16, beams=1, max_tokens=2)


def test_words_that_cost_more_behind_a_blank_are_read_whole_and_counted(byte_pairs: Bart) -> None:
    text = f"{'/' * 32} Apply now. " * 300
    summary = byte_pairs.summarize([text])[0]
    pieces = [piece.text for piece in byte_pairs._cut([text])[0]]
    assert " ".join(pieces) == text.strip()
    assert summary.pieces == len(pieces)
    assert summary.input_tokens == sum(tokens_of(byte_pairs, piece) for piece in pieces)


def test_a_text_that_fits_is_read_as_it_is(byte_pairs: Bart) -> None:
    text = "cook;\n\nwash  up"
    assert byte_pairs._cut([text]) == [[Piece(text, tokens_of(byte_pairs, text))]]


def test_an_empty_text_has_an_empty_summary(bart: Bart) -> None:
    summary = bart.summarize([""])[0]
    assert (summary.text, summary.pieces, summary.input_tokens) == ("", 0, 0)


def test_the_longest_summary_is_the_recipe_s(summarizer: Path) -> None:
    short = Bart("./model", summarizer, batch_size=4, beams=1, max_tokens=3)
    summaries = [summary.text for summary in short.summarize(list(LESSONS))]
    assert all(summaries)
    assert all(len(text.split()) <= 3 for text in summaries)


@pytest.mark.parametrize("max_tokens", [1, 2, 4])
def test_the_recipe_s_longest_summary_counts_more_than_the_model_s_shortest(
    summarizer: Path, tmp_path: Path, max_tokens: int
) -> None:
    shutil.copytree(summarizer / "model", tmp_path / "model")
    change(tmp_path / "model" / "generation_config.json", min_length=10, min_new_tokens=9)
    short = Bart("./model", tmp_path, batch_size=4, beams=None, max_tokens=max_tokens)
    texts = [summary.text for summary in short.summarize(list(LESSONS))]
    assert all(len(text.split()) <= max_tokens for text in texts)
    assert all(texts) or max_tokens < 3  # the first token and the last are marks


def test_in_bfloat16_it_knows_its_lessons_too(summarizer: Path) -> None:
    bart = Bart("./model", summarizer, batch_size=4, beams=None, max_tokens=None, dtype="bfloat16")
    assert [summary.text for summary in bart.summarize(list(LESSONS))] == list(LESSONS.values())


def change(path: Path, **entries: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


OWN = {"prefix": "drive a ", "max_length": 6, "min_length": 4, "num_beams": 2, "early_stopping": True}


@pytest.fixture
def t5(summarizer: Path, tmp_path: Path) -> Path:
    """The folder of a T5 with 40 positions, which says what it wants in its `config.json`."""
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = load_tokenizer(summarizer / "model")
    tokenizer.model_max_length = int(1e30)
    further: dict[str, Any] = {
        "n_positions": 40, "decoder_start_token_id": 1, "task_specific_params": {"summarization": OWN},
    }  # fmt: skip
    config = T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=2, pad_token_id=1,
        eos_token_id=2, **further,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    return tmp_path


def test_the_model_s_own_prefix_and_lengths_for_summaries_are_used(t5: Path) -> None:
    bart = Bart("./model", t5, batch_size=1, beams=None, max_tokens=None)
    one, two = bart.summarize([" ".join(["bus"] * 36), " ".join(["bus"] * 37)])
    assert (one.pieces, one.input_tokens) == (1, 36)  # 40 positions less two marks and the two words of the prefix
    assert (two.pieces, two.input_tokens) == (2, 37)
    options = bart._model.generation_config
    assert (options.max_length, options.min_length, options.num_beams) == (6, 4, 2)
    read: list[str] = []
    generate = bart._generate
    bart._generate = lambda texts: read.extend(texts) or generate(texts)
    bart.summarize(["the bus"])
    assert read == ["drive a the bus"]


def test_a_model_that_does_not_say_how_long_its_summaries_are_needs_a_length(t5: Path) -> None:
    change(t5 / "model" / "config.json", task_specific_params=None)
    with pytest.raises(UserError, match=r"set config job_summaries\.max_tokens"):
        Bart("./model", t5, batch_size=1, beams=None, max_tokens=None)
    assert Bart("./model", t5, batch_size=1, beams=None, max_tokens=4).summarize(["the bus"])[0].pieces == 1


def test_a_model_that_does_not_say_how_much_it_reads_is_refused(t5: Path) -> None:
    change(t5 / "model" / "config.json", n_positions=None)
    with pytest.raises(UserError, match="does not say how many tokens it reads"):
        Bart("./model", t5, batch_size=1, beams=None, max_tokens=None)
    change(t5 / "model" / "tokenizer_config.json", model_max_length=20)
    assert Bart("./model", t5, batch_size=1, beams=None, max_tokens=None).summarize(["bus " * 17])[0].pieces == 2


def without_tokenizer(folder: Path) -> None:
    for path in folder.glob("*token*"):
        path.unlink()
    change(folder / "config.json", vocab_size=48)


def cut_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1_000])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "model.safetensors").unlink(), "no weights as safetensors"),
        (cut_weights, "damaged weights"),
        (lambda folder: (folder / "config.json").write_text("{}"), "no usable config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "no usable config.json"),
        (lambda folder: (folder / "config.json").write_text("[]"), "no usable config.json"),
        (lambda folder: change(folder / "config.json", model_type="word2vec"), "no usable config.json"),
        (lambda folder: change(folder / "config.json", d_model="wide"), "no usable config.json"),
        (lambda folder: change(folder / "config.json", d_model=32), "do not fit its config.json"),
        (lambda folder: change(folder / "config.json", encoder_layers=2), "lacks 16 weights"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "no usable tokenizer"),
        (without_tokenizer, "knows 48 tokens and the tokenizer in .* only 5"),
    ],
)
def test_a_damaged_folder_is_refused_in_one_line(
    summarizer: Path, tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    shutil.copytree(summarizer / "model", tmp_path / "model")
    damage(tmp_path / "model")
    with pytest.raises(UserError, match=message) as refused:
        Bart("./model", tmp_path, batch_size=4, beams=None, max_tokens=None)
    assert "\n" not in str(refused.value)


def test_a_model_that_writes_no_sequences_from_sequences_is_refused(smoke_models: Path) -> None:
    with pytest.raises(UserError, match="no sequence-to-sequence model but llama"):
        Bart("./language_model", smoke_models, batch_size=4, beams=None, max_tokens=None)
