"""Raw files for the benchmarks, from the project's own generator.

Belongs here: data with all rows distinct, and data like the course's. How a posting reads is in `ingestion/sample.py`.
"""

from itertools import count, islice
from pathlib import Path

from jobsearch_dagster.ingestion.sample import FILES, SampleSpec, iter_postings, write_sample
from jobsearch_dagster.ingestion.sample_data.resume import compose_resume

COURSE_POSTINGS = 15
TEST_SHARE = 0.2


def write_distinct(rows: int, raw: Path) -> None:
    """As many postings as rows: no cell of a description occurs twice."""
    write_sample(SampleSpec(rows=rows, postings=rows, duplicate_share=0.0), raw)


def write_course_like(rows: int, raw: Path) -> None:
    """15 postings, all in both files, crossed with resumes: no row occurs twice, but every description many times."""
    import csv

    raw.mkdir(parents=True, exist_ok=True)
    postings = [posting for _, posting in iter_postings(SampleSpec(rows=6 * COURSE_POSTINGS, postings=COURSE_POSTINGS))]
    resumes = (compose_resume(7, postings[0].facts.headline.role_number, number) for number in count())
    crossed = (
        (resume, posting.facts.headline.title, posting.facts.headline.location, posting.salary, posting.description)
        for resume in resumes
        for posting in postings
    )
    tested = round(rows * TEST_SHARE)
    for name, size in zip(FILES, (rows - tested, tested), strict=True):
        with (raw / name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(["Resume", "Job-Title", "Location", "Salary", "Description"])
            writer.writerows(islice(crossed, size))
