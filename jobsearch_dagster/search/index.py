"""The search index as files: BM25 scores of words, vectors of meanings, and the ids of the postings they are about.

Belongs here: building the directory and opening it memory-mapped. Row n is the posting with the
number n in the catalog, so that the numbers a filter finds need no translation. How rows are ordered is in
`ranking.py`. Nothing is pickled, and opening it takes NumPy alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.search.indexed_text import words

IDS, VECTORS, VOCABULARY = "posting_ids.npy", "vectors.npy", "vocabulary.json"
SCORES = {"data": "scores.npy", "indices": "score_rows.npy", "indptr": "score_starts.npy"}
"""bm25s' names of the parts of its matrix (column n holds the rows with word n and their scores), and ours."""


class IndexRecipe(Recipe):
    """How postings are indexed."""

    encoder: str = Field(default="all-minilm-l6-v2", description="sentence encoder of the meanings")
    k1: float = Field(default=1.5, ge=0, description="BM25: how soon more of the same word adds nothing")
    b: float = Field(default=0.75, ge=0, le=1, description="BM25: 0 ignores the length of a posting, 1 divides by it")


@dataclass(frozen=True)
class SearchIndex:
    """An open index.

    Attributes:
        posting_ids: Of each row; bytes.
        vectors: Float32 unit vectors, shape (postings, dimension).
        vocabulary: Word -> its column.
        scores: BM25 score of each row that holds a word, column after column.
        rows: The row of each score.
        starts: Where each column begins in `scores` and `rows`; one more than columns.
    """

    posting_ids: np.ndarray
    vectors: np.ndarray
    vocabulary: dict[str, int]
    scores: np.ndarray
    rows: np.ndarray
    starts: np.ndarray

    def bm25(self, query: Sequence[str]) -> np.ndarray:
        """BM25 score of every row for the words of a query, float32; a word that stands twice counts once."""
        total = np.zeros(len(self.posting_ids), np.float32)
        for column in sorted({self.vocabulary[word] for word in query if word in self.vocabulary}):
            part = slice(self.starts[column], self.starts[column + 1])
            total[self.rows[part]] += self.scores[part]  # a row stands once in a column
        return total

    def meaning(self, vector: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Cosine of a unit vector with each row of `numbers`, float32.

        Raises:
            UserError: The vector is of another encoder than the index.
        """
        if vector.shape != self.vectors.shape[1:]:
            raise UserError(
                f"the encoder's vectors have {len(vector)} numbers, those of the search index {self.vectors.shape[1]}: "
                "run `jobsearch run --select search_index`"
            )
        if len(numbers) == len(self.vectors):
            return (self.vectors @ vector)[numbers]  # a copy of all vectors would take longer than the product
        return self.vectors[numbers] @ vector


def write_index(
    posting_ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray, recipe: IndexRecipe, folder: Path
) -> int:
    """Fill a directory that `open_index` opens; equal arguments write equal bytes.

    The scores are Lucene's BM25 (Robertson and Zaragoza 2009, with an idf that is never negative), computed once for
    every word of every posting by bm25s (Lù 2024), so that a query only adds them up.

    Args:
        posting_ids: In the order of the catalog.
        texts: Of the same postings; none without a word, as a title has one.
        vectors: Float32 unit vectors of the same postings.
        recipe: How.
        folder: Exists.

    Returns:
        How many different words there are.
    """
    import bm25s

    vocabulary: dict[str, int] = {}
    documents = [[vocabulary.setdefault(word, len(vocabulary)) for word in words(text)] for text in texts]
    retriever = bm25s.BM25(k1=recipe.k1, b=recipe.b, method="lucene")
    # Columns instead of words: bm25s numbers words in the order of a set, which differs between processes.
    retriever.index((documents, vocabulary), create_empty_token=False, show_progress=False)
    for name, file in SCORES.items():
        np.save(folder / file, np.asarray(retriever.scores[name]), allow_pickle=False)
    np.save(folder / IDS, np.array([posting_id.encode() for posting_id in posting_ids]), allow_pickle=False)
    np.save(folder / VECTORS, vectors, allow_pickle=False)
    (folder / VOCABULARY).write_text(json.dumps(list(vocabulary), ensure_ascii=False), encoding="utf-8")
    return len(vocabulary)


def open_index(folder: Path) -> SearchIndex:
    """Open an index without reading it: the system loads what a query touches.

    Raises:
        UserError: A file is missing or damaged.
    """

    def array(name: str) -> np.ndarray:
        return np.load(folder / name, mmap_mode="r", allow_pickle=False)

    try:
        columns = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
        return SearchIndex(
            posting_ids=array(IDS),
            vectors=array(VECTORS),
            vocabulary={word: column for column, word in enumerate(columns)},
            scores=array(SCORES["data"]),
            rows=array(SCORES["indices"]),
            starts=array(SCORES["indptr"]),
        )
    except (OSError, ValueError) as error:
        raise UserError(f"the search index in {folder} does not open ({error}): delete it and run again") from error
