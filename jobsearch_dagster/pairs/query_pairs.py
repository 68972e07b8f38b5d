"""Query/answer pairs: what is asked about a job, and the answer to learn.

Belongs here: which jobs are asked about, slot values, answers and their order. The wordings are in `templates.yaml`.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.pairs.tables import QUERY_PAIRS
from jobsearch_dagster.pairs.templates import QUERY_TYPES, SLOTS, QueryType, Templates, fill, slot_name
from jobsearch_dagster.preparation.imputation import UNKNOWN
from jobsearch_dagster.preparation.skills import Mentions, find_skills, personal_skills
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
    values: tuple[str, ...] = ()


UNKNOWN_SLOTS = {
    "skills": Slot(UNKNOWN),
    "where": Slot(f"in {UNKNOWN}"),
    "pay": Slot(UNKNOWN),
    "pay_bound": Slot(UNKNOWN),
    "experience": Slot(f"{UNKNOWN} years of experience"),
}
"""What the report asked for where a value is missing."""
REMOTE = "remote"
"""How the place of a remote job begins; its country may follow."""


class PairsRecipe(Recipe):
    """What stands in questions and answers."""

    main_skills: int = Field(
        default=3, ge=1, description="skills named in a skills question: the title's, then the most mentioned"
    )
    unknown_slots: bool = Field(
        default=False,
        description="say `Unknown` in question and answer where a value is missing, as the report did",
    )
    most_unknown_slots: float = Field(
        default=0.05, ge=0, le=1, description="share of a split's pairs that may ask for an empty or `Unknown` value"
    )
    paraphrases: bool = Field(default=False, description="ask in three more wordings, drawn from a grammar")
    seed: int = Field(default=42, description="of the drawn wordings")
    resume_in_answer: bool = Field(
        default=False,
        description="put the resume's summary into the answer, and ask about every row; without it the rows of one "
        "posting differ in nothing that is asked or answered, and one of them is asked about",
    )


def make_pairs(connection: "duckdb.DuckDBPyConnection", templates: Templates, recipe: PairsRecipe) -> "pd.DataFrame":
    """Up to twelve pairs per job asked about: four query types in three wordings (six with paraphrases).

    Args:
        connection: Holds `clean_jobs`, `job_entities` and `job_summaries`.
        templates: The wordings.
        recipe: What stands in questions and answers.
    """
    import pandas as pd

    jobs = _jobs(connection, recipe)
    rows = (dict(zip(jobs.columns, row, strict=True)) for row in jobs.fetchall())
    pairs = [pair for row in rows for pair in _pairs_of(row, templates, recipe)]
    return pd.DataFrame(pairs, columns=list(QUERY_PAIRS.names))


def _jobs(connection: "duckdb.DuckDBPyConnection", recipe: PairsRecipe) -> "duckdb.DuckDBPyRelation":
    """The jobs asked about: those with words in their description.

    Of a posting that stands beside several resumes it is one per split, unless the resume is in the answer: the first
    whose salary is known, else the first.
    """
    kept = "posting_id, row_id" if recipe.resume_in_answer else "posting_id"
    return connection.sql(
        f"""
        SELECT row_id, split, job_id, posting_id, standard_title AS title, place, salary_bucket AS salary, skills,
            e.min_years, description_summary, resume_summary, description_text AS description
        FROM clean_jobs JOIN job_entities e USING (row_id, split) JOIN job_summaries USING (row_id, split)
        WHERE regexp_matches(description_summary, '[\\p{{L}}\\p{{N}}]') -- else there is nothing to answer with
        QUALIFY row_number() OVER (PARTITION BY split, {kept} ORDER BY salary_bucket = '{UNKNOWN}', row_id) = 1
        ORDER BY row_id
        """
    )


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
        },
        keep_unknown=recipe.unknown_slots,
    )
    for query_type in QUERY_TYPES:
        filled = {name: slots[name] for name in SLOTS[query_type] if name in slots}
        if recipe.unknown_slots and not filled:
            filled = {name: UNKNOWN_SLOTS[name] for name in SLOTS[query_type] if name in UNKNOWN_SLOTS}
        for variation, wording in enumerate(_wordings(job, query_type, templates, recipe, filled), start=1):
            slot = filled.get(slot_name(wording))
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
                "question": fill(wording, slot.text),
                "answer": answer,
            }


def _wordings(
    job: dict[str, Any], query_type: QueryType, templates: Templates, recipe: PairsRecipe, slots: Collection[str]
) -> list[str]:
    wordings = list(templates.questions[query_type])
    if recipe.paraphrases:
        seed = _digest(str(recipe.seed), job["job_id"], query_type)
        wordings += templates.paraphrases.draw(query_type, PARAPHRASES, seed, slots)
    return wordings


def slots_of(job: dict[str, Any], main_skills: int) -> dict[str, Slot]:
    """Slots that the questions about a job can fill; those that the job says nothing about are missing."""
    slots = {}
    if skills := ranked_skills(job["skills"], job["title"], job["description"])[:main_skills]:
        slots["skills"] = Slot(_listed(skills), tuple(skills))
    if place := job["place"]:
        slots |= _place_slots(place)
    if (bucket := job["salary"]) != UNKNOWN:
        slots["pay"] = Slot(bucket, (bucket,))
        slots["pay_bound"] = pay_bound(bucket)
        if bucket != BUCKETS[0]:
            slots["pay_over"] = slots["pay_bound"]
    if (years := job["min_years"]) is not None:
        slots["experience"] = Slot(_experience(years), (str(years),))
    return slots


def ranked_skills(skills: list[str], title: str, description: str) -> list[str]:
    """The skills of a job, those that it is about first.

    Those of the title come before those that the description mentions most; of equal ones the first mentioned.
    Qualities of a person come behind what a job can be found by.

    >>> ranked_skills(["Teamwork", "SQL", "Kafka", "Python"], "python developer", "teamwork. sql, kafka. more kafka.")
    ['Python', 'Kafka', 'SQL', 'Teamwork']
    """
    named = find_skills(title)
    mentions = _mentions(description)
    return sorted(skills, key=lambda skill: (skill in personal_skills(), skill not in named, -mentions.get(skill, 0)))


@lru_cache(maxsize=1_000)
def _mentions(description: str) -> dict[str, int]:
    """How often a text names each skill; of one posting it is asked for each of its resumes."""
    return Counter(mention.skill for mention in Mentions(description, respect_case=True))


def _place_slots(place: str) -> dict[str, Slot]:
    values = (place,)
    mode, _, rest = place.partition(", ")
    if mode != REMOTE:
        where = _in_sentence(place)
        return {"where": Slot(f"in {where}", values), "place": Slot(where, values)}
    where = _in_sentence(rest)
    return {
        "where": Slot(f"for remote work in {where}" if where else "for remote work", values),
        REMOTE: Slot(f"remotely from {where}" if where else "remotely", values),
    }


def _in_sentence(place: str) -> str:
    return f"the {place}" if place.startswith("united ") else place


def _experience(years: int) -> str:
    if years == 0:
        return "no experience"
    return f"{years} year{'s' if years > 1 else ''} of experience"


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


def coverage(connection: "duckdb.DuckDBPyConnection") -> "pd.DataFrame":
    """Per query type: pairs of each split, jobs with a value to ask for, and the share of jobs without one.

    Without a value a job is skipped, or asked about as `Unknown`; copies of a job do not count.

    Args:
        connection: Holds `query_pairs` and `clean_jobs`.
    """
    import pandas as pd

    jobs = connection.table("clean_jobs").count("*").fetchall()[0][0] - count_copies(connection)
    counts = connection.execute(
        """
        SELECT query_type, count(*) FILTER (split = 'train'), count(*) FILTER (split = 'test'),
            count(DISTINCT row_id) FILTER (len(slot_values) > 0)
        FROM query_pairs GROUP BY query_type
        """
    ).fetchall()
    by_type = {query_type: counted for query_type, *counted in counts}
    rows = [(query_type, *by_type.get(query_type, (0, 0, 0))) for query_type in QUERY_TYPES]
    table = pd.DataFrame(rows, columns=["query type", "train pairs", "test pairs", "jobs with a value"])
    return table.assign(**{"share without a value": (1 - table["jobs with a value"] / jobs).round(4)})


def count_copies(connection: "duckdb.DuckDBPyConnection") -> int:
    """Rows of `clean_jobs` that are not asked about because another row of their posting is, in the same split."""
    return connection.execute(
        """
        SELECT count(*) FROM clean_jobs ANTI JOIN query_pairs USING (row_id)
        WHERE (split, posting_id) IN (SELECT (split, posting_id) FROM query_pairs)
        """
    ).fetchall()[0][0]
