"""Votes of people on pairs of answers: what a vote says, and how it is kept.

Belongs here: the form of a vote, storing it so that it outlasts a crash, reading all of them, and the labels for ARES
that stand in them. What follows from votes is in `preferences.py`; the page where people vote is in `app/web/`.

A vote is one line of JSON in `votes/*.jsonl` of the data folder. It is on disk before the page says thank you; a line
that a crash tore is left out and counted, and takes no other with it.
"""

import fcntl
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from jobsearch_dagster.evaluation.gold import EXPORTED, Item
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.foundation.digests import digest_of, digest_of_file, digest_of_files
from jobsearch_dagster.foundation.errors import UserError

if TYPE_CHECKING:
    import duckdb

Read = TypeVar("Read")
FOLDER = "votes"
FILE = "votes.jsonl"
Better = Literal["first", "same", "second"]
VOTED: tuple[Literal["relevance"], Literal["faithfulness"]] = ("relevance", "faithfulness")
LABELLED = {"relevance": "answer_relevance", "faithfulness": "answer_faithfulness"}
"""What is voted on -> the criterion of ARES that the same person may judge each answer by."""


class Vote(BaseModel):
    """What one person said of two answers to one question.

    Attributes:
        at: When, ISO 8601 in UTC.
        voter: Says which votes are of the same person, and nothing of who that is.
        question_id: The question, as in the tables of answers.
        first: Contender whose answer was shown first.
        second: The other one.
        answers: Digests of both answers, so that a vote on other answers than those of today is told apart.
        relevance: Whose answer is more about what was asked.
        faithfulness: Whose answer says less that no posting says.
        relevant: Whether the first and the second answer are relevant at all; null where the person did not say.
        faithful: Whether they are faithful at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    voter: str
    question_id: str
    first: str
    second: str
    answers: tuple[str, str]
    relevance: Better
    faithfulness: Better
    relevant: tuple[bool | None, bool | None] = (None, None)
    faithful: tuple[bool | None, bool | None] = (None, None)

    @model_validator(mode="after")
    def _two_contenders(self) -> "Vote":
        if self.first == self.second or not {self.first, self.second} <= set(CONTENDERS):
            raise ValueError("a vote is on two contenders")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """Who voted on what: of several votes with one key the last counts."""
        return (self.voter, self.question_id, *sorted([self.first, self.second]))


@dataclass(frozen=True)
class Votes:
    """All that was stored.

    Attributes:
        votes: In the order of the files and their lines.
        unreadable: Lines that are no votes: torn by a crash, or written by somebody else.
    """

    votes: tuple[Vote, ...]
    unreadable: int = 0


def digest_of_answer(text: str) -> str:
    """What tells an answer from others of the same contender to the same question."""
    return digest_of(text)[:16]


def files(data_dir: Path) -> list[Path]:
    """The files that votes are in; those of other machines may be put beside our own."""
    return sorted((data_dir / FOLDER).glob("*.jsonl"))


def store(data_dir: Path, vote: Vote) -> None:
    """Add a vote; when this returns it is on disk.

    Raises:
        UserError: The file cannot be written.
    """
    path = data_dir / FOLDER / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # After a line that a crash tore, a new one begins: it would be lost as the end of the torn one.
            start = b"" if _ends_with_a_line(file.fileno()) else b"\n"
            _write_all(file, start + vote.model_dump_json().encode() + b"\n")
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error}; free space or make the folder writable") from error


def _write_all(file: io.FileIO, line: bytes) -> None:
    """Write to the last byte: on a disk that is nearly full a write takes less than it is given, and the next fails."""
    while line:
        line = line[file.write(line) :]


def _ends_with_a_line(file: int) -> bool:
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


def _sync_folder(folder: Path) -> None:
    """Make a new file's name outlast a crash too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(data_dir: Path) -> Votes:
    """All votes.

    Raises:
        UserError: A file cannot be opened.
    """
    found, unreadable = [], 0
    contents = [_readable(file, Path.read_bytes) for file in files(data_dir)]
    for line in (line for content in contents for line in content.split(b"\n") if line):
        try:
            found.append(Vote.model_validate_json(line))
        except ValidationError:
            unreadable += 1
    return Votes(tuple(found), unreadable)


def digest(data_dir: Path) -> str | None:
    """Of all files of votes; None where there are none.

    Raises:
        UserError: A file cannot be opened.
    """
    found = files(data_dir)
    return digest_of_files(data_dir, found, lambda file: _readable(file, digest_of_file)) if found else None


def _readable(file: Path, read: Callable[[Path], Read]) -> Read:
    try:
        return read(file)
    except OSError as error:
        raise UserError(f"cannot read {file}: {error}; make it readable or move it out of {file.parent}") from error


def answers_by_question(connection: "duckdb.DuckDBPyConnection") -> dict[tuple[str, str], str]:
    """Contender and question -> the answer."""
    return {
        (name, question_id): answer
        for name in CONTENDERS
        for question_id, answer in connection.execute(f"SELECT question_id, answer FROM {name}_answers").fetchall()
    }


def postings_by_question(connection: "duckdb.DuckDBPyConnection") -> dict[str, str]:
    """Question -> the posting that it is about."""
    return {
        question_id: posting_id
        for name in CONTENDERS
        for question_id, posting_id in connection.execute(
            f"SELECT question_id, posting_id FROM {name}_answers"
        ).fetchall()
    }


def counted(votes: Iterable[Vote], answers: Mapping[tuple[str, str], str]) -> list[Vote]:
    """The votes on today's answers, the last of each person on each pair.

    Args:
        votes: In whatever order, as files of several machines have none together; of one second the later one counts.
        answers: Contender and question -> the answer.
    """
    digests = {item: digest_of_answer(text) for item, text in answers.items()}
    todays = [
        vote
        for vote in votes
        if vote.answers == tuple(digests.get((name, vote.question_id)) for name in (vote.first, vote.second))
    ]
    return list({vote.key: vote for vote in sorted(todays, key=lambda vote: vote.at)}.values())


def labels(votes: Iterable[Vote]) -> dict[Item, bool]:
    """What most people said of each answer by itself; nothing where as many said yes as no.

    That an answer is better than another says of neither that it is good, so that only this is a label.
    """
    said: Counter[Item] = Counter()
    for vote in votes:
        for criterion, both in (("relevance", vote.relevant), ("faithfulness", vote.faithful)):
            for contender, holds in zip((vote.first, vote.second), both, strict=True):
                if holds is not None:
                    said[Item(contender, vote.question_id, LABELLED[criterion])] += 1 if holds else -1
    return {item: balance > 0 for item, balance in sorted(said.items()) if balance}


def label_rows(votes: Sequence[Vote]) -> list[tuple[str, ...]]:
    """The labels as the lines of the CSV that `ares_scores` reads, its header first.

    Args:
        votes: On today's answers.
    """
    seen = {
        (contender, vote.question_id): digest
        for vote in votes
        for contender, digest in zip((vote.first, vote.second), vote.answers, strict=True)
    }
    found = labels(votes).items()
    return [EXPORTED, *((*item, str(int(label)), seen[item.contender, item.question_id]) for item, label in found)]
