"""Digests of files that were read whole before: nobody reads a model of 7.6 GB at every look.

Belongs here: `known_digests.json` of a data folder, which says what digest a file had, and by what its being the same
is told: path, inode, size and times. Where one of these differs, or the entry is missing or damaged, the file is read.
Of a bit that flips on the disk the system tells nothing: `jobsearch check` therefore reads every file (`anew`), and
what it reads is kept, so that the next run knows of the damage too.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.digests import digest_of_file, digest_of_files, file_identity
from jobsearch_dagster.foundation.scratch import process_name

FILE = "known_digests.json"
SETTLED = 2 * 10**9
"""Nanoseconds since the last change after which another one is seen in the time of the file; clocks tick in steps."""

_read: dict[str, list[Any]] = {}
"""What this process read, also of files that have only just changed."""
_one_writer = threading.Lock()


def known_digest(data_dir: Path, path: Path, digest: Callable[[Path], str], *, anew: bool = False) -> str:
    """The digest of a file, which is read only where it may have changed.

    Args:
        data_dir: The data folder that keeps the digests, of files outside of it too.
        path: The file.
        digest: Reads it; the same function for a file every time.
        anew: Whether it is read in any case.
    """
    name, now = str(path.absolute()), list(file_identity(path))
    if not anew:
        for known in (_kept(data_dir), _read):
            match known.get(name):
                case [identity, str(found)] if identity == now:
                    return found
    began = time.time_ns()
    found = digest(path)
    _read[name] = [now, found]
    if began - path.stat().st_mtime_ns > SETTLED and list(file_identity(path)) == now:
        _keep(data_dir, name, [now, found])
    return found


def known_digest_of_files(data_dir: Path, root: Path, files: Iterable[Path], *, anew: bool = False) -> str:
    """As `digest_of_files`, by `known_digest`."""
    return digest_of_files(root, files, lambda path: known_digest(data_dir, path, digest_of_file, anew=anew))


def _kept(data_dir: Path) -> dict[str, Any]:
    try:
        kept = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # missing or damaged: the files are read again
    return kept if isinstance(kept, dict) else {}


def _keep(data_dir: Path, name: str, entry: list[Any]) -> None:
    """Of two processes that keep at once one may lose its entry: that file is read once more."""
    temporary = data_dir / f"{FILE}.{process_name()}.tmp"
    with _one_writer, suppress(OSError):  # a data folder that cannot be written can still be read
        kept = {other: value for other, value in _kept(data_dir).items() if Path(other).is_file()}
        temporary.write_text(json.dumps({**kept, name: entry}, indent=0), encoding="utf-8")
        temporary.replace(data_dir / FILE)
