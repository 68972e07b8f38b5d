"""A judge is measured on what it never saw; one that learned nothing is not used."""

from pathlib import Path

import numpy as np
import pytest

from jobsearch_dagster.evaluation.corruptions import Example, make_examples
from jobsearch_dagster.evaluation.gold import CRITERIA
from jobsearch_dagster.evaluation.judges import (
    FILE,
    Judges,
    Reader,
    auc,
    calibration_error,
    features_of,
    fit,
    measure,
    train_judges,
)
from jobsearch_dagster.foundation.token_vectors import TokenEncoder
from jobsearch_dagster_tests.evaluation.judged_postings import POSTINGS, drawn, make_sources, relabelled


def test_a_judge_that_sees_a_difference_is_used() -> None:
    found = measure(*drawn())
    assert found["accuracy"] > 0.85
    assert found["majority"] == 0.5
    assert found["gain_low"] > 0.25
    assert found["is_used"]
    assert found["postings"] == POSTINGS


def test_a_judge_trained_on_shuffled_labels_is_not_used() -> None:
    examples, features, labels = drawn()
    for seed in range(5):
        shuffled = np.random.default_rng(seed).permutation(labels)
        found = measure(relabelled(examples, shuffled), features, shuffled)
        assert not found["is_used"]
        assert found["gain_low"] <= 0


def test_what_gives_a_kind_away_helps_nobody_with_a_kind_that_was_never_seen() -> None:
    examples, _, labels = drawn()
    kinds = sorted({example.kind for example in examples if not example.label})
    one_hot = np.array([[float(example.kind == kind) for kind in kinds] for example in examples])
    found = measure(examples, one_hot, labels)
    assert {kind["right"] for kind in found["kinds"] if not kind["label"]} == {0.0}
    assert not found["is_used"]


def test_what_is_remembered_of_a_posting_does_not_help_with_another() -> None:
    examples, features, labels = drawn()
    names = np.array([example.posting_id for example in examples])
    own = np.random.default_rng(1).permutation(labels)
    memory = np.array([(names == name) * (2.0 * own - 1) for name in sorted(set(names))]).T
    found = measure(relabelled(examples, own), np.column_stack([memory, features[:, 1:]]), own)
    assert not found["is_used"]


def test_one_posting_is_no_proof() -> None:
    examples, features, labels = drawn()
    found = measure([example._replace(posting_id="one") for example in examples], features, labels)
    assert found["gain_low"] is None
    assert not found["is_used"]


def test_auc_and_calibration_are_what_they_are_elsewhere() -> None:
    from sklearn.metrics import roc_auc_score

    luck = np.random.default_rng(2)
    labels, scores = luck.random(200) < 0.4, np.round(luck.random(200), 2)
    assert auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    assert calibration_error(np.array([0.95, 0.95, 0.15, 0.15]), np.array([True, True, False, True])) == pytest.approx(
        (0.1 + 0.7) / 4
    )


def test_a_head_is_what_a_library_fits() -> None:
    from sklearn.linear_model import LogisticRegression

    _, features, labels = drawn()
    head = fit(features, labels)
    z = (features - head.center) / head.scale
    by_library = LogisticRegression(C=1.0, tol=1e-8).fit(z, labels)
    np.testing.assert_allclose(head.scores(features), by_library.predict_proba(z)[:, 1], atol=2e-3)


@pytest.fixture(scope="module")
def encoder(smoke_models: Path) -> TokenEncoder:
    return TokenEncoder(str(smoke_models / "encoder"), smoke_models)


@pytest.fixture(scope="module")
def trained(encoder: TokenEncoder) -> tuple[Judges, list[dict[str, object]], list[Example]]:
    examples = make_examples(make_sources(8), seed=1)
    return *train_judges(examples, Reader(encoder)), examples


def test_every_criterion_has_a_judge_and_figures(
    trained: tuple[Judges, list[dict[str, object]], list[Example]],
) -> None:
    judges, figures, _ = trained
    assert tuple(judges.heads) == CRITERIA
    assert tuple(judge["criterion"] for judge in figures) == CRITERIA


def test_saved_judges_judge_the_same(
    trained: tuple[Judges, list[dict[str, object]], list[Example]], smoke_models: Path, tmp_path: Path
) -> None:
    judges, _, examples = trained
    judges.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    loaded = Judges.load(tmp_path, str(smoke_models / "encoder"), smoke_models)
    for criterion in CRITERIA:
        cases = [(e.question, e.answer, e.context) for e in examples if e.criterion == criterion]
        np.testing.assert_allclose(loaded.scores(criterion, cases), judges.scores(criterion, cases), atol=1e-5)


def test_without_examples_of_both_kinds_there_is_no_judge(encoder: TokenEncoder) -> None:
    judges, figures = train_judges(make_examples(make_sources(1), seed=1), Reader(encoder))
    assert judges.heads == {}
    assert not any(judge["is_used"] for judge in figures)


def test_a_claim_that_stands_in_the_evidence_is_supported_wholly(encoder: TokenEncoder) -> None:
    reader = Reader(encoder)
    judges, _ = train_judges(make_examples(make_sources(3), seed=1), reader)
    text = "You need 4 years of experience. Apply before May."
    (same,), (other,) = (
        features_of("answer_faithfulness", [("", claim, text)], reader, judges.rarity) for claim in (text, "zzz 99")
    )
    np.testing.assert_allclose(same[:9], [1, 1, 1, 0, 0, 0, 0, 0, 0], atol=1e-5)
    assert other[0] < 1
    assert other[7] > 0  # 99 is nowhere in the evidence


def test_the_nearest_text_is_the_same_one(trained: tuple[Judges, list[dict[str, object]], list[Example]]) -> None:
    judges, *_ = trained
    texts = {"cook": "cook in malmö", "pilot": "pilot from berlin", "nurse": "xyz 123"}
    assert judges.nearest(list(texts.values()), texts) == list(texts)
    assert judges.nearest([""], texts)[0] in texts
