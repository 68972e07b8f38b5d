"""ARES: how often context is relevant, answers are faithful and relevant, from few labels and judges that may be wrong.

Belongs here: what is judged of each answer, which items are labelled, and the rows of `ares_scores`. The rules are in
`gold.py`, the judges in `judges.py`, the estimator in `prediction_powered.py`.

Labels by rule cost nothing, so all items could have one. Only those of a share of the postings are used, as if a person
had to write them: what the judges add, and whether the interval holds, can then be seen.
"""

import hashlib
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from jobsearch_dagster.evaluation.ares_tables import ARES_SCORES, NOBODY
from jobsearch_dagster.evaluation.corruptions import Source, written
from jobsearch_dagster.evaluation.gold import (
    CRITERIA,
    Criterion,
    Item,
    answer_is_faithful,
    answer_is_relevant,
    context_is_relevant,
    read_labels,
)
from jobsearch_dagster.evaluation.judges import Judges
from jobsearch_dagster.evaluation.prediction_powered import DIFFERENCE, RATE, Powered, powered_mean
from jobsearch_dagster.evaluation.scoring import read_asked, read_postings
from jobsearch_dagster.evaluation.tables import ALL_TYPES, CONTENDERS
from jobsearch_dagster.evaluation.truth import NamedJob, Postings, jobs_in, whole_lines
from jobsearch_dagster.evaluation.votes import answers_by_question, digest_of_answer
from jobsearch_dagster.foundation.profiles import Recipe

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

WITH_CONTEXT = ("analytics", "rag")
"""Contenders that answer from postings that were looked up."""


class AresRecipe(Recipe):
    """Which items are labelled, and by whom."""

    labels: str = Field(
        default="",
        description="CSV of a person's labels, relative to the data folder, with the columns "
        "contender,question_id,criterion,label, and answer where exported; empty: by rule",
    )
    labelled_share: float = Field(
        default=0.5, gt=0, le=1, description="share of the postings of a slice whose items are labelled by rule"
    )
    seed: int = Field(default=42, description="of those postings")


