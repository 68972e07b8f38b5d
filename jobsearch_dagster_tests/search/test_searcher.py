"""A long-lived reader: ranks by what there is, says by what, and sees what is published while it is open."""

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import psutil
import pytest

from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import KeyParts
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.preparation.tables import IMPUTED_SALARIES
from jobsearch_dagster.search.answering import SearchResult, answer_from
from jobsearch_dagster.search.catalog import open_catalog
from jobsearch_dagster.search.index import VECTORS, open_index
from jobsearch_dagster.search.publication import published_catalog
from jobsearch_dagster.search.relevance import Relevance
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster_tests.search.catalogs import POSTINGS, index, publish

COOK = {
    "title": "Cook", "standard_title": "cook", "role": "cook", "place": "Oslo, Norway", "bucket": "Unknown",
    "skills": ["cooking"], "salary_source": "unknown",
}  # fmt: skip
COOKS: dict[str, dict[str, Any]] = {
    "a": {**COOK, "summary": "Soup and bread for a school, every day, with three other people, in a large kitchen."},
    "b": {**COOK, "summary": "Fish soup, tomato soup, every soup."},
    "c": {**COOK, "summary": "Bread."},
    "d": {**COOK, "place": "Bergen, Norway", "summary": "soup soup soup soup"},
}


@pytest.fixture(scope="module")
def indexed_once(tmp_path_factory: pytest.TempPathFactory, smoke_models: Path) -> Path:
    data = publish(tmp_path_factory.mktemp("indexed"), COOKS)
    index(data, smoke_models)
    return data.root


@pytest.fixture
def indexed(indexed_once: Path, tmp_path: Path) -> DataFolder:
    """A data folder with catalog and index, to be changed."""
    return DataFolder(path=str(shutil.copytree(indexed_once, tmp_path / "data", symlinks=True)))


def ids(result: SearchResult) -> list[str]:
    return [row["posting_id"] for row in result.records]


def test_an_amount_is_worth_what_the_pay_of_the_data_was_converted_with(tmp_path: Path) -> None:
    data = publish(tmp_path)
    with Searcher(data.root) as searcher:
        assert searcher.search("over CHF 100,000").interpretation.intent == "clarify"
    with data.lake.connect() as connection:
        rows = pd.DataFrame(columns=list(IMPUTED_SALARIES.names))
        made_with = KeyParts({}, {"rates": {"USD": 1.0, "CHF": 1.1}}, "1")
        data.lake.write("imputed_salaries", rows, IMPUTED_SALARIES, made_with, connection)
    with Searcher(data.root) as searcher:
        result = searcher.search("over CHF 100,000")
        assert result.interpretation.filter.min_salary_usd == pytest.approx(110_000)
        assert ids(result) == ["backend", "scientist"]
        message = searcher.search("over 100,000 euros").interpretation.message
    assert message is not None
    assert "USD, CHF" in message


def test_a_cold_search_ranks_by_words_and_says_so(indexed: DataFolder) -> None:
    result = Searcher(indexed.root).search("cook jobs in Oslo about soup")
    assert ids(result) == ["b", "a"]
    assert result.ranking == "BM25; 2 of 2 shown"


def test_ranking_looks_at_all_matching_postings_before_the_limit_is_applied(tmp_path: Path, smoke_models: Path) -> None:
    many = {
        f"p{n:03}": {**COOK, "summary": f"Soup number {n} of very many on a long and windy road."} for n in range(50)
    }
    data = publish(tmp_path, many | {"z": {**COOK, "summary": "soup soup"}})
    index(data, smoke_models)
    result = Searcher(data.root).search("cook jobs about soup", limit=1)
    assert ids(result) == ["z"]
    assert result.ranking == "BM25; 1 of 51 shown"


def test_a_posting_outside_the_filter_never_shows_up_however_relevant(indexed: DataFolder) -> None:
    for with_meaning in (False, True):
        found = ids(Searcher(indexed.root, with_meaning=with_meaning).search("cook jobs in Oslo about soup"))
        assert set(found) == {"a", "b"}
    assert ids(Searcher(indexed.root).search("cook jobs about soup"))[0] == "d"


