"""An OpenAI-compatible server on this machine, whose replies a test scripts.

Belongs here: the protocol. What the replies must lead to is in the tests.
"""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One response.

    Attributes:
        body: Sent as JSON, or as it is when it is a text.
        status: HTTP status.
        headers: Further headers.
        after: Seconds before it is sent.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


def completion(text: str, finish_reason: str = "stop") -> Reply:
    """What a server says when all is well."""
    return Reply({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}]})


def failure(status: int, message: str, **headers: str) -> Reply:
    """What a server says when it cannot."""
    return Reply({"error": {"message": message}}, status, {k.replace("_", "-"): v for k, v in headers.items()})


@dataclass
class LlmServer:
    """A running server.

    Attributes:
        url: Its base address.
        requests: Bodies of the requests so far.
        keys: Their `Authorization` headers.
        most_at_once: Most requests that were under way together.
    """

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    most_at_once: int = 0


@contextmanager
def serving(reply: Callable[[dict[str, Any], int], Reply]) -> Generator[LlmServer]:
    """A server that answers a request with `reply(body, number of the request)`."""
    lock = threading.Lock()
    under_way = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            nonlocal under_way
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                server.requests.append(body)
                server.keys.append(self.headers["Authorization"])
                number = len(server.requests)
                under_way += 1
                server.most_at_once = max(server.most_at_once, under_way)
            known = self.path == "/v1/chat/completions"
            answer = reply(body, number) if known else Reply("404 page not found", 404)
            time.sleep(answer.after)
            payload = (answer.body if isinstance(answer.body, str) else json.dumps(answer.body)).encode()
            with lock:
                under_way -= 1
            try:
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(payload))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(payload)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client waited long enough

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing in the output of the tests."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = LlmServer(f"http://127.0.0.1:{http.server_port}/v1")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
