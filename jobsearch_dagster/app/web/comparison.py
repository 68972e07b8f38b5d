"""`/compare`: one question, the answers of two contenders without their names, and what a person says of them.

Belongs here: which pair is shown, and from the form to a stored vote. What is shown are the answers of evaluation, so
that votes and scores are about the same. How votes are kept is in `evaluation/votes.py`, what follows from them in
`evaluation/preferences.py`.
"""

import hashlib
import random
import secrets
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, get_args

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from jobsearch_dagster.app.web.limits import limited
from jobsearch_dagster.app.web.pages import Form, Shared, templates
from jobsearch_dagster.app.web.security import give_cookie
from jobsearch_dagster.evaluation import votes
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.votes import Better, Vote, digest_of_answer
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import Lake

if TYPE_CHECKING:
    import duckdb

COOKIE = "jobsearch_voter"
A_YEAR = 365 * 24 * 3600
MOST_OPEN = 10_000
"""Pairs that were shown and not voted on; the earliest are forgotten first. One takes 5 kB."""
CRITERIA = {
    "relevance": "Which answer fits the question better?",
    "faithfulness": "Which answer says less that no posting says?",
}
ALONE = {"relevant": "fits the question", "faithful": "says nothing but what a posting says"}


class Shown(NamedTuple):
    """An answer as it is shown.

    Attributes:
        contender: Whose it is; not shown before the vote.
        text: The answer.
        posting_ids: What it was taken from.
    """

    contender: str
    text: str
    posting_ids: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """What one person is asked to compare.

    Attributes:
        voter: Who; nobody else can vote on it.
        question_id: The question.
        question: Its text.
        answers: In the order they are shown.
        postings: What there is to check them against, as texts: what either was taken from and what was asked about.
    """

    voter: str
    question_id: str
    question: str
    answers: tuple[Shown, Shown]
    postings: tuple[str, ...]


