"""`jobsearch ask`: one question, one answer, by one contender.

Belongs here: choosing the contender and showing what it found. How it answers is in `evaluation/contenders.py` and
`search/`.
"""

import gc
import time
from typing import Any, Literal

from rich.markup import escape
from rich.table import Table

from jobsearch_dagster.app.console import output
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.search.answering import SearchResult, render_answer, search
from jobsearch_dagster.search.publication import published_catalog

Via = Literal["analytics", "lora", "base"]
SHOWN = ("title", "place", "salary", "work_mode", "min_years")
"""Columns of a posting in the terminal; `--json` has them all."""


def ask(settings: Settings, question: str, via: Via, limit: int | None) -> dict[str, Any]:
    """Answer a question; the keys are those of `ask --json`.

    Raises:
        UserError: The catalog or the model has not been made yet.
    """
    if via == "analytics":
        return _found(settings, question, limit).as_dict()
    return _generated(settings, question, via)


def _found(settings: Settings, question: str, limit: int | None) -> SearchResult:
    # The first question builds tables of names that live as long as the process. Looking for garbage among their
    # 500,000 objects, again and again while they grow, takes a quarter of its time.
    gc.disable()
    try:
        return search(question, published_catalog(settings.data_dir), limit=limit)
    finally:
        gc.freeze()
        gc.enable()


def _generated(settings: Settings, question: str, via: Via) -> dict[str, Any]:
    # Here, because these import Dagster and pandas: two seconds that an answer from the catalog does not need.
    from jobsearch_dagster.evaluation.assets import GenerationRecipe
    from jobsearch_dagster.evaluation.contenders import LanguageModel
    from jobsearch_dagster.foundation import profiles
    from jobsearch_dagster.foundation.artifacts import ArtifactStore
    from jobsearch_dagster.foundation.generation import Generator

    artifacts = ArtifactStore(settings.data_dir)
    recipe = profiles.resolve(GenerationRecipe, f"{via}_answers", settings.profile)
    assert isinstance(recipe, GenerationRecipe)
    base = artifacts.read("base_model").path
    adapter = artifacts.read("lora_adapter").path if via == "lora" else None
    model = LanguageModel(
        Generator(base, adapter), use_adapter=via == "lora", max_new_tokens=recipe.max_new_tokens, batch_size=1
    )
    started = time.perf_counter()
    (answer,) = model.answer([question])
    return {
        "question": question,
        "via": via,
        "interpretation": None,
        "sql": None,
        "params": [],
        "columns": ["answer"],
        "rows": [[answer.text]],
        "reasons": [],
        "relaxation": [],
        "ranking": None,
        "timing_ms": round((time.perf_counter() - started) * 1000, 3),
    }


def show(settings: Settings, question: str, via: Via, limit: int | None) -> None:
    """Answer a question in the terminal: a table of postings, or the words of a model."""
    if via != "analytics":
        output.print(ask(settings, question, via, limit)["rows"][0][0], markup=False)
        return
    result = _found(settings, question, limit)
    if not result.rows:
        output.print(render_answer(result), markup=False)
        return
    output.print(_table(result))
    order = f"Ordered by {result.ranking}" if result.ranking and len(result.rows) > 1 else "One result"
    output.print(f"{order} ({result.timing_ms:.0f} ms).", style="dim", markup=False)


def _table(result: SearchResult) -> Table:
    is_posting = "posting_id" in result.columns
    columns = SHOWN if is_posting else result.columns
    table = Table()
    for name in (*columns, *(["why"] if is_posting else [])):
        table.add_column(name, overflow="fold")
    for number, row in enumerate(result.records):
        why = ["; ".join(dict.fromkeys(result.reasons[number].values()))] if is_posting else []
        table.add_row(*(escape("" if row[c] is None else str(row[c])) for c in columns), *map(escape, why))
    return table
