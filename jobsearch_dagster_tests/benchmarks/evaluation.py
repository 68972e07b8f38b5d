"""Seconds to score the answers of four contenders to 1,464 questions, as many as the report asked, and to compare them.

Belongs here: making that many answers and timing what is done to them. No answer is generated: each is put together of
sentences of the constructed ones, so that no two pairs of texts are equal, which is the most work that scoring can
have. The peer calls every library pair by pair, as its documentation does.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from jobsearch_dagster.evaluation.scoring import (
    StatisticsRecipe,
    compare_contenders,
    score_answers,
    summarize_metrics,
)
from jobsearch_dagster.evaluation.tables import CONTENDERS
from jobsearch_dagster.evaluation.text_scoring import ScoringRecipe, overlap
from jobsearch_dagster.foundation.text_metrics import ROUGE, NoWordNet
from jobsearch_dagster.ingestion.sample import SampleSpec, write_sample
from jobsearch_dagster.pairs.templates import QUERY_TYPES, load_templates
from jobsearch_dagster.preparation.locations import normalize_place, parse_location
from jobsearch_dagster.preparation.text import clean_text
from jobsearch_dagster.preparation.titles import standardize_title
from jobsearch_dagster_tests.benchmarks.measuring import Clock, table

if TYPE_CHECKING:
    import duckdb

QUESTIONS = 1_464
PER_POSTING = 12
PEER_PAIRS = 100
"""Pairs that the peer scores; its time is taken for all of them."""


class Job(NamedTuple):
    """A posting and the answer that is constructed from it."""

    posting_id: str
    title: str
    place: str
    answer: str


def jobs(count: int) -> list[Job]:
    """Generated postings, as the tables hold them."""
    import pandas as pd

    with TemporaryDirectory() as folder:
        write_sample(SampleSpec(rows=count * 4, postings=count * 2, seed=11), Path(folder))
        rows = pd.concat(pd.read_csv(path) for path in sorted(Path(folder).glob("*.csv")))
    rows = rows.dropna(subset=["Job-Title", "Location", "Description"]).drop_duplicates("Description")
    return [Job(f"posting-{n:04}", *_said(row)) for n, row in enumerate(rows.to_dict("records")[:count])]


def _said(row: dict[Any, Any]) -> tuple[str, str, str]:
    title, place = standardize_title(row["Job-Title"]), normalize_place(parse_location(row["Location"]))
    description = " ".join(clean_text(row["Description"], keep_sentences=True).split())
    answer = load_templates().answer.fill({"title": title, "place": place, "description": description[:600]})
    return title, place, answer


def answers(postings: Sequence[Job], contender: str) -> Iterator[tuple[str, str, str, str, str, str, bool]]:
    """A row of `<contender>_answers` per question: the first sentences of one job, and others of another."""
    draw = random.Random(contender)
    for number in range(len(postings) * PER_POSTING):
        job, other = postings[number // PER_POSTING], draw.choice(postings)
        words = other.answer.split(" ")
        start = draw.randrange(len(words))
        said = f"{job.answer[: draw.randrange(60, len(job.answer))]} {' '.join(words[start:])} {number}"
        query_type = QUERY_TYPES[number % len(QUERY_TYPES)]
        yield f"question-{number:05}", "unseen", query_type, job.posting_id, said, job.answer, True


def fill(connection: "duckdb.DuckDBPyConnection", postings: Sequence[Job]) -> None:
    """The tables that scores are made from."""
    import pandas as pd

    frames = {
        "clean_jobs": pd.DataFrame(
            [(job.posting_id, job.posting_id, job.title, job.place, [], "Unknown") for job in postings],
            columns=["row_id", "posting_id", "standard_title", "place", "other_places", "salary_bucket"],
        ),
        "job_entities": pd.DataFrame(
            [(job.posting_id, 2, [{"field": "skills", "value": "Python"}]) for job in postings],
            columns=["row_id", "min_years", "spans"],
        ),
    }
    columns = ["question_id", "slice", "query_type", "posting_id", "answer", "reference", "stopped"]
    for contender in CONTENDERS:
        said = [(*row, []) for row in answers(postings, contender)]
        frames[f"{contender}_answers"] = pd.DataFrame(said, columns=[*columns, "posting_ids"])
    for name, frame in frames.items():
        connection.register("frame", frame)
        connection.execute(f"CREATE TABLE {name} AS FROM frame")
    connection.execute(
        "CREATE TABLE query_pairs AS SELECT question_id AS pair_id, query_type, ['2'] AS slot_values FROM base_answers"
    )


def plainly(answer: str, reference: str) -> None:
    """ROUGE, BLEU and METEOR of one pair by the libraries' own calls; nothing is kept between pairs."""
    from nltk.tokenize.destructive import NLTKWordTokenizer
    from nltk.translate.meteor_score import single_meteor_score
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics import BLEU

    RougeScorer(list(ROUGE), use_stemmer=True).score(reference, answer)
    BLEU(effective_order=True).sentence_score(answer, [reference])
    BLEU().corpus_score([answer], [[reference]])
    words: Any = NLTKWordTokenizer()
    single_meteor_score(words.tokenize(reference), words.tokenize(answer), wordnet=NoWordNet())  # ty: ignore[invalid-argument-type]


