"""Who may talk to the server, and what a browser may do with its answers.

Belongs here: checks of every request before any page or API sees it. How many requests a client may send is in
`limits.py`, which browser a conversation belongs to in `browser_sessions.py`.
"""

import hmac
import secrets
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""What a browser on this machine calls it. Any other name in a request is a page of a stranger whose name was made to
point here (DNS rebinding), so that its scripts could read the answers as their own."""
LOGIN_COOKIE = "jobsearch_login"
OPEN_PATHS = ("/login", "/static/")
"""What is served before a token was given."""
HEADERS = {
    # No inline script or style, nothing from elsewhere: a posting that got through the escaping still could do nothing.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches a server that is bound to this address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def url_name(host: str) -> str:
    """An address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def cookie_name(name: str, connection: HTTPConnection) -> str:
    """The name of a cookie of this server: browsers send a host's cookies to all its ports, where others may run."""
    _, port = connection.scope["server"]
    return f"{name}_{port}"


def give_cookie(response: Response, request: Request, name: str, value: str, seconds: int | None = None) -> None:
    """Let a browser keep a value that no script sees; over HTTPS, a proxy's included, nobody who listens does either.

    It comes with a link from elsewhere too, so that the link leads into the conversation; forms have secrets of their
    own against those of other sites.

    Args:
        response: What brings it.
        request: What it answers.
        name: Of the cookie.
        value: What is kept.
        seconds: For how long; None until the browser is closed.
    """
    https = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=https)


class Token:
    """The secret of a server that others can reach, and the cookie that a browser gets for it."""

    def __init__(self, text: str) -> None:
        self._text = text.encode()
        self.cookie = secrets.token_urlsafe(32)
        """Holds as long as the server runs; the token itself is stored in no browser."""

    def matches(self, text: str) -> bool:
        """Whether this is the token; the time it takes says nothing of where they differ."""
        return hmac.compare_digest(self._text, text.encode())

    def admits(self, connection: HTTPConnection) -> bool:
        """Whether a request brings the token, or the cookie that was given for it."""
        scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.matches(credentials.strip()):
            return True
        brought = connection.cookies.get(cookie_name(LOGIN_COOKIE, connection), "")
        return hmac.compare_digest(self.cookie.encode(), brought.encode())


class Guard:
    """Refuses requests by name, origin and token, and puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] | None, token: Token | None) -> None:
        """Around an application.

        Args:
            app: What answers.
            hosts: Names that the server may be called by; None for any.
            token: What a client must know; None where nobody else can reach the server.
        """
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({name: value for name, value in HEADERS.items() if name not in headers})
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            return PlainTextResponse(f"This server is called {' or '.join(self._hosts)}.\n", 421)
        if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            # A page elsewhere could read nothing, but use up what its reader may ask and keep the model busy.
            return PlainTextResponse("Pages of other sites may link here and ask nothing.\n", 403)
        if self._token is None or scope["path"].startswith(OPEN_PATHS):
            return None
        connection = HTTPConnection(scope)
        if self._token.admits(connection):
            return None
        if "text/html" in connection.headers.get("accept", ""):
            return RedirectResponse("/login", 303)
        told = "A token is needed: send it as `Authorization: Bearer TOKEN`.\n"
        return PlainTextResponse(told, 401, {"WWW-Authenticate": "Bearer"})


def _name(host: str) -> str:
    """A `Host` header without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()