class OpenPairs:
    """Pairs that were shown, by a secret in their form, which stands in for the names."""

    def __init__(self, most: int = MOST_OPEN) -> None:
        """None is open.

        Args:
            most: Pairs that are remembered.
        """
        self._most = most
        self._pairs: OrderedDict[str, Pair] = OrderedDict()
        self._lock = Lock()

    def add(self, pair: Pair) -> str:
        """Remember a pair; the secret of its form."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._pairs[ticket] = pair
            if len(self._pairs) > self._most:
                self._pairs.popitem(last=False)
        return ticket

    @contextmanager
    def taken(self, ticket: str, voter: str) -> Generator[Pair | None]:
        """The pair of a form, which nobody else gets meanwhile; it is closed unless something goes wrong with it.

        None where it is not of this person or was voted on.
        """
        with self._lock:
            pair = self._pairs.get(ticket)
            pair = self._pairs.pop(ticket) if pair is not None and pair.voter == voter else None
        try:
            yield pair
        except BaseException:
            if pair is not None:
                with self._lock:
                    self._pairs[ticket] = pair
            raise


def voter_of(request: Request) -> str:
    """Who votes: the digest of a cookie, so that the file of votes lets nobody vote as somebody else."""
    return hashlib.sha256(request.cookies.get(COOKIE, "").encode()).hexdigest()[:16]


router = APIRouter(include_in_schema=False, dependencies=[Depends(limited)])


@router.get("/compare")
def compare(request: Request, services: Shared) -> Response:
    """The next pair."""
    if not request.cookies.get(COOKIE):
        return _with_cookie(request)
    voter = voter_of(request)
    try:
        given = [vote for vote in votes.read(services.settings.data_dir).votes if vote.voter == voter]
        pair, voted = draw(Lake(services.settings.data_dir), voter, given)
    except UserError as error:
        raise HTTPException(503, str(error)) from error
    ticket = None if pair is None else open_pairs(request).add(pair)
    page = templates.get_template("comparison.html")
    return HTMLResponse(page.render(pair=pair, ticket=ticket, criteria=CRITERIA, alone=ALONE, voted=voted))


@router.post("/compare")
def vote(request: Request, services: Shared, form: Form) -> Response:
    """Store a vote, then say whose answers they were.

    Raises:
        HTTPException: 403, the form is not of this browser or was sent before; 400, it lacks an answer.
    """
    with open_pairs(request).taken(_text(form, "ticket"), voter_of(request)) as pair:
        if pair is None:
            raise HTTPException(403, "This vote was given already, or is not of this browser: open /compare again.")
        given = read_form(pair, form)
        if given is None:
            raise HTTPException(400, "A vote answers both questions: go back and answer both.")
        try:
            votes.store(services.settings.data_dir, given)
        except UserError as error:
            raise HTTPException(503, str(error)) from error
    return HTMLResponse(templates.get_template("compared.html").render(pair=pair))


def open_pairs(request: Request) -> OpenPairs:
    """Those of the server."""
    return request.app.state.pairs


def _with_cookie(request: Request) -> Response:
    """The same page again for a browser that has a cookie now; without cookies there is no page."""
    if "again" in request.query_params:
        raise HTTPException(400, "Voting needs a cookie, which tells your votes from those of others: allow it.")
    response = RedirectResponse("/compare?again=1", 303)
    give_cookie(response, request, COOKIE, secrets.token_urlsafe(32), A_YEAR)
    return response


def draw(lake: Lake, voter: str, given: Sequence[Vote]) -> tuple[Pair | None, int]:
    """A pair of today's answers that this person has not voted on, in random order, and how many they have voted on.

    None where there is no pair left.

    Args:
        lake: Holds the answers.
        voter: The person.
        given: Their votes, on whatever answers.

    Raises:
        UserError: A table of answers is not made yet.
    """
    needed = [*(f"{name}_answers" for name in CONTENDERS), "job_catalog"]
    if missing := [table for table in needed if not lake.files(table)]:
        made = " ".join(f"--select {table}" for table in missing)
        raise UserError(f"There are no answers to compare yet: make them with `jobsearch run {made}`")
    with lake.connect(needed) as connection:
        columns = "question_id, question, answer, posting_ids, posting_id"
        tables = {
            name: {row[0]: row[1:] for row in connection.execute(f"SELECT {columns} FROM {name}_answers").fetchall()}
            for name in CONTENDERS
        }
        answers = {(name, key): row[1] for name, rows in tables.items() for key, row in rows.items()}
        voted = {vote.key for vote in votes.counted(given, answers)}
        asked = sorted(set.intersection(*(set(rows) for rows in tables.values())))
        possible = [
            (question_id, *pair)
            for question_id in asked
            for pair in combinations(CONTENDERS, 2)
            if (voter, question_id, *pair) not in voted
        ]
        if not possible:
            return None, len(voted)
        question_id, *pair = secrets.choice(possible)
        random.SystemRandom().shuffle(pair)
        first, second = (Shown(name, *tables[name][question_id][1:3]) for name in pair)
        question, *_, posting_id = tables[pair[0]][question_id]
        wanted = sorted({posting_id, *first.posting_ids, *second.posting_ids})
        return Pair(voter, question_id, question, (first, second), _texts(connection, wanted)), len(voted)


def _texts(connection: "duckdb.DuckDBPyConnection", posting_ids: Sequence[str]) -> tuple[str, ...]:
    """Postings of the catalog as texts, in the order of their ids, which says nothing of who found them."""
    rows = connection.execute(
        """
        SELECT concat_ws('\n', title, place, salary, summary) FROM job_catalog
        WHERE posting_id IN (SELECT unnest(?)) ORDER BY posting_id
        """,
        [list(posting_ids)],
    ).fetchall()
    return tuple(text for (text,) in rows)


def read_form(pair: Pair, form: FormData) -> Vote | None:
    """The vote that a form says; None where it lacks one."""
    said: dict[str, Better] = {}
    for criterion in CRITERIA:
        chosen = next((choice for choice in get_args(Better) if choice == _text(form, criterion)), None)
        if chosen is None:
            return None
        said[criterion] = chosen
    first, second = pair.answers
    return Vote(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        voter=pair.voter,
        question_id=pair.question_id,
        first=first.contender,
        second=second.contender,
        answers=(digest_of_answer(first.text), digest_of_answer(second.text)),
        relevance=said["relevance"],
        faithfulness=said["faithfulness"],
        relevant=(_holds(form, "relevant-first"), _holds(form, "relevant-second")),
        faithful=(_holds(form, "faithful-first"), _holds(form, "faithful-second")),
    )


def _holds(form: FormData, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(_text(form, name))


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
