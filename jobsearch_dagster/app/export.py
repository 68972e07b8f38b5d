"""`jobsearch export`: what was made, in forms that other tools read.

Belongs here: finding what is exported, and that its parts belong together. How it is written is in
`pairs/exports.py` and `finetuning/export.py`.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.evaluation import votes
from jobsearch_dagster.evaluation.scoring import ALL_TYPES
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.votes import answers_by_question
from jobsearch_dagster.finetuning import export, model_card
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.pairs.exports import TABLES, Form, export_pairs

What = Literal["pairs", "adapter", "labels"]
LABELS = "labels.csv"
_SCORED = ("base_answers", "lora_answers", "answer_scores", "metric_summary")
"""From the adapter to its scores."""


def pairs(settings: Settings, out: Path, form: Form) -> list[Path]:
    """Write training, validation and test set.

    Returns:
        What was written.
    """
    folder = _folder(settings)
    with folder.lake.connect(TABLES) as connection:
        return export_pairs(connection, out, form)


def labels(settings: Settings, out: Path) -> list[Path]:
    """Write what people said of single answers, for the field `labels` of `ares_scores`.

    Returns:
        What was written.

    Raises:
        UserError: Nobody said anything of a single answer that is still today's.
    """
    with _folder(settings).lake.connect([f"{name}_answers" for name in CONTENDERS]) as connection:
        counted = votes.counted(votes.read(settings.data_dir).votes, answers_by_question(connection))
    rows = votes.label_rows(counted)
    if len(rows) == 1:
        raise UserError(
            f"no vote in {settings.data_dir / votes.FOLDER} judges a single answer of today: vote at /compare of "
            '`jobsearch serve`, and open "Judge each answer by itself"'
        )
    out.mkdir(parents=True, exist_ok=True)
    path = out / LABELS
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return [path]


def adapter(settings: Settings, out: Path, say: Callable[[str], object]) -> tuple[Path, model_card.Comparison]:
    """Write the adapter merged into its base model, with a model card; `say` gets a line before what takes long.

    Returns:
        The folder, and how far it is from base and adapter.

    Raises:
        UserError: Something was not made yet, was changed since, or the merged model says something else.
    """
    folder = _folder(settings)
    export.refuse_what_others_wrote(out / export.FOLDER)
    trained = folder.artifacts.read("lora_adapter")
    changed = _changed_inputs(folder, "lora_adapter")
    if changed:
        raise UserError(
            f"lora_adapter was made from another {' and '.join(changed)} than {folder.root} holds now: "
            "run `jobsearch run --select lora_adapter` first"
        )
    say(f"verifying the files of base model and adapter in {folder.artifacts.root}")
    for name in ("base_model", "lora_adapter"):
        for line in folder.artifacts.verify(name):
            raise UserError(line)
    with folder.lake.connect(["training_set", "validation_set"]) as connection:
        sample, sets = export.sample_pairs(connection), model_card.count_pairs(connection)
    base = folder.artifacts.read("base_model")
    return export.export_adapter(base, trained, sample, sets, _scores(folder), out, say)


def _folder(settings: Settings) -> DataFolder:
    return DataFolder(path=str(settings.data_dir), memory_limit=settings.memory_limit)


def _changed_inputs(folder: DataFolder, name: str) -> list[str]:
    """Inputs that an asset was made from and that are gone or others now."""
    assets = lake_assets()
    stored = assets[name].stamp(folder)
    if stored is None:
        return [name]
    now = {source: assets[source].stamp(folder) for source in stored.parts.inputs}
    return [
        source
        for source, version in stored.parts.inputs.items()
        if (stamp := now[source]) is None or stamp.data_version != version
    ]


def _scores(folder: DataFolder) -> list[model_card.Score]:
    """Of base and adapter over all query types; none where they were measured on another adapter or other data."""
    if any(_changed_inputs(folder, name) for name in _SCORED):
        return []
    with folder.lake.connect(["metric_summary"]) as connection:
        rows = connection.execute(
            f"""
            SELECT contender, slice, metric, n, mean, low, high FROM metric_summary
            WHERE contender IN ('base', 'lora') AND query_type = '{ALL_TYPES}'
            ORDER BY slice DESC, metric, contender
            """
        ).fetchall()
    return [model_card.Score(*row) for row in rows]
