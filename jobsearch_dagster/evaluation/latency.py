"""How long answers take, measured apart from scoring: one prompt after the other, as a person would ask.

Belongs here: the clock and the memory; times are drawn in `report/time_pictures.py`. Answers are streamed, so that the
time to the first token is the one that a reader waits; nothing is scored, loaded or written while the clock runs, and
each contender warms up on a question that is not timed, for what is understood once is remembered. Seconds differ from
run to run; how many questions were answered does not.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import Field

from jobsearch_dagster.evaluation.contenders import Analytics, Contender, LanguageModel, Rag
from jobsearch_dagster.evaluation.questions import Prompt
from jobsearch_dagster.evaluation.tables import ALL_TYPES, LATENCY
from jobsearch_dagster.evaluation.truth import Asked, Postings, right
from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.preparation.privacy import redact
from jobsearch_dagster.search.searcher import Searcher

if TYPE_CHECKING:
    import pandas as pd

MIB = 2**20
WARM_UP = 4
"""Tokens that each contender writes before the clock runs; kernels are chosen and caches filled by the first two."""
WARM_UP_QUESTION = "Which openings would suit somebody who has worked with Excel for some years?"
"""Is made by no template, so that it is never among those that are timed."""
FEWEST_FOR_P95 = 20
"""Of fewer values the 95 % quantile is little else than the largest."""


class LatencyRecipe(Recipe):
    """How many questions are timed, and how long their answers may be."""

    per_type: int = Field(default=4, ge=1, description="test questions per query type, asked alone, by two and by four")
    seed: int = Field(default=42, description="of the sample")
    max_new_tokens: int = Field(default=160, ge=1, description="longest answer in tokens, for each question asked")
    postings: int = Field(
        default=3, ge=1, description="postings in an answer of analytics, or shown to rag, for each question asked"
    )


@dataclass(frozen=True)
class Timed:
    """One answer and what it took.

    Attributes:
        text: The answer.
        prompt_tokens: Tokens of the prompt; 0 where there is no model.
        answer_tokens: Tokens written.
        first_token_seconds: From the question to the first token; the whole answer where it comes at once.
        seconds: From the question to the end of the answer.
        memory_mib: Most memory while it was written, beyond what was in use before.
    """

    text: str
    prompt_tokens: int
    answer_tokens: int
    first_token_seconds: float
    seconds: float
    memory_mib: float

    @property
    def seconds_per_token(self) -> float | None:
        """Between two tokens after the first; None with fewer than two."""
        if self.answer_tokens < 2:
            return None
        return (self.seconds - self.first_token_seconds) / (self.answer_tokens - 1)

    @property
    def tokens_per_second(self) -> float | None:
        """Over the whole answer, the prompt's reading included; None without tokens."""
        return self.answer_tokens / self.seconds if self.answer_tokens else None


def measure(contender: Contender, question: str) -> Timed:
    """Ask one question and look at the clock as each piece of the answer comes."""
    memory = _Memory()
    pieces, ticks = [], []
    started = time.perf_counter()
    for piece in contender.stream(question):
        ticks.append(time.perf_counter() - started)
        pieces.append(piece)
        memory.look()
    return Timed(
        text=redact("".join(piece.text for piece in pieces)),
        prompt_tokens=pieces[-1].prompt_tokens,
        answer_tokens=pieces[-1].tokens,
        first_token_seconds=ticks[0],
        seconds=ticks[-1],
        memory_mib=memory.peak / MIB,
    )


class _Memory:
    """Most bytes in use beyond those of the start: of the card, or of this process, looked at with every token.

    The models of several contenders share a process, so the whole of its memory says nothing about one of them.
    """

    def __init__(self) -> None:
        import psutil
        import torch

        self._cuda = torch.cuda if torch.cuda.is_available() else None
        self._process = psutil.Process()
        self.peak = 0
        if self._cuda:
            self._cuda.reset_peak_memory_stats()
        self._before = self._in_use()

    def look(self) -> None:
        """Note what is in use now."""
        self.peak = max(self.peak, self._in_use() - self._before)

    def _in_use(self) -> int:
        return self._cuda.max_memory_allocated() if self._cuda else self._process.memory_info().rss


class Load(Protocol):
    """Loads the base model."""

    def __call__(self, *, adapted: bool) -> Generator:
        """The model with the adapter or without."""
        ...


@dataclass(frozen=True)
class Truth:
    """What answers are compared with.

    Attributes:
        asked: What is asked for, by question.
        postings: All that there are.
    """

    asked: Mapping[str, Asked]
    postings: Postings


