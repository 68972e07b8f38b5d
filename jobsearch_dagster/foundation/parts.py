"""Tables of more rows than one file should hold: files of parts, and a manifest that names those that count.

Belongs here: which files a table consists of, and how another set of them takes their place in one step. What a file
holds is in `foundation/lake.py`.

A Parquet footer describes every column of every row group and is read whole to learn anything of a table. That of
`clean_jobs` takes 8.2 kB a row group of 4,096 rows: 200 MB at 100 million rows in one file, and 2.1 MB in a part.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path

from jobsearch_dagster.foundation.scratch import process_name

PART_ROWS = 1_048_576
"""Most rows of a file: 256 row groups."""
KEPT_FOR_OTHERS = 3600.0
"""Seconds that a file stays at least which the manifest does not name: another writer may be about to name it, or a
reader may have read its name. Between that and the opening or naming of it lie milliseconds."""


def manifest_of(table: Path) -> Path:
    """Where the names of a table's parts stand, one beside the table's own path."""
    return table.with_suffix(".parts.json")


def folder_of(table: Path) -> Path:
    """Where a table's parts lie, those of earlier editions among them."""
    return table.with_suffix(".parts")


def files_of(table: Path) -> list[Path]:
    """The Parquet files of a table in key order: the parts that its manifest names, or else the table's own file.

    None where the table is missing, or where its manifest cannot be read.
    """
    for _ in range(2):  # between the looks at one and the other, a writer may have put the first in place
        names = _named(table)
        if names is not None:
            return [folder_of(table) / name for name in names]
        if table.is_file():
            return [table]
    return []


def publish_parts(table: Path, files: Sequence[Path], edition: str) -> None:
    """Make these files the table; from one moment to the next they are what readers find.

    What was the table before stays for those who read it, and so does what another writer has only just put there.

    Args:
        table: The table's own path.
        files: The parts in key order; they are moved.
        edition: Begins their names; another one for other rows.
    """
    folder = folder_of(table)
    folder.mkdir(exist_ok=True)
    names = [f"{edition}-{number:05}.parquet" for number in range(len(files))]
    for file, name in zip(files, names, strict=True):
        file.touch()  # its age begins now: an hour may have gone into the parts after it
        file.replace(folder / name)
    before = files_of(table)
    manifest = manifest_of(table)
    temporary = manifest.with_name(f"{table.stem}.{process_name()}.tmp")
    temporary.write_text(json.dumps({"parts": names}, indent=1), encoding="utf-8")
    temporary.replace(manifest)
    for path in unnamed(table):
        if path not in before and _age(path) > KEPT_FOR_OTHERS:
            path.unlink(missing_ok=True)


def publish_file(table: Path, file: Path) -> None:
    """Make one file the table, whatever it consisted of; parts stay for those who read them until they are pruned."""
    file.replace(table)
    manifest_of(table).unlink(missing_ok=True)


def unnamed(table: Path) -> list[Path]:
    """Files that are no longer the table: parts that no manifest names, and a file of its own beside a manifest.

    None where the manifest is damaged: what it named is not known.
    """
    named = files_of(table)
    if not named and manifest_of(table).exists():
        return []
    return [
        path for path in (table, *sorted(folder_of(table).glob("*.parquet"))) if path.is_file() and path not in named
    ]


def _named(table: Path) -> list[str] | None:
    """Names of the parts; None without a manifest, no names in a damaged one, by which nothing can be read."""
    try:
        names = json.loads(manifest_of(table).read_text(encoding="utf-8"))["parts"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return []
    is_sound = isinstance(names, list) and all(isinstance(name, str) and Path(name).name == name for name in names)
    return names if is_sound else []


def _age(path: Path) -> float:
    """Seconds since it was written; none where somebody else has removed it."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
