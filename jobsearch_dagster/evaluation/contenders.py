"""The contenders: ways to answer a job seeker's question, all with one method `answer(questions)`.

Belongs here: how each of them turns questions into answers. The `*_answers` assets and the command line use the same
classes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.pairs.rendering import render_prompt, stop_ids
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.privacy import redact


@dataclass(frozen=True)
class Answer:
    """What a contender says.

    Attributes:
        text: The answer, without the question.
        tokens: Generated tokens; 0 where nothing is generated.
        stopped: Whether the answer ended by itself.
        seconds: Time for this answer; in a batch, its share.
        posting_ids: Postings that the answer was taken from; empty where a model writes freely.
    """

    text: str
    tokens: int = 0
    stopped: bool = True
    seconds: float = 0.0
    posting_ids: tuple[str, ...] = ()


class Contender(Protocol):
    """Anything that answers questions."""

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        """One answer per question, in their order."""
        ...


class LanguageModel:
    """The base model, or the same model with the adapter: the two differ by the adapter alone."""

    def __init__(
        self,
        generator: Generator,
        *,
        use_adapter: bool,
        max_new_tokens: int,
        batch_size: int,
        advance: Callable[[int], object] = lambda count: None,
    ) -> None:
        self._generator = generator
        self._use_adapter = use_adapter
        self._max_new_tokens = max_new_tokens
        self._batch_size = batch_size
        self._advance = advance

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        """Greedy answers; the instruction is always the first template.

        Contact details that the model makes up are taken out: somebody may have that number.
        """
        tokenizer = self._generator.tokenizer
        system = load_templates().instructions[0]
        found = self._generator.generate(
            [render_prompt(tokenizer, system, question) for question in questions],
            stop=stop_ids(tokenizer),
            max_new_tokens=self._max_new_tokens,
            use_adapter=self._use_adapter,
            batch_size=self._batch_size,
            advance=self._advance,
        )
        return [Answer(redact(g.text), g.tokens, g.stopped, g.seconds) for g in found]


class Analytics:
    """Question -> filter -> SQL -> postings of the catalog."""

    def __init__(self, catalog: Path, *, limit: int) -> None:
        self._catalog = catalog
        self._limit = limit

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        """The best postings of the catalog, written in the shape of the training answers."""
        from jobsearch_dagster.search.answering import render_answer, search

        answers = []
        for question in questions:
            result = search(question, self._catalog, limit=self._limit)
            answers.append(
                Answer(
                    render_answer(result),
                    seconds=result.timing_ms / 1000,
                    posting_ids=tuple(row["posting_id"] for row in result.records if "posting_id" in row),
                )
            )
        return answers
