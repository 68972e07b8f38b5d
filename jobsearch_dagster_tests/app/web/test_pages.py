"""What the page's server tells a browser, and what it refuses: names, tokens, forms of others, floods."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from jobsearch_dagster.app.ask import LARGEST_RESUME, Via
from jobsearch_dagster.app.web.browser_sessions import COOKIE, MOST_ROWS, Visit
from jobsearch_dagster.app.web.limits import RateLimit
from jobsearch_dagster.app.web.pages import _events
from jobsearch_dagster.app.web.security import LOGIN_COOKIE, cookie_name
from jobsearch_dagster.app.web.server import create_app
from jobsearch_dagster.app.web.services import Services
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.search.question import LONGEST_QUESTION, MESSAGES
from jobsearch_dagster.search.session import Session
from jobsearch_dagster_tests.app.web.sites import SCRIPT, make_catalog, settings_of
from jobsearch_dagster_tests.search.catalogs import POSTINGS, publish

TOKEN = "a secret of the test"
HOME = "http://127.0.0.1:8000"
Visitor = Callable[..., TestClient]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalog")
    make_catalog(folder)
    return folder


@pytest.fixture
def visitor(folder: Path) -> Visitor:
    def visits(token: str | None = None, address: str = HOME, rate: RateLimit | None = None) -> TestClient:
        app = create_app(settings_of(folder), token=token, rate=rate or RateLimit(1000, 1000))
        return TestClient(app, base_url=address, headers={"Accept": "text/html"})

    return visits


def csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found[1]


def test_every_answer_forbids_what_is_not_our_own(visitor: Visitor) -> None:
    client = visitor()
    for path in ("/", "/static/page.css", "/nothing", "/answers/1/base"):
        headers = client.get(path).headers
        policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert set(policy.values()) == {"'none'", "'self'"}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_the_page_holds_no_script_or_style_of_its_own(visitor: Visitor) -> None:
    client = visitor()
    client.post("/ask", data={"csrf": csrf(client), "question": "python jobs"})
    html = client.get("/").text
    assert re.findall(r"<script[^>]*>", html) == ['<script src="/static/page.js" defer>']
    assert re.findall(r"<style| style=| on\w+=(?![^<]*&)", html) == []
    assert SCRIPT not in html
    assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in html


def test_a_server_of_this_machine_answers_to_no_other_name(visitor: Visitor) -> None:
    for address in (HOME, "http://localhost", "http://[::1]:8000"):
        assert visitor(address=address).get("/").status_code == 200
    for address in ("http://jobs.example", "http://127.0.0.1.example:8000", "http://0.0.0.0:8000"):
        assert visitor(address=address).get("/").status_code == 421


def test_a_server_answers_to_the_address_that_it_listens_at(folder: Path) -> None:
    for host, url in (("127.0.0.2", "http://127.0.0.2:8000"), ("0:0:0:0:0:0:0:1", "http://[0:0:0:0:0:0:0:1]:8000")):
        app = create_app(settings_of(folder), host=host)
        assert TestClient(app, base_url=url).get("/").status_code == 200
        refused = TestClient(app, base_url="http://127.0.0.3:8000").get("/")
        assert refused.status_code == 421
        assert host in refused.text


@pytest.mark.parametrize("mode", ["cors", "no-cors", "websocket", ""])
def test_a_script_of_another_site_is_refused_and_uses_nothing_up_and_its_link_is_followed(
    visitor: Visitor, mode: str
) -> None:
    client = visitor(rate=RateLimit(per_second=0.01, burst=1))
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
    for path in ("/", "/api/search?question=cook", "/v1/models"):
        assert client.get(path, headers=elsewhere).status_code == 403
    assert client.get("/", headers=elsewhere | {"Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_servers_at_two_ports_of_a_machine_leave_each_others_cookies_alone(visitor: Visitor) -> None:
    first, second = visitor(), visitor(address="http://127.0.0.1:8001")
    first.get("/")
    second.cookies.update(first.cookies)  # a browser sends them to all ports
    second.get("/")
    assert len(second.cookies) == 2
    first.cookies.update(second.cookies)
    assert "set-cookie" not in first.get("/").headers


def test_a_token_opens_everything_and_nothing_opens_without_it(visitor: Visitor) -> None:
    client = visitor(TOKEN, "http://jobs.example")
    assert client.get("/", follow_redirects=False).headers["location"] == "/login"
    for path in ("/openapi.json", "/api/health", "/v1/models", "/answers/1/base"):
        refused = client.get(path, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        wrong = {"Accept": "application/json", "Authorization": f"Bearer {TOKEN}."}
        assert client.get(path, headers=wrong).status_code == 401
    assert client.get("/openapi.json", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


def test_a_browser_gives_the_token_once_and_keeps_another_secret(visitor: Visitor) -> None:
    client = visitor(TOKEN, "http://jobs.example")
    assert client.post("/login", data={"token": "wrong"}).status_code == 403
    assert client.get("/", follow_redirects=False).status_code == 303
    page = client.post("/login", data={"token": TOKEN})
    assert (page.status_code, page.url.path) == (200, "/")
    assert TOKEN not in client.cookies.values()
    (name,) = (name for name in client.cookies if name.startswith(LOGIN_COOKIE))
    other = visitor(TOKEN, "http://jobs.example")
    other.cookies.set(name, client.cookies[name])
    assert other.get("/", follow_redirects=False).status_code == 303


def test_cookies_are_kept_from_scripts_and_other_sites_and_over_https_from_listeners(visitor: Visitor) -> None:
    plain = visitor().get("/").headers["set-cookie"].lower()
    assert "httponly" in plain and "samesite=lax" in plain and "secure" not in plain
    assert (
        "secure"
        in visitor(TOKEN, "https://jobs.example")
        .post("/login", data={"token": TOKEN}, follow_redirects=False)
        .headers["set-cookie"]
        .lower()
    )


FORMS = [
    "/ask",
    "/undo",
    "/start-over",
    "/filter/drop",
    "/filter/change",
    "/more",
    "/contenders",
    "/view",
    "/answers/base",
    "/profile/set",
    "/profile/forget",
    "/profile/resume",
]


def visit_of(client: TestClient) -> Visit:
    (name,) = (name for name in client.cookies if name.startswith(COOKIE))
    visit = client.app.state.sessions.find(client.cookies[name])  # ty: ignore[missing-attribute]
    assert visit is not None
    return visit


def state(visit: Visit) -> tuple[object, ...]:
    said, written = tuple(visit.said), dict(visit.written)
    return said, visit.shown, visit.number, visit.contenders, visit.view, written, visit.trouble, visit.session.profile


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_another_site_or_of_nobody_changes_nothing(visitor: Visitor, path: str) -> None:
    client = visitor()
    form = {"question": "nurse jobs", "first": "base", "view": "table", "slot": "years", "value": "3"}
    assert client.post(path, data=form).status_code == 403
    token = csrf(client)
    client.post("/ask", data={"csrf": token, "question": "python jobs"})
    client.post("/ask", data={"csrf": token, "question": "I have 2 years of experience. Only senior ones"})
    visit = visit_of(client)
    before = state(visit)
    assert client.post(path, data=form | {"csrf": token[:-1]}).status_code == 403
    client.cookies.clear()
    client.cookies.set(cookie_name(COOKIE, Request({"type": "http", "server": ("127.0.0.1", 8000)})), "guessed")
    refused = client.post(path, data=form | {"csrf": token})
    assert refused.status_code == 403
    assert "open the page again" in refused.text
    assert state(visit) == before


def test_a_question_that_is_too_long_is_told_so_and_a_flood_is_not_read(visitor: Visitor) -> None:
    client = visitor()
    token = csrf(client)
    page = client.post("/ask", data={"csrf": token, "question": "python " * LONGEST_QUESTION})
    assert page.status_code == 200
    assert MESSAGES["long"] in page.text
    assert client.post("/ask", data={"csrf": token, "question": "x" * 10_000_000}).status_code == 413


def test_a_resume_that_is_too_large_is_refused_and_no_file_is_asked_for(visitor: Visitor) -> None:
    client = visitor()
    form = {"csrf": csrf(client)}
    assert "no resume was chosen" in client.post("/profile/resume", data=form).text
    large = {"resume": ("<b>.txt", b"x" * (LARGEST_RESUME + 1))}
    page = client.post("/profile/resume", data=form, files=large)
    assert "&lt;b&gt;.txt is too large for a resume" in page.text
    larger = {"resume": ("b.txt", b"x" * (LARGEST_RESUME + 100_000))}
    assert client.post("/profile/resume", data=form, files=larger).status_code == 413


def test_who_asks_too_often_is_told_to_wait(visitor: Visitor) -> None:
    client = visitor(rate=RateLimit(per_second=0.01, burst=3))
    assert [client.get("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = client.get("/")
    assert int(refused.headers["retry-after"]) > 0
    assert "too many requests" in refused.text


def test_an_answer_to_an_earlier_question_is_not_written_into_a_later_one(visitor: Visitor) -> None:
    client = visitor()
    assert client.get("/answers/1/base").status_code == 403
    token = csrf(client)
    client.post("/contenders", data={"csrf": token, "first": "base"})
    client.post("/ask", data={"csrf": token, "question": "python jobs"})
    found = re.search(r"/answers/(\d+)/base", client.get("/").text)
    assert found is not None
    assert client.get(f"/answers/{int(found[1]) - 1}/base").status_code == 409
    assert client.get(f"/answers/{found[1]}/lora").status_code == 409
    assert client.get(f"/answers/{found[1]}/nobody").status_code == 422


def test_a_model_that_is_not_there_is_one_line_of_the_stream(visitor: Visitor) -> None:
    client = visitor()
    token = csrf(client)
    client.post("/contenders", data={"csrf": token, "first": "base"})
    client.post("/ask", data={"csrf": token, "question": "python jobs"})
    found = re.search(r"/answers/\d+/base", client.get("/").text)
    assert found is not None
    stream = client.get(found[0])
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.text.startswith("event: trouble\n")
    assert "jobsearch run --select base_model" in stream.text


def test_what_is_refused_is_asked_of_no_model(visitor: Visitor) -> None:
    client = visitor()
    token = csrf(client)
    client.post("/contenders", data={"csrf": token, "beside": "base"})
    page = client.post("/ask", data={"csrf": token, "question": "drop table jobs"})
    assert MESSAGES["harmful"] in page.text
    assert "There is nothing to ask the model." in page.text


def test_the_end_of_an_answer_waits_for_its_page_and_holds_up_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import anyio

    def says_yes(via: Via, question: str) -> Iterator[Piece]:
        yield Piece("Yes.")

    services = Services(settings_of(tmp_path))
    monkeypatch.setattr(services, "stream", says_yes)
    visit = Visit(Session(services), number=1)
    order: list[str] = []

    async def read() -> None:
        async for _ in _events(services, visit, 1, "base", "Which jobs?"):
            pass
        order.append("the answer ends")

    async def serve() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            await anyio.sleep(0.3)
            order.append("another is served")

    visit.lock.acquire()  # a search of the same browser
    searched = Timer(2, visit.lock.release)
    searched.start()
    anyio.run(serve)
    searched.join()
    assert order == ["another is served", "the answer ends"]
    assert visit.written == {"base": "Yes."}


def said(client: TestClient, *messages: str) -> list[str]:
    """What the page says was asked, after these messages."""
    token = csrf(client)
    for message in messages:
        client.post("/ask", data={"csrf": token, "question": message})
    return visit_of(client).said


def test_what_is_undone_is_said_no_longer(visitor: Visitor) -> None:
    client = visitor()
    asked = ("python jobs", "only hybrid ones")
    assert said(client, *asked) == [*asked]
    assert said(client, "I know SQL", "drop table jobs", "undo") == ["python jobs"]
    assert said(client, "in Sweden") == ["python jobs", "in Sweden"]
    client.post("/filter/drop", data={"csrf": csrf(client), "slot": "skills", "value": "Python"})
    assert len(said(client)) == 3
    client.post("/undo", data={"csrf": csrf(client)})
    assert said(client) == ["python jobs", "in Sweden"]
    client.post("/undo", data={"csrf": csrf(client)})
    assert said(client) == ["python jobs"]
    assert said(client, "undo")[0] == "python jobs"


def test_starting_over_in_words_is_starting_over(visitor: Visitor) -> None:
    client = visitor()
    assert said(client, "python jobs", "start over") == []
    page = client.get("/").text
    assert "Which job are you looking for?" in page
    assert "python jobs –" not in page
    assert visit_of(client).asked is None


def test_a_refusal_outlasts_a_profile_that_changes(visitor: Visitor) -> None:
    client = visitor()
    said(client, "python jobs", "drop table jobs")
    page = client.post("/profile/set", data={"csrf": csrf(client), "slot": "years", "value": "3"})
    assert MESSAGES["harmful"] in page.text
    said(client, "python jobs")
    page = client.post("/profile/set", data={"csrf": csrf(client), "slot": "skills", "value": "Python"})
    assert "fit 0." in page.text


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog with more postings than a page shows."""
    folder = tmp_path_factory.mktemp("many")
    publish(folder, {f"p{number}": POSTINGS["backend"] for number in range(MOST_ROWS + 50)})
    return folder


def test_a_page_holds_as_many_postings_as_it_may_and_offers_no_more(many: Path) -> None:
    client = TestClient(create_app(settings_of(many), rate=RateLimit(1000, 1000)), base_url=HOME)
    said(client, "python jobs, show 150")
    page = client.post("/more", data={"csrf": csrf(client)}).text
    assert page.count("<article") == MOST_ROWS
    assert "Show more" not in page
    said(client, "show 5000")
    shown = visit_of(client).shown
    assert shown is not None
    assert len(shown.rows) == MOST_ROWS
    assert shown.ranking is not None
    assert f"{MOST_ROWS} of {MOST_ROWS + 50} shown" in shown.ranking
    assert len(said(client, "python jobs")) and "Show more" in client.get("/").text
