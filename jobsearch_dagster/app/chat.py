"""`jobsearch chat`: question after question, in a terminal or through a pipe.

Belongs here: reading lines, the commands that begin with a slash, and what is printed for a turn. What a message
changes in the conversation is in `search/session.py`, how an answer looks in `ask.py`.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from jobsearch_dagster.app.ask import (
    Via,
    contender,
    described,
    names_stay,
    profile_of,
    say,
    show_posting,
    show_reasons,
    show_result,
    show_spoken,
    show_statement,
)
from jobsearch_dagster.app.lines import is_terminal, lines
from jobsearch_dagster.app.written import write
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.search import remembered
from jobsearch_dagster.search.answering import SearchResult
from jobsearch_dagster.search.follow_ups import picked_row
from jobsearch_dagster.search.model_filter import ModelReader
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster.search.remembered import NOBODY
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster.search.session import Session
from jobsearch_dagster.search.standalone import standing_alone

if TYPE_CHECKING:
    from jobsearch_dagster.evaluation.contenders import Contender

PROMPT = "jobs> "
WELCOME = "Ask for jobs, or say what you can: /help lists the commands, Ctrl-D leaves."
HELP = """\
Ask for jobs: "remote python jobs over $100k", then "only senior ones", "the second one", "undo", "start over".
Say who you are: "I have 3 years of experience", "I know Python", "I live in Berlin", "I want to earn $80k".
What you say of yourself is remembered: it orders the postings and leaves none out.
/profile             what is remembered
/profile FILE        read a resume (.pdf, .docx, .txt)
/set SLOT VALUE      write one slot: title, seniority, skills, years, education, place, pay
/forget [SLOT]       forget one slot, or all that is remembered
/reset               forget all that is remembered and all questions
/why N               why posting N is in the last answer
/sql                 the statement of the last answer
/via NAME            who answers: analytics (tables), rag, lora or base (in words,
                     as they are written; Ctrl-C stops them)
/via lora DIGEST     with this adapter instead of the promoted one
/help                this
/quit                leave, as Ctrl-D and Ctrl-C do
rag, lora and base get one question by itself and nothing that is remembered. What goes on
from an earlier question is written out for them, and shown: "Asked as: jobs with Python, at
senior level". /why and /sql are of tables."""
_LEAVES = re.compile(r"/?(?:quit|exit|bye|goodbye|good\s+bye)\W*", re.IGNORECASE)
_ASKS_HELP = re.compile(
    r"(?:hi|hello|hey|good\s+(?:morning|day|evening))?\W*(?:help(?:\s+me)?|what\s+can\s+(?:you|i)\s+(?:do|ask|say)(?:\s+here)?"
    r"|how\s+does\s+(?:this|it)\s+work|\?)?\W*",
    re.IGNORECASE,
)
_ASKS_PROFILE = re.compile(
    r"what\s+do\s+you\s+(?:know|remember|have)\s+(?:about|of|on)\s+me|do\s+you\s+(?:still\s+)?(?:know|remember)\s+me"
    r"|what\s+(?:is|have\s+you)\s+remembered.*|who\s+am\s+i|(?:show\s+(?:me\s+)?)?my\s+profile",
    re.IGNORECASE,
)
NOTHING_NEW = 'Nothing in that changes what I look for. For more postings, say how many: "show 20".'


def chat(settings: Settings, profile_file: Path | None, limit: int | None, *, with_meaning: bool, spoken: bool) -> None:
    """Talk until the input ends.

    Args:
        settings: Where the data lies.
        profile_file: JSON file that the profile is read from and written to; None keeps it in the session alone.
        limit: Most postings of an answer.
        with_meaning: Order by meaning too.
        spoken: Say a sentence of the language model above each table.

    Raises:
        UserError: There is no catalog, or the profile file cannot be used.
    """
    published_catalog(settings.data_dir)
    profile = NOBODY if profile_file is None else remembered.read(profile_file)
    reader = ModelReader.from_settings(settings)
    session = Session(Searcher(settings.data_dir, with_meaning=with_meaning, second_reader=reader), profile, limit)
    talk = Chat(
        session,
        profile_file,
        speak=partial(show_spoken, settings) if spoken else None,
        load=lambda via, digest: contender(settings, via, limit, digest),
    )
    if is_terminal():
        say(WELCOME)
    with suppress(KeyboardInterrupt, EOFError):
        for line in lines(PROMPT):
            if not talk.take(line):
                return
    if is_terminal():
        say("")  # the prompt of the shell begins its own line


@dataclass(frozen=True)
class Writer:
    """A contender that answers in words, in place of the tables."""

    via: Via
    contender: "Contender"


