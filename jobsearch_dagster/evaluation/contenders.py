"""The contenders: ways to answer a job seeker's question, all with one method `answer(questions)`.

Belongs here: how each of them turns questions into answers. The `*_answers` assets and the command line use the same
classes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.pairs.rendering import render_prompt, stop_ids
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.privacy import redact
from jobsearch_dagster.search.answering import render_answer
from jobsearch_dagster.search.rag import Retrieval, prompt_within, retrieve
from jobsearch_dagster.search.searcher import Searcher


@dataclass(frozen=True)
class Answer:
    """What a contender says.

    Attributes:
        text: The answer, without the question.
        tokens: Generated tokens; 0 where nothing is generated.
        stopped: Whether the answer ended by itself.
        seconds: Time for this answer; in a batch, its share.
        posting_ids: Postings that the answer was taken from, or that the model was shown; empty where it writes freely.
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
        """Greedy answers; the instruction is always the first template."""
        system = load_templates().instructions[0]
        return self.complete([render_prompt(self.tokenizer, system, question) for question in questions])

    @property
    def tokenizer(self) -> Any:
        """The model's tokenizer."""
        return self._generator.tokenizer

    @property
    def longest_prompt(self) -> int:
        """Most tokens of a prompt that leave room for the longest answer."""
        return self._generator.window - self._max_new_tokens

    def complete(self, prompts: Sequence[Sequence[int]]) -> list[Answer]:
        """Greedy answers to prompts as token ids.

        Contact details that the model makes up are taken out: somebody may have that number.
        """
        found = self._generator.generate(
            prompts,
            stop=stop_ids(self.tokenizer),
            max_new_tokens=self._max_new_tokens,
            use_adapter=self._use_adapter,
            batch_size=self._batch_size,
            advance=self._advance,
        )
        return [Answer(redact(g.text), g.tokens, g.stopped, g.seconds) for g in found]


class Analytics:
    """Question -> filter -> SQL -> postings of the catalog."""

    def __init__(self, searcher: Searcher, *, limit: int) -> None:
        self._searcher = searcher
        self._limit = limit

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        """The best postings of the catalog, written in the shape of the training answers."""
        answers = []
        for question in questions:
            result = self._searcher.search(question, limit=self._limit)
            answers.append(
                Answer(
                    render_answer(result),
                    seconds=result.timing_ms / 1000,
                    posting_ids=tuple(row["posting_id"] for row in result.records if "posting_id" in row),
                )
            )
        return answers


class Rag:
    """Question -> postings of the catalog -> a language model that is shown them."""

    def __init__(self, searcher: Searcher, model: LanguageModel, *, postings: int) -> None:
        """Retrieve by what the searcher ranks by.

        Args:
            searcher: Of the catalog; opened with its encoder, so that meaning counts.
            model: Writes the answers.
            postings: Most postings that it is shown.
        """
        self._searcher = searcher
        self._model = model
        self._postings = postings

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        """What the model says about the postings it is shown.

        What is no question about jobs, or will not be answered, gets the sentence that it gets without a model.
        """
        found = [retrieve(self._searcher, question, self._postings) for question in questions]
        prompts = [None if retrieved.reply is not None else self._prompt(retrieved) for retrieved in found]
        written = iter(self._model.complete([prompt for prompt, _ in filter(None, prompts)]))
        answers = []
        for retrieved, prompt in zip(found, prompts, strict=True):
            if prompt is None:
                answers.append(Answer(retrieved.reply or "", seconds=retrieved.seconds))
            else:
                said = next(written)
                answers.append(replace(said, seconds=said.seconds + retrieved.seconds, posting_ids=prompt[1]))
        return answers

    def _prompt(self, retrieved: Retrieval) -> tuple[list[int], tuple[str, ...]]:
        return prompt_within(self._model.tokenizer, retrieved, self._model.longest_prompt)
