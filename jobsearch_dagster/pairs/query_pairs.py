"""Query/answer pairs: what is asked about a job, and the answer to learn.

Belongs here: slot values, answers and their order. The wordings are in `templates.yaml`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.pairs.tables import QUERY_PAIRS
from jobsearch_dagster.pairs.templates import QUERY_TYPES, QueryType, Templates, slot_name
from jobsearch_dagster.preparation.imputation import UNKNOWN
from jobsearch_dagster.preparation.vocabulary import BUCKETS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

PARAPHRASES = 3
"""Rewordings per job and query type: as many as Appendix A has wordings."""


@dataclass(frozen=True)
class Slot:
    """What one slot of a question is filled with.

    Attributes:
        text: The words of the question.
        values: What an answer must hold: all of the skills, the place, any of the salary buckets, the years.
    """

    text: str
    values: tuple[str, ...]


UNKNOWN_SLOT = Slot(UNKNOWN, ())


class PairsRecipe(Recipe):
    """What stands in questions and answers."""

    main_skills: int = Field(default=3, ge=1, description="skills named in a skills question")
    unknown_slots: bool = Field(
        default=False, description="ask with the slot `Unknown` where a value is missing, as the report did"
    )
    most_unknown_slots: float = Field(
        default=0.05, ge=0, le=1, description="share of train pairs that may ask for an empty or `Unknown` value"
    )
    paraphrases: bool = Field(default=False, description="ask in three more wordings, drawn from a grammar")
    seed: int = Field(default=42, description="of the drawn wordings")
    resume_in_answer: bool = Field(default=False, description="put the resume's summary into the answer")


def make_pairs(connection: "duckdb.DuckDBPyConnection", templates: Templates, recipe: PairsRecipe) -> "pd.DataFrame":
    """Up to twelve pairs per row of `clean_jobs`: four query types in three wordings (six with paraphrases).

    Args:
        connection: Holds `clean_jobs`, `job_entities` and `job_summaries`.
        templates: The wordings.
        recipe: What stands in questions and answers.
    """
    import pandas as pd

    jobs = connection.sql(
        """
        SELECT row_id, split, job_id, posting_id, standard_title AS title, place, salary_bucket AS salary,
            skills, e.min_years, description_summary, resume_summary
        FROM clean_jobs JOIN job_entities e USING (row_id, split) JOIN job_summaries USING (row_id, split)
        WHERE trim(description_summary) <> '' -- nothing to answer with
        ORDER BY row_id
        """
    )
    rows = (dict(zip(jobs.columns, row, strict=True)) for row in jobs.fetchall())
    pairs = [pair for row in rows for pair in _pairs_of(row, templates, recipe)]
    return pd.DataFrame(pairs, columns=list(QUERY_PAIRS.names))


_CARRIED = ("split", "row_id", "job_id", "posting_id")


def _pairs_of(job: dict[str, Any], templates: Templates, recipe: PairsRecipe) -> Iterator[dict[str, Any]]:
    slots = slots_of(job, recipe.main_skills)
    answer = templates.answer.fill(
        {
            "title": job["title"],
            "place": job["place"],
            "salary": job["salary"],
            "resume": _in_one_line(job["resume_summary"]) if recipe.resume_in_answer else "",
            "description": _in_one_line(job["description_summary"]),
        }
    )
    for query_type in QUERY_TYPES:
        for variation, wording in enumerate(_wordings(job, query_type, templates, recipe), start=1):
            name = slot_name(wording)
            slot = slots.get(name) or (UNKNOWN_SLOT if recipe.unknown_slots else None)
            if slot is None:
                continue
            pair_id = _digest(job["job_id"], query_type, str(variation))
            yield {
                **{name: job[name] for name in _CARRIED},
                "pair_id": pair_id,
                "query_type": query_type,
                "variation": variation,
                "slot": slot.text,
                "slot_values": list(slot.values),
                "system": templates.instructions[int(pair_id, 16) % len(templates.instructions)],
                "question": wording.format_map({name: slot.text}),
                "answer": answer,
            }


def _wordings(job: dict[str, Any], query_type: QueryType, templates: Templates, recipe: PairsRecipe) -> list[str]:
    wordings = list(templates.questions[query_type])
    if recipe.paraphrases:
        seed = _digest(str(recipe.seed), job["job_id"], query_type)
        wordings += templates.paraphrases.draw(query_type, PARAPHRASES, seed)
    return wordings


def slots_of(job: dict[str, Any], main_skills: int) -> dict[str, Slot]:
    """Slots that the questions about a job can fill; those that the job says nothing about are missing."""
    slots = {}
    if skills := job["skills"][:main_skills]:
        slots["skills"] = Slot(_listed(skills), tuple(skills))
    if place := job["place"]:
        slots["place"] = Slot(place, (place,))
    if (bucket := job["salary"]) != UNKNOWN:
        slots["pay"] = Slot(bucket, (bucket,))
        slots["pay_bound"] = pay_bound(bucket)
    if (years := job["min_years"]) is not None:
        slots["years"] = Slot(f"{years} year" if years == 1 else f"{years} years", (str(years),))
    return slots


def pay_bound(bucket: str) -> Slot:
    """A salary bucket as a bound: every bucket that lies above answers "over", and the lowest alone "under".

    >>> pay_bound("$100K-$150K")
    Slot(text='over $100K', values=('$100K-$150K', 'over $150K'))
    """
    lowest, *_ = BUCKETS
    if bucket == lowest:
        return Slot(bucket, (bucket,))
    lower = bucket.removeprefix("over ").split("-")[0]
    return Slot(f"over {lower}", BUCKETS[BUCKETS.index(bucket) :])


def _listed(values: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(values[:-1]), *values[-1:]]))


def _in_one_line(summary: str | None) -> str:
    sentences = (summary or "").splitlines()
    return " ".join(s if s.endswith((".", "!", "?")) else f"{s}." for s in sentences)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
