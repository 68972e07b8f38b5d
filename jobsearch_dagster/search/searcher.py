"""A long-lived reader of a data folder: catalog, index and encoder stay open from one question to the next.

Belongs here: opening them together and noticing that others were published. How a question is answered is in
`answering.py`, how postings are ordered in `relevance.py`.
"""

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import duckdb

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.artifacts import ArtifactStore
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.answering import SearchResult, answer_from
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.index import open_index
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.publication import catalog_file, published_catalog
from jobsearch_dagster.search.relevance import Relevance

if TYPE_CHECKING:
    from jobsearch_dagster.foundation.encoder import Encoder
    from jobsearch_dagster.search.model_filter import ModelReader

INDEX = "search_index"
MAKE = "`jobsearch run --select search_index`"


@dataclass(frozen=True)
class _Opened:
    """What one version of the data answers with.

    Attributes:
        version: Files that it was opened from.
        connection: The catalog; each search takes a cursor of it, so threads can share it.
        relevance: Orders its postings.
        files: Closes the catalog when nobody uses this any more.
    """

    version: tuple[Path, Path | None]
    connection: duckdb.DuckDBPyConnection
    relevance: Relevance
    files: ExitStack

    @contextmanager
    def cursor(self) -> Generator[duckdb.DuckDBPyConnection]:
        with self.connection.cursor() as cursor:
            yield cursor


class Searcher:
    """Answers questions from what a data folder has published, the latest at any time."""

    def __init__(
        self, data_dir: Path, *, with_meaning: bool = False, second_reader: "ModelReader | None" = None
    ) -> None:
        """Nothing is opened before the first question.

        Args:
            data_dir: The data folder.
            with_meaning: Load the encoder that the index was made with, which takes seconds, and rank by it too.
            second_reader: Reads each question too; its reading is compared with the rules' and changes no answer.
        """
        self._data_dir = data_dir
        self._artifacts = ArtifactStore(data_dir)
        self._with_meaning = with_meaning
        self._second_reader = second_reader
        self._encoders: dict[str, Encoder] = {}
        self._opened: _Opened | None = None
        self._lock = Lock()

    def search(
        self,
        question: str,
        *,
        history: Sequence[str] = (),
        limit: int | None = None,
        profile: Profile | None = None,
    ) -> SearchResult:
        """Answer a question.

        Args:
            question: As in `answering.search`; so are the others.
            history: Earlier questions.
            limit: Most rows.
            profile: Who asks.

        Raises:
            UserError: There is no catalog, the index does not open, or its encoder is not on this machine.
        """
        opened = self._current()
        result = answer_from(opened.cursor, opened.relevance, question, history=history, limit=limit, profile=profile)
        if self._second_reader is None:
            return result
        return replace(result, agreement=self._second_reader.opinion(result.interpretation, question, history))

    def _current(self) -> _Opened:
        """What is published now; opened again only where it is not what is open."""
        with self._lock:
            version = published_catalog(self._data_dir), self._index_folder()
            if self._opened is None or self._opened.version != version:
                self._opened = self._open(*version)
            return self._opened

    def _open(self, catalog: Path, index: Path | None) -> _Opened:
        relevance = self._relevance(catalog)
        files = ExitStack()
        return _Opened((catalog, index), files.enter_context(open_catalog(catalog)), relevance, files)

    def _index_folder(self) -> Path | None:
        stamp = self._artifacts.stamp(INDEX)
        return None if stamp is None else self._artifacts.path(INDEX, stamp.parts.key)

    def _relevance(self, catalog: Path) -> Relevance:
        stamp = self._artifacts.stamp(INDEX)
        if stamp is None:
            return Relevance(None, absent=f"no search index: make it with {MAKE}")
        if catalog_file(self._data_dir, stamp.parts.inputs["job_catalog"]) != catalog:
            return Relevance(None, absent=f"the search index is of another catalog: {MAKE}")
        artifact = self._artifacts.read(INDEX)
        index = open_index(artifact.path)
        return Relevance(index, self._encoder(artifact.manifest) if self._with_meaning else None)

    def _encoder(self, manifest: dict[str, str]) -> "Encoder":
        name, digest = manifest["encoder"], manifest["encoder_digest"]
        if model_store.model_digest(name, self._data_dir) != digest:
            raise UserError(f"the search index was made with other weights of the encoder {name}: run {MAKE}")
        if digest not in self._encoders:
            from jobsearch_dagster.foundation.encoder import Encoder

            self._encoders = {digest: Encoder(name, self._data_dir)}
        return self._encoders[digest]
