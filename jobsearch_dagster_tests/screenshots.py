"""`python -m jobsearch_dagster_tests.screenshots [DATA]`: take the pictures in `docs/screenshots/` anew.

Belongs here: which pages are shown. Those of Dagster's web UI are over synthetic rows and the small models of the
tests; our own page is over a finished data folder, where one is named. The ways to the pages are in `web_ui.py`.
"""

import sys
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from jobsearch_dagster.app.run import run
from jobsearch_dagster.app.web.server import create_app
from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster_tests import web_ui
from jobsearch_dagster_tests.app.web.serving import running
from jobsearch_dagster_tests.conftest import enter, new_data
from jobsearch_dagster_tests.services import REPOSITORY
from jobsearch_dagster_tests.small_models import make_encoder, make_language_model

FOLDER = REPOSITORY / "docs" / "screenshots"
WIDE = {"width": 1600, "height": 700}
PAGE = {"width": 1280, "height": 1520}
QUESTIONS = (
    "jobs with SQL or Excel over $60k, show 2",
    "I have 7 years of experience and know SQL and statistics",
)
GRAPH = {"x": 545, "y": 205, "width": 1005, "height": 320}
"""Where the boxes of the groups lie on a wide page."""


def take(data: Path, pictures: Path) -> None:
    """Write a picture of the graph, of a run that one click started, of the checks of an asset and of a tick.

    Args:
        data: A finished data folder.
        pictures: Where they are written; those of the same names are replaced.
    """
    pictures.mkdir(exist_ok=True)
    with web_ui.opened(data, data) as page:
        web_ui.switch_on(page)
        page.set_viewport_size(WIDE)  # ty: ignore[invalid-argument-type]
        web_ui.show_graph(page)
        page.screenshot(path=pictures / "asset_graph.png", clip=GRAPH)  # ty: ignore[invalid-argument-type]
        page.set_viewport_size(web_ui.SIZE)  # ty: ignore[invalid-argument-type]
        web_ui.show_checks(page, "clean_jobs")
        page.screenshot(path=pictures / "checks.png")
        web_ui.materialize(page, "column_profile")
        page.screenshot(path=pictures / "materialization.png")
        web_ui.show_ticks(page)
        page.screenshot(path=pictures / "ticks.png")


def take_page(data: Path, pictures: Path) -> None:
    """Write a picture of the page that `jobsearch serve` serves.

    Args:
        data: A finished data folder.
        pictures: Where it is written.
    """
    with (
        running(create_app(Settings(data))) as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=web_ui.installed_browser()) as browser,
        browser.new_page(base_url=address, viewport=PAGE) as page,  # ty: ignore[invalid-argument-type]
    ):
        page.goto("/")
        for words in QUESTIONS:
            page.locator("#question").fill(words)
            page.get_by_role("button", name="Ask", exact=True).click()
            page.locator(".said li[aria-current]", has_text=words).wait_for()
        page.locator("#answer").evaluate("answer => answer.blur()")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=pictures / "page.png")


def main() -> None:
    """Take the picture of the page, or make everything once on 40 synthetic rows and take the others."""
    if sys.argv[1:]:
        take_page(Path(sys.argv[1]), FOLDER)
        return
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        models, data = Path(folder) / "models", Path(folder) / "data"
        make_language_model(models / "language_model")
        make_encoder(models / "encoder")
        enter(monkeypatch, new_data(data, models))
        run(open_workspace(), [])
        take(data, FOLDER)


if __name__ == "__main__":
    main()
