"""Temporary files below `tmp/` of a data folder, which vanish with their process, however that ends.

Belongs here: the names that say whose a temporary file is, and the removal of those whose process is gone. What is
written into them is in `foundation/lake.py` and in the stages.
"""

import re
import shutil
import socket
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psutil

_SERIAL = count(1)


def process_name() -> str:
    """Host, id and start time of this process; an id alone may be given again to another process."""
    process = psutil.Process()
    return f"{socket.gethostname()}-{process.pid}-{_started(process)}"


@contextmanager
def scratch_folder(data_dir: Path) -> Generator[Path]:
    """Where one piece of work may put temporary files: a folder that it makes when it needs it, removed afterwards.

    What processes of this host left behind when they were killed is removed first.
    """
    root = data_dir / "tmp"
    with suppress(OSError):  # a data folder that cannot be written can still be read
        root.mkdir(exist_ok=True)
    remove_abandoned(root.glob("*.*"))
    folder = root / f"{process_name()}.{next(_SERIAL)}"
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(paths: Iterable[Path]) -> None:
    """Remove those files and folders that are named `[<anything>.]<process>.<ending>` after a process that is gone."""
    for path in abandoned(paths):
        remove(path)


def abandoned(paths: Iterable[Path]) -> list[Path]:
    """Those files and folders that are named `[<anything>.]<process>.<ending>` after a process that is gone."""
    return [path for path in paths if _is_gone(path.stem)]


def remove(path: Path) -> None:
    """Remove a file or a folder; what is gone already, or may not be removed, is left."""
    shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _is_gone(name: str) -> bool:
    """Whether the process that a file is named after has ended; False for other names and other hosts."""
    found = re.fullmatch(rf"(?:.+\.)?{re.escape(socket.gethostname())}-(\d+)-(\d+)", name)
    if found is None:
        return False
    try:
        process = psutil.Process(int(found[1]))
        is_same = abs(_started(process) - int(found[2])) <= 100
        return not is_same or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _started(process: psutil.Process) -> int:
    """Hundredths of a second; clocks are set, so one second more or less is the same process."""
    return round(process.create_time() * 100)
