"""Query/answer pairs: what is asked about a job, and the answer to learn.

Belongs here: slot values, answers and their order. The wordings are in `templates.yaml`.
"""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.pairs.tables import QUERY_PAIRS
from jobsearch_dagster.pairs.templates import QUERY_TYPES, QueryType, Templates
from jobsearch_dagster.preparation.imputation import UNKNOWN

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


class PairsRecipe(Recipe):
    """What stands in questions and answers."""

    main_skills: int = Field(default=3, ge=1, description="skills named in a skills question")
    unknown_slots: bool = Field(
        default=False, description="ask with the slot `Unknown` where a value is missing, as the report did"
    )
    most_unknown_slots: float = Field(
        default=0.05, ge=0, le=1, description="share of train pairs that may ask for an empty or `Unknown` value"
    )
    resume_in_answer: bool = Field(default=False, description="put the resume's summary into the answer")


def make_pairs(connection: "duckdb.DuckDBPyConnection", templates: Templates, recipe: PairsRecipe) -> "pd.DataFrame":
    """Up to twelve pairs per row of `clean_jobs`: four query types, three wordings each.

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
        ORDER BY row_id
        """
    )
    rows = (dict(zip(jobs.columns, row, strict=True)) for row in jobs.fetchall())
    pairs = [pair for row in rows for pair in _pairs_of(row, templates, recipe)]
    return pd.DataFrame(pairs, columns=list(QUERY_PAIRS.names))


_CARRIED = ("split", "row_id", "job_id", "posting_id")


def _pairs_of(job: dict[str, Any], templates: Templates, recipe: PairsRecipe) -> Iterator[dict[str, Any]]:
    slots = slot_values(job, recipe.main_skills)
    values = {
        "title": job["title"],
        "place": job["place"],
        "salary": job["salary"],
        "experience": "".join(f"{years} years" for years in slots["experience"]),
        "skills": _listed(slots["skills"]),
        "resume": _in_one_line(job["resume_summary"]) if recipe.resume_in_answer else "",
        "description": _in_one_line(job["description_summary"]),
    }
    for query_type in QUERY_TYPES:
        slot = _listed(slots[query_type]) or (UNKNOWN if recipe.unknown_slots else "")
        if not slot:
            continue
        answer = templates.fill_answer(query_type, slot, values)
        for variation, question in enumerate(templates.questions[query_type], start=1):
            pair_id = _digest(job["job_id"], query_type, str(variation))
            yield {
                **{name: job[name] for name in _CARRIED},
                "pair_id": pair_id,
                "query_type": query_type,
                "variation": variation,
                "slot": slot,
                "slot_values": slots[query_type],
                "system": templates.instructions[int(pair_id, 16) % len(templates.instructions)],
                "question": question.format(slot),
                "answer": answer,
            }


def slot_values(job: dict[str, Any], main_skills: int) -> dict[QueryType, list[str]]:
    """What the questions about a job ask for, per query type; an empty list where the job does not say."""
    return {
        "skills": job["skills"][:main_skills],
        "location": [job["place"]] if job["place"] else [],
        "salary": [] if job["salary"] == UNKNOWN else [job["salary"]],
        "experience": [] if job["min_years"] is None else [str(job["min_years"])],
    }


def _listed(values: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(values[:-1]), *values[-1:]]))


def _in_one_line(summary: str | None) -> str:
    sentences = (summary or "").splitlines()
    return " ".join(s if s.endswith((".", "!", "?")) else f"{s}." for s in sentences)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
