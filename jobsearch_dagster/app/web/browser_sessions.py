"""Who is who on the page: a conversation for each browser, found by a cookie that nobody can guess.

Belongs here: what is remembered of a browser between two requests, for how long, and that a form came from our own
page. What a conversation is made of otherwise is in `search/session.py`; it lives in memory and ends with the server.
"""

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from jobsearch_dagster.app.ask import Via
from jobsearch_dagster.app.web.charts import Chart
from jobsearch_dagster.search.answering import SearchResult
from jobsearch_dagster.search.filter import Asked
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster.search.session import Answers, Session

COOKIE = "jobsearch_session"
MOST = 1000
"""Browsers that are remembered; whoever has not come for longest is forgotten first. One takes 40 kB with 10
postings, 700 kB with the most that a page shows (`MOST_ROWS`)."""
LONGEST_PAUSE = 12 * 3600.0
"""Seconds after which a browser that did not come is forgotten, with what its owner told of themselves."""
MOST_ROWS = 200
"""Postings of an answer: more than anybody reads on one page, and a browser's latest answer is kept in memory."""
View = Literal["cards", "table"]


class FewRows:
    """Answers for a page: those of the catalog, with `MOST_ROWS` postings at most, however many are asked for."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def search(
        self,
        question: Asked,
        *,
        history: Sequence[Asked] = (),
        limit: int | None = None,
        profile: Profile | None = None,
    ) -> SearchResult:
        """Answer a question that goes on from earlier ones."""
        asked = parse_question(question, history).filter.limit
        if asked is not None and asked > MOST_ROWS:
            limit = MOST_ROWS  # wins over the larger number of the question
        return self._answers.search(question, history=history, limit=limit, profile=profile)


@dataclass
class Visit:
    """One browser's conversation, as its page shows it.

    Attributes:
        session: Questions, answers and who asks.
        csrf: Stands in every form of the page; a form of another site cannot know it.
        said: What was asked, the latest last; a filter changed by hand in words.
        before: What had been said each time that something else came to be looked for: undo goes back there.
        shown: The answer of the catalog to the latest; None where there is none.
        charts: What all its postings look like together.
        asked: The latest in a text that needs no earlier one, which a language model is asked.
        number: Of the latest question, so that a late answer to an earlier one is told apart.
        notes: What else there is to say of the latest, each a line.
        trouble: Why something could not be done.
        contenders: Who answers, one or two side by side.
        written: Contender -> its finished answer to the latest question.
        view: How postings are shown.
        lock: For whoever reads or changes any of this: a browser can send two requests at once.
    """

    session: Session
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    said: list[str] = field(default_factory=list)
    before: list[list[str]] = field(default_factory=list)
    shown: SearchResult | None = None
    charts: tuple[Chart, ...] = ()
    asked: str | None = None
    number: int = 0
    notes: tuple[str, ...] = ()
    trouble: str | None = None
    contenders: tuple[Via, ...] = ("analytics",)
    written: dict[Via, str] = field(default_factory=dict)
    view: View = "cards"
    lock: Lock = field(default_factory=Lock)

    def sent(self, csrf: str) -> bool:
        """Whether a form came from this browser's own page."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


class BrowserSessions:
    """The visits of a server, by the secret in each browser's cookie."""

    def __init__(
        self,
        new: Callable[[], Session],
        *,
        most: int = MOST,
        longest_pause: float = LONGEST_PAUSE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nobody has come yet.

        Args:
            new: Makes the conversation of a new browser.
            most: Browsers that are remembered.
            longest_pause: Seconds.
            clock: Seconds, never going back.
        """
        self._new = new
        self._most = most
        self._longest_pause = longest_pause
        self._clock = clock
        self._visits: OrderedDict[str, tuple[float, Visit]] = OrderedDict()
        """By secret, the one that came last at the end; when it came, and its visit."""
        self._lock = Lock()

    def find(self, secret: str) -> Visit | None:
        """The visit of a browser that is known."""
        with self._lock:
            self._forget_old()
            if secret not in self._visits:
                return None
            _, visit = self._visits[secret]
            self._visits[secret] = (self._clock(), visit)
            self._visits.move_to_end(secret)
            return visit

    def begin(self) -> tuple[str, Visit]:
        """A new visit, and the secret that its browser has to bring."""
        secret, visit = secrets.token_urlsafe(32), Visit(self._new())
        with self._lock:
            self._forget_old()
            self._visits[secret] = (self._clock(), visit)
            if len(self._visits) > self._most:
                self._visits.popitem(last=False)
        return secret, visit

    def _forget_old(self) -> None:
        earliest = self._clock() - self._longest_pause
        while self._visits and next(iter(self._visits.values()))[0] < earliest:
            self._visits.popitem(last=False)
