"""Seals: a Parquet file carries the sha256 of its own bytes, so that what happened to it since it was written is found.

Belongs here: setting the seal and comparing it. Only the footer of a table is read to learn what the table is, and no
page of it has a checksum: a bit that flipped among the rows would be found by nobody. Artifacts have the digests of
their files in the manifest (`foundation/artifacts.py`).
"""

import hashlib
from pathlib import Path
from typing import BinaryIO

SEAL = "jobsearch_sha256"
"""Name of the Parquet key-value entry that holds the seal."""
UNSEALED = "0" * 64
"""What a file is written with where the seal will be."""
_BEFORE = SEAL.encode() + b"\x18\x40"
"""What stands before the seal in the footer: the key, and Thrift's head of a second field, a text of 64 bytes."""
_AT_ONCE = 1 << 20


def set_seal(path: Path) -> None:
    """Fill in the seal of a Parquet file that was written with `UNSEALED` as the entry `SEAL`."""
    with path.open("r+b") as file:
        position = _position(file)
        if position is None:
            raise ValueError(f"{path} has no entry {SEAL}")
        digest = _digest(file, position)
        file.seek(position)
        file.write(digest)


def seal_of(path: Path) -> str | None:
    """The seal of a Parquet file, for which only its footer is read; None where it has none."""
    with path.open("rb") as file:
        position = _position(file)
        if position is None:
            return None
        file.seek(position)
        return file.read(len(UNSEALED)).decode("ascii", errors="replace")


def digest_under_seal(path: Path) -> str:
    """What the seal of a Parquet file must be: 64 hexadecimal digits; empty where it has none.

    The file is read whole; sha256 reads 600 MB a second here.
    """
    with path.open("rb") as file:
        position = _position(file)
        return "" if position is None else _digest(file, position).decode()


def _position(file: BinaryIO) -> int | None:
    """Where the seal stands; None in a file without one, or without a footer."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 8))
    length = int.from_bytes(file.read(4), "little")
    start = size - 8 - length
    if file.read(4) != b"PAR1" or start < 0:
        return None
    file.seek(start)
    found = file.read(length).find(_BEFORE)
    return None if found < 0 else start + found + len(_BEFORE)


def _digest(file: BinaryIO, position: int) -> bytes:
    """Hexadecimal digits of the sha256 of all bytes but the seal's."""
    sha256 = hashlib.sha256()
    file.seek(0)
    left = position
    while left and (block := file.read(min(left, _AT_ONCE))):
        sha256.update(block)
        left -= len(block)
    file.seek(position + len(UNSEALED))
    while block := file.read(_AT_ONCE):
        sha256.update(block)
    return sha256.hexdigest().encode()
