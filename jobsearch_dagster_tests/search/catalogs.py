"""A small catalog that the search tests share: every posting differs from the others in what the tests ask for."""

from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation.lake import KeyParts
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.search.catalog import CATALOG_SCHEMA, build_catalog
from jobsearch_dagster.search.publication import CatalogPublication

POSTINGS: dict[str, dict[str, Any]] = {
    "backend": {
        "title": "Senior Backend Developer (Python)",
        "standard_title": "senior backend developer",
        "role": "backend developer",
        "seniority": "senior",
        "place": "Malmö, Sweden",
        "work_mode": "onsite",
        "salary": "$100,000 - $120,000 a year",
        "min_usd": 100_000.0,
        "max_usd": 120_000.0,
        "midpoint_usd": 110_000.0,
        "bucket": "$100K-$150K",
        "salary_source": "stated",
        "skills": ["python", "django", "docker"],
        "min_years": 5,
        "education": "bachelor",
        "employment_type": "full-time",
        "summary": "Build the payment service of a bank.",
    },
    "frontend": {
        "title": "Frontend Developer",
        "standard_title": "frontend developer",
        "role": "frontend developer",
        "seniority": "junior",
        "place": "Remote, US",
        "work_mode": "remote",
        "salary": "$60,000 a year",
        "min_usd": 60_000.0,
        "max_usd": 60_000.0,
        "midpoint_usd": 60_000.0,
        "bucket": "$50K-$75K",
        "salary_source": "description",
        "skills": ["javascript", "react"],
        "min_years": 1,
        "max_years": 3,
        "education": "none",
        "employment_type": "contract",
        "summary": "Pages for an online shop.",
    },
    "nurse": {
        "title": "Registered Nurse, night shift",
        "standard_title": "registered nurse",
        "role": "registered nurse",
        "place": "Berlin, Germany or Munich, Germany",
        "work_mode": "onsite",
        "bucket": "$50K-$75K",
        "salary_source": "imputed",
        "skills": [],
        "education": "bachelor",
        "employment_type": "part-time",
        "summary": "Care for patients of a clinic.",
    },
    "scientist": {
        "title": "Data Scientist",
        "standard_title": "data scientist",
        "role": "data scientist",
        "seniority": "senior",
        "place": "New York, NY, USA",
        "work_mode": "hybrid",
        "salary": "US$150K+",
        "min_usd": 150_000.0,
        "midpoint_usd": 150_000.0,
        "bucket": "over $150K",
        "salary_source": "stated",
        "skills": ["python", "machine learning", "sql"],
        "min_years": 3,
        "max_years": 5,
        "education": "phd",
        "employment_type": "full-time",
        "summary": "Forecasts for a bank.",
    },
    "teacher": {
        "title": "Teacher of Mathematics",
        "standard_title": "teacher of mathematics",
        "role": "teacher",
        "place": "London, UK",
        "bucket": "Unknown",
        "salary_source": "unknown",
        "skills": ["teaching"],
        "summary": "A school near the river.",
    },
}


def frame_of(postings: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Postings by id as a frame with the catalog's columns; what a posting does not say is null."""
    rows = [
        {"posting_id": key, "source_row": f"train-1.csv:{n}", "split": "train", "conflicts": 0, **_place(p), **p}
        for n, (key, p) in enumerate(postings.items())
    ]
    return pd.DataFrame(rows, columns=list(CATALOG_SCHEMA.names))


def _place(posting: dict[str, Any]) -> dict[str, Any]:
    place = parse_location(posting.get("place", ""))
    others = [normalize_place(other) for other in place.others]
    return {"city": place.city, "region": place.region, "country": place.country, "other_places": others}


def catalog_of(folder: Path, postings: dict[str, dict[str, Any]] = POSTINGS) -> Path:
    """A catalog file below `folder`."""
    path = folder / "jobs.duckdb"
    build_catalog(frame_of(postings), path)
    return path


def publish(folder: Path, postings: dict[str, dict[str, Any]] = POSTINGS) -> DataFolder:
    """A data folder whose published catalog holds the postings; what was published before stays on disk."""
    data = DataFolder(path=str(folder))
    with data.lake.connect() as connection:
        stamp = data.lake.write("job_catalog", frame_of(postings), CATALOG_SCHEMA, KeyParts({}, {}, "1"), connection)
    CatalogPublication().publish(data, stamp.data_version)
    return data


def index(data: DataFolder, models: Path) -> dict[str, Any]:
    """Make the search index of a data folder as Dagster does, with the small encoder; its manifest."""
    link = data.root / "smoke"
    if not link.exists():
        link.symlink_to(models)
    assets = lake_assets()
    quiet = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
    definition = assets["search_index"].definition("smoke", assets)
    assert dg.materialize([definition], resources={"folder": data}, run_config=quiet).success
    return data.artifacts.read("search_index").manifest
