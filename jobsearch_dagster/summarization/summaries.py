"""Which texts are summarized, and into what columns.

Belongs here: the recipe, the table, and that no text is summarized twice. How a summary is made is in `extractive.py`
and `bart.py`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.map_batches import Mapper, here
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.progress import Progress
from jobsearch_dagster.foundation.text_cache import TextCache, cache_key
from jobsearch_dagster.summarization.pieces import split_sentences
from jobsearch_dagster.summarization.protocol import Advance, Summarizer, Summary

if TYPE_CHECKING:
    import duckdb

CODE_VERSION = "3"
"""Raised when a method makes other summaries of the same text: what is cached was made by the version before."""
BATCH = 16
"""Texts that are summarized before they are stored: what a kill may cost."""


class SummaryRecipe(Recipe):
    """How long texts become short ones."""

    method: Literal["extractive", "bart", "none"] = Field(
        default="extractive",
        description="whole sentences of the text, sentences that a sequence-to-sequence model writes, or the text as"
        " it is",
    )
    encoder: str = Field(default="all-minilm-l6-v2", description="sentence encoder of the extractive method")
    model: str = Field(
        default="facebook/bart-large-cnn", description="model of the method bart: a Hugging Face id or a folder"
    )
    source: Literal["text", "clean"] = Field(
        default="text", description="text with sentences intact, or without punctuation as in the report"
    )
    resumes: bool = Field(default=False, description="summarize resumes too, as the report did")
    threshold: int = Field(default=350, ge=0, description="characters; shorter texts pass unchanged")
    sentences: int = Field(default=3, ge=1, description="most sentences of an extractive summary")
    characters: int = Field(default=350, ge=1, description="most characters of an extractive summary")
    diversity: float = Field(default=0.4, ge=0, le=1, description="0 central sentences, 1 different ones")
    beams: int | None = Field(default=None, ge=1, description="beams of the method bart; the model's own where null")
    max_tokens: int | None = Field(
        default=None,
        ge=1,
        description="most tokens that bart writes about a piece, marks included; the model's own where null",
    )
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="numbers bart computes with; auto is bfloat16 on a GPU and float32 on a CPU"
    )

    def model_name(self) -> str | None:
        """The model that the method needs."""
        return {"extractive": self.encoder, "bart": self.model, "none": None}[self.method]

    def parameters(self) -> dict[str, Any]:
        """What decides the summary of a text, besides method and model."""
        names = {
            "extractive": ("sentences", "characters", "diversity"),
            "bart": ("beams", "max_tokens"),
            "none": (),
        }
        chosen = {name: getattr(self, name) for name in names[self.method]}
        if self.method == "bart":
            chosen["dtype"] = self.resolved().dtype
        return {**chosen, "code": CODE_VERSION}

    def resolved(self) -> "SummaryRecipe":
        """With the numbers that bart computes with on this machine: `auto` is not the same on every one."""
        if self.method != "bart":
            return self
        from jobsearch_dagster.summarization.bart import resolved_dtype

        return self.model_copy(update={"dtype": resolved_dtype(self.dtype)})


def loader(recipe: SummaryRecipe, data_dir: Path) -> Callable[[], Summarizer]:
    """`load_summarizer` for this machine and for workers on others, which then summarize as this one does."""
    if recipe.method != "bart":
        return partial(load_summarizer, recipe, data_dir)
    from jobsearch_dagster.summarization.bart import hardware

    return partial(load_summarizer, recipe.resolved(), data_dir, hardware())


def load_summarizer(recipe: SummaryRecipe, data_dir: Path, wanted_hardware: str | None = None) -> Summarizer:
    """The recipe's method with its model loaded.

    Args:
        recipe: The method, the model and how it is used.
        data_dir: The data folder.
        wanted_hardware: That of the machine that shares its texts; None where none does.

    Raises:
        UserError: The model cannot be used, or would write other summaries here than on the wanted hardware.
    """
    if recipe.method == "bart":
        from jobsearch_dagster.summarization.bart import Bart, hardware

        if wanted_hardware not in {None, hardware()}:
            raise UserError(
                f"summaries in {recipe.dtype} on {wanted_hardware} cannot be shared with a node that makes them on "
                f"{hardware()}, for they depend on it: use nodes of one kind, or JOBSEARCH_MAP_WORKERS=1"
            )
        return Bart(
            recipe.model,
            data_dir,
            batch_size=BATCH,
            beams=recipe.beams,
            max_tokens=recipe.max_tokens,
            dtype=recipe.dtype,
        )
    from jobsearch_dagster.foundation.encoder import Encoder
    from jobsearch_dagster.summarization.extractive import Choice, Extractive

    return Extractive(Encoder(recipe.encoder, data_dir), Choice(recipe.sentences, recipe.characters, recipe.diversity))


class KeptSummaries:
    """Summaries by one method, model and set of parameters that earlier runs made, finished or not."""

    def __init__(self, cache: TextCache, recipe: SummaryRecipe, model_digest: str) -> None:
        self._cache = cache
        self._made_by = (recipe.method, model_digest, recipe.parameters())

    def get(self, texts: Sequence[str]) -> dict[str, Summary]:
        """Those of the texts that have a summary."""
        keys = {text: cache_key(*self._made_by, text) for text in texts}
        kept = self._cache.get(keys.values())
        return {text: Summary(**json.loads(kept[key])) for text, key in keys.items() if key in kept}

    def put(self, summaries: dict[str, Summary]) -> None:
        """Store a batch, whole or not at all."""
        self._cache.put(
            {cache_key(*self._made_by, text): json.dumps(asdict(summary)) for text, summary in summaries.items()}
        )


def summarize(
    connection: "duckdb.DuckDBPyConnection",
    recipe: SummaryRecipe,
    load: Callable[[], Summarizer],
    kept: KeptSummaries,
    progress: Callable[[int, str], Progress],
    say: Callable[[str], object] = lambda line: None,
    mapper: Mapper = here,
) -> "duckdb.DuckDBPyRelation":
    """One row per row of `clean_jobs`; every distinct text is summarized once, in this run or an earlier one.

    Args:
        connection: Holds `clean_jobs`.
        recipe: Which texts, and how.
        load: Gives the method with its model; called only where a text is left to summarize.
        kept: The summaries that are there.
        progress: Counts sentences.
        say: Says how many were there.
        mapper: Who reads the texts that are left.
    """
    import pyarrow as pa

    cells = _CELLS if recipe.resumes else _CELLS[:1]
    texts = [
        text
        for (text,) in connection.execute(
            " UNION ".join(f"SELECT DISTINCT {cell}_{recipe.source} AS text FROM clean_jobs" for cell in cells)
            + " ORDER BY text"
        ).fetchall()
    ]
    long = [text for text in texts if recipe.method != "none" and len(text) > recipe.threshold]
    made = _summaries_of(long, load, kept, progress, say, mapper)
    rows = [_row(text, made.get(text), recipe.method) for text in texts]
    connection.register("summaries", pa.Table.from_pylist(rows, schema=_arrow_schema()))
    how = ", ".join(f"d.{name}" for name in _HOW)
    how_resume = ", ".join(f"r.{name} AS resume_{name}" for name in _HOW)
    return connection.sql(
        f"""
        SELECT j.row_id, j.split, d.summary AS description_summary, {how}, r.summary AS resume_summary, {how_resume}
        FROM clean_jobs j
        JOIN summaries d ON d.text = j.description_{recipe.source}
        LEFT JOIN summaries r ON {f"r.text = j.resume_{recipe.source}" if recipe.resumes else "false"}
        """
    )


def _summaries_of(
    texts: Sequence[str],
    load: Callable[[], Summarizer],
    kept: KeptSummaries,
    progress: Callable[[int, str], Progress],
    say: Callable[[str], object],
    mapper: Mapper,
) -> dict[str, Summary]:
    found = kept.get(texts)
    if found:
        say(f"{len(found):,} of {len(texts):,} summaries were made before")
    # Texts of a like length together: a batch is padded to its longest.
    left = sorted((text for text in texts if text not in found), key=lambda text: (len(text), text))
    if not left:
        return found
    counter = progress(sum(len(split_sentences(text)) for text in left), "sentences")
    batches = [left[start : start + BATCH] for start in range(0, len(left), BATCH)]
    for position, summaries in mapper(load, _summarized, batches, counter.advance):
        made = dict(zip(batches[position], summaries, strict=True))
        kept.put(made)
        found |= made
    return found


def _summarized(summarizer: Summarizer, texts: Sequence[str], advance: Advance) -> list[Summary]:
    return summarizer.summarize(texts, advance)


_CELLS = ("description", "resume")
_HOW = ("method", "input_sentences", "kept_sentences", "input_tokens", "pieces")
"""Columns that say how a text was summarized; those of the resume begin with `resume_`."""


def _row(text: str, summary: Summary | None, method: str) -> dict[str, Any]:
    """Columns of a text; one that no model read passes unchanged."""
    sentences = len(split_sentences(text))
    return {
        "text": text,
        "summary": text if summary is None else summary.text,
        "method": "none" if summary is None else method,
        "input_sentences": sentences,
        "kept_sentences": sentences if summary is None else summary.sentences,
        "input_tokens": None if summary is None else summary.input_tokens,
        "pieces": 0 if summary is None else summary.pieces,
    }


def _arrow_schema() -> Any:
    import pyarrow as pa

    texts, counts = ("text", "summary", "method"), ("input_sentences", "kept_sentences", "input_tokens", "pieces")
    return pa.schema([*((name, pa.string()) for name in texts), *((name, pa.int64()) for name in counts)])
