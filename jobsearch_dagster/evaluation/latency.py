"""How long answers take, measured apart from scoring: one prompt after the other, as a person would ask.

Belongs here: the clock and the memory; times are drawn in `report/time_pictures.py`. Answers are streamed, so that the
time to the first token is the one that a reader waits; nothing is scored, loaded or written while the clock runs, and
the first answer of each contender, which warms up, is thrown away. Seconds differ from run to run; how many questions
were answered does not.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pydantic import Field

from jobsearch_dagster.evaluation.contenders import Contender
from jobsearch_dagster.evaluation.questions import Prompt
from jobsearch_dagster.evaluation.tables import CONTENDERS, LATENCY
from jobsearch_dagster.evaluation.truth import Asked, Postings, right
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.preparation.privacy import redact

if TYPE_CHECKING:
    import pandas as pd

MIB = 2**20
WARM_UP = 4
"""Tokens that each contender writes before the clock runs; kernels are chosen and caches filled by the first two."""


class LatencyRecipe(Recipe):
    """How many questions are timed, and how long their answers may be."""

    per_type: int = Field(default=4, ge=1, description="test questions per query type, asked alone, by two and by four")
    seed: int = Field(default=42, description="of the sample")
    max_new_tokens: int = Field(default=160, ge=1, description="longest answer in tokens, for each question asked")
    postings: int = Field(default=3, ge=1, description="postings in an answer of analytics, or shown to rag")


@dataclass(frozen=True)
class Timed:
    """One answer and what it took.

    Attributes:
        text: The answer.
        prompt_tokens: Tokens of the prompt; 0 where there is no model.
        answer_tokens: Tokens written.
        first_token_seconds: From the question to the first token; the whole answer where it comes at once.
        seconds: From the question to the end of the answer.
        memory_mib: Most memory while it was written.
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
    """Most bytes in use: of the card, or of this process, looked at with every token."""

    def __init__(self) -> None:
        import psutil
        import torch

        self._cuda = torch.cuda if torch.cuda.is_available() else None
        self._process = psutil.Process()
        self.peak = 0
        if self._cuda:
            self._cuda.reset_peak_memory_stats()

    def look(self) -> None:
        """Note what is in use now."""
        now = self._cuda.max_memory_allocated() if self._cuda else self._process.memory_info().rss
        self.peak = max(self.peak, now)


def measure_all(
    prompts: Sequence[Prompt],
    contenders: Callable[[int], Mapping[str, Contender]],
    asked: Mapping[str, Asked],
    postings: Postings,
    count_tokens: Callable[[str], int],
    advance: Callable[[int], object] = lambda count: None,
) -> "pd.DataFrame":
    """One row per contender and prompt.

    Args:
        prompts: What is asked.
        contenders: Gives them by name, ready to answer so many questions at once.
        asked: What is asked for, by question.
        postings: All that there are.
        count_tokens: Length of a question.
        advance: Gets the number of answers just finished.
    """
    import pandas as pd

    rows = []
    for name in CONTENDERS:
        # Dropping the iterator ends the answer.
        list(islice(contenders(1)[name].stream(prompts[0].text), WARM_UP))
        for prompt in prompts:
            at_once = len(prompt.questions)
            timed = measure(contenders(at_once)[name], prompt.text)
            is_right = answered(timed.text, [asked[q.question_id] for q in prompt.questions], postings)
            rows.append(
                (name, prompt.prompt_id, prompt.query_type, at_once, prompt.text, timed.text,
                 count_tokens(prompt.text), timed.prompt_tokens, timed.answer_tokens, is_right,
                 timed.first_token_seconds, timed.seconds, timed.seconds_per_token, timed.tokens_per_second,
                 timed.memory_mib)
            )  # fmt: skip
            advance(1)
    return pd.DataFrame(rows, columns=list(LATENCY.names))


def answered(answer: str, asked: Sequence[Asked], postings: Postings) -> float:
    """Share of the questions for which an answer names a job that exists and satisfies them."""
    return sum(right(answer, one, postings) > 0 for one in asked) / len(asked)


SUMMARY = """
    SELECT contender, query_type, questions_at_once AS "questions at once", count(*) AS n,
        round(avg("right"), 2) AS "right",
        round(quantile_cont(first_token_seconds, 0.5), 3) AS "first token p50 s",
        round(quantile_cont(first_token_seconds, 0.95), 3) AS "first token p95 s",
        round(quantile_cont(seconds, 0.5), 2) AS "answer p50 s",
        round(quantile_cont(seconds, 0.95), 2) AS "answer p95 s",
        round(1000 * quantile_cont(seconds_per_token, 0.5), 1) AS "a token p50 ms",
        round(nullif(sum(answer_tokens), 0) / sum(seconds), 1) AS "tokens/s",
        round(max(memory_mib)) AS "memory MiB"
    FROM latency GROUP BY ALL ORDER BY questions_at_once, query_type, contender
"""
"""Of the table `latency`: one row per contender, query type and number of questions at once."""
