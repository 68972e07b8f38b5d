"""A real, small BART: it says what it has learned, reads every piece of a long text, and bad models are refused."""

import shutil
from pathlib import Path

import pytest

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.summarization.bart import Bart
from jobsearch_dagster_tests.small_models import LESSONS, make_summarizer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bart")
    make_summarizer(folder / "model")
    return folder


@pytest.fixture(scope="module")
def bart(models: Path) -> Bart:
    return Bart("./model", models, batch_size=4, beams=None, max_tokens=None)


def test_it_writes_the_summaries_that_it_has_learned(bart: Bart) -> None:
    assert [summary.text for summary in bart.summarize(list(LESSONS))] == list(LESSONS.values())


def test_a_summary_does_not_depend_on_its_batch(bart: Bart, models: Path) -> None:
    alone = Bart("./model", models, batch_size=1, beams=None, max_tokens=None)
    assert alone.summarize(list(LESSONS)) == bart.summarize(list(LESSONS))


def test_a_text_beyond_the_window_is_read_in_pieces_that_hold_all_of_it(bart: Bart) -> None:
    whole = bart.summarize([". \n".join(LESSONS)])[0]
    assert whole.pieces == 2  # of 30 tokens: 32 positions less the marks at both ends
    assert whole.input_tokens >= sum(len(text.split()) for text in LESSONS)
    single = bart.summarize(list(LESSONS)[:1])[0]
    assert (single.pieces, single.input_tokens) == (1, 13)


def test_an_empty_text_has_an_empty_summary(bart: Bart) -> None:
    summary = bart.summarize([""])[0]
    assert (summary.text, summary.pieces, summary.input_tokens) == ("", 0, 0)


def test_the_longest_summary_is_the_recipe_s(models: Path) -> None:
    short = Bart("./model", models, batch_size=4, beams=1, max_tokens=3)
    assert all(len(summary.text.split()) <= 3 for summary in short.summarize(list(LESSONS)))


def test_a_folder_without_weights_is_refused_in_one_line(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "model", tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").unlink()
    with pytest.raises(UserError, match="no weights as safetensors"):
        Bart("./model", tmp_path, batch_size=4, beams=None, max_tokens=None)


def test_a_model_that_writes_no_sequences_from_sequences_is_refused(smoke_models: Path) -> None:
    with pytest.raises(UserError, match="no sequence-to-sequence model but llama"):
        Bart("./language_model", smoke_models, batch_size=4, beams=None, max_tokens=None)
