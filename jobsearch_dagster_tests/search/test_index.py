"""The index: BM25 by its formula, files that are opened and not read, and the same bytes for the same postings."""

import hashlib
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.index import IDS, VECTORS, VOCABULARY, IndexRecipe, SearchIndex, open_index, write_index
from jobsearch_dagster.search.indexed_text import words

TEXTS = [
    "Cook\ncook\nOslo\nsoup, bread\nSoup and bread for a school, every day.",
    "C++ developer\nC# and C++ and .NET, no Java.",
    "Cook of soup, soup, soup",
    "Node.js developer in Malmö who cooks",
    "Night shift",
]
IDS_OF_TEXTS = ["a", "b", "c", "d", "e"]


def written(folder: Path, recipe: IndexRecipe | None = None) -> SearchIndex:
    folder.mkdir(exist_ok=True)
    vectors = np.eye(len(TEXTS), 8, dtype=np.float32)
    write_index(IDS_OF_TEXTS, TEXTS, vectors, recipe or IndexRecipe(), folder)
    return open_index(folder)


def plain_bm25(query: str, k1: float, b: float) -> list[float]:
    """Lucene's BM25, straight from its formula."""
    documents = [words(text) for text in TEXTS]
    average = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for word in set(words(query)):
            holding = sum(word in other for other in documents)
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            count = document.count(word)
            score += idf * count / (count + k1 * (1 - b + b * len(document) / average)) if count else 0
        scores.append(score)
    return scores


@pytest.mark.parametrize(
    "query", ["soup", "cook soup", "c++ developer", "a night in malmo", "nothing known", "cooks", ""]
)
@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (0.9, 0.4)])
def test_scores_are_those_of_the_formula(tmp_path: Path, query: str, k1: float, b: float) -> None:
    index = written(tmp_path, IndexRecipe(k1=k1, b=b))
    assert index.bm25(words(query)) == pytest.approx(plain_bm25(query, k1, b), rel=1e-5)


def test_scores_are_those_that_bm25s_itself_adds_up(tmp_path: Path) -> None:
    import bm25s

    peer = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    peer.index([words(text) for text in TEXTS], show_progress=False)
    query = words("cook of soup in Malmö, C++")
    assert written(tmp_path).bm25(query) == pytest.approx(peer.get_scores(query), rel=1e-6)


def test_a_word_that_is_asked_twice_counts_once(tmp_path: Path) -> None:
    index = written(tmp_path)
    assert index.bm25(["soup", "soup"]).tolist() == index.bm25(["soup"]).tolist()


def test_names_with_signs_are_words_of_their_own(tmp_path: Path) -> None:
    index = written(tmp_path)
    for name, holding in (("c++", [1]), ("c#", [1]), (".net", [1]), ("node.js", [3]), ("c", []), ("net", [])):
        assert np.flatnonzero(index.bm25([name])).tolist() == holding


def test_an_index_is_opened_memory_mapped_and_reopened_the_same(tmp_path: Path) -> None:
    first, again = written(tmp_path), open_index(tmp_path)
    for name in ("posting_ids", "vectors", "scores", "rows", "starts"):
        array = getattr(again, name)
        assert isinstance(array, np.memmap)
        assert array.mode == "r"
        assert np.array_equal(array, getattr(first, name))
    assert again.posting_ids.tolist() == [b"a", b"b", b"c", b"d", b"e"]
    assert again.vectors.dtype == np.float32


def test_a_meaning_is_compared_with_the_asked_rows_alone(tmp_path: Path) -> None:
    index = written(tmp_path)
    vector = np.array([0.6, 0, 0.8, 0, 0, 0, 0, 0], np.float32)
    assert index.meaning(vector, np.array([2, 0])) == pytest.approx([0.8, 0.6])
    assert index.meaning(vector, np.arange(5)) == pytest.approx([0.6, 0, 0.8, 0, 0])


def test_a_vector_of_another_encoder_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="have 4 numbers, those of the search index 8"):
        written(tmp_path).meaning(np.ones(4, np.float32), np.arange(5))


def test_equal_postings_give_equal_bytes_in_every_process(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from jobsearch_dagster_tests.search.test_index import written\n"
        "written(Path(sys.argv[1]))"
    )

    def digests(name: str, seed: str) -> dict[str, str]:
        folder = tmp_path / name
        subprocess.run([sys.executable, "-c", script, str(folder)], check=True, env={"PYTHONHASHSEED": seed, **PATHS})
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}

    assert digests("one", "1") == digests("two", "2")


PATHS = {"PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.mark.parametrize("file", [IDS, VECTORS, VOCABULARY])
@pytest.mark.parametrize("content", [None, b"half a file"])
def test_a_damaged_index_is_a_users_error(tmp_path: Path, file: str, content: bytes | None) -> None:
    written(tmp_path)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)
    with pytest.raises(UserError, match="does not open"):
        open_index(tmp_path)


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / IDS, np.array([{}]), allow_pickle=True)
    pickled = (tmp_path / IDS).read_bytes()
    written(tmp_path)
    (tmp_path / IDS).write_bytes(pickled)
    with pytest.raises(UserError, match="Python objects"):
        open_index(tmp_path)
