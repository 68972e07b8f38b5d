"""The clock runs for the answer alone, and several questions at once are scored by how many were answered."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from jobsearch_dagster.app.run import Outcome
from jobsearch_dagster.evaluation.contenders import Answer, Contender
from jobsearch_dagster.evaluation.latency import (
    FEWEST_FOR_P95,
    MIB,
    SUMMARY,
    WARM_UP,
    WARM_UP_QUESTION,
    LatencyRecipe,
    Truth,
    answered,
    contenders,
    measure,
    measure_all,
)
from jobsearch_dagster.evaluation.questions import Prompt, Question
from jobsearch_dagster.evaluation.tables import CONTENDERS, LATENCY
from jobsearch_dagster.evaluation.truth import Asked, Posting, Postings
from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.search.searcher import Searcher

NURSE = Posting("nurse", "registered nurse", "berlin, germany", frozenset({"under $50K"}), 2, frozenset({"triage"}))
CODER = Posting("coder", "backend engineer", "oslo, norway", frozenset({"over $150K"}), 5, frozenset({"python", "sql"}))
POSTINGS = Postings([NURSE, CODER])
IN_BERLIN, WITH_PYTHON = Asked("location", ("berlin, germany",)), Asked("skills", ("python",))
SAYS_NURSE = "Job available in Berlin, Germany\nJob-Title: Registered Nurse"
SAYS_CODER = "Job available in Oslo, Norway\nJob-Title: Backend Engineer"


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        (f"{SAYS_NURSE}\n\n{SAYS_CODER}", 1.0),
        (SAYS_NURSE, 0.5),
        (SAYS_CODER, 0.5),
        (f"{SAYS_NURSE}\n\n{SAYS_NURSE}", 0.5),
        ("Job available in Atlantis\nJob-Title: Diver", 0.0),
        ("There are many jobs in Berlin for python.", 0.0),
        ("", 0.0),
    ],
)
def test_the_share_of_questions_that_an_answer_has_a_right_job_for(answer: str, share: float) -> None:
    assert answered(answer, [IN_BERLIN, WITH_PYTHON], POSTINGS) == share


def test_one_job_may_answer_several_questions() -> None:
    assert answered(SAYS_CODER, [WITH_PYTHON, Asked("experience", ("6",))], POSTINGS) == 1.0


class Slow:
    """Says its words one by one, the first after a longer while."""

    def __init__(self, *words: str, first: float = 0.02, next_: float = 0.01) -> None:
        self.words, self.first, self.next = words, first, next_
        self.asked: list[tuple[str, int]] = []

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        return [Answer("".join(self.words)) for _ in questions]

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
        self.asked.append((question, 0))
        for count, word in enumerate(self.words, 1):
            time.sleep(self.first if count == 1 else self.next)
            self.asked[-1] = (question, count)
            yield Piece(word, count, 7, stopped=count == len(self.words))


def test_times_are_those_of_the_first_and_the_last_token() -> None:
    timed = measure(Slow("a", " b", " c"), "question")
    assert timed.text == "a b c"
    assert (timed.prompt_tokens, timed.answer_tokens) == (7, 3)
    assert 0.02 <= timed.first_token_seconds <= timed.seconds - 0.02
    assert timed.seconds_per_token == pytest.approx((timed.seconds - timed.first_token_seconds) / 2)
    assert timed.tokens_per_second == pytest.approx(3 / timed.seconds)


def test_an_answer_without_tokens_has_no_time_per_token() -> None:
    class AtOnce(Slow):
        def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
            yield Piece("all of it")

    timed = measure(AtOnce(), "question")
    assert timed.first_token_seconds == timed.seconds
    assert (timed.seconds_per_token, timed.tokens_per_second) == (None, None)


def test_memory_is_what_an_answer_takes_beyond_what_was_taken_before() -> None:
    class Large(Slow):
        def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
            taken = bytearray(b"x") * (64 * MIB)
            yield Piece(f"{len(taken)} bytes")

    before = bytearray(b"x") * (128 * MIB)
    assert 60 < measure(Large(), "question").memory_mib < 120 < len(before) / MIB


def test_contact_details_that_a_model_makes_up_are_taken_out() -> None:
    assert "@" not in measure(Slow("write to", " jane.doe@", "example.org"), "question").text


def prompt(*query_types: str) -> Prompt:
    return Prompt(tuple(Question(f"{t} id", "unseen", t, "posting", f"{t}?", "reference") for t in query_types))


PROMPTS = [prompt("location"), prompt("location", "skills")]
ASKED = {"location id": IN_BERLIN, "skills id": WITH_PYTHON}


TRUTH = Truth(ASKED, POSTINGS)


def rows_of(asked: Mapping[str, Contender], **options: Any) -> pd.DataFrame:
    return measure_all(PROMPTS, lambda at_once: asked, TRUTH, len, **options)


def test_there_is_a_row_for_each_contender_and_prompt() -> None:
    counts: list[int] = []
    slow = Slow(SAYS_NURSE, "\n\n", SAYS_CODER, first=0, next_=0)
    table = rows_of(dict.fromkeys(CONTENDERS, slow), advance=counts.append)
    assert [*table.columns, "setting"] == list(LATENCY.names)
    assert table[["contender", "prompt_id"]].values.tolist() == [
        [name, p.prompt_id] for name in CONTENDERS for p in PROMPTS
    ]
    mixed = table[table["questions_at_once"] == 2]
    assert set(mixed["query_type"]) == {"mixed"}
    assert set(mixed["right"]) == {1.0}
    assert set(mixed["question_tokens"]) == {len("location? skills?")}
    assert sum(counts) == len(table)


def test_each_contender_warms_up_on_a_question_that_is_not_timed() -> None:
    ready = {name: Slow(*"abcdefgh", first=0, next_=0) for name in CONTENDERS}
    rows_of(ready)
    for slow in ready.values():
        assert slow.asked == [(WARM_UP_QUESTION, WARM_UP), ("location?", 8), ("location? skills?", 8)]


def test_an_answer_to_several_questions_may_be_as_much_longer() -> None:
    wanted: list[int] = []

    def ready(at_once: int) -> dict[str, Contender]:
        wanted.append(at_once)
        return dict.fromkeys(CONTENDERS, Slow("a", first=0))

    measure_all(PROMPTS, ready, TRUTH, len)
    assert wanted == [1, *[1, 2] * len(CONTENDERS)]


def test_an_answer_to_several_questions_may_rest_on_as_many_more_postings(
    finished: tuple[Path, Outcome], smoke_models: Path
) -> None:
    recipe, generator = LatencyRecipe(postings=1, max_new_tokens=1), Generator(smoke_models / "language_model")
    question = "Which jobs are there?"
    with Searcher(finished[0], with_meaning=True) as searcher:
        one, four = (contenders(generator, searcher, recipe, n, adapted=False) for n in (1, 4))
        shown = [ready["analytics"].answer([question])[0].posting_ids for ready in (one, four)]
        read = [next(iter(ready["rag"].stream(question))).prompt_tokens for ready in (one, four)]
    assert [len(ids) for ids in shown] == [1, 4]
    assert read[1] > 2 * read[0]


def quantiles(count: int) -> pd.DataFrame:
    """Of so many answers of each of two query types."""
    row = dict.fromkeys(("right", "first_token_seconds", "seconds", "seconds_per_token", "memory_mib"), 1.0)
    rows = [
        {**row, "contender": "base", "questions_at_once": 1, "query_type": query_type, "answer_tokens": 2}
        for query_type in ("location", "skills")
        for _ in range(count)
    ]
    with duckdb.connect() as connection:
        connection.register("latency", pd.DataFrame(rows))
        return connection.sql(SUMMARY).df().set_index("query type")


def test_a_p95_stands_only_where_it_is_more_than_the_largest_value() -> None:
    few, many = quantiles(FEWEST_FOR_P95 // 2), quantiles(FEWEST_FOR_P95)
    assert few["n"].to_dict() == {"location": 10, "skills": 10, "all": 20}
    for column in ("first token p95 s", "answer p95 s"):
        assert few[column].notna().to_dict() == {"location": False, "skills": False, "all": True}
        assert many[column].notna().all()


def test_the_quantiles_show_every_contender() -> None:
    with duckdb.connect() as connection:
        connection.register("latency", rows_of(dict.fromkeys(CONTENDERS, Slow("a", "b", first=0, next_=0))))
        summary = connection.sql(SUMMARY).df()
    assert len(summary) == len(CONTENDERS) * 2
    assert set(summary["contender"]) == set(CONTENDERS)
    assert set(summary["n"]) == {1}


def test_the_asset_times_all_contenders_with_one_two_and_four_questions(finished: tuple[Path, Outcome]) -> None:
    table = Lake(finished[0]).read("latency")
    counts = table.groupby(["contender", "questions_at_once"]).size()
    assert set(counts.index) == {(name, at_once) for name in CONTENDERS for at_once in (1, 2, 4)}
    written = table[table["contender"] != "analytics"]
    assert (written["answer_tokens"] <= 4 * written["questions_at_once"]).all()
    assert (written["first_token_seconds"] <= written["seconds"]).all()
    assert (table["seconds"] > 0).all()
    assert table["setting"].str.contains(r"\|float32\|threads:\d+\|torch:").all()


def test_only_lora_is_timed_with_an_adapter(smoke_models: Path) -> None:
    """Switched off, it costs the others time as well."""
    generator: Any = Generator(smoke_models / "language_model")
    searcher: Any = None
    named = {on: set(contenders(generator, searcher, LatencyRecipe(), 1, adapted=on)) for on in (False, True)}
    assert named == {False: {"analytics", "base", "rag"}, True: {"lora"}}


def test_what_a_clock_says_is_no_part_of_the_digest() -> None:
    assert {column.name for column in LATENCY.columns if column.volatile} == {
        "first_token_seconds", "seconds", "seconds_per_token", "tokens_per_second", "memory_mib",
        "setting",
    }  # fmt: skip


def test_a_recipe_without_questions_is_refused() -> None:
    with pytest.raises(ValueError, match="per_type"):
        LatencyRecipe(per_type=0)
