"""Nobody changes what Dagster is told of an asset, or the code that makes it, without saying so."""

import ast
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster_tests import snapshots


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded is that of a machine where nothing is set."""
    for name in [name for name in os.environ if name.startswith("JOBSEARCH_")]:
        monkeypatch.delenv(name)


def test_dagster_is_told_what_was_recorded() -> None:
    assert snapshots.definitions() == snapshots.recorded("definitions"), f"if this is meant: {snapshots.COMMAND}"


def unsaid(now: dict[str, Any], then: dict[str, Any]) -> list[str]:
    """A line for each asset whose code is not the one that was recorded."""
    changed = {
        m.removeprefix("jobsearch_dagster.") for m, digest in now["modules"].items() if then["modules"].get(m) != digest
    }
    lines = []
    for name, entry in now["assets"].items():
        old = then["assets"].get(name)
        if old == entry:
            continue
        raised = old and old["code_version"] != entry["code_version"]
        advice = "record it" if raised or not old else "raise its code_version if its content can change, and record it"
        lines.append(f"{name}: {advice}")
    lines += [f"{name}: it is no more; record that" for name in then["assets"].keys() - now["assets"].keys()]
    return [f"changed: {', '.join(sorted(changed))}", *lines, f"record with: {snapshots.COMMAND}"] if lines else []


def test_the_code_of_every_asset_is_the_one_that_was_recorded() -> None:
    lines = unsaid(snapshots.code(), snapshots.recorded("code"))
    assert not lines, "\n".join(lines)


Edit = Callable[[str, str, str], None]


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Change the text of one module as an editor would, for the snapshot alone."""

    def edit(module: str, old: str, new: str) -> None:
        path = snapshots.file_of(module)
        text = path.read_text(encoding="utf-8")
        assert old in text
        copy = tmp_path / path.name
        copy.write_text(text.replace(old, new, 1), encoding="utf-8")
        file = snapshots.file_of
        monkeypatch.setattr(snapshots, "file_of", lambda name: copy if name == module else file(name))

    return edit


def changed_by(edited: Edit, module: str, old: str, new: str) -> set[str]:
    before = snapshots.code()["assets"]
    edited(module, old, new)
    return {name for name, entry in snapshots.code()["assets"].items() if entry != before[name]}


DEDUPLICATION = "jobsearch_dagster.preparation.deduplication"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n\n\ndef lowercase(", "\n\n\n# why\ndef lowercase("),
        ('"""', '"""Other words. '),
        ("\n\n\ndef lowercase(", "\n\n\n\n\ndef lowercase("),
    ],
    ids=["comment", "docstring", "layout"],
)
def test_comments_docstrings_and_layout_are_no_code(edited: Edit, old: str, new: str) -> None:
    assert changed_by(edited, DEDUPLICATION, old, new) == set()


def test_changed_code_is_of_every_asset_that_reaches_it_and_of_no_other(edited: Edit) -> None:
    found = changed_by(edited, DEDUPLICATION, "def lowercase(", "X = 1\n\n\ndef lowercase(")
    assert {"lowercased_jobs", "deduplicated_jobs"} <= found
    assert not found & {"raw_jobs", "lora_adapter", "training_curves", "job_summaries"}


def test_a_changed_body_is_of_its_asset_alone(edited: Edit) -> None:
    found = changed_by(edited, "jobsearch_dagster.ingestion.assets", 'table("accepted")', 'table("accepted_rows")')
    assert found == {"raw_jobs"}


def test_a_changed_constant_is_of_the_assets_whose_body_names_it(edited: Edit) -> None:
    module = "jobsearch_dagster.ingestion.assets"
    edited(module, "KINDS = (", 'ACCEPTED = "accepted"\nKINDS = (')
    edited(module, 'table("accepted")', "table(ACCEPTED)")
    assert changed_by(edited, module, 'ACCEPTED = "accepted"', 'ACCEPTED = "accepted_rows"') == {"raw_jobs"}


def test_a_plain_import_of_the_package_is_refused_because_it_is_not_followed(edited: Edit) -> None:
    edited(DEDUPLICATION, "def lowercase(", "import jobsearch_dagster.pairs.templates\n\n\ndef lowercase(")
    with pytest.raises(AssertionError, match=r"import jobsearch_dagster\.pairs\.templates: write"):
        snapshots.code()


def test_an_asset_that_is_no_more_is_named() -> None:
    then = snapshots.code()
    now = {**then, "assets": {name: entry for name, entry in then["assets"].items() if name != "raw_jobs"}}
    assert "raw_jobs: it is no more; record that" in unsaid(now, then)


def test_code_is_written_alike_by_every_version_of_python() -> None:
    tree = ast.parse("def f(x: int = 1, /): return x")
    text = (
        "Module(body=[FunctionDef(name='f' args=arguments(posonlyargs=[arg(arg='x' annotation=Name(id='int' "
        "ctx=Load()))] defaults=[Constant(value=1)]) body=[Return(value=Name(id='x' ctx=Load()))])])"
    )
    assert snapshots.written(tree) == text


def test_an_asset_whose_code_changed_is_named_with_the_module_and_the_way_out(edited: Edit) -> None:
    edited(DEDUPLICATION, "def lowercase(", "X = 1\n\n\ndef lowercase(")
    lines = unsaid(snapshots.code(), snapshots.recorded("code"))
    assert "preparation.deduplication" in lines[0]
    assert "lowercased_jobs: raise its code_version if its content can change, and record it" in lines
    assert lines[-1] == f"record with: {snapshots.COMMAND}"


def test_the_code_of_every_asset_reaches_beyond_its_body() -> None:
    for name, asset in lake_assets().items():
        assert len(snapshots.asset_sources(asset)) > 1, f"{name} is made by nothing but its body"
