"""Synthetic raw files of any size: invented postings crossed with invented resumes.

What the data is not: no company, person, address, posting or resume in it is real, and none was
copied or derived from a real one; a name that also exists somewhere does so by chance. Pay levels,
frequencies and skills are plausible and not measured, so nothing about any labour market can be
concluded from them.

Belongs here: how many rows and postings there are, which of them repeat, share a title and place
or carry a salary, and writing the two files. Does not belong here: what a posting or a resume says
(`sample_data/`).
"""

import filecmp
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.sample_data.chance import seeded, shuffled, uneven_parts
from jobsearch_dagster.ingestion.sample_data.facts import compose_headline
from jobsearch_dagster.ingestion.sample_data.posting import Posting, compose_posting
from jobsearch_dagster.ingestion.sample_data.resume import compose_resume

COLUMNS = ("Resume", "Job-Title", "Location", "Salary", "Description")
FILES = ("train-1.csv", "test-1.csv")
MIN_ROWS, MAX_ROWS = 10, 5_000_000
ROWS_PER_POSTING = 6
# Applicants of a role that its postings usually share; a posting with more rows goes beyond them.
APPLICANTS = 12
RECASED_SHARE = 0.25
# Of the postings without salary, every TWIN_EVERYth shares title and place with one that has a
# salary; of those with a salary, every RIVAL_EVERYth shares them with the one before it. Every
# REPOST_EVERYth posting, if it has no salary, repeats the text of the one before it.
TWIN_EVERY, RIVAL_EVERY, REPOST_EVERY = 4, 8, 16

