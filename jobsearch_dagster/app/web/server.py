"""The server: page and API put together, behind one guard.

Belongs here: what the application consists of, and running it. What is checked of every request is in `security.py`.
"""

import errno
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from jobsearch_dagster.app.ask import LARGEST_RESUME
from jobsearch_dagster.app.console import output
from jobsearch_dagster.app.web import api_page, chat_completions, comparison, pages, search_api
from jobsearch_dagster.app.web.browser_sessions import BrowserSessions, FewRows
from jobsearch_dagster.app.web.limits import MOST_BYTES, BodyLimit, RateLimit
from jobsearch_dagster.app.web.security import LOOPBACK_NAMES, Guard, Token, is_loopback, url_name
from jobsearch_dagster.app.web.services import Services
from jobsearch_dagster.app.web.well_formed import not_understood
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.search.session import Session

LEAST_TOKEN = 16
"""Characters of a token; fewer could be guessed."""
PATIENCE = 5
"""Seconds that answers in the making get when the server is stopped."""


def create_app(
    settings: Settings, *, host: str = "127.0.0.1", token: str | None = None, rate: RateLimit | None = None
) -> FastAPI:
    """The application.

    Args:
        settings: Where the data lie.
        host: Address that is listened at.
        token: What clients must know; None for a server that only this machine reaches, which then answers to no other
            name than those of this machine and that address.
        rate: How often a client may ask.
    """
    services = Services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        with closing(services):
            yield

    # The stock documentation pages load scripts from another server.
    app = FastAPI(title="jobsearch", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.services = services
    app.state.rate = rate or RateLimit()
    app.state.token = None if token is None else Token(token)
    app.state.pairs = comparison.OpenPairs()
    app.state.sessions = BrowserSessions(lambda: Session(FewRows(services)))
    app.add_exception_handler(StarletteHTTPException, _refusal)
    app.add_exception_handler(RequestValidationError, not_understood)
    app.add_middleware(BodyLimit, longer={"/profile/resume": LARGEST_RESUME + MOST_BYTES})
    names = dict.fromkeys((*LOOPBACK_NAMES, url_name(host).lower()))  # each once, in this order
    app.add_middleware(Guard, hosts=names if token is None else None, token=app.state.token)
    app.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
    for module in (pages, comparison, search_api, chat_completions, api_page):
        app.include_router(module.router)
    return app


async def _refusal(request: Request, error: Exception) -> Response:
    """A page for a browser, JSON for a program."""
    assert isinstance(error, StarletteHTTPException)
    if "text/html" in request.headers.get("accept", ""):
        return pages.problem(error)
    return await http_exception_handler(request, error)


def serve(settings: Settings, host: str, port: int, token: str | None) -> None:
    """Serve until interrupted.

    Args:
        settings: Where the data lie.
        host: Address to listen at.
        port: Its port; 0 takes a free one.
        token: What clients must know.

    Raises:
        UserError: Others could reach the server and no token protects it, or the address cannot be listened at.
    """
    if token is None and not is_loopback(host):
        raise UserError(f"others can reach {host}: give a token with --token or JOBSEARCH_TOKEN, or leave --host out")
    if token is not None and len(token) < LEAST_TOKEN:
        raise UserError(f"the token has less than {LEAST_TOKEN} characters: `openssl rand -hex 16` makes a good one")
    app = create_app(settings, host=host, token=token)
    with closing(_listening(host, port)) as listening:
        app.state.services.warm_up()
        address = f"http://{url_name(host)}:{listening.getsockname()[1]}"
        output.print(f"{address} (Ctrl-C stops it)", markup=False, soft_wrap=True)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # else any client of this machine says itself which address it is limited by
            timeout_graceful_shutdown=PATIENCE,
        )
        with suppress(KeyboardInterrupt):  # raised again by uvicorn when all is closed
            uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UserError(f"another program listens at {host}:{port}: choose another --port") from error
        raise UserError(f"cannot listen at {host}:{port} ({error.strerror}): give another --host or --port") from error
