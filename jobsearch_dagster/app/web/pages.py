"""The page at `/`: what each of its forms does, and the answers that a language model writes into it.

Belongs here: from a form to the conversation and back to the page; every form ends in the same page, so that reloading
it repeats nothing. What a conversation does is in `search/session.py`, how the page looks in `templates/`.
"""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from jobsearch_dagster.app.ask import LARGEST_RESUME, Via, described, label_of, profile_of, salary_of, years_of
from jobsearch_dagster.app.chat import NOTHING_NEW
from jobsearch_dagster.app.console import printable
from jobsearch_dagster.app.web import filter_form
from jobsearch_dagster.app.web.browser_sessions import COOKIE, MOST_ROWS, BrowserSessions, View, Visit
from jobsearch_dagster.app.web.charts import charts
from jobsearch_dagster.app.web.limits import limited
from jobsearch_dagster.app.web.redaction import redacted
from jobsearch_dagster.app.web.security import LOGIN_COOKIE, Token, cookie_name, give_cookie
from jobsearch_dagster.app.web.services import RETRY_AFTER, BusyError, Services, read_in_thread
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.resumes import READERS
from jobsearch_dagster.preparation.vocabulary import EDUCATIONS, EMPLOYMENT_TYPES, SENIORITIES, WORK_MODES
from jobsearch_dagster.search import remembered
from jobsearch_dagster.search.answering import SearchResult, cell, suggestions
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.follow_ups import undoes
from jobsearch_dagster.search.question import LONGEST_QUESTION, MESSAGES
from jobsearch_dagster.search.recognizers.spans import tidy
from jobsearch_dagster.search.remembered import NOBODY
from jobsearch_dagster.search.session import MOST_QUESTIONS
from jobsearch_dagster.search.wording import describe_column, in_words

CONTENDERS: dict[Via, tuple[str, str]] = {
    "analytics": ("Analytics", "Your question becomes a filter and SQL; you get the postings themselves."),
    "rag": ("RAG", "A language model is shown the best postings and answers from them."),
    "lora": ("LoRA", "The language model after fine-tuning, from memory, without looking anything up."),
    "base": ("Base", "The same language model before fine-tuning, from memory."),
}
"""Contender -> its name and what it does."""
EXAMPLES = (
    "remote python jobs over $100k",
    "nurse jobs",
    "entry level jobs, I have 1 year of experience",
    "average salary of data scientists by country",
)
CHOICES = {
    "work_mode": WORK_MODES,
    "seniority": SENIORITIES,
    "education": EDUCATIONS,
    "employment_type": EMPLOYMENT_TYPES,
}
BUSY = f"The model answers somebody else and others wait already: try again in {RETRY_AFTER} seconds."

templates = Environment(
    loader=PackageLoader("jobsearch_dagster.app.web"),
    autoescape=True,  # all that a posting or a question says is text
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # What the reader would see moved or turned around is taken out, as in the terminal.
    finalize=lambda value: printable(value) if type(value) is str else value,
)
templates.filters |= {
    "cell": cell,
    "column": describe_column,
    "label": label_of,
    "salary": salary_of,
    "years": years_of,
    "in_words": in_words,
    "begun": lambda words: words[:1].upper() + words[1:],
}
router = APIRouter(include_in_schema=False, dependencies=[Depends(limited)])


# --- who asks ---


def services_of(request: Request) -> Services:
    """The server's services."""
    return request.app.state.services


def known_visit(request: Request) -> Visit:
    """The visit of a browser that has opened the page.

    Raises:
        HTTPException: 403, there is none.
    """
    sessions: BrowserSessions = request.app.state.sessions
    visit = sessions.find(request.cookies.get(cookie_name(COOKIE, request), ""))
    if visit is None:
        raise HTTPException(403, "This conversation has ended: open the page again.")
    return visit


async def sent_form(request: Request) -> AsyncGenerator[FormData]:
    """The form that was sent; its files are closed in the end."""
    async with request.form(max_files=1, max_fields=200) as form:
        yield form


Form = Annotated[FormData, Depends(sent_form)]


