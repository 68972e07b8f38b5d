"""The data dictionary in `docs/` is what the definitions say."""

from pathlib import Path

import pytest

from jobsearch_dagster.app import cli, dictionary
from jobsearch_dagster.build import build_defs, lake_assets

TRACKED = Path(__file__).parents[2] / "docs" / "data_dictionary.md"


def test_the_tracked_dictionary_is_up_to_date() -> None:
    assert TRACKED.read_text(encoding="utf-8") == dictionary.dictionary(), (
        "run `jobsearch dictionary --out docs/data_dictionary.md`"
    )


def test_every_asset_column_source_and_check_stands_in_it() -> None:
    text = dictionary.dictionary()
    for asset in lake_assets().values():
        section = text.partition(f"### {asset.name}\n")[2].partition("\n##")[0]
        for name in asset.inputs:
            assert f"`{name}`" in section
        for column in asset.schema.columns if asset.schema else ():
            (row,) = [
                line
                for line in section.splitlines()
                if line.startswith((f"| {column.name} |", f"| **{column.name}** |"))
            ]
            assert f"| {column.type} |" in row
            assert " ".join(column.description.split()).replace("|", "\\|") in row
            assert all(f"`{source}`" in row for source in column.sources)
    for key in build_defs(profile="demo").resolve_asset_graph().asset_check_keys:
        assert f"- `{key.name}` " in text.partition(f"### {key.asset_key.to_user_string()}\n")[2].partition("\n##")[0]


def test_the_command_prints_it_or_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["dictionary", "--out", str(tmp_path / "docs" / "d.md")]) == 0
    capsys.readouterr()
    assert cli.main(["dictionary"]) == 0
    assert capsys.readouterr().out == (tmp_path / "docs" / "d.md").read_text(encoding="utf-8")
