"""Which texts are summarized, and into what columns.

Belongs here: the recipe and the table. How sentences are chosen is in `extractive.py`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.progress import Progress
from jobsearch_dagster.summarization.extractive import Choice, choose, split_sentences

if TYPE_CHECKING:
    import duckdb

    from jobsearch_dagster.foundation.encoder import Encoder

BATCH = 16  # texts whose sentences are embedded together


class SummaryRecipe(Recipe):
    """How long texts become short ones."""

    method: Literal["extractive", "none"] = Field(
        default="extractive", description="whole sentences of the text, or the text as it is"
    )
    encoder: str = Field(default="all-minilm-l6-v2", description="sentence encoder of the extractive method")
    source: Literal["text", "clean"] = Field(
        default="text", description="text with sentences intact, or without punctuation as in the report"
    )
    resumes: bool = Field(default=False, description="summarize resumes too, as the report did")
    threshold: int = Field(default=350, ge=0, description="characters; shorter texts pass unchanged")
    sentences: int = Field(default=3, ge=1, description="most sentences of a summary")
    characters: int = Field(default=350, ge=1, description="most characters of a summary")
    diversity: float = Field(default=0.4, ge=0, le=1, description="0 central sentences, 1 different ones")


def summarize(
    connection: "duckdb.DuckDBPyConnection",
    recipe: SummaryRecipe,
    load_encoder: "Callable[[], Encoder]",
    progress: Callable[[int, str], Progress],
) -> "duckdb.DuckDBPyRelation":
    """One row per row of `clean_jobs`; every distinct text is summarized once."""
    cells = ["description", "resume"] if recipe.resumes else ["description"]
    texts = [
        text
        for (text,) in connection.execute(
            " UNION ".join(f"SELECT DISTINCT {cell}_{recipe.source} AS text FROM clean_jobs" for cell in cells)
            + " ORDER BY text"
        ).fetchall()
    ]
    _summarize_texts(connection, texts, recipe, load_encoder, progress)
    resume = "r.summary" if recipe.resumes else "NULL::VARCHAR"
    return connection.sql(
        f"""
        SELECT j.row_id, j.split, d.summary AS description_summary, {resume} AS resume_summary,
            '{recipe.method}' AS method, d.sentences AS input_sentences, d.kept AS kept_sentences
        FROM clean_jobs j
        JOIN summaries d ON d.text = j.description_{recipe.source}
        LEFT JOIN summaries r ON r.text = j.resume_{recipe.source}
        """
    )


def _summarize_texts(
    connection: "duckdb.DuckDBPyConnection",
    texts: Sequence[str],
    recipe: SummaryRecipe,
    load_encoder: "Callable[[], Encoder]",
    progress: Callable[[int, str], Progress],
) -> None:
    connection.execute("CREATE TEMP TABLE summaries (text VARCHAR, summary VARCHAR, sentences BIGINT, kept BIGINT)")
    split = {text: split_sentences(text) for text in texts}
    long = [t for t in texts if recipe.method == "extractive" and len(t) > recipe.threshold]
    chosen = _extract({text: split[text] for text in long}, recipe, load_encoder, progress) if long else {}
    for text in texts:
        kept = chosen.get(text)
        summary = text if kept is None else "\n".join(split[text][i] for i in kept)
        count = len(split[text]) if kept is None else len(kept)
        connection.execute("INSERT INTO summaries VALUES (?, ?, ?, ?)", [text, summary, len(split[text]), count])


def _extract(
    split: dict[str, list[str]],
    recipe: SummaryRecipe,
    load_encoder: "Callable[[], Encoder]",
    progress: Callable[[int, str], Progress],
) -> dict[str, list[int]]:
    encoder = load_encoder()
    choice = Choice(recipe.sentences, recipe.characters, recipe.diversity)
    counter = progress(len(split), "texts")
    chosen: dict[str, list[int]] = {}
    texts = list(split)
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        vectors = encoder.encode([sentence for text in batch for sentence in split[text]])
        offset = 0
        for text in batch:
            count = len(split[text])
            chosen[text] = choose(split[text], vectors[offset : offset + count], choice)
            offset += count
        counter.advance(len(batch))
    return chosen
