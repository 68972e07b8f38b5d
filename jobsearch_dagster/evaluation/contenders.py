"""The contenders: ways to answer a job seeker's question, all with the same two methods.

Belongs here: how each of them turns questions into answers, many at once (`answer`) or one while it is written
(`stream`). The assets of evaluation and the command line use the same classes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.foundation.kept_batches import KeptBatches
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.pairs.rendering import render_prompt, stop_ids
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.privacy import redact
from jobsearch_dagster.search.answering import render_answer
from jobsearch_dagster.search.question import QuestionTooLongError
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

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
        """The answer to one question as it comes; its contact details, if any, are in it still.

        Who looks postings up reads the question as going on from the earlier ones.
        """
        ...


class LanguageModel:
    """The base model, or the same model with the adapter: the two differ by the adapter alone."""

    def __init__(
        self,
        generator: Generator,
        *,
        use_adapter: bool,
        max_new_tokens: int,
        batch_size: int = 1,
        kept: KeptBatches | None = None,
        advance: Callable[[int], object] = lambda count: None,
    ) -> None:
        self._generator = generator
        self._use_adapter = use_adapter
        self._max_new_tokens = max_new_tokens
        self._batch_size = batch_size
        self._kept = kept
        self.advance = advance

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        """Greedy answers."""
        return self.complete([self._prompt(question) for question in questions])

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
        """The greedy answer, token by token; `redact` what is kept of it. It was trained on single questions."""
        return self.continue_prompt(self._prompt(question))

    def _prompt(self, question: str) -> list[int]:
        """The instruction is always the first template.

        Raises:
            QuestionTooLongError: It leaves no room for an answer; the model would be busy with reading it for minutes.
        """
        prompt = render_prompt(self.tokenizer, load_templates().instructions[0], question)
        if len(prompt) > self.longest_prompt:
            raise QuestionTooLongError(
                f"the question takes {len(prompt)} tokens with its frame, and the model has room for "
                f"{self.longest_prompt}: ask a shorter question or give a model with a longer window as config "
                "base_model.model"
            )
        return prompt

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
            kept=self._kept,
            advance=self.advance,
        )
        return [Answer(redact(g.text), g.tokens, g.stopped, g.seconds) for g in found]

    def continue_prompt(self, prompt: Sequence[int]) -> Iterator[Piece]:
        """The greedy answer to a prompt as token ids, token by token."""
        return self._generator.stream(
            prompt,
            stop=stop_ids(self.tokenizer),
            max_new_tokens=self._max_new_tokens,
            use_adapter=self._use_adapter,
        )


class Analytics:
    """Question -> filter -> SQL -> postings of the catalog."""

    def __init__(self, searcher: Searcher, *, limit: int) -> None:
        self._searcher = searcher
        self._limit = limit

    def answer(self, questions: Sequence[str]) -> list[Answer]:
        """The best postings of the catalog, written in the shape of the training answers."""
        return [self._answer(question) for question in questions]

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
        """The whole answer at once."""
        yield Piece(self._answer(question, history).text)

    def _answer(self, question: str, history: Sequence[str] = ()) -> Answer:
        result = self._searcher.search(question, history=history, limit=self._limit)
        return Answer(
            render_answer(result),
            seconds=result.timing_ms / 1000,
            posting_ids=tuple(row["posting_id"] for row in result.records if "posting_id" in row),
        )


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
        self._model.advance(prompts.count(None))
        written = iter(self._model.complete([prompt for prompt, _ in filter(None, prompts)]))
        answers = []
        for retrieved, prompt in zip(found, prompts, strict=True):
            if prompt is None:
                answers.append(Answer(retrieved.reply or "", seconds=retrieved.seconds))
            else:
                said = next(written)
                answers.append(replace(said, seconds=said.seconds + retrieved.seconds, posting_ids=prompt[1]))
        return answers

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Piece]:
        """What the model says, token by token, or a sentence that needs no model."""
        retrieved = retrieve(self._searcher, question, self._postings, history)
        if retrieved.reply is not None:
            yield Piece(retrieved.reply)
        else:
            yield from self._model.continue_prompt(self._prompt(retrieved)[0])

    def _prompt(self, retrieved: Retrieval) -> tuple[list[int], tuple[str, ...]]:
        return prompt_within(self._model.tokenizer, retrieved, self._model.longest_prompt)
