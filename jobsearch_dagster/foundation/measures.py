"""What a step takes from the machine: the highest memory of its process.

Belongs here: reading it from the operating system. Time is taken where the work is done, and training measures its own
memory for `training_log`.
"""

import resource
import sys
from pathlib import Path

_SELF = Path("/proc/self")


def restart_peak_memory() -> None:
    """Begin to look for a new peak, where the system can (Linux); elsewhere the peak is that of the whole process."""
    try:
        (_SELF / "clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def peak_memory() -> int:
    """Most bytes of resident memory of this process since the last restart.

    Steps that one process runs at once share it, and what an earlier step keeps (a loaded library or model) is in it.
    Children are not.
    """
    try:
        lines = (_SELF / "status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return highest if sys.platform == "darwin" else highest * 1024
