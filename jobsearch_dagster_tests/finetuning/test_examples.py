"""Pairs become ids and labels once; what does not fit is counted, and a digest stands for every token."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning.examples import Examples, load_examples, render_pairs
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.rendering import IGNORED
from jobsearch_dagster_tests.finetuning.trainings import PAIRS, pair, recipe

TOO_LONG = pair("x", "skills", "patience " * 60, "Job available")
TO_BE_CUT = pair("y", "skills", "patience", "Job available " * 60)


@pytest.fixture(scope="module")
def tokenizer(smoke_models: Path) -> Any:
    return model_store.load_tokenizer(smoke_models / "language_model")


def test_what_does_not_fit_is_dropped_or_cut_and_counted(tokenizer: Any) -> None:
    found = render_pairs(tokenizer, [PAIRS[0], TOO_LONG, PAIRS[1], TO_BE_CUT], recipe())
    assert found.pairs == [PAIRS[0], PAIRS[1], TO_BE_CUT]
    facts = found.facts()
    assert (facts["examples"], facts["dropped"], facts["cut"], facts["postings"]) == (3, 1, 1, 2)
    assert found.lengths == [len(example.input_ids) for example in found.rendered]
    assert max(found.lengths) == 512
    assert facts["tokens"] == sum(found.lengths)


def test_examples_and_pairs_stay_side_by_side(tokenizer: Any) -> None:
    found = render_pairs(tokenizer, [TOO_LONG, *PAIRS], recipe())
    assert found.dropped == 1
    for example, source in zip(found.rendered, found.pairs, strict=True):
        answer = [label for label in example.labels if label != IGNORED]
        assert tokenizer.decode(answer) == f"{source.answer}<|im_end|>"


def test_labels_are_where_the_recipe_takes_its_loss(tokenizer: Any) -> None:
    full = render_pairs(tokenizer, PAIRS, recipe(loss="full"))
    assert all(example.labels == example.input_ids for example in full.rendered)
    answer = render_pairs(tokenizer, PAIRS, recipe())
    assert all(example.labels[0] == IGNORED for example in answer.rendered)


def test_a_length_that_no_pair_fits_into_is_refused(tokenizer: Any) -> None:
    with pytest.raises(UserError, match=r"none of 12 pairs fits into max_seq_length 16: raise it"):
        render_pairs(tokenizer, PAIRS, recipe(max_seq_length=16))


def test_without_pairs_it_says_where_they_come_from(tokenizer: Any) -> None:
    with pytest.raises(UserError, match="put more postings into raw/"):
        render_pairs(tokenizer, [], recipe())


def changed(examples: Examples, **fields: Any) -> str:
    return Examples([replace(examples.rendered[0], **fields), *examples.rendered[1:]], examples.pairs, 0).facts()[
        "digest"
    ]


def test_the_digest_changes_with_one_id_one_label_and_the_order(tokenizer: Any) -> None:
    found = render_pairs(tokenizer, PAIRS, recipe())
    digest, example = found.facts()["digest"], found.rendered[0]
    assert digest == render_pairs(tokenizer, PAIRS, recipe()).facts()["digest"]
    others = {
        changed(found, input_ids=[*example.input_ids[:-1], 3]),
        changed(found, labels=[*example.labels[:-1], IGNORED]),
        Examples(found.rendered[::-1], found.pairs[::-1], 0).facts()["digest"],
        Examples(found.rendered[:-1], found.pairs[:-1], 0).facts()["digest"],
    }
    assert len(others) == 4
    assert digest not in others


def test_what_was_saved_is_what_is_loaded(tokenizer: Any, tmp_path: Path) -> None:
    found = render_pairs(tokenizer, PAIRS, recipe())
    loaded = load_examples(found.save(tmp_path / "examples"))
    assert loaded.column_names == ["input_ids", "labels"]
    assert list(loaded["input_ids"]) == [example.input_ids for example in found.rendered]
    assert list(loaded["labels"]) == [example.labels for example in found.rendered]
