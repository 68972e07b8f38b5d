"""The page as a person uses it, in a browser: asking, going on, choosing who answers, and what a stranger cannot do."""

import shutil
from ast import literal_eval
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from jobsearch_dagster.app.web.limits import RateLimit
from jobsearch_dagster.app.web.server import create_app
from jobsearch_dagster.evaluation import votes
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster_tests.app.web.serving import running
from jobsearch_dagster_tests.app.web.sites import ORDER, SCRIPT, make_answers, make_catalog, make_models, settings_of
from jobsearch_dagster_tests.ingestion.raw_files import pdf_file
from jobsearch_dagster_tests.services import REPOSITORY
from jobsearch_dagster_tests.web_ui import installed_browser

pytestmark = pytest.mark.slow

PATIENCE = 60  # seconds; a machine with little to spare takes several to load a model
PICTURES = REPOSITORY / "reports" / "page"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
RESUME = "Ann Jensen\nData Scientist\nBerlin, Germany\nSkills: Python, SQL\n2019 - 2024 Data Scientist at a bank\n"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, smoke_models: Path) -> Path:
    folder = tmp_path_factory.mktemp("site")
    make_models(make_answers(make_catalog(folder)), smoke_models)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with running(create_app(settings_of(folder), rate=RateLimit(1000, 1000))) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=installed_browser()) as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page in a browser of its own; none of them may ask another server for anything, or fail in silence."""
    contexts: list[BrowserContext] = []
    elsewhere: list[str] = []
    wrong: list[str] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=address, **({"viewport": WIDE} | options))  # ty: ignore[invalid-argument-type]
        contexts.append(context)
        context.set_default_timeout(1000 * PATIENCE)
        context.on("request", lambda sent: elsewhere.append(sent.url) if not sent.url.startswith(address) else None)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto("/")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert (elsewhere, wrong) == ([], [])


def ask(page: Page, question: str) -> None:
    page.locator("#question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".said li[aria-current]")).to_have_text(question)


def titles(page: Page) -> list[str]:
    return page.locator(".cards h3").all_inner_texts()


def chip(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=f"Remove: {words}", exact=True)


def choose(page: Page, group: str, name: str) -> None:
    button = page.get_by_role("group", name=group).get_by_role("button", name=name)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def finished(page: Page) -> None:
    """Wait until no model writes any more."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


# --- asking ---


def test_an_example_is_asked_by_a_click_and_answered_with_postings_and_reasons(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="remote python jobs over $100k").click()
    expect(page.locator("#answer")).to_contain_text("Nothing matches.")
    ask(page, "senior python jobs over $90k")
    assert titles(page) == ["Senior Backend Developer (Python)", "Data Scientist"]
    first = page.get_by_role("article", name="Senior Backend Developer")
    expect(first).to_contain_text("$100,000 - $120,000 a year")
    expect(first.locator(".reasons")).to_contain_text("level")


def test_a_question_goes_on_from_the_one_before_and_is_undone_and_forgotten(open_page: Open) -> None:
    page = open_page()
    ask(page, "python jobs")
    assert len(titles(page)) == 4
    ask(page, "only hybrid ones")
    assert titles(page) == ["Data Scientist"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".cards h3")).to_have_count(4)
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("heading", name="Which job are you looking for?")).to_be_visible()
    expect(page.locator(".said")).to_have_count(0)


def test_cards_and_table_show_the_same_postings(open_page: Open) -> None:
    page = open_page()
    ask(page, "python jobs")
    as_cards = titles(page)
    choose(page, "Shown as", "Table")
    assert page.get_by_role("rowheader").all_inner_texts()[: len(as_cards)] == as_cards


def test_the_statement_that_is_shown_brings_the_rows_that_are_shown(open_page: Open, folder: Path) -> None:
    page = open_page()
    ask(page, "jobs in Sweden")
    page.get_by_text("SQL of this answer").click()
    sql = page.get_by_label("Statement").inner_text()
    expect(page.get_by_label("Parameters")).to_contain_text("SE")
    with open_catalog(published_catalog(folder)) as catalog:
        parameters = literal_eval(page.get_by_label("Parameters").inner_text())
        assert len(catalog.execute(sql, parameters).fetchall()) == len(titles(page)) == 3