def test_with_an_encoder_meaning_is_fused_with_the_words(indexed: DataFolder) -> None:
    """The vector of one posting is made that of the question: first by meaning, it wins over the longer text."""
    question = "cook jobs in Oslo about soup"
    folder = indexed.artifacts.read("search_index").path
    vectors = np.load(folder / VECTORS)
    vectors[0] = Encoder("./smoke/encoder", indexed.root).encode([question])[0]
    vectors[1] = -vectors[0]
    np.save(folder / VECTORS, vectors)
    result = Searcher(indexed.root, with_meaning=True).search(question)
    assert result.ranking == "BM25 and meaning, fused; 2 of 2 shown"
    assert ids(result) == ["a", "b"]  # 1/61 + 1/62 each: the posting id decides
    assert ids(Searcher(indexed.root, with_meaning=True).search("jobs in Oslo"))[0] == "a"


def test_meaning_alone_ranks_where_the_question_names_no_word_of_a_text(indexed: DataFolder) -> None:
    result = Searcher(indexed.root, with_meaning=True).search("jobs in Oslo")
    assert result.ranking == "meaning; 3 of 3 shown"


@pytest.mark.parametrize(
    ("question", "ranking"),
    [
        ("jobs in Oslo", "posting id; 3 of 3 shown"),
        ("best paid cook jobs", "highest pay first, unknown pay last; 4 of 4 shown"),
        ("How many cook jobs are there?", "largest first"),
        ("pilot jobs", "the asked title itself first, then posting id; 0 of 0 shown"),
    ],
)
def test_another_order_stays_as_it_is(indexed: DataFolder, question: str, ranking: str) -> None:
    assert Searcher(indexed.root).search(question).ranking == ranking


def test_without_an_index_the_order_is_that_of_the_filter_and_says_why(tmp_path: Path) -> None:
    result = Searcher(publish(tmp_path, COOKS).root).search("cook jobs about soup")
    assert ids(result) == ["a", "b", "d"]
    assert result.ranking is not None
    assert "no search index: make it with `jobsearch run --select search_index`" in result.ranking


def test_an_index_of_another_catalog_is_not_used_and_that_is_said(indexed: DataFolder) -> None:
    publish(indexed.root, {**COOKS, "0": COOKS["d"]})
    result = Searcher(indexed.root).search("cook jobs about soup")
    assert ids(result) == ["0", "a", "b", "d"]
    assert result.ranking is not None
    assert "the search index is of another catalog" in result.ranking


@pytest.mark.parametrize("needed", [{"needs_index": True}, {"with_meaning": True}])
def test_where_an_index_is_needed_a_missing_or_foreign_one_is_a_users_error(
    indexed: DataFolder, tmp_path: Path, needed: dict[str, Any]
) -> None:
    with pytest.raises(UserError, match="no search index: make it with `jobsearch run --select search_index`"):
        Searcher(publish(tmp_path / "bare", COOKS).root, **needed).search("cook jobs")
    publish(indexed.root, {**COOKS, "0": COOKS["d"]})
    with pytest.raises(UserError, match="is of another catalog: `jobsearch run --select search_index`"):
        Searcher(indexed.root, **needed).search("cook jobs")


def test_an_open_searcher_sees_what_is_published(indexed: DataFolder, smoke_models: Path) -> None:
    searcher = Searcher(indexed.root)
    assert len(searcher.search("cook jobs").rows) == 4
    publish(indexed.root, {**COOKS, "e": {**COOK, "summary": "soup"}})
    stale = searcher.search("cook jobs about soup")
    assert "e" in ids(stale)
    assert stale.ranking is not None
    assert "another catalog" in stale.ranking
    index(indexed, smoke_models)
    assert searcher.search("cook jobs about soup").ranking == "BM25; 4 of 4 shown"


def test_nothing_is_opened_again_while_nothing_is_published(indexed: DataFolder) -> None:
    searcher = Searcher(indexed.root)
    searcher.search("cook jobs")
    opened = searcher._opened
    searcher.search("cook jobs in Oslo")
    assert searcher._opened is opened


