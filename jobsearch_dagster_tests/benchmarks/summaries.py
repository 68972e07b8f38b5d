"""Texts per second of the two ways to summarize, each against its model called text by text.

Belongs here: the peers, and one row per switch. BART has the shape of `facebook/bart-large-cnn` (406 M parameters,
4 beams) with random weights and GPT-2's vocabulary, which is BART's: speed does not depend on what the weights say.
Every row summarizes the same texts with the same threads.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.model_store import load_tokenizer, model_files
from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample
from jobsearch_dagster.preparation.text import clean_text
from jobsearch_dagster.summarization.bart import Bart
from jobsearch_dagster.summarization.extractive import Choice, Extractive
from jobsearch_dagster.summarization.summaries import BATCH
from jobsearch_dagster_tests.benchmarks.measuring import table

EXTRACTIVE_TEXTS = 128
BART_TEXTS = 4
BART_TOKENS = 12
"""Of each summary, so that all ways together take minutes on two cores; bart-large-cnn itself writes 56 to 142."""
CHOICE = Choice(sentences=3, characters=350, diversity=0.4)


def postings(count: int) -> list[str]:
    """Cleaned descriptions of as many generated postings."""
    import pandas as pd

    with TemporaryDirectory() as folder:
        write_sample(SampleSpec(rows=count * 3, postings=count * 2, seed=11), Path(folder))
        rows = pd.concat(pd.read_csv(path) for path in sorted(Path(folder).glob("train*.csv")))
    texts = rows["Description"].dropna().drop_duplicates()
    return [clean_text(text, keep_sentences=True) for text in texts][:count]


def save_bart_large(folder: Path) -> None:
    """A model of bart-large-cnn's shape with random weights, and its tokenizer."""
    import torch
    from transformers import BartConfig, BartForConditionalGeneration, BartTokenizer

    vocabulary, _ = model_files("gpt2-tokenizer", folder)
    data = vocabulary / "data"
    tokenizer = BartTokenizer(vocab=str(data / "encoder.json"), merges=str(data / "vocab.bpe"), model_max_length=1024)
    torch.manual_seed(0)
    config = BartConfig(
        vocab_size=50_265, pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, decoder_start_token_id=tokenizer.eos_token_id,
        forced_eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    model = BartForConditionalGeneration(config)
    model.generation_config.update(
        num_beams=4,
        min_length=BART_TOKENS,
        max_length=BART_TOKENS,
        length_penalty=2.0,
        no_repeat_ngram_size=3,
        early_stopping=True,
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def load_plainly(folder: Path) -> tuple[Any, Any]:
    """Model and tokenizer in transformers' documented way."""
    from transformers import AutoModelForSeq2SeqLM

    model: Any = AutoModelForSeq2SeqLM.from_pretrained(folder)
    return model.eval(), load_tokenizer(folder)


def bart_one_by_one(model: Any, tokenizer: Any, texts: Sequence[str]) -> None:
    """A text at a time: what exceeds the window is cut off."""
    import torch

    with torch.inference_mode():
        for text in texts:
            inputs = tokenizer(text, return_tensors="pt", truncation=True)
            output = model.generate(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
            tokenizer.batch_decode(output, skip_special_tokens=True)


def encode_one_by_one(encoder: Encoder, texts: Sequence[str]) -> None:
    """The extractive summarizer with a text at a time, which remembers no sentence of another."""
    for text in texts:
        Extractive(encoder, CHOICE).summarize([text])


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _print(name: str, texts: Sequence[str], timed: dict[str, float]) -> None:
    peer = next(iter(timed.values()))
    rows = [(way, f"{len(texts) / seconds:.2f}", f"{peer / seconds:.1f}x") for way, seconds in timed.items()]
    print(f"{len(texts)} descriptions, {sum(map(len, texts)) // len(texts):,} characters on average\n")
    print(table((name, "texts/s", "against one by one"), rows) + "\n")


def main(bart_texts: int = BART_TEXTS, extractive_texts: int = EXTRACTIVE_TEXTS) -> None:
    """Print both tables; no loading of a model is timed."""
    texts = postings(extractive_texts)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        encoder = Encoder("all-minilm-l6-v2", folder)
        encoder.encode(texts[:4])
        _print(
            "extractive, MiniLM",
            texts,
            {
                "one by one": _seconds(partial(encode_one_by_one, encoder, texts)),
                "distinct sentences sorted by length, in batches": _seconds(
                    partial(Extractive(encoder, CHOICE).summarize, texts)
                ),
            },
        )
        texts = texts[:bart_texts]
        save_bart_large(folder)
        timed = {"one by one": _seconds(partial(bart_one_by_one, *load_plainly(folder), texts))}
        for way, size, dtype in (
            (f"in batches of {BATCH}, sorted by length", BATCH, "float32"),
            ("and in bfloat16", BATCH, "bfloat16"),
        ):
            bart = Bart(str(folder), folder, batch_size=size, beams=None, max_tokens=None, dtype=dtype)
            timed[way] = _seconds(partial(bart.summarize, texts))
        _print("BART, shape of bart-large-cnn", texts, timed)


if __name__ == "__main__":
    main()