def sender(visit: Annotated[Visit, Depends(known_visit)], form: Form) -> Visit:
    """The visit whose page sent a form.

    Raises:
        HTTPException: 403, it was not this page.
    """
    if not visit.sent(_text(form, "csrf")):
        raise HTTPException(403, "This form is not of this conversation: open the page again.")
    return visit


Sender = Annotated[Visit, Depends(sender)]
Shared = Annotated[Services, Depends(services_of)]


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


# --- the page ---


@router.get("/")
def page(request: Request) -> Response:
    """The conversation as it stands; a browser that is new begins one."""
    sessions: BrowserSessions = request.app.state.sessions
    visit, secret = sessions.find(request.cookies.get(cookie_name(COOKIE, request), "")), None
    if visit is None:
        secret, visit = sessions.begin()
    with visit.lock:
        response = HTMLResponse(_rendered(visit))
        visit.trouble = None  # said once
    if secret is not None:
        give_cookie(response, request, cookie_name(COOKIE, request), secret)
    return response


def _rendered(visit: Visit) -> str:
    result = visit.shown
    job_filter = None if result is None or result.interpretation.message is not None else result.interpretation.filter
    return templates.get_template("page.html").render(
        visit=visit,
        result=result,
        suggestions=[] if result is None else suggestions(result),
        chips=[] if job_filter is None else filter_form.chips(job_filter),
        fields=None if job_filter is None else filter_form.fields_of(job_filter),
        profile=dict(_known(visit)),
        slots=remembered.SLOTS,
        contenders=CONTENDERS,
        choices=CHOICES,
        examples=EXAMPLES,
        longest=LONGEST_QUESTION,
        most_rows=MOST_ROWS,
        endings=list(READERS),
        largest=LARGEST_RESUME // 2**20,
    )


def _known(visit: Visit) -> list[tuple[str, str]]:
    lines = (line.partition(": ") for line in remembered.lines(visit.session.profile))
    return [(slot, value) for slot, _, value in lines]


def _back(to: str = "answer") -> Response:
    """To the page again, at one of its parts."""
    return RedirectResponse(f"/#{to}", 303)


def _attempt(visit: Visit, change: Callable[[], object]) -> None:
    """Make a change, or say on the page why it cannot be made."""
    with visit.lock:
        try:
            change()
        except UserError as error:
            visit.trouble = str(error)


# --- questions ---


@router.post("/ask")
def ask(visit: Sender, form: Form, services: Shared) -> Response:
    """A question, or what somebody says of themselves."""
    _attempt(visit, lambda: _say(visit, services, _text(form, "question")))
    return _back()


@router.post("/undo")
def undo(visit: Sender, services: Shared) -> Response:
    """Back to the question before."""
    _attempt(visit, lambda: _say(visit, services, "undo"))
    return _back()


@router.post("/start-over")
def start_over(visit: Sender) -> Response:
    """Nothing was asked any more; who asks stays known."""
    with visit.lock:
        visit.session.start_over()
        _begin_again(visit)
    return _back("question")


def _begin_again(visit: Visit) -> None:
    visit.said, visit.before = [], []
    _show(visit, None, None)


@router.post("/filter/drop")
def drop(visit: Sender, form: Form, services: Shared) -> Response:
    """The question without one condition."""
    slot, value = _text(form, "slot"), _text(form, "value")
    _attempt(visit, lambda: _change(visit, services, filter_form.without(_filter(visit), slot, value)))
    return _back()


@router.post("/filter/change")
def change(visit: Sender, form: Form, services: Shared) -> Response:
    """The question with other conditions."""
    sent = {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}
    _attempt(visit, lambda: _change(visit, services, filter_form.changed(_filter(visit), sent)))
    return _back()


@router.post("/more")
def more(visit: Sender, services: Shared) -> Response:
    """The same question with more postings."""
    _attempt(visit, lambda: _change(visit, services, filter_form.more(_filter(visit), len(_shown(visit).rows))))
    return _back()


def _shown(visit: Visit) -> SearchResult:
    if visit.shown is None or visit.shown.interpretation.message is not None:
        raise UserError("there is no filter to change: ask a question first")
    return visit.shown


def _filter(visit: Visit) -> JobFilter:
    return _shown(visit).interpretation.filter


