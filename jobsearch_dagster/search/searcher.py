"""A long-lived reader of a data folder: catalog, index and encoder stay open from one question to the next.

Belongs here: opening them together and noticing that others were published. How a question is answered is in
`answering.py`, how postings are ordered in `relevance.py`.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

import duckdb

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.artifacts import Artifact, ArtifactStore
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.preparation.salary import DEFAULT_RATES
from jobsearch_dagster.search.answering import SearchResult, answer_from
from jobsearch_dagster.search.catalog import damage_in_one_line, open_catalog
from jobsearch_dagster.search.filter import Asked, JobFilter
from jobsearch_dagster.search.index import open_index
from jobsearch_dagster.search.profile import Profile
from jobsearch_dagster.search.publication import catalog_file, published_catalog
from jobsearch_dagster.search.relevance import Relevance
from jobsearch_dagster.search.wording import in_words

if TYPE_CHECKING:
    from jobsearch_dagster.foundation.encoder import Encoder
    from jobsearch_dagster.search.model_filter import ModelReader

INDEX = "search_index"
SALARIES = "imputed_salaries"
MAKE = "`jobsearch run --select search_index`"


@dataclass(frozen=True)
class _Opened:
    """What one version of the data answers with.

    Attributes:
        version: Files that it was opened from.
        connection: The catalog; each search takes a cursor of it, so threads can share it.
        relevance: Orders its postings.
        rates: USD per unit of each currency, as the pay of the data was converted.
        files: What is open of it. A searcher that goes on to another version only lets go of this one: searches that
            still read it keep it open, and the last of them closes it, as Python counts references.
    """

    version: tuple[Path, Path | None]
    connection: duckdb.DuckDBPyConnection
    relevance: Relevance
    rates: Mapping[str, float]
    files: ExitStack

    @contextmanager
    def cursor(self) -> Generator[duckdb.DuckDBPyConnection]:
        with damage_in_one_line(self.version[0]), self.connection.cursor() as cursor:
            yield cursor


class Searcher:
    """Answers questions from what a data folder has published, the latest at any time.

    Close it, or use it in a `with`, when no thread asks any more; a question after that opens everything again.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        needs_index: bool = False,
        with_meaning: bool = False,
        second_reader: "ModelReader | None" = None,
    ) -> None:
        """Nothing is opened before the first question.

        Args:
            data_dir: The data folder.
            needs_index: Whether it is an error that there is no index of the catalog; else the order is then that of
                the filter, which `SearchResult.ranking` says.
            with_meaning: Load the encoder that the index was made with, which takes seconds, and rank by it too; an
                index is needed then.
            second_reader: Reads each question too; its reading is compared with the rules' and changes no answer.
        """
        self._data_dir = data_dir
        self._artifacts = ArtifactStore(data_dir)
        self._needs_index = needs_index or with_meaning
        self._with_meaning = with_meaning
        self._second_reader = second_reader
        self._encoders: dict[str, Encoder] = {}
        self._opened: _Opened | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalog and let go of index and encoder."""
        with self._lock:
            if self._opened is not None:
                self._opened.files.close()
            self._opened = None
            self._encoders = {}

    def search(
        self,
        question: Asked,
        *,
        history: Sequence[Asked] = (),
        limit: int | None = None,
        profile: Profile | None = None,
    ) -> SearchResult:
        """Answer a question.

        Args:
            question: As in `answering.search`, or a filter; so are the others.
            history: Earlier questions and filters.
            limit: Most rows.
            profile: Who asks.

        Raises:
            UserError: There is no catalog, there is no index of it and one is needed, the index does not open, or its
                encoder is not on this machine.
        """
        opened = self._current()
        result = answer_from(
            opened.cursor,
            opened.relevance,
            question,
            history=history,
            limit=limit,
            profile=profile,
            rates=opened.rates,
        )
        if self._second_reader is None or isinstance(question, JobFilter):  # a filter needs no reading
            return result
        earlier = [in_words(asked) for asked in history]
        return replace(result, agreement=self._second_reader.opinion(result.interpretation, question, earlier))

    def _current(self) -> _Opened:
        """What is published now; opened again only where it is not what is open.

        The index is looked up before the catalog because it is published after it: read the other way round, a
        publication in between would show a new index over an old catalog, which nobody has published.
        """
        with self._lock:
            index = self._artifacts.current(INDEX)
            catalog = published_catalog(self._data_dir)
            version = catalog, index.path if index is not None else None
            if self._opened is None or self._opened.version != version:
                relevance = self._relevance(catalog, index)
                files = ExitStack()
                jobs = files.enter_context(open_catalog(catalog))
                self._opened = _Opened(version, jobs, relevance, self._rates(), files)
            return self._opened

    def _rates(self) -> Mapping[str, float]:
        """The rates of the data folder's salaries; the usual ones where it has none, as of a catalog made elsewhere."""
        recipe = Lake(self._data_dir).recipe(SALARIES) or {}
        return {"USD": 1.0} | recipe.get("rates", DEFAULT_RATES)

    def _relevance(self, catalog: Path, artifact: Artifact | None) -> Relevance:
        stamp = artifact.stamp if artifact is not None else None
        if artifact is None or stamp is None:
            return self._without_index(f"no search index: make it with {MAKE}")
        if catalog_file(self._data_dir, stamp.parts.inputs["job_catalog"]) != catalog:
            return self._without_index(f"the search index is of another catalog: {MAKE}")
        index = open_index(artifact.path)
        return Relevance(index, self._encoder(artifact.manifest) if self._with_meaning else None)

    def _without_index(self, why: str) -> Relevance:
        if self._needs_index:
            raise UserError(f"{self._data_dir}: {why}")
        return Relevance(None, absent=why)

    def _encoder(self, manifest: dict[str, str]) -> "Encoder":
        name, digest = manifest["encoder"], manifest["encoder_digest"]
        if model_store.model_digest(name, self._data_dir) != digest:
            raise UserError(f"the search index was made with other weights of the encoder {name}: run {MAKE}")
        if digest not in self._encoders:
            from jobsearch_dagster.foundation.encoder import Encoder

            self._encoders = {digest: Encoder(name, self._data_dir)}
        return self._encoders[digest]
