"""How often a small language model reads a question as the rules do: the embedded model behind a real server.

Belongs here: asking and counting. What counts as the same reading is in `search/agreement.py`, the figures of one run
in `docs/agreement.md`. The model has 135 million parameters: the table shows that the comparison works and what a
disagreement costs, not what a model of a useful size would say.

    JOBSEARCH_DATA_DIR=... python -m jobsearch_dagster_tests.benchmarks agreement --questions 60
"""

import os
import platform
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.llm_endpoint import Endpoint, EndpointError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.search.agreement import compare
from jobsearch_dagster.search.filter import JobFilter
from jobsearch_dagster.search.model_filter import LONGEST_ANSWER, ModelReader
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster_tests import search
from jobsearch_dagster_tests.benchmarks.measuring import table
from jobsearch_dagster_tests.llama_server import MODEL, serving_the_embedded_model

QUESTIONS = 60
"""Of each source."""
PATIENCE = 300.0
"""Seconds for one answer; far more than the product waits, so that a busy machine hides no reading."""


@dataclass(frozen=True)
class Read:
    """One question, read twice.

    Attributes:
        rules: Slots that the rules fill.
        model: Slots that the model fills; None where it gives no valid filter.
        apart: Slots that one of them fills otherwise than the other.
        seconds: Of the model.
        problem: Why the model's answer is no valid filter.
    """

    rules: frozenset[str]
    model: frozenset[str] | None
    apart: frozenset[str]
    seconds: float
    problem: str | None = None


def main(questions: int = QUESTIONS) -> None:
    """Read the questions and print a table for each source."""
    print(
        f"{MODEL}, llama.cpp on one thread; {os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}"
    )
    sources = {"of the sample": _of_the_sample(questions), "of the exam": _of_the_exam(questions)}
    with tempfile.TemporaryDirectory() as folder, serving_the_embedded_model() as server:
        endpoint = Endpoint(server.url, MODEL, timeout=PATIENCE, attempts=1, max_tokens=LONGEST_ANSWER)
        reader = ModelReader(endpoint, TextCache(Path(folder) / "texts.sqlite"))
        for name, asked in sources.items():
            read = [one for question in asked for one in _read(reader, question)]
            print(f"\nQuestions {name}: {len(read)}\n\n{_table(read)}\n\n{_summary(read)}", flush=True)


def _of_the_sample(count: int) -> list[str]:
    """Questions of the pairs that were made from the postings, as many of each type."""
    pairs = Settings.from_environment().data_dir / "lake" / "query_pairs.parquet"
    if not pairs.exists():
        raise UserError(f"no questions at {pairs}: make them with `jobsearch run --select query_pairs`")
    ordered = duckdb.execute(
        f"SELECT question FROM (SELECT DISTINCT query_type, question FROM '{pairs}')"
        f" ORDER BY row_number() OVER (PARTITION BY query_type ORDER BY md5(question)), query_type LIMIT {count}"
    )
    return [question for (question,) in ordered.fetchall()]


def _of_the_exam(count: int) -> list[str]:
    """Questions as people ask them, evenly from the kinds of the first exam's half for tuning."""
    exam = yaml.safe_load((Path(search.__file__).parent / "exams" / "questions.yaml").read_text(encoding="utf-8"))
    asked = [item["question"] for item in exam if item["half"] == "dev" and "history" not in item]
    readable = [question for question in asked if parse_question(question).intent in ("search", "aggregate")]
    return [readable[position * len(readable) // count] for position in range(min(count, len(readable)))]


def _read(reader: ModelReader, question: str) -> Iterator[Read]:
    """The two readings of a question that the rules can read."""
    understood = parse_question(question)
    if understood.message is not None:
        return
    rules = _slots(understood.filter)
    started = time.perf_counter()
    try:
        read = reader.read(question)
    except EndpointError as error:
        yield Read(rules, None, frozenset(), time.perf_counter() - started, _kind(error))
        return
    apart = compare(understood.filter, read, MODEL).differences
    yield Read(rules, _slots(read), frozenset(apart), time.perf_counter() - started)


def _kind(error: EndpointError) -> str:
    kind = str(error).partition(":")[0]
    return "slots that do not fit each other" if kind == "the filter" else kind


def _slots(job_filter: JobFilter) -> frozenset[str]:
    """The slots that a filter fills: those in which it differs from one that asks for nothing."""
    return frozenset(compare(job_filter, JobFilter(), MODEL).differences)


def _table(read: Sequence[Read]) -> str:
    valid = [(one.rules, one.model, one.apart) for one in read if one.model is not None]
    rules = Counter(slot for filled, _, _ in valid for slot in filled)
    model = Counter(slot for _, filled, _ in valid for slot in filled)
    same = Counter(slot for filled, _, apart in valid for slot in filled - apart)
    either = Counter(slot for filled, other, _ in valid for slot in filled | other)
    rows: list[tuple[object, ...]] = [
        (slot, n, rules[slot], model[slot], same[slot], f"{same[slot] / n:.0%}") for slot, n in either.most_common()
    ]
    whole = sum(not apart for *_, apart in valid)
    rows.append(("**whole filter**", len(valid), "", "", whole, f"{whole / max(len(valid), 1):.0%}"))
    return table(("slot", "filled by either", "by the rules", "by the model", "alike", "share"), rows)


def _summary(read: Sequence[Read]) -> str:
    valid = sum(one.model is not None for one in read)
    seconds = [one.seconds for one in read]
    problems = Counter(one.problem for one in read if one.problem is not None).most_common()
    why = "".join(f", {n} times {problem}" for problem, n in problems)
    return (
        f"Valid filters: {valid} of {len(read)} ({valid / len(read):.0%}){why}. Seconds a question: "
        f"median {statistics.median(seconds):.1f}, largest {max(seconds):.1f}."
    )
