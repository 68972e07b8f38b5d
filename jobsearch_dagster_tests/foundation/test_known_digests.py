"""A file is read whole once, and again only where it may have changed."""

import json
import os
from pathlib import Path

import pytest

from jobsearch_dagster.foundation import known_digests
from jobsearch_dagster.foundation.digests import digest_of_file
from jobsearch_dagster.foundation.known_digests import FILE, known_digest


class Reader:
    """Reads files and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: Path) -> str:
        self.count += 1
        return digest_of_file(path)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file that was written long ago."""
    path = tmp_path / "model"
    path.write_text("weights")
    os.utime(path, (1, 1))
    return path


def in_another_process() -> None:
    """What this process read is forgotten; what the data folder keeps is not."""
    known_digests._read.clear()


def test_a_file_is_read_once_by_all_processes_together(model: Path, reader: Reader) -> None:
    found = {known_digest(model.parent, model, reader)}
    in_another_process()
    found.add(known_digest(model.parent, model, reader))
    assert (found, reader.count) == ({digest_of_file(model)}, 1)


def test_a_change_is_seen_though_size_and_time_of_change_are_the_same(model: Path, reader: Reader) -> None:
    known_digest(model.parent, model, reader)
    model.write_text("w3ights")
    os.utime(model, (1, 1))
    in_another_process()
    assert known_digest(model.parent, model, reader) == digest_of_file(model)


def test_of_a_file_that_was_written_just_now_nothing_is_kept(model: Path, reader: Reader) -> None:
    """Another change within the same tick of the clock could not be told from this one."""
    model.touch()
    known_digest(model.parent, model, reader)
    assert not (model.parent / FILE).exists()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"MODEL": 1}', '{"MODEL": [1]}', '{"MODEL": [[1, 2], null]}'])
def test_a_damaged_file_of_digests_costs_one_reading(model: Path, reader: Reader, damage: str) -> None:
    kept = model.parent / FILE
    kept.write_text(damage.replace("MODEL", str(model)))
    assert known_digest(model.parent, model, reader) == digest_of_file(model)
    in_another_process()
    assert known_digest(model.parent, model, reader) == digest_of_file(model)
    assert reader.count == 1


def test_who_looks_anew_reads_and_tells_all_others(model: Path, reader: Reader) -> None:
    """Of a bit that flips on the disk the system tells nothing: the file has its old inode, size and times."""
    known_digest(model.parent, model, reader)
    kept = model.parent / FILE
    kept.write_text(kept.read_text().replace(digest_of_file(model), "0" * 64))
    in_another_process()
    assert known_digest(model.parent, model, reader) == "0" * 64
    assert known_digest(model.parent, model, reader, anew=True) == digest_of_file(model)
    in_another_process()
    assert known_digest(model.parent, model, reader) == digest_of_file(model)


def test_digests_of_files_that_are_gone_are_dropped(model: Path, reader: Reader) -> None:
    known_digest(model.parent, model, reader)
    other = model.rename(model.with_name("other"))
    known_digest(model.parent, other, reader)
    assert list(json.loads((model.parent / FILE).read_text())) == [str(other)]