def warm_up(postings: Sequence[Job], recipe: ScoringRecipe, folder: Path) -> None:
    """Load libraries, lists and the encoder by scoring a few answers."""
    import duckdb

    with duckdb.connect() as connection:
        fill(connection, postings[:2])
        score_answers(connection, CONTENDERS, recipe, folder)


def _a_pair(score: Callable[[str, str], object], pairs: Sequence[tuple[str, str]]) -> float:
    score(*pairs[0])
    started = time.perf_counter()
    for pair in pairs[1:]:
        score(*pair)
    return (time.perf_counter() - started) / (len(pairs) - 1)


def scoring(questions: int = QUESTIONS) -> None:
    """Print the time of every table, and of a pair of texts in both ways; loading of libraries is not timed."""
    import duckdb

    clock, recipe, postings = Clock(), ScoringRecipe(), jobs(questions // PER_POSTING)
    with duckdb.connect() as connection, TemporaryDirectory() as folder:
        warm_up(postings, recipe, Path(folder))
        fill(connection, postings)
        texts = connection.sql("SELECT answer, reference FROM rag_answers ORDER BY question_id").fetchall()
        peer, ours = (_a_pair(score, texts[:PEER_PAIRS]) for score in (plainly, overlap))
        with clock.timing("answer_scores"):
            scores = score_answers(connection, CONTENDERS, recipe, Path(folder))
        connection.register("scores", scores)
        connection.execute("CREATE TABLE answer_scores AS SELECT * REPLACE (parts::BIGINT[] AS parts) FROM scores")
        with clock.timing("metric_summary"):
            summary = summarize_metrics(connection)
        with clock.timing("contender_comparison"):
            comparison = compare_contenders(connection, StatisticsRecipe())
    sizes = {"answer_scores": scores, "metric_summary": summary, "contender_comparison": comparison}
    count = sum(map(len, (answer for answer, _ in texts))) // len(texts)
    print(f"{questions:,} x {len(CONTENDERS)} answers of {count:,} characters, all different\n")
    print(table(("table", "rows", "s"), [(n, f"{len(sizes[n]):,}", f"{s:.1f}") for n, s in clock.seconds.items()]))
    rows = [("its libraries, pair by pair", peer), ("text_metrics", ours)]
    print("\n" + table(("ROUGE, BLEU, METEOR", "ms a pair"), [(way, f"{s * 1000:.1f}") for way, s in rows]) + "\n")


def main(questions: int = QUESTIONS) -> None:
    """Print all tables of this benchmark."""
    scoring(questions)