def _say(visit: Visit, services: Services, message: str) -> None:
    before, said = visit.session.profile, visit.said
    _hear(visit, message.strip()[:LONGEST_QUESTION] or "…")
    _show(visit, None, message)  # what a language model is asked where there is no catalog
    turn = visit.session.say(message)
    if turn.result is not None and turn.result.interpretation.message == MESSAGES["over"]:
        _begin_again(visit)
        return
    if turn.result is not None and turn.asked and turn.changed and _is_list_or_figures(turn.result):
        _go_on(visit, said, back=undoes(tidy(turn.asked)))
    notes = []
    if turn.told != NOBODY:
        notes.append(f"Remembered: {described(turn.told)}")
    if turn.forgot != NOBODY:
        notes.append(f"Forgotten: {described(turn.forgot)}")
    if turn.result is not None and not turn.changed and visit.session.profile == before:
        notes.append(NOTHING_NEW)
    if turn.result is None:
        notes.append("Ask for jobs, and they come in the order of how well they fit you.")
    _show(visit, turn.result, message, services, notes)


def _hear(visit: Visit, words: str) -> None:
    visit.said = [*visit.said, words][-MOST_QUESTIONS:]


def _is_list_or_figures(result: SearchResult) -> bool:
    """Whether it answers a question that later ones go on from: it asks nothing back and shows no single posting."""
    return result.interpretation.message is None and result.interpretation.row is None


def _go_on(visit: Visit, said: list[str], *, back: bool = False) -> None:
    """Something else is looked for than after what was said until now, or, `back`, what was looked for before that."""
    if back:
        visit.said = visit.before.pop() if visit.before else said
    else:
        visit.before = [*visit.before, said][-MOST_QUESTIONS:]


def _change(visit: Visit, services: Services, job_filter: JobFilter) -> None:
    said, is_another = visit.said, job_filter != _filter(visit)
    result = visit.session.change(job_filter)
    _hear(visit, result.question)
    if is_another and _is_list_or_figures(result):
        _go_on(visit, said)
    _show(visit, result, result.question, services)


def _show(
    visit: Visit,
    result: SearchResult | None,
    message: str | None,
    services: Services | None = None,
    notes: list[str] | None = None,
) -> None:
    """Make this the answer of the page; no model has written anything yet."""
    visit.number += 1
    visit.shown = result
    visit.written = {}
    visit.notes = tuple(notes or ())
    visit.asked = _for_a_model(visit, result, message)
    visit.charts = ()
    if services is not None and result is not None and result.interpretation.intent == "search" and result.rows:
        visit.charts = charts(services.search, result.interpretation.filter)


def _for_a_model(visit: Visit, result: SearchResult | None, message: str | None) -> str | None:
    """What a language model is asked; None for what needs no answer or gets none."""
    if message is None or not message.strip() or len(message) > LONGEST_QUESTION:
        return None
    if result is None:
        return message
    if result.interpretation.message is not None:
        return None if result.interpretation.intent == "refuse" else message
    return visit.session.in_whole


# --- who answers ---


@router.post("/contenders")
def choose(visit: Sender, form: Form) -> Response:
    """Another contender for the same question, or a second one beside the first."""
    with visit.lock:
        first, *others = visit.contenders
        first = _text(form, "first") or first
        beside = [_text(form, "beside")] if "beside" in form else others
        chosen = dict.fromkeys(via for name in (first, *beside) for via in CONTENDERS if via == name)
        visit.contenders = tuple(chosen) or visit.contenders
    return _back()


@router.post("/view")
def view(visit: Sender, form: Form) -> Response:
    """Cards or a table."""
    with visit.lock:
        visit.view = next((name for name in get_args(View) if name == _text(form, "view")), visit.view)
    return _back()


@router.get("/answers/{number}/{via}")
def answer(visit: Annotated[Visit, Depends(known_visit)], services: Shared, number: int, via: Via) -> Response:
    """The answer of a language model while it is written, as server-sent events.

    Raises:
        HTTPException: 409, another question was asked meanwhile.
    """
    with visit.lock:
        question = visit.asked
        if visit.number != number or question is None or via not in visit.contenders:
            raise HTTPException(409, "Another question was asked meanwhile.")
    return StreamingResponse(_events(services, visit, number, via, question), media_type="text/event-stream")


