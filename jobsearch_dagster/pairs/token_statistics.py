"""How long questions and answers are in tokens: by GPT-2, as in the report's step 4, and by the base model.

Belongs here: counting, and what the counts are shown with. What the base model sees is rendered in `rendering.py`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from jobsearch_dagster.foundation.model_store import model_files
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.pairs.rendering import IGNORED, UNCUT, render_example
from jobsearch_dagster.pairs.tables import TOKEN_STATISTICS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

GPT2 = "gpt2-tokenizer"
"""Name of its vocabulary in the model store."""
SHOWN_ROWS = 10
"""Rows of the report's table of tokens."""
SHOWN_TOKENS = 400
"""Of the example of each query type, so that the page of the asset stays readable."""
BINS = 40
"""Of the histogram, at most."""


class TokenRecipe(Recipe):
    """What counts as too long."""

    max_seq_length: int = Field(default=2048, ge=16, description="as in lora_adapter: longer examples are cut")


class _Pair(NamedTuple):
    split: str
    pair_id: str
    query_type: str
    system: str
    question: str
    answer: str


def gpt2_tokenizer(data_dir: Path) -> Any:
    """GPT-2's byte-level BPE (Radford et al., 2019) from the vocabulary that a Python package carries."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    root, _ = model_files(GPT2, data_dir)
    tokenizer = Tokenizer(models.BPE.from_file(str(root / "data" / "encoder.json"), str(root / "data" / "vocab.bpe")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def count_tokens(
    connection: "duckdb.DuckDBPyConnection", gpt2: Any, tokenizer: Any, recipe: TokenRecipe
) -> "pd.DataFrame":
    """One row per pair of `query_pairs`.

    The first pairs carry their GPT-2 tokens, the first of each query type the tokens of its example with those that
    loss is taken on.

    Args:
        connection: Holds `query_pairs`.
        gpt2: From `gpt2_tokenizer`.
        tokenizer: Of the base model, with a chat template.
        recipe: What counts as too long.
    """
    import pandas as pd

    names = ", ".join(_Pair._fields)
    pairs = [_Pair(*row) for row in connection.execute(f"SELECT {names} FROM query_pairs ORDER BY ALL").fetchall()]
    counted: dict[tuple[str, str, str], tuple[int, ...]] = {}
    rows = []
    shown: set[str] = set()
    for number, pair in enumerate(pairs):
        text = (pair.system, pair.question, pair.answer)
        if text not in counted:
            counted[text] = _lengths(pair, gpt2, tokenizer)
        lengths = counted[text]
        is_first = pair.query_type not in shown
        shown.add(pair.query_type)
        rows.append(
            {
                "split": pair.split,
                "pair_id": pair.pair_id,
                "query_type": pair.query_type,
                "question": pair.question,
                "answer": pair.answer,
                **dict(zip(_LENGTHS, lengths, strict=True)),
                "max_seq_length": recipe.max_seq_length,
                "is_cut": lengths[-1] > recipe.max_seq_length,
                "gpt2_question": _pieces(gpt2, pair.question) if number < SHOWN_ROWS else None,
                "gpt2_answer": _pieces(gpt2, pair.answer) if number < SHOWN_ROWS else None,
                "example": _masked(pair, tokenizer, recipe) if is_first else None,
            }
        )
    return pd.DataFrame(rows, columns=list(TOKEN_STATISTICS.names))


_LENGTHS = ("gpt2_question_tokens", "gpt2_answer_tokens", "question_tokens", "answer_tokens", "example_tokens")


def _lengths(pair: _Pair, gpt2: Any, tokenizer: Any) -> tuple[int, ...]:
    example = render_example(tokenizer, pair.system, pair.question, pair.answer, max_length=UNCUT)
    assert example is not None
    own = tokenizer([pair.question, pair.answer], add_special_tokens=False)["input_ids"]
    return (
        len(gpt2.encode(pair.question).ids),
        len(gpt2.encode(pair.answer).ids),
        *map(len, own),
        len(example.input_ids),
    )


def _pieces(gpt2: Any, text: str) -> list[str]:
    """The characters that each token is of: one that takes several tokens stands in each of them."""
    return [text[start:end] for start, end in gpt2.encode(text).offsets]


def _masked(pair: _Pair, tokenizer: Any, recipe: TokenRecipe) -> str:
    """An example as the model sees it, with `[[` and `]]` around what loss is taken on; a long one loses its end."""
    example = render_example(tokenizer, pair.system, pair.question, pair.answer, max_length=recipe.max_seq_length)
    if example is None:
        return ""
    start = next(i for i, label in enumerate(example.labels) if label != IGNORED)
    prompt, answer = example.input_ids[:start], example.input_ids[start:]
    rest = " ..." if len(answer) > SHOWN_TOKENS else ""
    return f"{tokenizer.decode(prompt)}[[{tokenizer.decode(answer[:SHOWN_TOKENS])}{rest}]]"


def quantiles(connection: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """Median, 95th percentile and longest of each length, and the share of examples cut; a column per query type."""
    lengths = ", ".join(
        f"quantile_disc({name}, 0.5) || ' / ' || quantile_disc({name}, 0.95) || ' / ' || max({name}) AS {name}"
        for name in _LENGTHS
    )
    per_type = connection.sql(
        f"SELECT query_type, count(*)::VARCHAR AS pairs, {lengths}, round(avg(is_cut::INT), 4)::VARCHAR AS share_cut "
        "FROM token_statistics GROUP BY query_type ORDER BY query_type"
    ).df()
    return per_type.set_index("query_type").T.rename_axis(None, axis="columns").reset_index(names="tokens")


def draw_histogram(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """Histogram of the lengths of the examples, with a line where they are cut, as PNG."""
    from matplotlib.figure import Figure

    lengths, longest = connection.sql(
        "SELECT list(example_tokens), max(max_seq_length) FROM token_statistics"
    ).fetchall()[0]
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    axes.hist(lengths or [], bins=bin_edges(lengths or [0]), color="#4c72b0")
    if longest is not None:
        axes.axvline(longest, color="#c44e52", linestyle="--", label=f"max_seq_length {longest:,}")
        axes.legend()
    axes.set(xlabel="tokens of an example, base model", ylabel="pairs")
    figure.savefig(path, dpi=110)


def bin_edges(lengths: Sequence[int]) -> list[float]:
    """Edges between whole numbers, so that each of at most `BINS` bins holds equally many of them.

    >>> bin_edges([3, 4, 5])
    [2.5, 3.5, 4.5, 5.5]
    """
    low, high = min(lengths), max(lengths)
    width = -(-(high - low + 1) // BINS)
    return [edge - 0.5 for edge in range(low, high + width + 1, width)]