def test_bars_count_all_postings_that_match_and_say_so_in_words(open_page: Open) -> None:
    page = open_page()
    ask(page, "python jobs, show 1")
    assert len(titles(page)) == 1
    pay = page.get_by_role("table", name="Pay a year")
    expect(pay.get_by_role("row", name="$50K-$75K")).to_contain_text("2")
    expect(pay.get_by_role("row", name="over $150K")).to_contain_text("1")
    expect(page.get_by_role("table", name="Country").get_by_role("row", name="Sweden")).to_contain_text("3")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".cards h3")).to_have_count(2)


def test_figures_are_a_table(open_page: Open) -> None:
    page = open_page()
    ask(page, "average salary of python jobs by country")
    expect(page.get_by_role("region", name="Figures")).to_contain_text("150,000")


# --- the filter ---


def test_a_question_goes_on_without_a_chip_that_was_removed(open_page: Open) -> None:
    page = open_page()
    ask(page, "senior python jobs over $130k")
    assert titles(page) == ["Data Scientist"]
    chip(page, "paying $130,000 or more").click()
    expect(page.locator(".cards h3")).to_have_count(2)
    ask(page, "only onsite ones")
    assert titles(page) == ["Senior Backend Developer (Python)"]
    expect(page.locator(".chip")).to_have_text(["with Python", "that are onsite", "at senior level"])
    for left in (2, 1, 0):
        page.locator(".chip").first.click()
        expect(page.locator(".chip")).to_have_count(left)
    expect(page.get_by_text("No condition: every posting matches.")).to_be_visible()


def test_a_bound_is_changed_and_a_condition_added_in_the_form(open_page: Open) -> None:
    page = open_page()
    ask(page, "python jobs over $120k, not remote")
    page.get_by_text("Change or add conditions").click()
    expect(page.get_by_label("Pay at least")).to_have_value("120000")
    page.get_by_label("Pay at least").fill("66000")
    page.get_by_label("Places").fill("sweden")
    page.get_by_role("button", name="Search with these").click()
    expect(page.locator(".cards h3")).to_have_count(2)
    expect(page.locator(".chip")).to_have_text(
        ["with Python", "in sweden", "paying $66,000 or more", "not that are remote"]
    )
    page.get_by_text("Change or add conditions").click()
    page.get_by_label("Skills, any of").fill("-")
    page.get_by_role("button", name="Search with these").click()
    expect(page.get_by_role("alert")).to_contain_text("no word to look for")
    expect(page.locator(".cards h3")).to_have_count(2)


# --- who answers ---


def test_another_contender_answers_the_same_question_in_a_stream_that_a_reload_keeps(open_page: Open) -> None:
    page = open_page()
    ask(page, "python jobs")
    ask(page, "only hybrid ones")
    said = {}
    for name in ("Base", "LoRA", "RAG"):
        choose(page, "Answered by", name)
        finished(page)
        expect(page.locator("#answer")).to_contain_text("Asked: “jobs with Python, that are hybrid”")
        said[name] = page.locator(".written").inner_text()
    assert len(set(said.values())) == 3
    page.reload()
    expect(page.locator(".written")).to_have_text(said["RAG"])
    choose(page, "Answered by", "Analytics")
    assert titles(page) == ["Data Scientist"]


def test_two_contenders_answer_side_by_side(open_page: Open) -> None:
    page = open_page()
    choose(page, "Side by side with", "LoRA")
    ask(page, "python jobs")
    choose(page, "Answered by", "Base")
    finished(page)
    assert page.get_by_role("heading", level=2).all_inner_texts()[1:3] == ["BASE", "LORA"]
    base, lora = page.locator(".written").all_inner_texts()
    assert base != lora
    left, right = (box.bounding_box() for box in page.locator(".answer").all())
    assert left and right and left["y"] == right["y"] and left["x"] < right["x"]
    choose(page, "Side by side with", "Nobody")
    expect(page.locator(".answer")).to_have_count(1)


