"""The sets in the forms of other tools: every pair, the right speakers, loadable by `datasets`."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.exports import SETS, Form, export_pairs


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE near_duplicate_clusters (posting_id VARCHAR, cluster_id VARCHAR)")
        connection.execute("INSERT INTO near_duplicate_clusters VALUES ('training_set', 'a'), ('test_set', 'a')")
        for number, table in enumerate(SETS.values(), start=2):
            seen = ", false AS seen, true AS near_seen" if table == "test_set" else ""
            connection.execute(
                f"CREATE TABLE {table} AS SELECT 'pair ' || n AS pair_id, '{table}' AS posting_id, "
                "'location' AS query_type, n AS variation, ['malmö'] AS slot_values, 'Answer.' AS system, "
                "'Jobs in Malmö ' || n || '?' AS question, "
                f"'Job available in Malmö' || chr(10) || 'Job-Title: \"cook\" ' || n AS answer {seen} "
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
    assert (first["pair_id"], first["query_type"], first["slot_values"]) == ("pair 0", "location", ["malmö"])
    seen = [(line["seen"], line["near_seen"]) for path in written for line in lines(path)[:1]]
    assert seen == [(True, True), (False, False), (False, True)]


def test_the_lines_are_loaded_by_datasets(connection, tmp_path) -> None:
    from datasets import load_dataset

    files = {split: str(path) for split, path in zip(SETS, export_pairs(connection, tmp_path, "messages"), strict=True)}
    loaded = load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert {split: len(loaded[split]) for split in SETS} == {"train": 2, "validation": 3, "test": 4}
    assert loaded["test"][3]["messages"][1] == {"role": "user", "content": "Jobs in Malmö 3?"}
    assert (loaded["test"][3]["slot_values"], loaded["test"][3]["near_seen"]) == (["malmö"], True)


def test_the_folder_is_a_dataset_dict_and_is_replaced_whole(connection, tmp_path) -> None:
    from datasets import load_from_disk

    for _ in range(2):
        (folder,) = export_pairs(connection, tmp_path, "dataset")
    loaded = load_from_disk(str(folder))
    assert {split: len(loaded[split]) for split in SETS} == {"train": 2, "validation": 3, "test": 4}
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]
    assert loaded["test"][3]["messages"][1] == {"role": "user", "content": "Jobs in Malmö 3?"}
    assert (loaded["test"][3]["slot_values"], loaded["test"][3]["seen"]) == (["malmö"], False)


@pytest.mark.parametrize("content", ["notes.txt", "train/data.arrow"])
def test_a_folder_that_is_no_exported_dataset_is_left_alone(connection, tmp_path, content: str) -> None:
    theirs = tmp_path / "dataset" / content
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"dataset is no data set that was exported before .* with --out") as refused:
        export_pairs(connection, tmp_path, "dataset")
    assert "\n" not in str(refused.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [theirs]


def test_the_old_dataset_stays_where_the_new_one_cannot_be_written(connection, tmp_path) -> None:
    (folder,) = export_pairs(connection, tmp_path, "dataset")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (tmp_path / ".dataset.part").touch()
    with pytest.raises(UserError, match="cannot write"):
        export_pairs(connection, tmp_path, "dataset")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_a_killed_export_put_aside_stays_until_the_new_one_is_in_place(connection, tmp_path) -> None:
    (folder,) = export_pairs(connection, tmp_path, "dataset")
    aside, part = folder.rename(tmp_path / ".dataset.old"), tmp_path / ".dataset.part"
    part.touch()
    with pytest.raises(UserError, match="cannot write"):
        export_pairs(connection, tmp_path, "dataset")
    assert (aside / "dataset_dict.json").is_file()
    part.unlink()
    assert export_pairs(connection, tmp_path, "dataset") == [folder]
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


@pytest.mark.parametrize("form", ["messages", "sharegpt", "dataset"])
def test_an_empty_set_is_refused_in_one_line(connection, tmp_path, form: Form) -> None:
    connection.execute("DELETE FROM validation_set")
    with pytest.raises(UserError, match=r"validation_set holds no pairs.* `jobsearch run --select validation_set`"):
        export_pairs(connection, tmp_path / "new", form)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("form", ["messages", "sharegpt"])
def test_the_same_pairs_give_the_same_lines(connection, tmp_path, form) -> None:
    first = [path.read_bytes() for path in export_pairs(connection, tmp_path / "a", form)]
    assert [path.read_bytes() for path in export_pairs(connection, tmp_path / "b", form)] == first


def test_a_folder_that_cannot_be_made_is_one_line(connection, tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"cannot write .*file.*: .*; choose another folder with --out"):
        export_pairs(connection, tmp_path / "file" / "out", "messages")
