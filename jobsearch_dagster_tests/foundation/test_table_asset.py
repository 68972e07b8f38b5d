"""What every asset says about its making: rows in and out, seconds, memory, tokens per second; and what it refuses."""

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import pytest

from jobsearch_dagster.foundation import table_asset as foundation
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.schema import Column, TableSchema
from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset, Step, artifact_asset, table_asset

WORDS = TableSchema((Column("id", "BIGINT", "key"), Column("word", "VARCHAR", "a word")), ("id",))
SPOKEN = TableSchema(
    (
        Column("id", "BIGINT", "key", ("words.id",)),
        Column("tokens", "BIGINT", "tokens said"),
        Column("seconds", "DOUBLE", "time for them", volatile=True),
    ),
    ("id",),
)


SHOWN: list[str] = []


def show(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Notes that a page was made."""
    SHOWN.extend(word for (word,) in connection.execute("SELECT DISTINCT word FROM words").fetchall())
    return {"number": len(SHOWN), "page": "of its own"}


@table_asset(WORDS, code_version="1", show=show)
def words(step: Step) -> pd.DataFrame:
    """Three words."""
    held = bytearray(b"x" * 200_000_000)
    return pd.DataFrame({"id": [1, 2, 3], "word": [chr(held[0])] * 3})


@table_asset(SPOKEN, inputs=("words",), code_version="1")
def spoken(step: Step) -> pd.DataFrame:
    """The words, said; one took no tokens."""
    ids = [row[0] for row in step.connection.execute("SELECT id FROM words ORDER BY id LIMIT 3").fetchall()]
    return pd.DataFrame({"id": ids, "tokens": [0, 30, 10], "seconds": [100.0, 2.0, 2.0]})


@artifact_asset(inputs=("spoken",), code_version="1")
def voice(step: Step, path: Path) -> dict[str, Any]:
    """A folder."""
    (path / "voice").write_text("a")
    return {}


ASSETS: dict[str, LakeAsset] = {asset.name: asset for asset in (words, spoken, voice)}


def materialize(folder: Path, *names: str, home: Path | None = None) -> dict[str, dict[str, Any]]:
    definitions = [ASSETS[name].definition("smoke", ASSETS) for name in names or ASSETS]
    with dg.instance_for_test(temp_dir=str(home) if home else None) as instance:
        result = dg.materialize(
            definitions, resources={"folder": DataFolder(path=str(folder))}, instance=instance, raise_on_error=True
        )
    return {
        event.materialization.asset_key.to_user_string(): {
            name: entry.value for name, entry in event.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
    }


def test_rows_seconds_memory_and_tokens_stand_in_the_metadata(tmp_path: Path) -> None:
    said = materialize(tmp_path)
    assert [entry["reused"] for entry in said.values()] == [False] * 3
    assert (said["words"]["rows_in"], said["words"]["dagster/row_count"]) == ({}, 3)
    assert (said["spoken"]["rows_in"], said["spoken"]["dagster/row_count"]) == ({"words": 3}, 3)
    assert said["voice"]["rows_in"] == {"spoken": 3}
    assert said["spoken"]["tokens_per_second"] == 10.0
    assert "tokens_per_second" not in said["words"]
    for entry in said.values():
        assert entry["seconds"] > 0
    assert said["words"]["peak_memory_mb"] > said["spoken"]["peak_memory_mb"] + 100


def test_what_is_damaged_is_made_anew_and_what_is_sound_is_reused(tmp_path: Path) -> None:
    materialize(tmp_path)
    table = Lake(tmp_path).path("spoken")
    content = bytearray(table.read_bytes())
    content[10] ^= 1
    table.write_bytes(content)
    again = materialize(tmp_path)
    assert {name: entry["reused"] for name, entry in again.items()} == {"words": True, "spoken": False, "voice": True}


def test_the_page_of_what_is_reused_is_made_once_and_again_after_any_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, home = tmp_path / "data", tmp_path / "home"
    home.mkdir()
    SHOWN.clear()
    first = materialize(data, "words", home=home)["words"]
    moved = shutil.move(data, tmp_path / "moved")
    second = materialize(Path(moved), "words", home=home)["words"]
    assert (first["reused"], second["reused"]) == (False, True)
    assert (first["number"], second["number"]) == (1, 1)
    assert (first["page"], second["page"]) == ("of its own", "of its own")
    assert second["preview"] == first["preview"]
    assert second["path"] == str(Lake(Path(moved)).path("words"))
    Lake(Path(moved)).path("words").write_bytes(b"damaged")
    assert materialize(Path(moved), "words", home=home)["words"]["number"] == 2
    monkeypatch.setattr(foundation, "_code", lambda: "another")
    assert materialize(Path(moved), "words", home=home)["words"]["number"] == 3
    assert materialize(Path(moved), "words")["words"]["number"] == 4


def test_nothing_is_made_from_a_damaged_input(tmp_path: Path) -> None:
    materialize(tmp_path)
    table = Lake(tmp_path).path("words")
    content = bytearray(table.read_bytes())
    content[10] ^= 1
    table.write_bytes(content)
    with pytest.raises(dg.Failure, match=r"spoken needs words, but .*words.parquet is damaged"):
        materialize(tmp_path, "spoken")
