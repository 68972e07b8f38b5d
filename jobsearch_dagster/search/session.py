"""A conversation about jobs: its questions, who asks, and the answer that is pointed at.

Belongs here: what a message changes in the conversation. How a question goes on from the earlier ones is in
`conversation.py`, what is remembered of the person in `remembered.py`, the commands and the terminal in `app/chat.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from jobsearch_dagster.search.answering import SearchResult
from jobsearch_dagster.search.conversation import UNANSWERED
from jobsearch_dagster.search.filter import Asked, JobFilter
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.question import MESSAGES, Interpretation
from jobsearch_dagster.search.remembered import NOBODY, added, lost, statements, taken_back
from jobsearch_dagster.search.standalone import standing_alone

MOST_QUESTIONS = 50
"""Earlier questions that a new one can go on from: each is read again for every new one."""
_NOT_KEPT = {MESSAGES[name] for name in ("empty", "vague", "long")}
"""Replies to what asks for nothing, so that there is nothing to go on from."""
_LEAVES_ALL_AS_IT_WAS = {MESSAGES[name] for name in UNANSWERED}
"""Replies to questions that change nothing; of a first one there is something to keep: "nurse near me", "Berlin"."""


class Answers(Protocol):
    """What answers a question: `Searcher`."""

    def search(
        self,
        question: Asked,
        *,
        history: Sequence[Asked] = (),
        limit: int | None = None,
        profile: Profile | None = None,
    ) -> SearchResult:
        """Answer a question that goes on from earlier ones."""
        ...


@dataclass(frozen=True)
class Turn:
    """What came of a message.

    Attributes:
        told: What it told of the person; `NOBODY` where nothing.
        result: The answer; None where nothing was asked, now or before.
        forgot: What of the person it took back; `NOBODY` where nothing.
        changed: Whether something else is looked for than before.
        asked: The question in it; empty where it only told of the person.
    """

    told: Profile
    result: SearchResult | None
    forgot: Profile = NOBODY
    changed: bool = True
    asked: str = ""


class Session:
    """One conversation; it lives as long as its process and is stored nowhere."""

    def __init__(self, answers: Answers, profile: Profile = NOBODY, limit: int | None = None) -> None:
        """Nothing was asked yet.

        Args:
            answers: Answers the questions.
            profile: What is known of the person.
            limit: Most postings of an answer.
        """
        self._answers = answers
        self._limit = limit
        self._history: list[Asked] = []
        self._read: Interpretation | None = None
        """How the last question of the history was read, answered or not."""
        self.profile = profile
        self.last: SearchResult | None = None

    def say(self, message: str) -> Turn:
        """Take a message: a question, statements about the person, or both.

        What it tells is remembered and asks for nothing: it orders the postings. Where it does not ask anything
        beside, the last question is answered again in the new order.
        """
        left = taken_back(message, self.profile)
        forgot, self.profile = lost(self.profile, left), left
        told, asked = statements(message)
        if (told != NOBODY and not asked) or (forgot != NOBODY and self.last is None):
            return Turn(told, self.know(added(self.profile, told)), forgot)
        self.profile = added(self.profile, told)
        before = self._read
        result = self._ask(asked)
        return Turn(told, result, forgot, not _looks_for_the_same(before, result.interpretation), asked)

    def know(self, profile: Profile) -> SearchResult | None:
        """Know something else of the person; the last question answered again in that order, if there is one."""
        self.profile = profile
        if self.last is None:
            return None
        result = self._search(self._history[-1], self._history[:-1])
        if result.interpretation.message is None:
            self.last = result
        return result

    def change(self, job_filter: JobFilter) -> SearchResult:
        """Ask for what a filter says, one that was changed by hand; later questions go on from it."""
        return self._ask(job_filter)

    @property
    def in_whole(self) -> str | None:
        """All that is asked by now, in a text that needs no earlier question; None where nothing is."""
        return None if self._read is None else standing_alone(self._history[-1], self._read.filter)

    def start_over(self) -> None:
        """Forget questions and answers; who asks stays known."""
        self._history.clear()
        self._read = self.last = None

    def _ask(self, question: Asked) -> SearchResult:
        result = self._search(question, self._history)
        interpretation = result.interpretation
        if interpretation.message == MESSAGES["over"]:
            self.start_over()
        elif interpretation.row is None and interpretation.intent in ("search", "aggregate", "clarify"):
            # What changes nothing is not kept, so that "undo" takes back what did.
            not_kept = _NOT_KEPT | _LEAVES_ALL_AS_IT_WAS if self._history else _NOT_KEPT
            if interpretation.message not in not_kept and not _looks_for_the_same(self._read, interpretation):
                self._history = [*self._history, question][-MOST_QUESTIONS:]
                self._read = interpretation
            if interpretation.message is None:
                self.last = result
        return result

    def _search(self, question: Asked, history: Sequence[Asked]) -> SearchResult:
        profile = None if self.profile == NOBODY else self.profile
        return self._answers.search(question, history=history, limit=self._limit, profile=profile)


def _looks_for_the_same(before: Interpretation | None, new: Interpretation) -> bool:
    if before is None or new.message is not None or new.row is not None:
        return False
    return new.filter == before.filter
