"""Search among so many postings, in a process of its own: ours, SQLite's LIKE and a pandas filter on the same rows.

Belongs here: making the data, asking, and saying what it took, as JSON on the last line. Every contender is warm. The
questions are those of the `dev` half of the exam of questions that search for postings. SQLite (the report's engine)
and pandas get the words that the question was understood to ask for, as substrings that must all occur, and no other
constraint: less than what ours answers.
"""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import yaml

from jobsearch_dagster.foundation.lake import KeyParts
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.search import question as question_module
from jobsearch_dagster.search.answering import answer_from
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.index import IndexRecipe, open_index, write_index
from jobsearch_dagster.search.indexed_text import posting_text
from jobsearch_dagster.search.publication import CatalogPublication, published_catalog
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster.search.relevance import WORD_SLOTS, Relevance
from jobsearch_dagster.search.searcher import INDEX, Searcher
from jobsearch_dagster.search.tables import CATALOG_SCHEMA
from jobsearch_dagster_tests.benchmarks.catalog_rows import catalog_rows, records
from jobsearch_dagster_tests.benchmarks.measuring import Clock, peak_memory

if TYPE_CHECKING:
    import pandas as pd

    from jobsearch_dagster.foundation.encoder import Encoder

EXAM = Path(__file__).parents[1] / "search" / "exams" / "questions.yaml"
DIMENSION = 384
ROUNDS = 3
"""Times that each question is asked of ours; the slower contenders are asked `FEW` questions once."""
FEW = 25
COLD = "cook jobs in London"


class SeededEncoder:
    """Seeded unit vectors in the place of MiniLM's: what a comparison costs does not depend on what they mean."""

    def __init__(self) -> None:
        self._draw = np.random.default_rng(1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One vector per text."""
        vectors = self._draw.standard_normal((len(texts), DIMENSION), dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def questions() -> list[str]:
    """Questions that are searches, and not part of a conversation."""
    exam = yaml.safe_load(EXAM.read_text(encoding="utf-8"))
    dev = (q["question"] for q in exam if q["half"] == "dev" and q["intent"] == "search" and not q.get("history"))
    return [question for question in dev if parse_question(question).intent == "search"]


def publish(rows: "pd.DataFrame", data: DataFolder, clock: Clock) -> None:
    """Table, catalog and index of the rows; the vectors are seeded."""
    with data.lake.connect() as connection:
        stamp = data.lake.write("job_catalog", rows, CATALOG_SCHEMA, KeyParts({}, {}, "1"), connection)
    with clock.timing("catalog file"):
        CatalogPublication().publish(data, stamp.data_version)
    texts = [posting_text(row) for row in records(rows)]
    vectors = SeededEncoder().encode(texts)
    parts = KeyParts({"job_catalog": stamp.data_version}, {}, "1")
    with clock.timing("index"), data.artifacts.building(INDEX, parts) as (path, _):
        write_index(rows["posting_id"].tolist(), texts, vectors, IndexRecipe(), path)


def milliseconds(ask: Callable[[str], object], asked: Sequence[str], rounds: int = 1) -> list[float]:
    """Time of each question, the first round left out where there are several."""
    times = []
    for number in range(rounds + (rounds > 1)):
        for question in asked:
            question_module._read_slots.cache_clear()  # a question that was read before costs nothing
            started = time.perf_counter()
            ask(question)
            if number or rounds == 1:
                times.append((time.perf_counter() - started) * 1000)
    return times


def p50_p95(times: Sequence[float]) -> tuple[float, float]:
    """Percentiles in milliseconds."""
    low, high = np.percentile(times, [50, 95])
    return round(float(low), 2), round(float(high), 2)


def asked_values(question: str) -> list[str]:
    """The words and phrases that a question was understood to ask for."""
    job_filter = parse_question(question).filter
    return [value.lower() for slot in WORD_SLOTS for value in getattr(job_filter, slot)]


def by_sqlite(rows: "pd.DataFrame", folder: Path, asked: Sequence[str]) -> list[float]:
    """`LIKE '%...%'` over one text column."""
    with closing(sqlite3.connect(folder / "jobs.sqlite")) as connection:
        connection.execute("CREATE TABLE jobs (posting_id TEXT PRIMARY KEY, text TEXT)")
        texts = (posting_text(row).lower() for row in records(rows))
        connection.executemany("INSERT INTO jobs VALUES (?, ?)", zip(rows["posting_id"], texts, strict=True))

        def ask(question: str) -> None:
            values = asked_values(question)
            where = " AND ".join(["text LIKE ?"] * len(values)) or "1"
            parameters = [f"%{value}%" for value in values]
            connection.execute(f"SELECT count(*) FROM jobs WHERE {where}", parameters).fetchall()
            connection.execute(f"SELECT * FROM jobs WHERE {where} LIMIT 10", parameters).fetchall()

        return milliseconds(ask, asked)


def by_pandas(rows: "pd.DataFrame", asked: Sequence[str]) -> list[float]:
    """`str.contains` over one text column in memory."""
    import pandas as pd

    texts = pd.Series([posting_text(row).lower() for row in records(rows)])

    def ask(question: str) -> None:
        found = pd.Series(True, index=texts.index)
        for value in asked_values(question):
            found &= texts.str.contains(value, regex=False)
        rows[found.to_numpy()].head(10)

    return milliseconds(ask, asked)


def cold(data: DataFolder) -> float:
    """Seconds of `jobsearch ask` as a process of its own, the median of five."""
    start = "from jobsearch_dagster.app.cli import command; command()"
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", start, "ask", COLD], check=True, capture_output=True,
            env={"JOBSEARCH_DATA_DIR": str(data.root), "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def main(size: int) -> None:
    """Measure one size."""
    asked, clock = questions(), Clock()
    rows = catalog_rows(size)
    with TemporaryDirectory() as temporary:
        data = DataFolder(path=temporary, memory_limit=4_000_000_000)
        publish(rows, data, clock)
        searcher = Searcher(data.root)
        index = open_index(data.artifacts.read(INDEX).path)
        fused = Relevance(index, cast("Encoder", SeededEncoder()))
        with open_catalog(published_catalog(data.root)) as connection:

            def with_meaning(question: str) -> Any:
                return answer_from(connection.cursor, fused, question)

            took = {
                "understanding": p50_p95(milliseconds(parse_question, asked, ROUNDS)),
                "understanding, SQL, BM25": p50_p95(milliseconds(searcher.search, asked, ROUNDS)),
                "and meaning, fused": p50_p95(milliseconds(with_meaning, asked, ROUNDS)),
            }
        ranked = sum((searcher.search(question).ranking or "").startswith("BM25") for question in asked)
        took["SQLite LIKE"] = p50_p95(by_sqlite(rows, data.root, asked[:FEW]))
        took["pandas filter"] = p50_p95(by_pandas(rows, asked[:FEW]))
        report = {
            "postings": size, "questions": len(asked), "ranked": ranked, "took": took, "seconds": clock.seconds,
            "cold": cold(data), "peak": peak_memory(),
            "index_mb": sum(f.stat().st_size for f in data.artifacts.read(INDEX).path.iterdir()) / 1e6,
            "catalog_mb": published_catalog(data.root).stat().st_size / 1e6,
        }  # fmt: skip
    print(json.dumps(report))


if __name__ == "__main__":
    main(int(sys.argv[1]))