def test_a_vote_is_given_by_the_keyboard_and_names_whose_answers_they_were(open_page: Open, folder: Path) -> None:
    before = len(votes.read(folder).votes)
    page = open_page()
    page.goto("/compare")
    shown = [CONTENDERS[int(text.split()[1])] for text in page.locator("section .written").all_inner_texts()]
    assert not any(name in page.locator("main").inner_text() for name in shown)
    page.get_by_text("Judge each answer by itself").click()
    page.get_by_role("group", name="Answer 2 fits the question").get_by_label("Yes").check()
    page.get_by_role("group", name="Which answer fits the question better?").get_by_label("Answer 2 is better").check()
    page.get_by_role("button", name="Vote").click()  # the browser asks for the second question first
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare two answers")
    last = page.get_by_role("group", name="Which answer says less that no posting says?")
    last.get_by_label("Answer 1 is better").focus()
    page.keyboard.press("ArrowDown")
    expect(last.get_by_label("They are the same")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your vote is stored")
    assert page.locator("main strong").all_inner_texts() == shown
    assert page.title().startswith("Your vote is stored")
    *_, vote = votes.read(folder).votes
    assert len(votes.read(folder).votes) == before + 1
    assert (vote.first, vote.second, vote.relevance, vote.faithfulness) == (*shown, "second", "same")
    assert (vote.relevant, vote.faithful) == ((None, True), (None, None))
    page.get_by_role("link", name="Compare the next two").click()
    expect(page.locator("main")).to_contain_text("You have voted 1 time.")


# --- who asks ---


def test_what_is_told_is_remembered_after_a_reload_and_forgotten_one_by_one_or_whole(open_page: Open) -> None:
    page = open_page()
    ask(page, "python jobs, I have 3 years of experience and I know SQL")
    profile = page.get_by_role("complementary", name="About you")
    page.reload()
    expect(profile).to_contain_text("Years")
    expect(profile).to_contain_text("SQL")
    assert titles(page)[0] == "Data Scientist"
    expect(page.locator(".fit").first).to_be_visible()
    profile.get_by_label("What to remember").select_option("pay")
    profile.get_by_label("Its value").fill("$90k")
    profile.get_by_role("button", name="Remember").click()
    expect(profile).to_contain_text("$90,000 a year or more")
    profile.get_by_role("button", name="Forget years").click()
    expect(profile).not_to_contain_text("Years")
    profile.get_by_role("button", name="Forget all").click()
    expect(profile).to_contain_text("Nothing is remembered.")
    expect(page.locator(".fit")).to_have_count(0)


def test_resumes_of_three_kinds_are_read_and_a_broken_one_is_named(open_page: Open, tmp_path: Path) -> None:
    document = docx.Document()
    for line in RESUME.splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / "ann.docx"))
    (tmp_path / "ann.txt").write_text(RESUME)
    page = open_page()
    profile = page.get_by_role("complementary", name="About you")
    for path in (
        pdf_file(tmp_path / "ann.pdf", "Data Scientist, Python and SQL"),
        tmp_path / "ann.docx",
        tmp_path / "ann.txt",
    ):
        profile.get_by_label("Or your resume").set_input_files(path)
        profile.get_by_role("button", name="Read it").click()
        expect(profile).to_contain_text("data scientist")
        profile.get_by_role("button", name="Forget all").click()
        expect(profile).to_contain_text("Nothing is remembered.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    profile.get_by_label("Or your resume").set_input_files(tmp_path / "broken.pdf")
    profile.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot read the resume broken.pdf: damaged")


def test_two_browsers_know_nothing_of_each_other(open_page: Open) -> None:
    mine, yours = open_page(), open_page()
    ask(mine, "python jobs, I live in Berlin")
    yours.reload()
    expect(yours.get_by_role("complementary", name="About you")).to_contain_text("Nothing is remembered.")
    expect(yours.locator(".said")).to_have_count(0)


# --- strangers ---


def test_what_a_posting_says_is_text_and_orders_of_it_change_no_answer(open_page: Open) -> None:
    page = open_page()
    ask(page, f"python jobs {SCRIPT}")  # and it is refused, as a command
    ask(page, "python jobs")
    expect(page.locator(".said")).to_contain_text(SCRIPT)
    expect(page.locator(".cards")).to_contain_text(SCRIPT)
    expect(page.locator(".cards")).to_contain_text(ORDER)
    assert sorted(titles(page))[:2] == ["Data Scientist", "Python Tester " + SCRIPT][:2]
    assert len(titles(page)) == 4
    choose(page, "Shown as", "Table")
    choose(page, "Side by side with", "RAG")
    finished(page)
    page.reload()
    assert page.title().endswith("Job search")
    assert page.locator("main script, main img, [onerror]").count() == 0


# --- everybody ---


def states(page: Page) -> Iterator[str]:
    """The page in each of its states, and what they are called."""
    yield "start"
    ask(page, "python jobs, I have 3 years of experience")
    yield "cards"
    page.get_by_text("Change or add conditions").click()
    page.get_by_text("SQL of this answer").click()
    yield "opened"
    choose(page, "Shown as", "Table")
    yield "table"
    ask(page, "average pay by country")
    yield "figures"
    choose(page, "Side by side with", "Base")
    finished(page)
    page.get_by_label("Its value").fill("-")
    page.get_by_role("button", name="Remember").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "side by side, with a mistake"
    page.goto("/login")
    yield "login"
    page.goto("/docs")
    yield "HTTP API"
    page.goto("/compare")
    for folded in page.locator("summary").all():
        folded.click()
    yield "compare"
    for group in ("Which answer fits", "Which answer says"):
        page.get_by_role("group", name=group).get_by_label("They are the same").check()
    page.get_by_role("button", name="Vote").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your vote is stored")
    yield "voted"


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_no_state_breaks_a_rule_of_accessibility_or_is_wider_than_the_screen(
    open_page: Open, size: dict[str, int], scheme: str
) -> None:
    page = open_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for state in states(page):
        page.screenshot(path=PICTURES / f"{state} {size['width']} {scheme}.png", full_page=True)
        broken = Axe().run(page).response["violations"]
        assert [(state, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in broken] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], state


def test_the_keyboard_alone_is_enough(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("senior python jobs")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("Jobs with Python, at senior level")
    page.keyboard.press("Tab")
    expect(chip(page, "with Python")).to_be_focused()
    assert page.locator(":focus-visible").evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_text(["at senior level"])


def test_without_scripts_every_form_works_and_a_button_lets_a_model_write(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    ask(page, "senior python jobs")
    chip(page, "at senior level").click()
    assert len(titles(page)) == 4
    choose(page, "Answered by", "Base")
    page.get_by_role("button", name="Let it write").click()
    expect(page.locator(".written")).not_to_be_empty()
    expect(page.get_by_role("button", name="Let it write")).to_have_count(0)


# --- what is not there ---


def test_what_is_not_made_yet_is_one_line_on_the_page(browser: Browser, tmp_path: Path, smoke_models: Path) -> None:
    with running(create_app(settings_of(tmp_path), rate=RateLimit(1000, 1000))) as url:
        page = browser.new_page(base_url=url)
        page.goto("/")
        ask(page, "python jobs")
        expect(page.get_by_role("alert")).to_contain_text("jobsearch run --select job_catalog")
        choose(page, "Answered by", "Base")
        expect(page.locator("#answer .trouble")).to_contain_text("base_model")
        shutil.rmtree(tmp_path, ignore_errors=True)
        make_models(make_catalog(tmp_path), smoke_models, serves_adapter=False)
        choose(page, "Answered by", "LoRA")
        expect(page.locator("#answer .trouble")).to_contain_text("no adapter is promoted")
        choose(page, "Answered by", "Base")
        finished(page)
        expect(page.locator(".trouble")).to_have_count(0)
        page.close()