class Chat:
    """One conversation as it is printed."""

    def __init__(
        self,
        session: Session,
        profile_file: Path | None,
        speak: Callable[[SearchResult], None] | None,
        load: Callable[[Via, str | None], "Contender"],
    ) -> None:
        self._session = session
        self._speak = speak
        self._load = load
        self._writer: Writer | None = None
        self._file = profile_file
        self._has_asked = False
        self._commands: dict[str, Callable[[str], None]] = {
            "profile": self._profile,
            "set": self._set,
            "forget": self._forget,
            "reset": self._reset,
            "why": self._why,
            "sql": self._sql,
            "via": self._via,
            "help": lambda _: say(HELP),
        }

    def take(self, line: str) -> bool:
        """Answer one line; whether the conversation goes on."""
        line = line.strip()
        name, _, rest = line.removeprefix("/").partition(" ")
        if _LEAVES.fullmatch(line):
            return False
        try:
            if not line.startswith("/"):
                self._say(line)
            elif name in self._commands:
                self._commands[name](rest.strip())
            else:
                say(f"unknown command /{name}: /help lists them", soft_wrap=True)
        except UserError as error:
            say(f"error: {error}", soft_wrap=True)
        return True

    def _say(self, message: str) -> None:
        if not message:
            return
        if _ASKS_HELP.fullmatch(message):
            say(HELP)
            return
        if _ASKS_PROFILE.fullmatch(message.rstrip("?!. ")):
            self._profile("")
            return
        number = picked_row(message)
        if number is not None and message.lower().startswith("why"):
            self._why(str(number if number > 0 else len(self._last().rows)))
            return
        self._answer(message)

    def _answer(self, message: str) -> None:
        before = self._session.profile
        if self._has_asked:
            turn = self._session.say(message)
        else:
            with names_stay():
                turn = self._session.say(message)
            self._has_asked = True
        if turn.told != NOBODY:
            say(f"remembered: {described(turn.told)}")
        if turn.forgot != NOBODY:
            say(f"forgotten: {described(turn.forgot)}")
        if self._session.profile != before:
            self._keep()
        if self._writer is not None:
            if turn.result is not None and turn.asked:
                self._write(self._writer, turn.result, turn.asked)
        elif turn.result is not None:
            if not turn.changed and turn.told == turn.forgot == NOBODY:
                say(NOTHING_NEW)
            self._show(turn.result)
        elif not self._session.last:
            say("Ask for jobs, and they come in the order of how well they fit you.")

    def _write(self, writer: Writer, result: SearchResult, asked: str) -> None:
        """Let a contender answer that knows no conversation: what goes on from an earlier question is written out."""
        interpretation = result.interpretation
        if interpretation.message is not None:
            say(interpretation.message)
            return
        if interpretation.row is not None:
            raise UserError(f"{writer.via} lists no postings that could be pointed at: /via analytics does")
        alone = standing_alone(asked, interpretation.filter)
        if alone != asked:
            say(f"Asked as: {alone}")
        write(writer.contender, alone)

    def _change(self, profile: Profile) -> None:
        """Remember something else, and show the last answer in its new order."""
        result = self._session.know(profile)
        self._keep()
        self._profile("")
        if result is not None and self._writer is None:
            self._show(result)

    def _keep(self) -> None:
        if self._file is not None:
            remembered.write(self._session.profile, self._file)

    # --- commands ---

    def _profile(self, path: str) -> None:
        if path:
            self._change(remembered.added(self._session.profile, profile_of(Path(path).expanduser())))
            return
        for line in remembered.lines(self._session.profile):
            say(line)
        if self._session.profile == NOBODY:
            say("Nothing is remembered of you.")

    def _set(self, rest: str) -> None:
        slot, _, value = rest.partition(" ")
        if not value.strip():
            raise UserError("set what? For example: /set years 5")
        self._change(remembered.written(self._session.profile, slot.lower(), value))

    def _forget(self, slot: str) -> None:
        self._change(remembered.forgotten(self._session.profile, slot.lower()) if slot else NOBODY)

    def _reset(self, _: str) -> None:
        self._session.start_over()
        self._change(NOBODY)

    def _why(self, number: str) -> None:
        shown = self._last().reasons
        if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(shown)):
            there_are = f"a number from 1 to {len(shown)}" if shown else "a list of postings first"
            raise UserError(f"why which posting? It takes {there_are}, for example: /why 1")
        show_reasons(self._last(), int(number))

    def _sql(self, _: str) -> None:
        show_statement(self._last())

    def _via(self, rest: str) -> None:
        name, _, digest = rest.partition(" ")
        if name == "analytics":
            self._writer = None
        elif name in get_args(Via):
            say(f"Loading {name} ...")
            self._writer = Writer(name, self._load(name, digest.strip() or None))  # ty: ignore[invalid-argument-type]
        elif name:
            raise UserError(f"there is no {name}: use one of {', '.join(get_args(Via))}")
        say(f"{'analytics' if self._writer is None else self._writer.via} answers.")

    def _last(self) -> SearchResult:
        if self._writer is not None:
            raise UserError(f"{self._writer.via} answers in words, without a table: /via analytics makes one")
        if self._session.last is None:
            raise UserError("nothing was asked yet")
        return self._session.last

    def _show(self, result: SearchResult) -> None:
        """The posting that was pointed at in full, any other answer as `jobsearch ask` shows it."""
        if result.interpretation.row is not None and result.interpretation.message is None:
            show_posting(result.records[0])
            return
        if self._speak is not None:
            self._speak(result)
        show_result(result)
