"""`/api/search` and `/api/health`: the catalog for programs.

Belongs here: what a request may say and what an answer holds, as `/openapi.json` describes it. How a question is
answered is in `search/`; the same answer in the terminal is `jobsearch ask --json`.
"""

import json
import os
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from jobsearch_dagster.app.web.limits import limited
from jobsearch_dagster.app.web.services import Services
from jobsearch_dagster.app.web.well_formed import encodable
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.filter import Interpretation
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster.search.relaxation import Relaxation
from jobsearch_dagster.search.session import MOST_QUESTIONS

MOST_CHARACTERS = 10_000
"""Of a question; search itself asks back where one is longer than it reads."""
AT_ONCE = anyio.CapacityLimiter(os.cpu_count() or 1)
"""Searches: more than cores take turns in the middle of each other, and all of them are late instead of the last."""
MOST_ROWS = 1_000
"""Of an answer: 1,000 postings are 1 MB."""

Text = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(encodable)]
Question = Annotated[Text, Field(description="in English", examples=["remote python jobs over $100k"])]
History = Annotated[
    list[Text],
    Field(max_length=MOST_QUESTIONS, description="earlier questions of the conversation, the oldest first"),
]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS, description="most rows; a smaller number in the question wins")]


class SearchRequest(BaseModel):
    """A question."""

    question: Question
    history: History = []
    limit: Limit | None = None


class SearchAnswer(BaseModel):
    """The answer; its keys are those of `jobsearch ask --json`.

    Attributes:
        question: As asked.
        via: The way it was answered.
        interpretation: How it was understood.
        sql: A statement that brings these rows; null where there was nothing to run.
        params: Its parameters.
        columns: Names of the row's cells.
        rows: Postings, or the rows of an aggregate.
        reasons: For each posting, slot -> what the posting itself says.
        relaxation: Nearest questions that have hits, where this one has none; and postings without a stated pay.
        ranking: The order of the rows in words.
        timing_ms: Milliseconds from question to answer.
    """

    question: str
    via: Literal["analytics"]
    interpretation: Interpretation
    sql: str | None
    params: list[Any]
    columns: list[str]
    rows: list[list[Any]]
    reasons: list[dict[str, str]]
    relaxation: list[Relaxation]
    ranking: str | None
    timing_ms: float


class Health(BaseModel):
    """The server can answer.

    Attributes:
        status: That it can.
        catalog: Name of the catalog that it answers from; another one was published when it changes.
    """

    status: Literal["ok"] = "ok"
    catalog: str


class Problem(BaseModel):
    """Why there is no answer.

    Attributes:
        detail: In words, with what to do.
    """

    detail: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    413: {"model": Problem, "description": "the request is too long"},
    429: {"model": Problem, "description": "too many requests: Retry-After says when to try again"},
    503: {"model": Problem, "description": "there is no catalog yet, or it cannot be read"},
}
NOT_JSON: dict[int | str, dict[str, Any]] = {400: {"model": Problem, "description": "the body is no JSON"}}

router = APIRouter(prefix="/api", tags=["search"], responses=REFUSALS)


@router.get("/search", response_model=SearchAnswer, dependencies=[Depends(limited)])
async def search_by_address(
    request: Request,
    question: Question,
    history: Annotated[History, Query()] = [],  # noqa: B006 - FastAPI copies it
    limit: Limit | None = None,
) -> Response:
    """Answer a question; the address can be kept and shared."""
    return await _answer(request, question, history, limit)


@router.post("/search", response_model=SearchAnswer, dependencies=[Depends(limited)], responses=NOT_JSON)
async def search(request: Request, asked: SearchRequest) -> Response:
    """Answer a question, which then stands in no address and no log of addresses."""
    return await _answer(request, asked.question, asked.history, asked.limit)


@router.get("/health")
async def health(request: Request) -> Health:
    """Whether there is a catalog to answer from; asked as often as one likes."""
    services: Services = request.app.state.services
    try:
        return Health(catalog=published_catalog(services.settings.data_dir).stem)
    except UserError as error:
        raise HTTPException(503, str(error)) from error


async def _answer(request: Request, question: str, history: Sequence[str], limit: int | None) -> Response:
    services: Services = request.app.state.services

    def found() -> str:
        result = services.search(question, history=history, limit=limit)
        return json.dumps(result.as_dict(), ensure_ascii=False, default=str)

    try:
        return Response(await anyio.to_thread.run_sync(found, limiter=AT_ONCE), media_type="application/json")
    except UserError as error:
        raise HTTPException(503, str(error)) from error
