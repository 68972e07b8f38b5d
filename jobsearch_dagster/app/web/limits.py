"""How much a client may ask: requests per second, and bytes per request.

Belongs here: counting, and the refusal. Who may ask at all is decided in `server.py`; how many answers are generated at
once, in `services.py`.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_CLIENTS = 10_000
"""Clients that are remembered: whoever has not asked for longest is forgotten first. One takes 200 bytes."""
MOST_BYTES = 64 * 1024
"""Of a request; a question that is read has 2,000 characters at most, and a conversation 50, of which few are long."""


class RateLimit:
    """A token bucket per client: so many requests at once, and so many a second after that.

    What is stored of a client is one number, the moment at which its bucket is full again (the generic cell rate
    algorithm of ITU-T I.371); it allows exactly what a bucket of tokens allows.
    """

    def __init__(
        self,
        per_second: float = 10.0,
        burst: int = 40,
        *,
        most_clients: int = MOST_CLIENTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """No client has asked yet.

        Args:
            per_second: Requests that a client may make each second, in the long run.
            burst: Requests that it may make at once after a pause.
            most_clients: Clients that are remembered.
            clock: Seconds, never going back.
        """
        self._interval = 1 / per_second
        self._slack = (burst - 1) / per_second
        self._most_clients = most_clients
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def seconds_to_wait(self, client: str) -> float:
        """Seconds after which the client may ask again; 0 lets the request through and counts it."""
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.get(client, now), now)
            wait = full_at - self._slack - now
            if wait > 1e-9:
                return wait
            self._full_at[client] = full_at + self._interval
            self._full_at.move_to_end(client)
            while len(self._full_at) > self._most_clients:
                self._full_at.popitem(last=False)
            return 0.0


async def limited(request: Request) -> None:
    """Refuse a request that comes too soon. The limit is `app.state.rate`; a client is an address.

    Raises:
        HTTPException: 429 with Retry-After.
    """
    rate: RateLimit = request.app.state.rate
    wait = rate.seconds_to_wait(request.client.host if request.client else "")
    if wait > 0:
        seconds = math.ceil(wait)
        raise HTTPException(429, f"too many requests: try again in {seconds} s", {"Retry-After": str(seconds)})


class BodyLimit:
    """ASGI middleware: a request whose body is too long gets 413, before more of it than that is read."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES, longer: Mapping[str, int] | None = None) -> None:
        """Wrap an application.

        Args:
            app: What is wrapped.
            most: Bytes of a body.
            longer: Path -> bytes, where more are allowed.
        """
        self._app = app
        self._most = most
        self._longer = longer or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._longer.get(scope["path"], self._most)
        received = 0

        async def receive_some() -> Message:
            # Raised where the body is read, so that the refusal has the form of the route that reads it.
            nonlocal received
            if _declared_length(scope) > most:
                raise HTTPException(413, f"the request is longer than {most:,} bytes")
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413, f"the request is longer than {most:,} bytes")
            return message

        await self._app(scope, receive_some, send)


def _declared_length(scope: Scope) -> int:
    """Content-Length; 0 without one."""
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(value) if value.isdigit() else 0
