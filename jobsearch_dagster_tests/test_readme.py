"""What README and docs show works: every command runs, every link leads somewhere, every asset and command is named."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from jobsearch_dagster.app.cli import app
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster_tests.processes import Command

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
JOBSEARCH = ".venv/bin/jobsearch"
ELSEWHERE = {
    "git clone": "the repository that the tests run in",
    "make demo": "below",
    "make test": "what runs this test",
    "make ui": "test_services.py",
    "make bench": "benchmarks/",
    f"{JOBSEARCH} serve": "app/web",
    f"{JOBSEARCH} run --profile gpu": "a CUDA card",
    ".venv/bin/pip install": "make install",
    "JOBSEARCH_EXECUTOR=ray": "a cluster that test_ray.py starts",
}
"""Beginnings of commands of the README that are not run here, and what runs them."""


def commands(page: Path) -> list[str]:
    """What stands after `$` in blocks of a console, without comments."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [re.sub(r"\s+#\s.*", "", line) for line in lines]


RUN = [command for command in commands(PAGES[0]) if not command.startswith((*ELSEWHERE, "export"))]


@pytest.mark.slow
@pytest.mark.parametrize("command", RUN)
def test_a_command_of_the_readme_runs(made: Path, command: str) -> None:
    program, *words = shlex.split(command)
    assert program == JOBSEARCH
    running = Command(*words)  # its input is empty: chat and menu end
    code, said = running.wait()
    assert code == 0, said
    assert "Traceback" not in said


@pytest.mark.slow
def test_make_demo_runs_everything_and_prints_the_comparison(made: Path) -> None:
    environment = {**os.environ, "MAKEFLAGS": ""}
    found = subprocess.run(
        ["make", "--old-file=install", "demo"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert "analytics" in found.stdout
    assert "make ui" in found.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_target_of_make_that_is_shown_exists(page: Path) -> None:
    for command in (line for line in commands(page) if line.startswith("make ")):
        subprocess.run(["make", "--dry-run", *command.split()[1:]], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        headings = re.findall(r"(?m)^#+ (.+)$", file.read_text(encoding="utf-8")) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}, target


def test_the_readme_names_every_asset_in_its_group() -> None:
    rows = re.findall(r"(?m)^\| `(\w+)` \| [^|]* \| (.+) \|$", PAGES[0].read_text(encoding="utf-8"))
    shown = {group: set(re.findall(r"`(\w+)`", assets)) for group, assets in rows}
    groups = {asset.group for asset in lake_assets().values()}
    assert shown == {g: {name for name, asset in lake_assets().items() if asset.group == g} for g in groups}


def test_the_page_of_commands_names_every_command() -> None:
    shown = set(re.findall(r"(?m)^\| `jobsearch (\w+)", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")))
    assert shown == set(get_command(app).commands)  # ty: ignore[missing-attribute]
