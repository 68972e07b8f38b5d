"""Checkpoints of a training: which of them are whole, and which one to go on from.

Belongs here: the folder `checkpoint-<step>` of the trainer with its mark `complete.json`, written last and by renaming.
It holds the key of the training, the digest of the folder's files and what was measured so far. A folder without it
was being written when the process died; one whose digest differs is damaged; one with another key is of another
training. All three are passed over, the damaged one with a word.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.digests import digest_of_files

MARK = "complete.json"
KEPT = 2
"""Two: where the last one turns out damaged, the one before it is used."""


@dataclass(frozen=True)
class Checkpoint:
    """A whole checkpoint.

    Attributes:
        path: Its folder.
        step: Steps done.
        measured: Rows of the training log so far.
        answered: Answers to the sample so far.
    """

    path: Path
    step: int
    measured: list[dict[str, Any]]
    answered: list[dict[str, Any]]


class Checkpoints:
    """The checkpoints of one training."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder
        self._key = key

    def path(self, step: int) -> Path:
        """Where the trainer writes the checkpoint of a step."""
        return self.folder / f"checkpoint-{step}"

    def complete(self, step: int, measured: list[dict[str, Any]], answered: list[dict[str, Any]]) -> None:
        """Mark the checkpoint of a step as whole, and delete all but the last two."""
        path = self.path(step)
        mark = {"key": self._key, "files": _digest(path), "measured": measured, "answered": answered}
        temporary = path / f"{MARK}.tmp"
        with temporary.open("w", encoding="utf-8") as handle:
            json.dump(mark, handle)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path / MARK)
        for old in [earlier for earlier in self._steps() if earlier <= step][:-KEPT]:
            shutil.rmtree(self.path(old))

    def last(self, say: Callable[[str], object]) -> Checkpoint | None:
        """The last whole checkpoint of this training; None where there is none.

        Args:
            say: Hears of checkpoints that are passed over because they are damaged or of another training.
        """
        for step in reversed(self._steps()):
            path = self.path(step)
            mark = _mark(path)
            if mark is None:
                say(f"the checkpoint of step {step} is not whole, the one before it is used: {path}")
            elif mark["key"] != self._key:
                say(f"the checkpoint of step {step} is of another training and is not used: {path}")
            elif mark["files"] != _digest(path):
                say(f"the checkpoint of step {step} is damaged, the one before it is used: {path}")
            else:
                return Checkpoint(path, step, mark["measured"], mark["answered"])
        return None

    def drop_after(self, step: int) -> None:
        """Remove what lies after the step that a training goes on from: it is damaged, and would be written again."""
        for later in self._steps():
            if later > step:
                shutil.rmtree(self.path(later))

    def delete(self) -> None:
        """Remove them all, once what was trained is where it belongs."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _steps(self) -> list[int]:
        numbers = (path.name.removeprefix("checkpoint-") for path in self.folder.glob("checkpoint-*"))
        return sorted(int(number) for number in numbers if number.isdecimal())


def _mark(path: Path) -> dict[str, Any] | None:
    try:
        mark = json.loads((path / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return mark if isinstance(mark, dict) and {"key", "files", "measured", "answered"} <= mark.keys() else None


def _digest(path: Path) -> str:
    files = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(MARK))
    return digest_of_files(path, files)
