"""The three sets in the forms that fine-tuning tools read.

Belongs here: JSON lines in chat form (`messages`, role and content, as TRL and the OpenAI API take them), in ShareGPT
form (`conversations`, from and value, as Axolotl and LLaMA-Factory do), and a `DatasetDict` folder. Files are written
under another name and renamed: a reader never sees half of one.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jobsearch_dagster.foundation.errors import UserError

if TYPE_CHECKING:
    import duckdb

Form = Literal["messages", "sharegpt", "dataset"]
SETS = {"train": "training_set", "validation": "validation_set", "test": "test_set"}
_KEPT = ("pair_id", "posting_id", "query_type", "variation")
"""Columns that say where an example comes from."""
_BATCH = 10_000


def export_pairs(connection: "duckdb.DuckDBPyConnection", out: Path, form: Form) -> list[Path]:
    """Write the three sets.

    Args:
        connection: Holds `training_set`, `validation_set` and `test_set`.
        out: Folder of the files; made where it is absent.
        form: `messages` and `sharegpt` write `<form>_<split>.jsonl`, `dataset` a folder for `datasets.load_from_disk`.

    Returns:
        What was written.

    Raises:
        UserError: The folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if form == "dataset":
            return [_write_dataset(connection, out / "dataset")]
        shape = _messages if form == "messages" else _sharegpt
        return [_write_lines(connection, table, shape, out / f"{form}_{split}.jsonl") for split, table in SETS.items()]
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror or error}; choose another folder with --out") from error


def _messages(pair: dict[str, Any]) -> dict[str, Any]:
    said = (("system", pair["system"]), ("user", pair["question"]), ("assistant", pair["answer"]))
    return {"messages": [{"role": role, "content": text} for role, text in said], **_origin(pair)}


def _sharegpt(pair: dict[str, Any]) -> dict[str, Any]:
    said = (("system", pair["system"]), ("human", pair["question"]), ("gpt", pair["answer"]))
    return {"conversations": [{"from": speaker, "value": text} for speaker, text in said], **_origin(pair)}


def _origin(pair: dict[str, Any]) -> dict[str, Any]:
    return {name: pair[name] for name in _KEPT}


def _pairs(connection: "duckdb.DuckDBPyConnection", table: str) -> Iterator[dict[str, Any]]:
    names = ("system", "question", "answer", *_KEPT)
    rows = connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY pair_id")
    while batch := rows.fetchmany(_BATCH):
        yield from (dict(zip(names, row, strict=True)) for row in batch)


def _write_lines(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    shape: Callable[[dict[str, Any]], dict[str, Any]],
    path: Path,
) -> Path:
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(json.dumps(shape(pair), ensure_ascii=False) + "\n" for pair in _pairs(connection, table))
    return part.replace(path)


def _write_dataset(connection: "duckdb.DuckDBPyConnection", path: Path) -> Path:
    from datasets import Dataset, DatasetDict

    splits = DatasetDict()
    for split, table in SETS.items():
        splits[split] = Dataset.from_list([_messages(pair) for pair in _pairs(connection, table)])
    part = path.with_name(f".{path.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    splits.save_to_disk(str(part))
    if path.is_dir():
        shutil.rmtree(path)
    return part.replace(path)
