"""`/v1/chat/completions` and `/v1/models`: the contenders for whatever speaks OpenAI's protocol.

Belongs here: that protocol, as far as the contenders can follow it. The model is the contender's name. A contender
answers the last message of the user; for `analytics` and `rag` the user's earlier messages are the questions that it
goes on from, `MOST_QUESTIONS` at most, the others were trained on single questions. Messages of other roles are not
read. Answers are greedy: temperature and the like are accepted and change nothing.
"""

import json
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from contextlib import aclosing, closing
from typing import Annotated, Any, Literal, Self, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from jobsearch_dagster.app.ask import Via
from jobsearch_dagster.app.web.limits import limited
from jobsearch_dagster.app.web.redaction import redacted
from jobsearch_dagster.app.web.services import RETRY_AFTER, BusyError, Services, read_in_thread
from jobsearch_dagster.app.web.well_formed import encodable
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.search.question import LONGEST_QUESTION, QuestionTooLongError
from jobsearch_dagster.search.session import MOST_QUESTIONS

MODELS: tuple[Via, ...] = get_args(Via)
OWNER = "jobsearch"
UNSUPPORTED = (
    "tools", "tool_choice", "functions", "function_call", "response_format", "stop", "logprobs", "audio", "modalities",
)  # fmt: skip
"""What would change an answer if it were followed, and is refused because it cannot be."""
OF_THE_USER: JsonValue = {"type": "object", "required": ["role"], "properties": {"role": {"const": "user"}}}


# --- what is asked ---


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]

    @property
    def text(self) -> str:
        """Its text."""
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    """Of a streamed answer."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A conversation, and who is to answer its last question."""

    model_config = ConfigDict(extra="allow")

    model: Annotated[str, Field(description="who answers", json_schema_extra={"enum": list(MODELS)})]
    messages: Annotated[
        list[Message],
        Field(
            min_length=1,
            description="the user's last one is answered; contenders that look postings up go on from those before",
            json_schema_extra={"contains": OF_THE_USER},
        ),
    ]
    stream: bool = Field(default=False, description="whether the answer comes while it is written")
    stream_options: StreamOptions | None = Field(
        default=None, description="`include_usage`: whether the last part counts tokens"
    )
    n: Literal[1] | None = Field(default=None, description="answers; there is one")
    max_tokens: int | None = Field(default=None, ge=1, description="where the answer is cut, at most")
    max_completion_tokens: int | None = Field(default=None, ge=1, description="the same by its newer name, which wins")

    @model_validator(mode="after")
    def _can_be_followed(self) -> Self:
        for text in (self.model, *(message.text for message in self.messages)):
            encodable(text)
        asked = [name for name in UNSUPPORTED if (self.model_extra or {}).get(name)]
        if asked:
            raise ValueError(f"{', '.join(asked)}: not supported")
        if not self.questions:
            raise ValueError("there is no message of the role user")
        if len(self.questions[-1]) > LONGEST_QUESTION:
            raise ValueError(f"the question has more than {LONGEST_QUESTION} characters: ask a shorter one")
        return self

    @property
    def questions(self) -> list[str]:
        """What the user said, the last of it to be answered."""
        return [message.text for message in self.messages if message.role == "user"]

    @property
    def most_tokens(self) -> int | None:
        """Where an answer is cut; None where the contender's own limit holds."""
        return self.max_completion_tokens or self.max_tokens


# --- what is answered ---


class Usage(BaseModel):
    """Tokens of the base model; all 0 where no model was asked."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Said(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str


class Choice(BaseModel):
    """The one answer that there is."""

    index: Literal[0] = 0
    message: Said
    finish_reason: Literal["stop", "length"]
    logprobs: None = None


class Completion(BaseModel):
    """An answer in one."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage


class Model(BaseModel):
    """A contender."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = OWNER


class Models(BaseModel):
    """All contenders."""

    object: Literal["list"] = "list"
    data: list[Model]


class ErrorDetails(BaseModel):
    """What is wrong."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class ErrorAnswer(BaseModel):
    """An error as OpenAI's clients read it."""

    error: ErrorDetails


# --- errors ---


def refusal(
    status: int, message: str, headers: Mapping[str, str] | None = None, *, param: str | None = None
) -> JSONResponse:
    """An error in OpenAI's form."""
    type_, code = ERRORS.get(status, ("invalid_request_error", None))
    details = ErrorDetails(message=message, type=type_, param=param, code=code)
    return JSONResponse(ErrorAnswer(error=details).model_dump(), status, headers)


ERRORS: dict[int, tuple[str, str | None]] = {
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
    503: ("server_error", "service_unavailable"),
}
BUSY = "the model answers others, and enough wait already"


