"""Ingestion and preparation as a notebook does them: pandas, one row after the other, by the same public functions.

Belongs here: the baseline that `preparation.py` compares with. It gives what the assets give, by test, and nothing
else: no rejected records, no contracts, no digests, no files.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from jobsearch_dagster.preparation.entities import extract_entities
from jobsearch_dagster.preparation.imputation import LEVELS, UNKNOWN
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.salary import BUCKETS, find_salary, parse_salary
from jobsearch_dagster.preparation.text import clean_text
from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster_tests.benchmarks.measuring import Clock, peak_memory

CELLS = ["Resume", "Job-Title", "Location", "Salary", "Description"]
LOWERCASED = ["Resume", "Job-Title", "Location", "Description"]


def read(raw: Path, rows: int | None = None) -> Any:
    """The readable rows of both files with their ids; of each file its share of the first `rows`."""
    import pandas as pd

    read = []
    for split, share in (("train", 0.8), ("test", 0.2)):
        limit = None if rows is None else round(rows * share)
        frame = pd.read_csv(raw / f"{split}-1.csv", nrows=limit, keep_default_na=False)
        for number, row in frame.iterrows():
            if row["Job-Title"].strip() and row["Description"].strip():
                read.append({**row, "split": split, "row_id": f"{split}-1.csv:{number}"})
    return pd.DataFrame(read)


def deduplicate(frame: Any) -> Any:
    """Lowercased rows, the first of equals, with the original beside each."""
    import pandas as pd

    seen, kept = set(), []
    for _, row in frame.iterrows():
        lowered = {**row, **{cell: row[cell].lower() for cell in LOWERCASED}}
        digest = hashlib.sha256("\x1f".join([row["split"], *(lowered[cell] for cell in CELLS)]).encode()).digest()
        if digest not in seen:
            seen.add(digest)
            kept.append({**lowered, "original": tuple(row[cell] for cell in CELLS)})
    return pd.DataFrame(kept)


def standardize(frame: Any) -> None:
    """Standard title, place and country of each row."""
    frame["standard_title"] = frame["Job-Title"].apply(lambda title: standardize_title(title) or title)
    places = frame["Location"].apply(parse_location)
    frame["place"] = [normalize_place(place) or cell for place, cell in zip(places, frame["Location"], strict=True)]
    frame["country"] = [place.country for place in places]


def read_pay(frame: Any) -> None:
    """Bucket of the pay that the cell or else the description states."""

    def bucket(row: Any) -> str | None:
        stated = parse_salary(row["Salary"], row["country"])
        if stated is not None and stated.bucket:
            return stated.bucket
        found = find_salary(row["Description"], row["country"])
        return found.bucket if found is not None else None

    frame["known"] = frame.apply(bucket, axis=1)


def impute(frame: Any) -> None:
    """Bucket of every row: its own, else the lower median of the most similar train postings."""
    groups: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
    for _, row in frame.iterrows():
        if row["split"] != "train" or row["known"] is None:
            continue
        posting = (row["standard_title"], row["place"], " ".join(row["Description"].split()))
        for level, names in LEVELS.items():
            if all(row[name] for name in names):
                key = (level, *(row[name] for name in names))
                groups.setdefault(key, set()).add((BUCKETS.index(row["known"]), posting))
    medians = {key: sorted(rank for rank, _ in group)[(len(group) - 1) // 2] for key, group in groups.items()}

    def bucket(row: Any) -> str:
        ranks = [medians.get((level, *(row[name] for name in names))) for level, names in LEVELS.items()]
        return row["known"] or next((BUCKETS[rank] for rank in ranks if rank is not None), UNKNOWN)

    frame["salary_bucket"] = frame.apply(bucket, axis=1)


def clean(frame: Any) -> None:
    """Both clean forms of resume and description."""
    for cell in ("Resume", "Description"):
        frame[f"{cell}_text"] = frame[cell].apply(lambda text: clean_text(text, keep_sentences=True))
        frame[f"{cell}_clean"] = frame[cell].apply(clean_text)


def extract(frame: Any) -> None:
    """Entities of the original cells."""
    frame["entities"] = frame["original"].apply(
        lambda cells: extract_entities(cells[1], "", cells[4], skills_from="description")
    )


def prepare(raw: Path, rows: int | None, clock: Clock) -> Any:
    """All steps; the frame with every result."""
    with clock.timing("reading"):
        frame = read(raw, rows)
    with clock.timing("lowercase, duplicates"):
        frame = deduplicate(frame)
    with clock.timing("titles, places"):
        standardize(frame)
    with clock.timing("pay read"):
        read_pay(frame)
    with clock.timing("pay imputed"):
        impute(frame)
    with clock.timing("text"):
        clean(frame)
    with clock.timing("entities"):
        extract(frame)
    return frame


def warm_up() -> None:
    """Call everything once: imports and word lists cost a second or two, whatever the size."""
    import pandas as pd

    text = "<p>We&#39;re hiring â€” $70K–$95K a year, 5+ years of Python 🚀</p>"
    standardize_title("Sr. SWE")
    normalize_place(parse_location("Austin, TX (Remote)"))
    parse_salary("$70K a year")
    find_salary(text)
    clean_text(text)
    extract_entities("Sr. SWE", "", text)
    pd.DataFrame({"a": ["b"]}).apply(len, axis=1)


def main(raw: str, rows: str) -> None:
    """Prepare the first rows of the files and say what it took, as JSON."""
    warm_up()
    clock = Clock()
    frame = prepare(Path(raw), int(rows), clock)
    print(json.dumps({"seconds": clock.seconds, "rows": len(frame), "peak": peak_memory()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
