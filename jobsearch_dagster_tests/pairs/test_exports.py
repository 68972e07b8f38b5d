"""The sets in the forms of other tools: every pair, the right speakers, loadable by `datasets`."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.exports import SETS, export_pairs


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for number, table in enumerate(SETS.values(), start=2):
            connection.execute(
                f"CREATE TABLE {table} AS SELECT 'pair ' || n AS pair_id, 'posting' AS posting_id, "
                "'location' AS query_type, n AS variation, 'Answer.' AS system, "
                "'Jobs in Malmö ' || n || '?' AS question, "
                "'Job available in Malmö' || chr(10) || 'Job-Title: \"cook\" ' || n AS answer "
                f"FROM range({number}) t(n)"
            )
        yield connection


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("form", "key", "who", "what", "speakers"),
    [
        ("messages", "messages", "role", "content", ["system", "user", "assistant"]),
        ("sharegpt", "conversations", "from", "value", ["system", "human", "gpt"]),
    ],
)
def test_every_pair_is_a_line_with_its_three_speakers(connection, tmp_path, form, key, who, what, speakers) -> None:
    written = export_pairs(connection, tmp_path / "new" / "folder", form)
    assert [path.name for path in written] == [f"{form}_{split}.jsonl" for split in SETS]
    assert [len(lines(path)) for path in written] == [2, 3, 4]
    first = lines(written[0])[0]
    assert [turn[who] for turn in first[key]] == speakers
    assert [turn[what] for turn in first[key]] == [
        "Answer.", "Jobs in Malmö 0?", 'Job available in Malmö\nJob-Title: "cook" 0'
    ]  # fmt: skip
    assert (first["pair_id"], first["query_type"]) == ("pair 0", "location")


def test_the_lines_are_loaded_by_datasets(connection, tmp_path) -> None:
    from datasets import load_dataset

    files = {split: str(path) for split, path in zip(SETS, export_pairs(connection, tmp_path, "messages"), strict=True)}
    loaded = load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert {split: len(loaded[split]) for split in SETS} == {"train": 2, "validation": 3, "test": 4}
    assert loaded["test"][3]["messages"][1] == {"role": "user", "content": "Jobs in Malmö 3?"}


def test_the_folder_is_a_dataset_dict_and_is_replaced_whole(connection, tmp_path) -> None:
    from datasets import load_from_disk

    for _ in range(2):
        (folder,) = export_pairs(connection, tmp_path, "dataset")
    loaded = load_from_disk(str(folder))
    assert {split: len(loaded[split]) for split in SETS} == {"train": 2, "validation": 3, "test": 4}
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


@pytest.mark.parametrize("form", ["messages", "sharegpt"])
def test_the_same_pairs_give_the_same_lines(connection, tmp_path, form) -> None:
    first = [path.read_bytes() for path in export_pairs(connection, tmp_path / "a", form)]
    assert [path.read_bytes() for path in export_pairs(connection, tmp_path / "b", form)] == first


def test_a_folder_that_cannot_be_made_is_one_line(connection, tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"cannot write .*file.*: .*; choose another folder with --out"):
        export_pairs(connection, tmp_path / "file" / "out", "messages")