class OpenAIRoute(APIRoute):
    """A route whose errors have OpenAI's form, those of its dependencies and of the request itself included."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its errors caught."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                param = ".".join(map(str, first["loc"][1:])) or None
                return refusal(400, ": ".join(filter(None, [param, first["msg"]])), param=param)
            except HTTPException as error:
                return refusal(error.status_code, error.detail, error.headers)
            except BusyError:
                return refusal(503, BUSY, {"Retry-After": str(RETRY_AFTER)})
            except QuestionTooLongError as error:
                return refusal(400, str(error))
            except UserError as error:
                return refusal(503, str(error))

        return answer


router = APIRouter(
    prefix="/v1",
    tags=["chat"],
    route_class=OpenAIRoute,
    dependencies=[Depends(limited)],
    responses={
        status: {"model": ErrorAnswer, "description": words}
        for status, words in {
            400: "the request cannot be followed",
            404: "there is no such model",
            413: "the request is too long",
            422: "is never answered: what FastAPI would refuse so is 400 here, as OpenAI's clients expect",
            429: "too many requests: Retry-After says when to try again",
            503: "the model is busy, or was not made yet",
        }.items()
    },
)


# --- operations ---

STREAMED = {
    "description": "the answer; with `stream` its parts, each an event",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@router.get("/models")
async def models() -> Models:
    """The contenders."""
    return Models(data=[Model(id=name) for name in MODELS])


@router.get("/models/{model}")
async def model(model: str) -> Model:
    """One contender."""
    return Model(id=_known(model))


@router.post("/chat/completions", response_model=Completion, responses={200: STREAMED})
async def complete(request: Request, chat: ChatRequest) -> Response:
    """Answer the last message of the user; with `stream` as server-sent events, while the answer is written."""
    pieces = read_in_thread(_pieces(request.app.state.services, chat))
    # The first piece with something in it comes before the response, so that what goes wrong until then has a status of
    # its own; those before it say that the client waits for its turn.
    written = Written(chat.model)
    async for piece in pieces:
        written.add(piece)
        if piece.text or piece.tokens:
            break
        if await request.is_disconnected():
            await pieces.aclose()
            break
    if chat.stream:
        with_usage = chat.stream_options is not None and chat.stream_options.include_usage
        return EventStream(_events(written, pieces, with_usage=with_usage), pieces)
    async with aclosing(pieces):
        async for piece in pieces:
            written.add(piece)
            if await request.is_disconnected():
                break
    return JSONResponse(written.completion().model_dump())


def _known(name: str) -> Via:
    for known in MODELS:
        if known == name:
            return known
    raise HTTPException(404, f"there is no model {name}: use one of {', '.join(MODELS)}")


def _pieces(services: Services, chat: ChatRequest) -> Generator[Piece]:
    """The answer, cut where the client wants it; closing it stops the model and gives its place to the next."""
    via, (*history, question) = _known(chat.model), chat.questions
    pieces = _cut(services.stream(via, question, history[-MOST_QUESTIONS:]), chat.most_tokens)
    # What the catalog says has no personal data left in it.
    return pieces if via == "analytics" else redacted(pieces)


def _cut(pieces: Generator[Piece], most: int | None) -> Generator[Piece]:
    with closing(pieces):
        for piece in pieces:
            yield piece
            if most is not None and piece.tokens >= most:
                return


class Written:
    """What was written of an answer so far, in OpenAI's words."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._last = Piece("")
        self.text = ""

    def add(self, piece: Piece) -> None:
        """Another piece was written."""
        self._last = piece
        self.text += piece.text

    @property
    def finish_reason(self) -> Literal["stop", "length"]:
        """Whether the answer ended by itself."""
        return "stop" if self._last.stopped else "length"

    @property
    def usage(self) -> Usage:
        """Tokens read and written."""
        read, wrote = self._last.prompt_tokens, self._last.tokens
        return Usage(prompt_tokens=read, completion_tokens=wrote, total_tokens=read + wrote)

    def completion(self) -> Completion:
        """The answer in one."""
        choice = Choice(message=Said(content=self.text), finish_reason=self.finish_reason)
        return Completion(id=self._id, created=self._created, model=self._model, choices=[choice], usage=self.usage)

    def chunk(self, delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
        """A part of a streamed answer."""
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}])

    def usage_chunk(self) -> dict[str, Any]:
        """The part that says how many tokens there were."""
        return {**self._chunk([]), "usage": self.usage.model_dump()}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        of = {"id": self._id, "object": "chat.completion.chunk", "created": self._created, "model": self._model}
        return {**of, "choices": choices}


async def _events(written: Written, pieces: AsyncGenerator[Piece], *, with_usage: bool) -> AsyncGenerator[str]:
    yield _event(written.chunk({"role": "assistant", "content": written.text}))
    try:
        async for piece in pieces:
            written.add(piece)
            if piece.text:
                yield _event(written.chunk({"content": piece.text}))
    except UserError as error:  # too late for a status
        details = ErrorDetails(message=str(error), type="server_error")
        yield _event(ErrorAnswer(error=details).model_dump())
        return
    yield _event(written.chunk({}, written.finish_reason))
    if with_usage:
        yield _event(written.usage_chunk())
    yield "data: [DONE]\n\n"


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


class EventStream(StreamingResponse):
    """Server-sent events; what they are made of is closed when the client goes, in the middle or not."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str], source: AsyncGenerator[Piece]) -> None:
        super().__init__(events)
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them."""
        async with aclosing(self._source):
            await super().__call__(scope, receive, send)
