"""The web UI in a real browser: what a person sees and clicks.

One server, one daemon and one data folder for all tests of the file, in their order: the schedule is switched on first
and its tick looked for last, because it comes with the next full minute.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster_tests import web_ui
from jobsearch_dagster_tests.conftest import enter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(finished: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the finished folder, where one table is missing."""
    folder = tmp_path_factory.mktemp("ui") / "data"
    shutil.copytree(finished[0], folder, symlinks=True)
    (folder / "lake" / "column_profile.parquet").unlink()
    with pytest.MonkeyPatch.context() as monkeypatch:
        enter(monkeypatch, folder)
        yield folder


@pytest.fixture(scope="module")
def page(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The browser's page; server and daemon have nothing to warn of until the end."""
    with web_ui.opened(data, tmp_path_factory.mktemp("logs")) as page:
        yield page


def test_a_schedule_is_switched_on_by_a_click(page: Page) -> None:
    web_ui.switch_on(page)
    expect(page.get_by_text("Every minute")).to_be_visible()


def test_the_graph_shows_our_groups(page: Page) -> None:
    boxes = web_ui.show_graph(page)
    groups = {asset.group for asset in lake_assets().values()}
    expect(boxes).to_have_count(len(groups))
    assert {text.split()[0] for text in boxes.all_inner_texts()} == groups


def test_the_list_of_checks_says_what_each_of_them_found(page: Page) -> None:
    web_ui.show_checks(page, "clean_jobs")
    expect(page.get_by_text("Checks (4)")).to_be_visible()
    expect(page.get_by_text("Succeeded", exact=True)).to_have_count(4)
    expect(page.get_by_text("no_contact_details").first).to_be_visible()


def test_a_click_makes_a_missing_table(page: Page, data: Path) -> None:
    web_ui.materialize(page, "column_profile")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    assert Lake(data).stamp("column_profile") is not None


def test_the_tick_of_the_schedule_says_why_nothing_runs(page: Page) -> None:
    tick = web_ui.show_ticks(page).first
    tick.get_by_text("0 runs requested").first.hover()
    expect(page.get_by_text("training and evaluation are up to date")).to_be_visible()
