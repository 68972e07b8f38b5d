"""The web UI as a person uses it: server, daemon and a browser without a window, and the ways through the pages.

Belongs here: where to click and what to wait for. What must be seen is in `app/test_web_ui.py`; `screenshots.py` takes
pictures of the same pages.
"""

import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from jobsearch_dagster_tests.services import PATIENCE, service, shell, web_server

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1280, "height": 720}
ENDED = re.compile("^(Success|Failure|Canceled)$")
SCHEDULE = "train_and_evaluate"
EVERY_MINUTE = {"JOBSEARCH_TRAINING_CRON": "* * * * *"}


def installed_browser() -> str:
    """Path of the browser of this machine; none is ever downloaded.

    Raises:
        FileNotFoundError: There is none.
    """
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        raise FileNotFoundError(f"no browser ({', '.join(BROWSERS)}) is on the PATH: apt-get install chromium")
    return found


@contextmanager
def opened(data: Path, logs: Path) -> Generator[Page]:
    """A page on a web server with its daemon; the schedule of training ticks every minute once it is switched on."""
    environment = {**shell(data), **EVERY_MINUTE}
    expect.set_options(timeout=1000 * PATIENCE)
    with (
        service("dagster-daemon run -w workspace.yaml", environment, logs / "daemon.log"),
        web_server(environment, logs / "web.log") as url,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=installed_browser()) as browser,
        browser.new_page(base_url=url, viewport=SIZE) as page,  # ty: ignore[invalid-argument-type]
    ):
        page.set_default_timeout(1000 * PATIENCE)
        yield page


def show_graph(page: Page) -> Locator:
    """The graph of all assets; the boxes of its groups, once the arrows between them are drawn."""
    page.goto("/asset-groups")
    page.locator("path[marker-end]").first.wait_for(state="attached")
    return page.locator("[class*=collapsedGroupNodeBox]")


def materialize(page: Page, asset: str) -> None:
    """Click an asset's button and watch its run until it says how it ended."""
    page.goto(f"/assets/{asset}")
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_text("Launched run").wait_for()
    page.get_by_text("View", exact=True).last.click()
    page.get_by_text(ENDED).first.wait_for()


def show_checks(page: Page, asset: str) -> None:
    """The list of an asset's checks, with what each said last."""
    page.goto(f"/assets/{asset}?view=checks")
    page.get_by_text("Evaluation result").wait_for()


def switch_on(page: Page) -> None:
    """Switch the schedule on by its toggle."""
    page.goto(f"/locations/jobsearch_dagster/schedules/{SCHEDULE}")
    page.get_by_role("checkbox").locator("xpath=..").click()
    expect(page.get_by_role("checkbox")).to_be_checked()


def show_ticks(page: Page) -> Locator:
    """The schedule's ticks, once there is one that has ended; their rows, latest first."""
    page.goto(f"/locations/jobsearch_dagster/schedules/{SCHEDULE}")
    ended = page.locator("tr", has_text="View logs").filter(has_not_text="Evaluating")
    ended.first.wait_for()
    return ended