async def _events(services: Services, visit: Visit, number: int, via: Via, question: str) -> AsyncGenerator[str]:
    text = ""
    try:
        async with aclosing(read_in_thread(redacted(services.stream(via, question)))) as pieces:
            async for piece in pieces:
                text += piece.text
                if piece.text:
                    yield _event("piece", printable(piece.text))
    except (BusyError, UserError) as error:
        yield _event("trouble", BUSY if isinstance(error, BusyError) else str(error))
        return
    # A search of the same browser may hold its lock for long, and this loop serves everybody.
    await run_in_threadpool(_keep, visit, number, via, text)
    yield _event("finished", "")


def _event(name: str, text: str) -> str:
    return f"event: {name}\ndata: {json.dumps(text)}\n\n"


@router.post("/answers/{via}")
def write(visit: Sender, services: Shared, via: Via) -> Response:
    """The answer of a language model in one piece, for a browser without scripts."""
    with visit.lock:
        question, number = visit.asked, visit.number
    if question is not None and via in visit.contenders:
        try:
            _keep(visit, number, via, "".join(piece.text for piece in redacted(services.stream(via, question))))
        except (BusyError, UserError) as error:
            visit.trouble = BUSY if isinstance(error, BusyError) else str(error)
    return _back()


def _keep(visit: Visit, number: int, via: Via, text: str) -> None:
    with visit.lock:
        if visit.number == number:
            visit.written[via] = text.strip()


# --- who asks ---


@router.post("/profile/set")
def remember(visit: Sender, form: Form) -> Response:
    """One thing of the person, as they write it."""
    slot, value = _text(form, "slot"), _text(form, "value")
    _attempt(visit, lambda: _know(visit, remembered.written(visit.session.profile, slot, value)))
    return _back("profile")


@router.post("/profile/forget")
def forget(visit: Sender, form: Form) -> Response:
    """One thing, or all."""
    slot = _text(form, "slot")
    _attempt(visit, lambda: _know(visit, remembered.forgotten(visit.session.profile, slot) if slot else NOBODY))
    return _back("profile")


@router.post("/profile/resume")
def resume(visit: Sender, form: Form) -> Response:
    """What a resume says of the person; its text is not kept."""
    _attempt(visit, lambda: _know(visit, remembered.added(visit.session.profile, _read(form.get("resume")))))
    return _back("profile")


def _read(upload: UploadFile | str | None) -> remembered.Profile:
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise UserError(f"no resume was chosen: choose a file that ends in {', '.join(READERS)}")
    with TemporaryDirectory() as folder:
        # Its own name is shown and never used as one.
        path = Path(folder) / f"resume{Path(upload.filename).suffix.lower()[:10]}"
        path.write_bytes(upload.file.read(LARGEST_RESUME + 1))
        return profile_of(path, upload.filename[:100])


def _know(visit: Visit, profile: remembered.Profile) -> None:
    result = visit.session.know(profile)
    # A refusal or a question back stays: it is of a later question than the answer that comes in another order.
    if result is not None and visit.shown is not None and visit.shown.interpretation.message is None:
        visit.shown = result


# --- a server with a token ---


@router.get("/login")
def login_page() -> Response:
    """Where the token is asked for."""
    return HTMLResponse(templates.get_template("login.html").render(trouble=None))


@router.post("/login")
def login(request: Request, form: Form) -> Response:
    """The cookie for the token."""
    token: Token | None = request.app.state.token
    if token is None:
        return _back()
    if not token.matches(_text(form, "token")):
        html = templates.get_template("login.html").render(trouble="That is not the token.")
        return HTMLResponse(html, 403)
    response = _back()
    give_cookie(response, request, cookie_name(LOGIN_COOKIE, request), token.cookie)
    return response


def problem(error: HTTPException) -> Response:
    """A page that says why there is no other."""
    html = templates.get_template("problem.html").render(text=error.detail)
    return HTMLResponse(html, error.status_code, error.headers)
