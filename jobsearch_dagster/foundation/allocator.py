"""Memory that large tensors leave stays with the process for a while, for the tensors that come next.

Belongs here: how glibc's allocator is told so (`man 3 mallopt`). By itself it asks the kernel for every large block and
gives it back at once, and the kernel fills each page with zeros when it is touched: a training that makes and drops
the same tensors in every layer spends a fifth of its time on that (`benchmarks training`).
"""

import ctypes
from collections.abc import Generator
from contextlib import contextmanager

TRIM_THRESHOLD, MMAP_THRESHOLD, MMAP_MAX = -1, -3, -4
"""glibc's numbers of the parameters."""
NEVER_TRIM, NO_BLOCK_OF_ITS_OWN = -1, 0
AFTERWARDS = {MMAP_MAX: 65_536, MMAP_THRESHOLD: 32 * 2**20, TRIM_THRESHOLD: 64 * 2**20}
"""What glibc's own adjustment ends at, which is off once a parameter was set: with the values that it starts from, a
block of some MB would take ten times as long as before."""


@contextmanager
def freed_memory_kept() -> Generator[None]:
    """Inside, freed memory is kept; afterwards it is given back. Nothing changes where the C library is not glibc.

    The setting is the whole process's: only one may be inside.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallopt") or not hasattr(libc, "malloc_trim"):
        yield
        return
    libc.mallopt(TRIM_THRESHOLD, NEVER_TRIM)
    libc.mallopt(MMAP_MAX, NO_BLOCK_OF_ITS_OWN)
    try:
        yield
    finally:
        for parameter, value in AFTERWARDS.items():
            libc.mallopt(parameter, value)
        libc.malloc_trim(0)
