"""Catalogs of any size for the search benchmark, made of parts of a few hundred generated postings.

Belongs here: the rows. A generated posting is read once by the package's own functions; a row of the catalog takes its
title, pay, skills and years from one of them, its place from another and its summary from sentences of the first in a
seeded draw, so that words and values are as frequent as in the postings and rows still differ.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample
from jobsearch_dagster.preparation.entities import extract_entities
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.salary import parse_salary
from jobsearch_dagster.preparation.text import clean_text
from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster.search.tables import CATALOG_SCHEMA
from jobsearch_dagster.summarization.pieces import split_sentences

DISTINCT = 400
"""Postings that are generated and read: 20 s."""
SENTENCES = 3
PLACE = ("place", "city", "region", "country", "other_places", "work_mode")


def catalog_rows(count: int, seed: int = 7) -> pd.DataFrame:
    """As many rows with the catalog's columns."""
    return recombined(read_postings(), count, seed)


def read_postings() -> list[dict[str, Any]]:
    """The generated postings as catalog rows, each with all its sentences."""
    with TemporaryDirectory() as folder:
        write_sample(SampleSpec(rows=DISTINCT * 2, postings=DISTINCT, seed=11), Path(folder))
        frame = pd.concat(pd.read_csv(path, keep_default_na=False) for path in sorted(Path(folder).glob("*.csv")))
    cells = frame.drop_duplicates(["Job-Title", "Location", "Description"])
    cells = cells[(cells["Job-Title"].str.strip() != "") & (cells["Description"].str.strip() != "")]
    return [_read(row) for row in records(cells)]


def _read(row: dict[str, Any]) -> dict[str, Any]:
    found = extract_entities(row["Job-Title"], "", row["Description"])
    place = parse_location(row["Location"])
    pay = parse_salary(row["Salary"], place.country)
    return {
        "title": row["Job-Title"],
        "standard_title": standardize_title(row["Job-Title"]) or row["Job-Title"],
        "role": found.role,
        "seniority": found.seniority,
        "place": row["Location"],
        "city": place.city,
        "region": place.region,
        "country": place.country,
        "other_places": [normalize_place(other) for other in place.others],
        "work_mode": place.work_mode or found.work_mode,
        "salary": row["Salary"] or None,
        "min_usd": pay and pay.min_usd,
        "max_usd": pay and pay.max_usd,
        "midpoint_usd": pay and pay.midpoint_usd,
        "bucket": (pay and pay.bucket) or "Unknown",
        "salary_source": "stated" if pay else "unknown",
        "skills": list(found.skills),
        "min_years": found.min_years,
        "max_years": found.max_years,
        "education": found.education,
        "employment_type": found.employment_type,
        "sentences": split_sentences(clean_text(row["Description"], keep_sentences=True)),
    }


def recombined(postings: list[dict[str, Any]], count: int, seed: int) -> pd.DataFrame:
    """Rows drawn from parts of the postings, in the order of `posting_id`."""
    draw = np.random.default_rng(seed)
    jobs, places = draw.integers(len(postings), size=(2, count))
    orders = draw.random((count, SENTENCES))
    rows = []
    for number, (job, place) in enumerate(zip(jobs, places, strict=True)):
        sentences = postings[job]["sentences"]
        chosen = sorted({int(at * len(sentences)) for at in orders[number]})
        rows.append(
            {
                **postings[job],
                **{name: postings[place][name] for name in PLACE},
                "posting_id": f"{number:016x}",
                "summary": " ".join(sentences[i] for i in chosen),
                "split": "train",
                "source_row": f"train-1.csv:{number}",
                "conflicts": 0,
            }
        )
    return pd.DataFrame(rows, columns=list(CATALOG_SCHEMA.names))


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as column -> value."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
