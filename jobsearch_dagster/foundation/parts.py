"""Tables of more rows than one file should hold: files of parts, and a manifest that names those that count.

Belongs here: which files a table consists of, and how another set of them takes their place in one step. What a file
holds is in `foundation/lake.py`.

A Parquet footer describes every column of every row group and is read whole to learn anything of a table. That of
`clean_jobs` takes 8.2 kB a row group of 4,096 rows: 200 MB at 100 million rows in one file, and 2.1 MB in a part.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from jobsearch_dagster.foundation.scratch import process_name

PART_ROWS = 1_048_576
"""Most rows of a file: 256 row groups."""


def manifest_of(table: Path) -> Path:
    """Where the names of a table's parts stand, one beside the table's own path."""
    return table.with_suffix(".parts.json")


def folder_of(table: Path) -> Path:
    """Where a table's parts lie, those of the edition before among them."""
    return table.with_suffix(".parts")


def files_of(table: Path) -> list[Path]:
    """The Parquet files of a table in key order: the parts that its manifest names, or the table's own file.

    None where the table is missing, or where its manifest cannot be read.
    """
    if manifest_of(table).exists():
        return [folder_of(table) / name for name in _named(table)]
    return [table] if table.is_file() else []


def publish_parts(table: Path, files: Sequence[Path], edition: str) -> None:
    """Make these files the table; from one moment to the next they are what readers find.

    The parts of the edition before stay for those who read them, those of older ones go.

    Args:
        table: The table's own path.
        files: The parts in key order; they are moved.
        edition: Begins their names; another one for other rows.
    """
    folder = folder_of(table)
    folder.mkdir(exist_ok=True)
    names = [f"{edition}-{number:05}.parquet" for number in range(len(files))]
    for file, name in zip(files, names, strict=True):
        file.replace(folder / name)
    before = _named(table)
    manifest = manifest_of(table)
    temporary = manifest.with_name(f"{table.stem}.{process_name()}.tmp")
    temporary.write_text(json.dumps({"parts": names}, indent=1), encoding="utf-8")
    temporary.replace(manifest)
    table.unlink(missing_ok=True)
    for path in unnamed(table):
        if path.name not in before:
            path.unlink()


def publish_file(table: Path, file: Path) -> None:
    """Make one file the table, whatever it consisted of; parts stay for those who read them until they are pruned."""
    file.replace(table)
    manifest_of(table).unlink(missing_ok=True)


def unnamed(table: Path) -> list[Path]:
    """Parts that the manifest does not name."""
    named = _named(table)
    return [path for path in sorted(folder_of(table).glob("*.parquet")) if path.name not in named]


def _named(table: Path) -> list[str]:
    """Names of the parts; none without a manifest, or with a damaged one, by which nothing can be read."""
    try:
        names = json.loads(manifest_of(table).read_text(encoding="utf-8"))["parts"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []
    return names if all(isinstance(name, str) and Path(name).name == name for name in names) else []