def measure_contenders(
    data_dir: Path,
    model: str,
    load: Load,
    prompts: Sequence[Prompt],
    truth: Truth,
    recipe: LatencyRecipe,
    advance: Callable[[int], object] = lambda count: None,
) -> "pd.DataFrame":
    """One row per contender and prompt.

    Base and rag are timed without any adapter, for one that is switched off costs time as well. So the model is loaded
    twice, the second time when the first is given up: both may not fit into memory.

    Args:
        data_dir: The data folder, with a catalog and its index.
        model: Name of the base model.
        load: Loads it.
        prompts: What is asked.
        truth: What answers are compared with.
        recipe: How long answers may be.
        advance: Gets the number of answers just finished.
    """
    import pandas as pd

    def timed(*, adapted: bool) -> "pd.DataFrame":
        generator = load(adapted=adapted)
        found = measure_all(
            prompts,
            partial(contenders, generator, searcher, recipe, adapted=adapted),
            truth,
            count_tokens=lambda text: len(generator.tokenizer(text)["input_ids"]),
            advance=advance,
        )
        return found.assign(setting=setting(model, generator))

    with Searcher(data_dir, with_meaning=True) as searcher:
        return pd.concat([timed(adapted=False), timed(adapted=True)], ignore_index=True)


def contenders(
    generator: Generator, searcher: Searcher, recipe: LatencyRecipe, at_once: int, *, adapted: bool
) -> dict[str, Contender]:
    """Those with the adapter, or those without, ready to answer so many questions at once.

    For each question they may write as much and show, or be shown, as many postings as for a single one.
    """
    model = LanguageModel(generator, use_adapter=adapted, max_new_tokens=recipe.max_new_tokens * at_once)
    if adapted:
        return {"lora": model}
    postings = recipe.postings * at_once
    return {
        "analytics": Analytics(searcher, limit=postings),
        "base": model,
        "rag": Rag(searcher, model, postings=postings),
    }


def setting(model: str, generator: Generator) -> str:
    """What seconds depend on besides contender and prompt."""
    import torch

    threads = f"threads:{torch.get_num_threads()}"
    return "|".join([model, generator.hardware, generator.dtype, threads, f"torch:{torch.__version__}"])


def measure_all(
    prompts: Sequence[Prompt],
    contenders: Callable[[int], Mapping[str, Contender]],
    truth: Truth,
    count_tokens: Callable[[str], int],
    advance: Callable[[int], object] = lambda count: None,
) -> "pd.DataFrame":
    """One row per contender and prompt, without their `setting`.

    Args:
        prompts: What is asked.
        contenders: Gives them by name, ready to answer so many questions at once.
        truth: What answers are compared with.
        count_tokens: Length of a question.
        advance: Gets the number of answers just finished.
    """
    import pandas as pd

    rows = []
    for name, warming_up in contenders(1).items():
        # Dropping the iterator ends the answer.
        list(islice(warming_up.stream(WARM_UP_QUESTION), WARM_UP))
        for prompt in prompts:
            at_once = len(prompt.questions)
            timed = measure(contenders(at_once)[name], prompt.text)
            asked = [truth.asked[question.question_id] for question in prompt.questions]
            rows.append(
                {
                    "contender": name,
                    "prompt_id": prompt.prompt_id,
                    "query_type": prompt.query_type,
                    "questions_at_once": at_once,
                    "question": prompt.text,
                    "answer": timed.text,
                    "question_tokens": count_tokens(prompt.text),
                    "prompt_tokens": timed.prompt_tokens,
                    "answer_tokens": timed.answer_tokens,
                    "right": answered(timed.text, asked, truth.postings),
                    "first_token_seconds": timed.first_token_seconds,
                    "seconds": timed.seconds,
                    "seconds_per_token": timed.seconds_per_token,
                    "tokens_per_second": timed.tokens_per_second,
                    "memory_mib": timed.memory_mib,
                }
            )
            advance(1)
    return pd.DataFrame(rows, columns=[name for name in LATENCY.names if name != "setting"])


def answered(answer: str, asked: Sequence[Asked], postings: Postings) -> float:
    """Share of the questions for which an answer names a job that exists and satisfies them."""
    return sum(right(answer, one, postings) > 0 for one in asked) / len(asked)


def _p95(column: str) -> str:
    return f"CASE WHEN count(*) >= {FEWEST_FOR_P95} THEN round(quantile_cont({column}, 0.95), 3) END"


SUMMARY = f"""
    SELECT contender, coalesce(query_type, '{ALL_TYPES}') AS "query type", questions_at_once AS "questions at once",
        count(*) AS n,
        round(avg("right"), 2) AS "right",
        round(quantile_cont(first_token_seconds, 0.5), 3) AS "first token p50 s",
        {_p95("first_token_seconds")} AS "first token p95 s",
        round(quantile_cont(seconds, 0.5), 3) AS "answer p50 s",
        {_p95("seconds")} AS "answer p95 s",
        round(1000 * quantile_cont(seconds_per_token, 0.5), 1) AS "a token p50 ms",
        round(nullif(sum(answer_tokens), 0) / sum(seconds), 1) AS "tokens/s",
        round(max(memory_mib), 1) AS "memory MiB"
    FROM latency
    GROUP BY GROUPING SETS ((contender, questions_at_once, query_type), (contender, questions_at_once))
    HAVING query_type IS NOT NULL OR count(DISTINCT query_type) > 1
    ORDER BY questions_at_once, query_type, contender
"""
"""Of the table `latency`: one row per contender, query type and number of questions at once, and types together.

A p95 stands only where it is taken of `FEWEST_FOR_P95` values or more.
"""