def test_a_closed_searcher_has_no_file_open_and_a_question_opens_it_again(indexed: DataFolder) -> None:
    def is_open() -> bool:
        return str(published_catalog(indexed.root)) in [file.path for file in psutil.Process().open_files()]

    with Searcher(indexed.root) as searcher:
        assert len(searcher.search("cook jobs").rows) == 4
        assert is_open()
    assert not is_open()
    assert len(searcher.search("cook jobs").rows) == 4
    searcher.close()
    searcher.close()
    assert not is_open()


def test_threads_share_a_searcher(indexed: DataFolder) -> None:
    searcher = Searcher(indexed.root)
    questions = ["cook jobs about soup", "cook jobs in Oslo", "cook jobs about bread", "jobs in Bergen"] * 8
    alone = [ids(searcher.search(question)) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: ids(searcher.search(question)), questions))
    assert together == alone


def edition(number: int) -> dict[str, dict[str, Any]]:
    """Twenty postings that all say which edition of the catalog they are of, in several columns."""
    place = "Oslo, Norway" if number % 2 else "Bergen, Norway"
    return {f"p{n:02}": {**COOK, "summary": f"edition {number}", "place": place} for n in range(20)}


@pytest.mark.slow
def test_many_threads_see_one_edition_each_while_the_catalog_is_republished(tmp_path: Path) -> None:
    searcher = Searcher(publish(tmp_path, edition(0)).root)
    republished: list[int] = []
    asked = threading.Event()

    def republish() -> None:
        while not asked.is_set():
            republished.append(len(republished) + 1)
            publish(tmp_path, edition(republished[-1]))

    def ask(number: int) -> set[tuple[str, str]]:
        question = ("cook jobs", "cook jobs in Norway", "jobs for cooking", "best paid cook jobs")[number % 4]
        return {(row["summary"], row["place"]) for row in searcher.search(question, limit=20).records}

    publisher = threading.Thread(target=republish)
    publisher.start()
    try:
        with ThreadPoolExecutor(16) as pool:
            seen = list(pool.map(ask, range(1000)))
    finally:
        asked.set()
        publisher.join()
    assert {len(editions) for editions in seen} == {1}
    assert len(set.union(*seen)) > 2
    assert ask(0) == {(f"edition {republished[-1]}", "Oslo, Norway" if republished[-1] % 2 else "Bergen, Norway")}


def test_threads_see_a_catalog_with_its_own_index_while_both_are_republished(
    indexed: DataFolder, smoke_models: Path
) -> None:
    """The two editions share no posting: an index over the other catalog would name postings that are not in it."""
    others = {f"other {name}": posting for name, posting in COOKS.items()}
    first = indexed.artifacts.stamp("search_index")
    publish(indexed.root, others)
    index(indexed, smoke_models)
    second = indexed.artifacts.stamp("search_index")
    assert first is not None
    assert second is not None
    searcher = Searcher(indexed.root)
    asked = threading.Event()

    def republish() -> None:
        for postings, stamp in cycle(((COOKS, first), (others, second))):
            publish(indexed.root, postings)
            indexed.artifacts.point("search_index", stamp.parts.key)
            if asked.is_set():
                return

    publisher = threading.Thread(target=republish)
    publisher.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            seen = list(pool.map(lambda _: tuple(sorted(ids(searcher.search("jobs about soup")))), range(300)))
    finally:
        asked.set()
        publisher.join()
    assert set(seen) <= {("a", "b", "d"), ("other a", "other b", "other d")}
    assert len(set(seen)) == 2


def test_a_question_goes_on_from_the_history(indexed: DataFolder) -> None:
    result = Searcher(indexed.root).search("what about Bergen", history=["cook jobs in Oslo about soup"])
    assert (ids(result), result.ranking) == (["d"], "BM25; 1 of 1 shown")


