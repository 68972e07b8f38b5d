"""The three sets in the forms that fine-tuning tools read.

Belongs here: JSON lines in chat form (`messages`, role and content, as TRL and the OpenAI API take them), in ShareGPT
form (`conversations`, from and value, as Axolotl and LLaMA-Factory do), and a `DatasetDict` folder. What is written has
another name until it is whole: a reader never sees half of it. Every line of every set has the same columns, because
`datasets` loads only such lines together.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.sets import with_seen

if TYPE_CHECKING:
    import duckdb

Form = Literal["messages", "sharegpt", "dataset"]
SETS = {"train": "training_set", "validation": "validation_set", "test": "test_set"}
TABLES = (*SETS.values(), "near_duplicate_clusters")
"""What an export reads."""
FOLDER = "dataset"
"""Name of the folder that the form `dataset` writes."""
MARKER = "dataset_dict.json"
"""File by which such a folder is known."""
_ORIGIN = ("pair_id", "posting_id", "query_type", "variation", "slot_values", "seen", "near_seen")
"""Columns that say where an example comes from and what a right answer to it has."""
_BATCH = 10_000


def export_pairs(connection: "duckdb.DuckDBPyConnection", out: Path, form: Form) -> list[Path]:
    """Write the three sets.

    Args:
        connection: Holds `TABLES`.
        out: Folder of the files; made where it is absent.
        form: `messages` and `sharegpt` write `<form>_<split>.jsonl`, `dataset` a folder of that name for
            `datasets.load_from_disk`.

    Returns:
        What was written.

    Raises:
        UserError: A set is empty, or the folder cannot be written or holds a `dataset` that is none.
    """
    for table in SETS.values():
        _refuse_empty(connection, table)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if form == "dataset":
            return [_write_dataset(connection, out / FOLDER)]
        shape = _messages if form == "messages" else _sharegpt
        return [_write_lines(connection, table, shape, out / f"{form}_{split}.jsonl") for split, table in SETS.items()]
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror or error}; choose another folder with --out") from error


def _refuse_empty(connection: "duckdb.DuckDBPyConnection", table: str) -> None:
    """`datasets` loads neither a file without a line nor a folder without a row."""
    if not connection.table(table).limit(1).fetchall():
        raise UserError(
            f"{table} holds no pairs, and no tool loads an empty set: put more postings into raw/ and run "
            f"`jobsearch run --select {table}`"
        )


def _messages(pair: dict[str, Any]) -> dict[str, Any]:
    said = (("system", pair["system"]), ("user", pair["question"]), ("assistant", pair["answer"]))
    return {"messages": [{"role": role, "content": text} for role, text in said], **_origin(pair)}


def _sharegpt(pair: dict[str, Any]) -> dict[str, Any]:
    said = (("system", pair["system"]), ("human", pair["question"]), ("gpt", pair["answer"]))
    return {"conversations": [{"from": speaker, "value": text} for speaker, text in said], **_origin(pair)}


def _origin(pair: dict[str, Any]) -> dict[str, Any]:
    return {name: pair[name] for name in _ORIGIN}


def _pairs(connection: "duckdb.DuckDBPyConnection", table: str) -> Iterator[dict[str, Any]]:
    names = ("system", "question", "answer", *_ORIGIN)
    pairs = f"(SELECT * EXCLUDE (seen, near_seen) FROM {table})" if table == SETS["test"] else table
    rows = connection.execute(f"SELECT {', '.join(names)} FROM ({with_seen(pairs)}) ORDER BY pair_id")
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
    from datasets import Dataset, DatasetDict, disable_progress_bars

    if path.exists() and not (path / MARKER).is_file():
        raise UserError(
            f"{path} is no data set that was exported before ({MARKER} is not in it): move it away or choose another "
            "folder with --out"
        )
    disable_progress_bars()
    splits = DatasetDict()
    for split, table in SETS.items():
        splits[split] = Dataset.from_list([_messages(pair) for pair in _pairs(connection, table)])
    part, old = (path.with_name(f".{path.name}.{state}") for state in ("part", "old"))
    for leftover in (part, old):
        shutil.rmtree(leftover, ignore_errors=True)
    splits.save_to_disk(str(part))
    if path.exists():
        path.rename(old)
    part.rename(path)
    shutil.rmtree(old, ignore_errors=True)
    return path
