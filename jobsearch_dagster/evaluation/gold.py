"""Whether context is relevant, an answer faithful, an answer relevant: by rule, or as a person says.

Belongs here: the three criteria of ARES (Saad-Falcon et al., NAACL 2024) as rules over the structured columns and
what answers say, and the CSV in which a person may judge instead. A rule knows title, place, pay, skills and years:
an answer that invents a canteen is faithful by rule. Who learns from these labels is in `judges.py`, what is estimated
with them in `ares.py`.
"""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from jobsearch_dagster.evaluation.fields import field_scores, stated_bucket
from jobsearch_dagster.evaluation.truth import Asked, NamedJob, Posting, Postings, grounded, jobs_in, satisfies
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.preparation.entities import Entities, extract_entities
from jobsearch_dagster.preparation.imputation import UNKNOWN

Criterion = Literal["context_relevance", "answer_faithfulness", "answer_relevance"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)


class Item(NamedTuple):
    """What is labelled: a contender's answer to a question, under one criterion. The columns of a person's CSV."""

    contender: str
    question_id: str
    criterion: str


COLUMNS = (*Item._fields, "label")
EXPORTED = (*COLUMNS, "answer")
"""With what tells the answer that a person saw: `digest_of_answer` in `votes.py`."""


def context_is_relevant(asked: Asked, context: Sequence[Posting]) -> bool:
    """Whether a posting that was looked up satisfies the question, so that it can be answered from the context."""
    return any(satisfies(posting, asked) for posting in context)


def answer_is_faithful(answer: str, context: Postings) -> bool:
    """Whether the answer names a job, and all that it says of the jobs it names is said by the context."""
    return (
        bool(jobs_in(answer)) and grounded(answer, context) == 1 and set(field_scores(answer, context).values()) == {1}
    )


def answer_is_relevant(answer: str, asked: Asked, context: Postings) -> bool:
    """Whether the answer names a job, and every job it names is one that was asked for.

    What the answer does not say of a job is taken from the job's posting: it need not repeat that a job is in the
    asked place, and an answer that says otherwise than the posting is judged by what it says.
    """
    jobs = jobs_in(answer)
    return bool(jobs) and all(_is_asked_for(job, asked, context) for job in jobs)


def _is_asked_for(job: NamedJob, asked: Asked, context: Postings) -> bool:
    said = said_of(job)
    return any(satisfies(_completed(said, posting), asked) for posting in context.matching(job) or [said])


def said_of(job: NamedJob, posting_id: str = "") -> Posting:
    """A job as a posting of which nothing else is known."""
    read = _read(job.title, job.description)
    pay = stated_bucket(job.salary) or UNKNOWN
    return Posting(posting_id, job.title, job.place, frozenset({pay}), read.min_years, frozenset(read.skills))


def _completed(said: Posting, posting: Posting) -> Posting:
    return replace(
        posting,
        salaries=posting.salaries if said.salaries == {UNKNOWN} else said.salaries,
        min_years=posting.min_years if said.min_years is None else said.min_years,
        skills=posting.skills | said.skills,
    )


@lru_cache(maxsize=10_000)
def _read(title: str, description: str) -> Entities:
    return extract_entities(title, "", description)


@dataclass(frozen=True)
class Labels:
    """What a person said of today's answers.

    Attributes:
        by_item: The labels.
        outdated: Rows that were left out, as they are of answers that are no longer there.
    """

    by_item: dict[Item, bool]
    outdated: int = 0


class _Row(NamedTuple):
    line: int
    item: Item
    label: bool
    answer: str


def read_labels(path: Path, items: Mapping[Item, str]) -> Labels:
    """A person's labels.

    Args:
        path: CSV in UTF-8 with the columns `contender,question_id,criterion,label`; a label is 1 or 0. With a further
            column `answer`, a row counts only where that is the digest of today's answer, or empty.
        items: All that can be labelled, each with the digest of today's answer.

    Raises:
        UserError: The file cannot be read, has other columns, names what is not there, contradicts itself, or has
            labels of earlier answers alone.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) not in (COLUMNS, EXPORTED):
                raise UserError(f"labels {path}: the header must be {','.join(COLUMNS)}, or that and `,answer`")
            rows = list(_rows(path, reader))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"labels {path} cannot be read: {error}; give a CSV in UTF-8") from error
    todays = [row for row in rows if row.answer in ("", items.get(row.item))]
    if rows and not todays:
        raise UserError(
            f"labels {path}: none of {len(rows):,} rows is of an answer of today: label those that there are, or run "
            "`jobsearch export labels` again"
        )
    return Labels(_checked(path, todays, items), len(rows) - len(todays))


def _rows(path: Path, reader: "csv.DictReader[str]") -> Iterator[_Row]:
    for row in reader:
        if row["label"] not in ("0", "1"):
            raise UserError(f"labels {path}, line {reader.line_num}: label {row['label']!r} is neither 0 nor 1")
        item = Item(*(row[name] or "" for name in Item._fields))
        yield _Row(reader.line_num, item, row["label"] == "1", row.get("answer") or "")


def _checked(path: Path, rows: list[_Row], items: Collection[Item]) -> dict[Item, bool]:
    found: dict[Item, bool] = {}
    for line, item, label, _ in rows:
        if item not in items:
            raise UserError(
                f"labels {path}, line {line}: {', '.join(item)} is nothing to label: take contender and question_id "
                f"from the answer tables, and one of {', '.join(CRITERIA)}"
            )
        if item in found:
            raise UserError(f"labels {path}, line {line}: {', '.join(item)} stands there twice; keep one of both")
        found[item] = label
    if not found:
        raise UserError(f"labels {path} holds no label: fill it in, or leave `labels` empty to label by rule")
    return found
