"""The one client of an OpenAI-compatible endpoint: Ollama, vLLM, llama.cpp, or a service.

Belongs here: sending chat requests, repeating them while that can help, and telling what went wrong. Does not belong
here: what is asked (the stages), and keeping answers (`foundation/text_cache.py`).
"""

import json
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings

if TYPE_CHECKING:
    import httpx

Message = Mapping[str, str]
_LONGEST_PAUSE = 30.0
_SHOWN = 200
"""Characters of a server's message that an error repeats."""


class EndpointError(Exception):
    """One request got no usable answer; others may. The message is one line without secrets."""


class _NoSchemas(Exception):  # noqa: N818 - a turn of the conversation, no failure
    """The server refuses `response_format`."""


@dataclass
class Endpoint:
    """A server that speaks `/chat/completions`, and one model of it.

    Attributes:
        url: Base address, e.g. `http://localhost:11434/v1`.
        model: The model's name there.
        key: Sent as bearer token; never shown.
        timeout: Seconds to wait for one answer.
        attempts: Times that a request is sent while the server is busy or broken.
        pause: Seconds before the second attempt; doubled before each further one.
        parallel: Requests under way at once.
        max_tokens: Longest answer.
        seed: For servers that sample even at temperature 0.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 120.0
    attempts: int = 4
    pause: float = 1.0
    parallel: int = 8
    max_tokens: int = 1024
    seed: int = 0
    _takes_schemas: bool = field(default=True, init=False, repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Endpoint":
        """The endpoint that the environment names.

        Raises:
            UserError: It names none, or no model.
        """
        if not settings.llm_url:
            raise UserError("no language model to ask: set JOBSEARCH_LLM_URL, e.g. http://localhost:11434/v1 (Ollama)")
        if not settings.llm_url.startswith(("http://", "https://")):
            raise UserError(f"JOBSEARCH_LLM_URL={shown_address(settings.llm_url)} is no address: begin it with http://")
        if not settings.llm_model:
            raise UserError("no language model named: set JOBSEARCH_LLM_MODEL, e.g. llama3.1:8b")
        return cls(settings.llm_url.rstrip("/"), settings.llm_model, settings.llm_key)

    @property
    def parameters(self) -> dict[str, Any]:
        """All that decides an answer besides model and messages."""
        return {"temperature": 0, "seed": self.seed, "max_tokens": self.max_tokens}

    def complete_json(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> dict[str, Any]:
        """The answer as an object; a server that knows no schemas is trusted to follow the messages.

        Args:
            messages: The conversation; for such servers it must itself ask for JSON.
            schema: JSON schema of the answer. The answer is parsed, not validated.

        Raises:
            EndpointError: No answer, or one that is no JSON object.
            UserError: No request can succeed: wrong address, unknown model, refused key.
        """
        with self._client() as client:
            return self._complete(client, messages, schema)

    def complete_many(
        self, requests: Sequence[Sequence[Message]], schema: Mapping[str, Any]
    ) -> list[dict[str, Any] | EndpointError]:
        """One answer or error per request, in their order; `parallel` requests are under way at once.

        Raises:
            UserError: As `complete_json`; requests that have not begun are not sent.
        """
        with self._client() as client, ThreadPoolExecutor(self.parallel) as pool:

            def answer(messages: Sequence[Message]) -> dict[str, Any] | EndpointError:
                try:
                    return self._complete(client, messages, schema)
                except EndpointError as error:
                    return error

            futures = [pool.submit(answer, messages) for messages in requests]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    @contextmanager
    def _client(self) -> Generator["httpx.Client"]:
        import httpx

        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        limits = httpx.Limits(max_connections=self.parallel)
        with httpx.Client(headers=headers, timeout=self.timeout, limits=limits) as client:
            yield client

    def _complete(
        self, client: "httpx.Client", messages: Sequence[Message], schema: Mapping[str, Any]
    ) -> dict[str, Any]:
        body = {"model": self.model, "messages": list(messages), **self.parameters}
        if self._takes_schemas:
            format_ = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
            try:
                return _object_in(self._send(client, {**body, "response_format": format_}))
            except _NoSchemas:
                self._takes_schemas = False  # once refused, refused for all: threads may find out together
        return _object_in(self._send(client, body))

    def _send(self, client: "httpx.Client", body: Mapping[str, Any]) -> str:
        """The text of the answer, after as many attempts as help."""
        import httpx

        problem = ""
        for attempt in range(self.attempts):
            asked_pause = 0.0
            unreachable = False
            try:
                response = client.post(f"{self.url}/chat/completions", json=body)
            except httpx.ConnectError as error:
                problem, unreachable = str(error), True
            except httpx.TimeoutException:
                problem = f"no answer within {self.timeout:g} s"
            except httpx.HTTPError as error:
                problem = f"{type(error).__name__}: {error}"
            except httpx.InvalidURL as error:
                raise UserError(f"JOBSEARCH_LLM_URL={shown_address(self.url)} is no address: {error}") from error
            else:
                if response.status_code != 429 and response.status_code < 500:
                    return self._text_of(response, body)
                problem = f"HTTP {response.status_code}: {self._message(response)}"
                asked_pause = _seconds(response.headers.get("retry-after", ""))
            if attempt + 1 < self.attempts:
                time.sleep(min(max(self.pause * 2**attempt, asked_pause), _LONGEST_PAUSE))
        if unreachable:
            raise UserError(
                f"no server answers at JOBSEARCH_LLM_URL={shown_address(self.url)}: {self._without_key(problem)}"
            )
        raise EndpointError(f"{self._without_key(problem)}, {self.attempts} times")

    def _text_of(self, response: "httpx.Response", body: Mapping[str, Any]) -> str:
        status, message = response.status_code, self._message(response)
        if status in {401, 403}:
            raise UserError(f"{shown_address(self.url)} refuses the key (HTTP {status}): set JOBSEARCH_LLM_KEY")
        if status == 404 and "model" in message.lower():
            raise UserError(f"{shown_address(self.url)} has no model {self.model}: set JOBSEARCH_LLM_MODEL ({message})")
        if status in {301, 302, 307, 308, 404, 405}:
            raise UserError(
                f"JOBSEARCH_LLM_URL={shown_address(self.url)} has no /chat/completions (HTTP {status}): "
                "give the address that ends in /v1"
            )
        if status in {400, 422} and "response_format" in body and _is_about_schemas(message):
            raise _NoSchemas
        if status >= 400:
            raise EndpointError(f"HTTP {status}: {message}")
        try:
            choice = response.json()["choices"][0]
            text = choice["message"]["content"]
        except (ValueError, LookupError, TypeError) as error:
            raise EndpointError(f"no chat completion: {message}") from error
        if choice.get("finish_reason") == "length":
            raise EndpointError(f"the answer is longer than {self.max_tokens} tokens")
        if not isinstance(text, str):
            raise EndpointError("the answer has no text")
        return text

    def _message(self, response: "httpx.Response") -> str:
        """What the server says, in one line."""
        try:
            said = response.json()["error"]
            text = said["message"] if isinstance(said, dict) else str(said)
        except (ValueError, LookupError, TypeError):
            text = response.text
        return self._without_key(" ".join(str(text).split()))[:_SHOWN]

    def _without_key(self, text: str) -> str:
        return text.replace(self.key, "***") if self.key else text


def _object_in(text: str) -> dict[str, Any]:
    """The JSON object in an answer, which may stand in a code fence or among words."""
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = json.loads(text[text.index("{") : text.rindex("}") + 1])
        except ValueError as error:
            raise EndpointError(f"the answer is no JSON: {' '.join(text.split())[:_SHOWN]}") from error
    if not isinstance(value, dict):
        raise EndpointError(f"the answer is no JSON object: {' '.join(text.split())[:_SHOWN]}")
    return value


def _is_about_schemas(message: str) -> bool:
    return any(word in message.lower() for word in ("response_format", "json_schema", "schema", "guided", "grammar"))


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0


def shown_address(url: str) -> str:
    """An address without the password that it may hold."""
    scheme, _, rest = url.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if scheme else rest.rpartition("@")[2]