class Judged(NamedTuple):
    """An answer of a contender, and what the criteria are looked up in.

    Attributes:
        contender: Who answers.
        question_id: The question.
        slice: `seen` or `unseen`.
        query_type: What is asked for.
        posting_id: The posting asked about.
        question: The question's text.
        answer: Without a line that the limit of tokens cut.
        posting_ids: The context; empty where nothing was looked up.
    """

    contender: str
    question_id: str
    slice: str
    query_type: str
    posting_id: str
    question: str
    answer: str
    posting_ids: tuple[str, ...]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those that this contender can be judged by."""
        return CRITERIA if self.contender in WITH_CONTEXT else CRITERIA[1:]


@dataclass(frozen=True)
class Scored:
    """One item with the judge's score, and its label, where it has them.

    Attributes:
        of: The answer.
        score: 0 to 1; None without a judge that is used.
        label: None where it is not labelled.
    """

    of: Judged
    score: float | None
    label: bool | None


def read_jobs(connection: "duckdb.DuckDBPyConnection", split: str | None = None) -> dict[str, NamedJob]:
    """Each posting as it stands in `clean_jobs`, its description in one line.

    Args:
        connection: Holds `clean_jobs`.
        split: The only one whose rows are read.
    """
    rows = connection.execute(
        """
        SELECT posting_id, first(standard_title ORDER BY row_id), first(place ORDER BY row_id),
            first(salary_bucket ORDER BY row_id), first(description_text ORDER BY row_id)
        FROM clean_jobs WHERE split = coalesce(?, split) GROUP BY posting_id ORDER BY posting_id
        """,
        [split],
    ).fetchall()
    return {
        posting_id: NamedJob(title, place, salary, " ".join(description.split()))
        for posting_id, title, place, salary, description in rows
    }


def read_sources(connection: "duckdb.DuckDBPyConnection", most: int, seed: int) -> list[Source]:
    """Postings of the train split that were asked about: of the first pairs, in the order of a digest.

    Args:
        connection: Holds `clean_jobs` and `query_pairs`.
        most: Most postings.
        seed: Of the order.
    """
    jobs, asked = read_jobs(connection, "train"), read_asked(connection)
    rows = connection.execute(
        """
        SELECT posting_id, query_type, first(pair_id ORDER BY md5(pair_id), pair_id),
            first(question ORDER BY md5(pair_id), pair_id), first(answer ORDER BY md5(pair_id), pair_id)
        FROM query_pairs WHERE split = 'train' GROUP BY posting_id, query_type
        ORDER BY md5(posting_id || ?), posting_id, query_type
        """,
        [str(seed)],
    ).fetchall()
    questions: dict[str, dict[str, Any]] = {}
    answers: dict[str, NamedJob] = {}
    for posting_id, query_type, pair_id, question, answer in rows:
        if named := jobs_in(answer):
            questions.setdefault(posting_id, {})[query_type] = (question, asked[pair_id])
            answers[posting_id] = named[0]
    return [Source(name, jobs[name], answers[name], questions[name]) for name in list(questions)[:most]]


def read_judged(connection: "duckdb.DuckDBPyConnection") -> list[Judged]:
    """All answers of all contenders."""
    found = []
    for contender in CONTENDERS:
        rows = connection.execute(
            f"""
            SELECT ?, question_id, slice, query_type, posting_id, question, answer, posting_ids, stopped
            FROM {contender}_answers ORDER BY question_id
            """,
            [contender],
        ).fetchall()
        found += [
            Judged(*row[:6], whole_lines(answer, stopped=stopped), tuple(posting_ids))
            for *row, answer, posting_ids, stopped in rows
        ]
    return found


def rule_labels(connection: "duckdb.DuckDBPyConnection", judged: Sequence[Judged]) -> dict[Item, bool]:
    """The label of every item by rule.

    Args:
        connection: Holds `clean_jobs`, `job_entities` and `query_pairs`.
        judged: The answers.
    """
    everything = read_postings(connection)
    by_id, everywhere = {posting.posting_id: posting for posting in everything}, Postings(everything)
    asked = read_asked(connection)
    labels = {}
    for one in judged:
        context = [by_id[name] for name in one.posting_ids if name in by_id]
        known = Postings(context) if one.contender in WITH_CONTEXT else everywhere
        said = {
            "context_relevance": context_is_relevant(asked[one.question_id], context),
            "answer_faithfulness": answer_is_faithful(one.answer, known),
            "answer_relevance": answer_is_relevant(one.answer, asked[one.question_id], known),
        }
        labels |= {Item(one.contender, one.question_id, name): said[name] for name in one.criteria}
    return labels


def labelled_postings(judged: Sequence[Judged], share: float, seed: int) -> set[str]:
    """Postings whose items are labelled: a share of each slice, at least one, the first in the order of a digest."""
    found: set[str] = set()
    for slice_ in sorted({one.slice for one in judged}):
        postings = sorted({one.posting_id for one in judged if one.slice == slice_}, key=lambda name: _draw(name, seed))
        found |= set(postings[: math.ceil(share * len(postings))])
    return found


def _draw(name: str, seed: int) -> str:
    return hashlib.md5(f"{name} {seed}".encode(), usedforsecurity=False).hexdigest()


def judge_answers(
    judges: Judges, used: Sequence[Criterion], judged: Sequence[Judged], jobs: Mapping[str, NamedJob]
) -> dict[Item, float]:
    """The judges' score of every item whose judge is used.

    A contender that looks nothing up is judged by the posting that is nearest to its answer. Of several postings in a
    context one that fits is enough for relevance; what an answer says may be taken from all of them.

    Args:
        judges: Trained.
        used: Criteria whose judge is used.
        judged: The answers.
        jobs: All postings.
    """
    contexts = _contexts(judges, judged, jobs)
    scores: dict[Item, float] = {}
    for criterion in used:
        cases, owners = [], []
        for one in judged:
            if criterion in one.criteria:
                item, context = Item(one.contender, one.question_id, criterion), contexts[one]
                scores[item] = 0.0
                shown = ["\n".join(context)] if criterion == "answer_faithfulness" and context else context
                answer = "" if criterion == "context_relevance" else one.answer
                cases += [(one.question, answer, text) for text in shown]
                owners += [item] * len(shown)
        if cases:
            for item, score in zip(owners, judges.scores(criterion, cases), strict=True):
                scores[item] = max(scores[item], float(score))
    return scores


def _contexts(judges: Judges, judged: Sequence[Judged], jobs: Mapping[str, NamedJob]) -> dict[Judged, list[str]]:
    """The postings that an answer is judged by, as texts."""
    heads = {name: written(replace(job, description="")) for name, job in jobs.items()}
    free = [one for one in judged if one.contender not in WITH_CONTEXT]
    nearest = judges.nearest([one.answer for one in free], heads)
    found = dict(zip(free, ([name] for name in nearest), strict=True))
    found |= {one: [name for name in one.posting_ids if name in jobs] for one in judged if one not in found}
    return {one: [written(jobs[name]) for name in names] for one, names in found.items()}


def score_answers(
    connection: "duckdb.DuckDBPyConnection",
    recipe: AresRecipe,
    judges: Judges,
    used: Sequence[Criterion],
    data_dir: Path,
    say: Callable[[str], object],
) -> "pd.DataFrame":
    """The rows of `ares_scores`.

    Args:
        connection: Holds `clean_jobs`, `job_entities`, `query_pairs` and one `<contender>_answers` each.
        recipe: Which items are labelled, and by whom.
        judges: Trained.
        used: Criteria whose judge is used.
        data_dir: Where the path of a person's labels begins.
        say: Hears how many of a person's labels count.

    Raises:
        UserError: The person's labels are no labels of these answers.
    """
    judged = read_judged(connection)
    answers = {Item(one.contender, one.question_id, name): one for one in judged for name in one.criteria}
    if recipe.labels:
        labels = person_labels(connection, data_dir / recipe.labels, answers, say)
    else:
        postings = labelled_postings(judged, recipe.labelled_share, recipe.seed)
        by_rule = rule_labels(connection, judged)
        labels = {item: label for item, label in by_rule.items() if answers[item].posting_id in postings}
    scores = judge_answers(judges, used, judged, read_jobs(connection))
    items = {item: Scored(of, scores.get(item), labels.get(item)) for item, of in answers.items()}
    return score_table(items, used, "person" if recipe.labels else "rule")


def person_labels(
    connection: "duckdb.DuckDBPyConnection", path: Path, items: Collection[Item], say: Callable[[str], object]
) -> dict[Item, bool]:
    """A person's labels of today's answers; how many that are, and how many are of earlier ones, is said.

    Args:
        connection: Holds one `<contender>_answers` each.
        path: The CSV.
        items: All that can be labelled.
        say: Hears it.

    Raises:
        UserError: As `read_labels` does.
    """
    # The whole answer, as the person saw it: the judges do not see a line that the limit of tokens cut.
    texts = answers_by_question(connection)
    digests = {item: digest_of_answer(texts[item.contender, item.question_id]) for item in items}
    found = read_labels(path, digests)
    say(f"{len(found.by_item):,} labels of {path} count; {found.outdated:,} are of answers that are no longer there")
    return found.by_item


def score_table(items: Mapping[Item, Scored], used: Sequence[Criterion], source: str) -> "pd.DataFrame":
    """One row per criterion, contender (alone and against each other one), slice and query type.

    Args:
        items: Of all contenders and criteria.
        used: Criteria whose judge is used.
        source: Of the labels: `rule` or `person`.
    """
    import pandas as pd

    rows = []
    for (criterion, contender, versus, *where), cell in _cells(items):
        rows.append(
            {
                "criterion": criterion,
                "contender": contender,
                "versus": versus,
                "slice": where[0],
                "query_type": where[1],
                "label_source": source,
                "judge_used": criterion in used,
                **_estimates(cell, RATE if versus == NOBODY else DIFFERENCE),
            }
        )
    return pd.DataFrame(rows, columns=list(ARES_SCORES.names))


class _Value(NamedTuple):
    """An item of a cell: a label and a score, or the differences of two of each."""

    posting_id: str
    label: float | None
    score: float | None


def _cells(items: Mapping[Item, Scored]) -> Iterator[tuple[tuple[str, ...], list[_Value]]]:
    """Values by criterion, contender, versus, slice, and query type or all of them."""
    found: dict[tuple[str, ...], list[_Value]] = {}
    for item, scored in sorted(items.items()):
        compared = [(NOBODY, _Value(scored.of.posting_id, _float(scored.label), scored.score))]
        for contender, versus in combinations(CONTENDERS, 2):
            other = items.get(item._replace(contender=versus))
            if contender == item.contender and other is not None:
                compared.append((versus, _minus(scored, other)))
        for versus, value in compared:
            for query_type in (scored.of.query_type, ALL_TYPES):
                key = (item.criterion, item.contender, versus, scored.of.slice, query_type)
                found.setdefault(key, []).append(value)
    yield from found.items()


def _float(label: bool | None) -> float | None:
    return None if label is None else float(label)


def _minus(first: Scored, second: Scored) -> _Value:
    labels = None if first.label is None or second.label is None else float(first.label) - float(second.label)
    scores = None if first.score is None or second.score is None else first.score - second.score
    return _Value(first.of.posting_id, labels, scores)


def _estimates(cell: Sequence[_Value], pseudo: tuple[float, ...]) -> dict[str, Any]:
    """Counts and numbers of a cell; a posting with a label lends its other items to neither group."""
    import numpy as np

    labelled = [value for value in cell if value.label is not None]
    postings = [value.posting_id for value in labelled]
    rest = [value for value in cell if value.label is None and value.posting_id not in set(postings)]
    has_judge = all(value.score is not None for value in cell)
    counts = {
        "n": len(cell),
        "postings": len({value.posting_id for value in cell}),
        "labels": len(labelled),
        "judge_mean": float(np.mean([value.score for value in cell])) if has_judge else None,
    }
    if not labelled:
        return counts
    labels = np.array([value.label for value in labelled], dtype=float)
    nothing = np.zeros(len(labels))
    alone = powered_mean(labels, nothing, postings, np.array([]), [], pseudo)
    powered = alone
    if has_judge:
        scores = np.array([value.score for value in labelled], dtype=float)
        others = np.array([value.score for value in rest], dtype=float)
        powered = powered_mean(labels, scores, postings, others, [value.posting_id for value in rest], pseudo)
        if pseudo == RATE:
            counts["judge_accuracy"] = float(((scores >= 0.5) == labels).mean())
    return counts | {
        "weight": powered.weight,
        **_interval(powered, ""),
        **_interval(alone, "labels_"),
    }


def _interval(found: Powered, prefix: str) -> dict[str, float]:
    return {f"{prefix}estimate": found.value, f"{prefix}low": found.low, f"{prefix}high": found.high}
