"""What page and API share: the open catalog, the contenders, and who may generate now.

Belongs here: what is opened once for a server and used by all its requests. How a contender answers is in
`evaluation/contenders.py`, what a person sees in `pages.py`, what a program gets in the API's modules.
"""

import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from jobsearch_dagster.app.ask import Via, names_stay
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.search.answering import SearchResult
from jobsearch_dagster.search.filter import Asked
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.question import parse_question
from jobsearch_dagster.search.searcher import Searcher

if TYPE_CHECKING:
    from jobsearch_dagster.evaluation.contenders import Contender
    from jobsearch_dagster.foundation.generation import Generator as TextGenerator

WAITING = 4
"""Clients that may wait for the model; an answer takes seconds on a processor, and each holds a thread meanwhile."""
LOOKS_UP = 0.2
"""Seconds of waiting for the model after which it is seen whether the client is there still."""
RETRY_AFTER = 10
"""Seconds after which a client that found no place should try again."""
T = TypeVar("T")


class BusyError(Exception):
    """The model answers somebody else, and enough others wait already; try again after `RETRY_AFTER` seconds."""


@dataclass(frozen=True)
class _Loaded:
    """The one language model in memory, with the files it was loaded from."""

    files: tuple[Path, Path | None]
    generator: "TextGenerator"


class Services:
    """The catalog, open for all, and one language model for whoever's turn it is.

    All methods may be called from several threads.
    """

    def __init__(self, settings: Settings, *, waiting: int = WAITING) -> None:
        """Nothing is opened and no model is loaded before it is asked for.

        Args:
            settings: Where the data lie.
            waiting: Most clients that wait for the model while it answers another.
        """
        self.settings = settings
        self.searcher = Searcher(settings.data_dir)
        self._by_meaning = Searcher(settings.data_dir, with_meaning=True)
        self._places = threading.BoundedSemaphore(1 + waiting)
        self._turn = threading.Lock()
        self._loaded: _Loaded | None = None

    def close(self) -> None:
        """Close the catalog."""
        self.searcher.close()
        self._by_meaning.close()

    def warm_up(self) -> None:
        """Read one question, which builds tables of names that take a second; no client waits for them then."""
        with names_stay():
            parse_question("python jobs in berlin")

    def search(
        self,
        question: Asked,
        *,
        history: Sequence[Asked] = (),
        limit: int | None = None,
        profile: Profile | None = None,
    ) -> SearchResult:
        """What the catalog answers, as in `Searcher.search`.

        Raises:
            UserError: There is no catalog yet.
        """
        return self.searcher.search(question, history=history, limit=limit, profile=profile)

    # --- contenders ---

    @contextmanager
    def generation_slot(self) -> Generator[None]:
        """The model for oneself: one at a time generates, some wait.

        Raises:
            BusyError: Too many wait already.
        """
        with self._place(), self._turn:
            yield

    @contextmanager
    def _place(self) -> Generator[None]:
        """A place among those that generate or wait."""
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            yield
        finally:
            self._places.release()

    def contender(self, via: Via) -> "Contender":
        """What answers; one that generates must be asked for, and used, within `generation_slot`.

        Raises:
            UserError: The catalog, the model or a promoted adapter is not there.
        """
        # Here, because these import Dagster and pandas: two seconds that a server without a question need not wait.
        from jobsearch_dagster.evaluation.answers import AnalyticsRecipe, GenerationRecipe, RagRecipe
        from jobsearch_dagster.evaluation.contenders import Analytics, LanguageModel, Rag
        from jobsearch_dagster.foundation import profiles

        kinds = {"analytics": AnalyticsRecipe, "rag": RagRecipe}
        recipe = profiles.resolve(kinds.get(via, GenerationRecipe), f"{via}_answers", self.settings.profile)
        if isinstance(recipe, AnalyticsRecipe):
            return Analytics(self.searcher, limit=recipe.limit)
        assert isinstance(recipe, GenerationRecipe)
        generator = self._generator(with_adapter=via == "lora")
        model = LanguageModel(generator, use_adapter=via == "lora", max_new_tokens=recipe.max_new_tokens, batch_size=1)
        return Rag(self._by_meaning, model, postings=recipe.postings) if isinstance(recipe, RagRecipe) else model

    def stream(self, via: Via, question: str, history: Sequence[str] = ()) -> Generator[Piece]:
        """An answer while it is written; closing it stops the model with its next token and ends the turn.

        While others have their turn it gives empty pieces, so that it can be closed then too and frees its place.

        Args:
            via: Who answers.
            question: What is asked.
            history: Earlier questions, for who looks postings up.

        Raises:
            BusyError: Too many wait for the model.
            UserError: As for `contender`.
        """
        if via == "analytics":
            yield from self.contender(via).stream(question, history)
            return
        with self._place():
            while not self._turn.acquire(timeout=LOOKS_UP):
                yield Piece("")
            try:
                # A contender's stream is a generator, whose `close` stops the model; `yield from` closes it with this.
                yield from self.contender(via).stream(question, history)
            finally:
                self._turn.release()

    def _generator(self, *, with_adapter: bool) -> "TextGenerator":
        """The model; base and lora share one, the adapter switched off and on, where they have the same base."""
        from jobsearch_dagster.foundation.artifacts import ArtifactStore
        from jobsearch_dagster.foundation.generation import Generator as TextGenerator
        from jobsearch_dagster.foundation.model_store import served_adapter

        try:
            served = served_adapter(self.settings.data_dir)
        except UserError:
            if with_adapter:
                raise
            served = None
        base = (
            served.base.path
            if served and with_adapter
            else ArtifactStore(self.settings.data_dir).read("base_model").path
        )
        adapter = served.adapter.path if served and served.base.path == base else None
        if self._loaded is None or self._loaded.files != (base, adapter):
            self._loaded = None  # before the next one is loaded: memory for two is not asked for
            self._loaded = _Loaded((base, adapter), TextGenerator(base, adapter))
        return self._loaded.generator


async def read_in_thread(stream: Generator[T]) -> AsyncGenerator[T]:
    """What a stream of a thread gives, for an asynchronous reader; when the reader goes, the stream is closed."""
    try:
        async for item in iterate_in_threadpool(stream):
            yield item
    finally:
        # A client that is gone has cancelled this task, and an unshielded wait would end at once.
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(stream.close)