Row = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class SplitShape:
    """Exact counts of one file: all rows, rows left without duplicates, postings.

    The fields named `paid` count those among them with a salary in the column.
    """

    rows: int
    paid_rows: int
    unique_rows: int
    paid_unique_rows: int
    postings: int
    paid_postings: int

    @property
    def unpaid_postings(self) -> int:
        """Postings without a salary in the column."""
        return self.postings - self.paid_postings

    def is_paid(self, index: int) -> bool:
        """Whether posting `index` has a salary; those that have one are spread evenly."""
        return self.paid_before(index + 1) > self.paid_before(index)

    def paid_before(self, index: int) -> int:
        """How many of the first `index` postings have a salary."""
        return index * self.paid_postings // self.postings

    def paid_index(self, rank: int) -> int:
        """Index of the posting with a salary that has `rank` such postings before it."""
        return -(-(rank + 1) * self.postings // self.paid_postings) - 1


# The report: 596 and 149 rows, of which 161 and 45 have a salary; 307 and 122 without duplicates,
# of which 220 and 85 have no salary. Its 15 postings, all in both files, are not imitated.
REPORT_SHAPES = (
    SplitShape(
        rows=596,
        paid_rows=161,
        unique_rows=307,
        paid_unique_rows=307 - 220,
        postings=100,
        paid_postings=30,
    ),
    SplitShape(
        rows=149,
        paid_rows=45,
        unique_rows=122,
        paid_unique_rows=122 - 85,
        postings=40,
        paid_postings=12,
    ),
)


@dataclass(frozen=True)
class SampleSpec:
    """What to make: rows and postings of both files together, and how they are spread.

    Attributes:
        rows: Rows in both files together, 10 to 5,000,000.
        postings: Distinct postings in both files together; None makes one per six rows.
        seed: The same seed gives the same bytes on every machine.
        test_share: Share of rows and of postings in `test-1.csv`, at least one of each; no posting
            is in both files.
        paid_share: Share of postings with a salary in the column.
        duplicate_share: Share of rows that repeat another row of their file, less where there are
            too few rows for that; some repeat it in other upper and lower case.
        exact: Counts of the train and the test file instead of the shares, see `report`.
    """

    rows: int
    postings: int | None = None
    seed: int = 7
    test_share: float = 0.2
    paid_share: float = 0.3
    duplicate_share: float = 0.3
    exact: tuple[SplitShape, SplitShape] | None = None

    @classmethod
    def report(cls, seed: int = 695) -> "SampleSpec":
        """The row counts of the report's data, on 140 postings: the files in `data/raw`.

        Under the default seed the 42 filled salary cells show every currency that has a rate,
        every period and every way of writing.
        """
        return cls(
            rows=sum(shape.rows for shape in REPORT_SHAPES),
            postings=sum(shape.postings for shape in REPORT_SHAPES),
            seed=seed,
            exact=REPORT_SHAPES,
        )

    def shapes(self) -> tuple[SplitShape, SplitShape]:
        """Counts of the train and the test file.

        Raises:
            UserError: The numbers contradict each other.
        """
        if self.exact:
            return self.exact
        postings = max(2, self.rows // ROWS_PER_POSTING) if self.postings is None else self.postings
        self._refuse_impossible(postings)
        test_postings = _clamp(round(postings * self.test_share), 1, postings - 1)
        train_postings = postings - test_postings
        test_rows = round(self.rows * self.test_share)
        test_rows = _clamp(test_rows, test_postings, self.rows - train_postings)
        train_rows = self.rows - test_rows
        return self._shape(train_rows, train_postings), self._shape(test_rows, test_postings)

    def _refuse_impossible(self, postings: int) -> None:
        if not MIN_ROWS <= self.rows <= MAX_ROWS:
            raise UserError(
                f"rows is {self.rows:,}, but a sample has {MIN_ROWS} to {MAX_ROWS:,} rows: choose a number in between."
            )
        if postings < 2:
            raise UserError(f"postings is {postings}, but no posting is in both files: ask for at least 2.")
        if self.rows < postings:
            raise UserError(
                f"{self.rows:,} rows cannot hold {postings:,} distinct postings: ask for more rows or fewer postings."
            )
        for name in ("test_share", "paid_share", "duplicate_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(
                    f"{name} is {getattr(self, name)}, but a share lies between 0 and 1: write for example 0.2."
                )

    def _shape(self, rows: int, postings: int) -> SplitShape:
        paid = round(postings * self.paid_share)
        unique = max(postings, rows - round(rows * self.duplicate_share))
        paid_unique = unique * paid // postings
        paid_rows = paid_unique + (rows - unique) * paid // postings
        return SplitShape(rows, paid_rows, unique, paid_unique, postings, paid)


def write_sample(spec: SampleSpec, out: Path, *, overwrite: bool = False) -> list[Path]:
    """Write `train-1.csv` and `test-1.csv`; memory does not grow with the number of rows.

    Args:
        spec: What to write.
        out: Folder of the two files, created where missing.
        overwrite: Replace existing files that differ; equal ones are never in the way.

    Returns:
        The paths of the two files.

    Raises:
        UserError: The spec is impossible, or a file exists with other content. Nothing is
            written then.
    """
    splits = _splits(spec)
    out.mkdir(parents=True, exist_ok=True)
    targets = [out / name for name in FILES]
    with tempfile.TemporaryDirectory(dir=out, prefix=".sample-") as scratch:
        drafts = [Path(scratch) / name for name in FILES]
        for draft, split in zip(drafts, splits, strict=True):
            order = seeded(spec.seed, "order", draft.name)
            _write_csv(draft, shuffled(split.rows(), order))
        if not overwrite:
            _refuse_changes(drafts, targets)
        for draft, target in zip(drafts, targets, strict=True):
            draft.replace(target)
    return targets


def iter_postings(spec: SampleSpec) -> Iterator[tuple[str, Posting]]:
    """Each posting of a sample as (split, posting), with the facts that its text states.

    Whoever reads facts out of text can measure against these.
    """
    for name, split in zip(("train", "test"), _splits(spec), strict=True):
        yield from ((name, posting) for posting in split.postings())


def _splits(spec: SampleSpec) -> tuple["_Split", "_Split"]:
    train, test = spec.shapes()
    return _Split(spec.seed, train, train, 0), _Split(spec.seed, test, train, train.postings)


@dataclass(frozen=True)
class _Split:
    """One file. Postings are numbered through both files; `first` is the number of its first."""

    seed: int
    shape: SplitShape
    train: SplitShape
    first: int

    def postings(self) -> Iterator[Posting]:
        """Each posting once, in the order of their numbers."""
        for index in range(self.shape.postings):
            body = index - 1 if self._is_repost(index) else index
            yield compose_posting(
                compose_headline(self.seed, self._headline_number(body)),
                self.seed,
                self.first + body,
                self.first + index,
                paid=self.shape.is_paid(index),
            )

    def rows(self) -> Iterator[Row]:
        """All rows: each posting with its applicants, each such row followed by its copies."""
        shape, rng = self.shape, seeded(self.seed, "rows", self.first)
        unpaid_rows = shape.rows - shape.paid_rows
        unpaid_unique = shape.unique_rows - shape.paid_unique_rows
        applicants = {
            True: uneven_parts(rng, shape.paid_unique_rows, shape.paid_postings, least=1),
            False: uneven_parts(rng, unpaid_unique, shape.unpaid_postings, least=1),
        }
        appearances = {
            True: uneven_parts(rng, shape.paid_rows, shape.paid_unique_rows, least=1),
            False: uneven_parts(rng, unpaid_rows, unpaid_unique, least=1),
        }
        for index, posting in enumerate(self.postings()):
            paid, first = shape.is_paid(index), rng.randrange(APPLICANTS)
            for applicant in range(first, first + next(applicants[paid])):
                row = self._row(posting, applicant)
                yield row
                for _ in range(next(appearances[paid]) - 1):
                    yield _recased(rng, row) if rng.random() < RECASED_SHARE else row

    def _row(self, posting: Posting, applicant: int) -> Row:
        headline = posting.facts.headline
        resume = compose_resume(self.seed, headline.role_number, applicant)
        return resume, headline.title, headline.location, posting.salary, posting.description

    def _is_repost(self, index: int) -> bool:
        return index % REPOST_EVERY == REPOST_EVERY - 1 and not self.shape.is_paid(index)

    def _headline_number(self, index: int) -> int:
        """Number of the title and place of posting `index`: its own, or those of a train posting.

        Postings without salary borrow so that there is something to impute from, postings with
        one so that pay differs under the same title and place.
        """
        rank = self.shape.paid_before(index)
        if self.shape.is_paid(index):
            return self.first + self.shape.paid_index(_lender(rank))
        unpaid_rank = index - rank
        if unpaid_rank % TWIN_EVERY or not self.train.paid_postings:
            return self.first + index
        peer = unpaid_rank * self.train.paid_postings // self.shape.unpaid_postings
        return self.train.paid_index(_lender(peer))


def _lender(rank: int) -> int:
    """The posting with a salary whose title and place number `rank` has."""
    return rank - 1 if rank % RIVAL_EVERY == RIVAL_EVERY - 1 else rank


def _recased(rng: Random, row: Row) -> Row:
    """`row` in other upper and lower case; only ASCII cells, whose case folds back everywhere."""
    resume, title, location, salary, description = row
    if rng.random() < 0.3 and resume.isascii():
        resume = resume.upper()
    title = title.upper() if title.isascii() else title
    location = location.lower() if location.isascii() else location
    return resume, title, location, salary, description


def _clamp(number: int, low: int, high: int) -> int:
    return max(low, min(number, high))


def _write_csv(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\n")
        file.writelines(",".join(map(_cell, row)) + "\n" for row in rows)


def _cell(text: str) -> str:
    """One cell of RFC 4180; `csv.writer` takes five times as long for the same bytes."""
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _refuse_changes(drafts: list[Path], targets: list[Path]) -> None:
    for draft, target in zip(drafts, targets, strict=True):
        if target.exists() and not filecmp.cmp(draft, target, shallow=False):
            raise UserError(
                f"{target} exists with other content: choose another folder with --out, or move the file away"
            )
