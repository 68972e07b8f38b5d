"""Two answers without names become one vote, on disk before their names are shown."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jobsearch_dagster.app.web.comparison import OpenPairs, Pair, Shown, draw
from jobsearch_dagster.app.web.limits import RateLimit
from jobsearch_dagster.app.web.server import create_app
from jobsearch_dagster.evaluation import votes
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster_tests.app.conftest import Jobsearch
from jobsearch_dagster_tests.app.web.serving import running
from jobsearch_dagster_tests.app.web.sites import COMPARED, SCRIPT, make_answers, make_catalog, settings_of
from jobsearch_dagster_tests.conftest import enter

PAIRS = len(COMPARED) * 6
VOTE = {"relevance": "first", "faithfulness": "same"}


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return make_answers(make_catalog(tmp_path))


@pytest.fixture
def url(data: DataFolder) -> Iterator[str]:
    with running(create_app(settings_of(data.root), rate=RateLimit(1000, 1000))) as url:
        yield url


@pytest.fixture
def browser(url: str) -> Iterator[httpx.Client]:
    with new_browser(url) as browser:
        yield browser


def new_browser(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, follow_redirects=True, headers={"Accept": "text/html"})


def ticket_in(page: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def test_a_vote_names_whose_answers_they_were_only_after_it_was_stored(data: DataFolder, browser: httpx.Client) -> None:
    page = browser.get("/compare").text
    shown = [int(number) for number in re.findall(r"Text (\d)", page)]
    assert len(shown) == 2
    form = page[page.index("<form") : page.index("</form>")]
    assert not any(name in form for name in CONTENDERS)
    thanks = browser.post("/compare", data={"ticket": ticket_in(page), **VOTE, "relevant-second": "yes"}).text
    (vote,) = votes.read(data.root).votes
    assert (vote.first, vote.second) == (CONTENDERS[shown[0]], CONTENDERS[shown[1]])
    assert (vote.relevance, vote.faithfulness) == ("first", "same")
    assert (vote.relevant, vote.faithful) == ((None, True), (None, None))
    assert re.findall(r"<strong>(\w+)</strong>", thanks) == [vote.first, vote.second]
    with data.lake.connect([f"{name}_answers" for name in CONTENDERS]) as connection:
        assert votes.counted([vote], votes.answers_by_question(connection)) == [vote]
        assert votes.postings_by_question(connection) == dict.fromkeys(COMPARED, "script")


def test_a_person_is_shown_each_pair_once_and_then_thanked(data: DataFolder, browser: httpx.Client) -> None:
    for _ in range(PAIRS):
        browser.post("/compare", data={"ticket": ticket_in(browser.get("/compare").text), **VOTE})
    assert "voted on every pair" in browser.get("/compare").text
    given = votes.read(data.root).votes
    assert len({vote.key for vote in given}) == len(given) == PAIRS
    assert {vote.voter for vote in given} == {given[0].voter}
    assert browser.cookies["jobsearch_voter"] not in (data.root / "votes" / "votes.jsonl").read_text()


def test_pairs_whose_answers_were_made_anew_are_shown_again(data: DataFolder, browser: httpx.Client) -> None:
    for _ in range(PAIRS):
        browser.post("/compare", data={"ticket": ticket_in(browser.get("/compare").text), **VOTE})
    path = data.root / "votes" / "votes.jsonl"
    given = votes.read(data.root).votes
    replaced = [vote.model_copy(update={"answers": ("0" * 16, vote.answers[1])}) for vote in given[:2]]
    lines = [vote.model_dump_json() + "\n" for vote in (*replaced, *given[2:])]
    path.write_text("".join(lines), encoding="utf-8")
    page = browser.get("/compare").text
    assert f"You have voted {PAIRS - 2} times" in page
    for _ in range(2):
        browser.post("/compare", data={"ticket": ticket_in(browser.get("/compare").text), **VOTE})
    assert "voted on every pair" in browser.get("/compare").text


def test_pairs_come_in_either_order(data: DataFolder) -> None:
    drawn = [draw(data.lake, "a", [])[0] for _ in range(40)]
    assert {pair.answers[0].contender < pair.answers[1].contender for pair in drawn if pair} == {True, False}


def test_what_either_answer_was_taken_from_can_be_read_and_does_no_harm(browser: httpx.Client) -> None:
    page = browser.get("/compare").text
    assert "Python Tester" in page
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_vote_that_is_sent_twice_or_by_another_browser_does_not_count(
    data: DataFolder, url: str, browser: httpx.Client
) -> None:
    ticket = ticket_in(browser.get("/compare").text)
    with new_browser(url) as other:
        other.get("/compare")
        assert other.post("/compare", data={"ticket": ticket, **VOTE}).status_code == 403
    assert browser.post("/compare", data={"ticket": ticket, **VOTE}).status_code == 200
    assert browser.post("/compare", data={"ticket": ticket, **VOTE}).status_code == 403
    assert browser.post("/compare", data=VOTE).status_code == 403
    assert len(votes.read(data.root).votes) == 1


def test_a_vote_that_could_not_be_stored_can_be_sent_again(data: DataFolder, browser: httpx.Client) -> None:
    form = {"ticket": ticket_in(browser.get("/compare").text), **VOTE}
    in_the_way = data.root / "votes"
    in_the_way.write_text("no folder")
    answer = browser.post("/compare", data=form)
    assert answer.status_code == 503
    assert "free space or make the folder writable" in answer.text
    in_the_way.unlink()
    assert browser.post("/compare", data=form).status_code == 200
    assert len(votes.read(data.root).votes) == 1


@pytest.mark.parametrize("said", [{"relevance": "first"}, {"relevance": "first", "faithfulness": "A"}])
def test_a_vote_that_lacks_an_answer_is_none_and_can_be_completed(
    data: DataFolder, browser: httpx.Client, said: dict[str, str]
) -> None:
    ticket = ticket_in(browser.get("/compare").text)
    answer = browser.post("/compare", data={"ticket": ticket, **said})
    assert answer.status_code == 400
    assert votes.read(data.root).votes == ()
    assert browser.post("/compare", data={"ticket": ticket, **VOTE}).status_code == 200


def test_a_browser_without_cookies_is_told_so(url: str) -> None:
    answer = httpx.get(f"{url}/compare?again=1", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "cookie" in answer.text


def test_without_answers_the_page_says_how_to_make_them(data: DataFolder, browser: httpx.Client) -> None:
    data.lake.path("lora_answers").unlink()
    answer = browser.get("/compare")
    assert answer.status_code == 503
    assert "jobsearch run --select lora_answers" in answer.text


def test_of_too_many_open_pairs_the_earliest_are_forgotten() -> None:
    pairs = OpenPairs(most=2)
    pair = Pair("a", "q", "?", (Shown("base", "", ()), Shown("rag", "", ())), ())
    first, second, third = (pairs.add(pair) for _ in range(3))
    for ticket, found in ((first, None), (second, pair), (third, pair), (third, None)):
        with pairs.taken(ticket, "a") as taken:
            assert taken is found


def test_labels_of_voters_are_exported_for_ares(
    data: DataFolder, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch, jobsearch: Jobsearch
) -> None:
    enter(monkeypatch, data.root)
    code, _, error = jobsearch("export", "labels", "--out", str(data.root))
    assert code == 1
    assert "Judge each answer by itself" in error
    told = {"ticket": ticket_in(browser.get("/compare").text), **VOTE, "relevant-first": "yes", "faithful-second": "no"}
    browser.post("/compare", data=told)
    assert jobsearch("export", "labels", "--out", str(data.root))[0] == 0
    (vote,) = votes.read(data.root).votes
    assert set((data.root / "labels.csv").read_text(encoding="utf-8").splitlines()) == {
        "contender,question_id,criterion,label,answer",
        f"{vote.first},{vote.question_id},answer_relevance,1,{vote.answers[0]}",
        f"{vote.second},{vote.question_id},answer_faithfulness,0,{vote.answers[1]}",
    }
