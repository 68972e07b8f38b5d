"""A sealed file says whether any of its bytes has changed."""

import random
from pathlib import Path

import pytest

from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.seals import digest_under_seal, seal_of, set_seal
from jobsearch_dagster_tests.foundation.test_lake import rows, write


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write(Lake(tmp_path), rows())
    return Lake(tmp_path).path("t")


def test_a_table_is_sealed_when_it_is_written(table: Path) -> None:
    assert seal_of(table) == digest_under_seal(table)


def test_any_flipped_bit_is_found_and_ends_in_no_error(table: Path) -> None:
    """In the rows, in the footer and in the seal itself; Thrift and Arrow must not raise what nobody expects."""
    content, lake, bit = table.read_bytes(), Lake(table.parent.parent), random.Random(1)
    for position in range(len(content)):
        spoiled = bytearray(content)
        spoiled[position] ^= 1 << bit.randrange(8)
        table.write_bytes(spoiled)
        assert lake.damage("t") is not None, position


def test_any_missing_end_is_found(table: Path) -> None:
    content, lake = table.read_bytes(), Lake(table.parent.parent)
    for length in range(0, len(content), 9):
        table.write_bytes(content[:length])
        assert lake.damage("t") is not None, length
    table.write_bytes(content)
    assert lake.damage("t") is None


def test_a_file_that_was_not_written_for_a_seal_gets_none(tmp_path: Path) -> None:
    for content in (b"", b"PAR1", b"no table at all, and longer than a footer"):
        (tmp_path / "file").write_bytes(content)
        assert seal_of(tmp_path / "file") is None
        with pytest.raises(ValueError, match="has no entry"):
            set_seal(tmp_path / "file")