class Listening:
    """An encoder that hears what it is asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.heard += texts
        return np.eye(1, 8, dtype=np.float32)


@pytest.mark.parametrize(
    ("conversation", "meant"),
    [
        (["cook jobs in Oslo, no night shifts"], "cook jobs in Oslo, no night shifts"),
        (["cook jobs in Oslo", "what about Bergen"], "jobs as cook, in bergen"),
        (["cook jobs in Oslo", "pilot jobs in Bergen", "start over, cook jobs"], "start over, cook jobs"),
        (["pilot jobs in Bergen", "cook jobs in Oslo"], "cook jobs in Oslo"),
        (["cook jobs in Oslo", "the second one"], "cook jobs in Oslo"),
        (["cook jobs in Oslo", "the second one", "the first one"], "cook jobs in Oslo"),
        (["cook jobs in Oslo", "the first one", "what about Bergen", "the last one"], "jobs as cook, in bergen"),
    ],
)
def test_the_meaning_of_a_conversation_is_that_of_all_that_it_asks(
    indexed: DataFolder, conversation: list[str], meant: str
) -> None:
    folder = indexed.artifacts.read("search_index").path
    np.save(folder / VECTORS, np.zeros((len(COOKS), 8), np.float32))
    encoder = Listening()
    relevance = Relevance(open_index(folder), cast("Encoder", encoder))
    open_jobs = partial(open_catalog, published_catalog(indexed.root))
    *history, question = conversation
    assert answer_from(open_jobs, relevance, question, history=history).interpretation.message is None
    assert encoder.heard == [meant]


def test_a_picked_posting_is_one_of_those_shown_also_after_another_pick(indexed: DataFolder) -> None:
    searcher = Searcher(indexed.root, with_meaning=True)
    before = searcher.search("cook jobs about soup")
    assert searcher.search("the second one", history=["cook jobs about soup"]).rows == before.rows[1:2]
    again = searcher.search("the third one", history=["cook jobs about soup", "the second one"])
    assert (again.rows, again.ranking) == (before.rows[2:3], "BM25 and meaning, fused; number 3 of 3")


def test_the_statement_of_a_ranked_search_brings_its_rows_again(indexed: DataFolder) -> None:
    result = Searcher(indexed.root).search("cook jobs about soup")
    assert result.sql is not None
    with open_catalog(published_catalog(indexed.root)) as connection:
        assert tuple(connection.execute(result.sql, result.params).fetchall()) == result.rows


def test_an_index_made_with_other_weights_is_refused_by_name(indexed: DataFolder, tmp_path: Path) -> None:
    models = tmp_path / "other"
    shutil.copytree(indexed.root / "smoke" / "encoder", models / "encoder")
    (models / "encoder" / "more.txt").write_text("another model", encoding="utf-8")
    (indexed.root / "smoke").unlink()
    (indexed.root / "smoke").symlink_to(models)
    with pytest.raises(UserError, match="other weights of the encoder"):
        Searcher(indexed.root, with_meaning=True).search("cook jobs")
    assert Searcher(indexed.root).search("cook jobs").ranking == "BM25; 4 of 4 shown"


def test_a_damaged_index_is_a_users_error(indexed: DataFolder) -> None:
    (indexed.artifacts.read("search_index").path / VECTORS).write_bytes(b"half a file")
    with pytest.raises(UserError, match="does not open"):
        Searcher(indexed.root).search("cook jobs")


def test_a_folder_without_a_catalog_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="jobsearch run --select job_catalog"):
        Searcher(tmp_path).search("cook jobs")


def test_a_cold_search_loads_no_library_that_it_does_not_need(indexed: DataFolder) -> None:
    heavy = ("torch", "sentence_transformers", "bm25s", "scipy", "pandas", "pyarrow", "dagster")
    script = (
        "import sys; from pathlib import Path; from jobsearch_dagster.search.searcher import Searcher\n"
        f"result = Searcher(Path({str(indexed.root)!r})).search('cook jobs about soup')\n"
        f"print(result.ranking, [name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "BM25; 3 of 3 shown []\n"


def test_the_postings_of_the_other_tests_are_found_by_words_too(tmp_path: Path, smoke_models: Path) -> None:
    data = publish(tmp_path, POSTINGS)
    index(data, smoke_models)
    assert ids(Searcher(data.root).search("bank jobs")) == ["scientist", "backend"]
