"""Every pair of texts is scored once, and `evaluate` offers the same scores without a network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobsearch_dagster.evaluation.metrics import NAMES, module_path
from jobsearch_dagster.evaluation.text_scoring import BERT_PARTS, ScoringRecipe, bert_scores, overlap, score_texts
from jobsearch_dagster.foundation.bert_score import BertScorer
from jobsearch_dagster.foundation.text_metrics import bleu_counts, corpus_bleu, signatures, text_scores

REFERENCES = ["Job available in Malmö\nJob-Title: cook", "Job available in Rome\nJob-Title: bus driver"]
ANSWERS = ["Job-Title: cook in Malmö", "A bus driver is wanted in Rome, in Rome."]
RECIPE = ScoringRecipe(encoder="./encoder")
OWNERS = dict(zip(REFERENCES, ("cook", "driver"), strict=True))
PAIRS = list(zip(ANSWERS, REFERENCES, strict=True))


def test_a_pair_that_occurs_twice_is_scored_once_and_every_metric_has_a_signature(smoke_models: Path) -> None:
    scores = score_texts([*PAIRS, *PAIRS], OWNERS, RECIPE, smoke_models)
    assert set(scores.of) == set(PAIRS)
    assert set(scores.of[PAIRS[0]]) <= set(scores.signatures)
    assert scores.of[PAIRS[0]]["rouge1"].value == text_scores(*PAIRS[0])["rouge1"]
    assert scores.of[PAIRS[1]]["length_ratio"].value == 9 / 7


def test_pooled_bleu_keeps_what_it_pools() -> None:
    counts = [overlap(*pair)["bleu_corpus"].parts for pair in PAIRS]
    assert counts == [bleu_counts(*pair) for pair in PAIRS]
    assert overlap("", REFERENCES[0])["bleu_corpus"].value == 0


def test_bertscore_is_rescaled_by_the_baseline_that_its_signature_states(smoke_models: Path) -> None:
    scores, signed = bert_scores(PAIRS, OWNERS, RECIPE, smoke_models)
    scorer = BertScorer("./encoder", smoke_models)
    exact = scorer.baseline(sorted(REFERENCES), ["cook", "driver"], RECIPE.seed)
    assert exact is not None
    assert f"|f1|rescaled|baseline:{exact.f1:.4f} of 2 references" in signed["bertscore_f1_rescaled"]
    for pair, raw in zip(PAIRS, scorer.score(ANSWERS, REFERENCES), strict=True):
        rescaled = (raw.f1 - round(exact.f1, 4)) / (1 - round(exact.f1, 4))
        assert scores[pair]["bertscore_f1"] == pytest.approx(raw.f1, abs=1e-6)
        assert scores[pair]["bertscore_f1_rescaled"] == pytest.approx(rescaled, abs=1e-4)


@pytest.fixture(scope="module")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`evaluate` copies a module into its cache before it imports it."""
    from evaluate import config

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(config, "HF_MODULES_CACHE", str(tmp_path_factory.mktemp("modules")))
        yield


def computed(name: str, folder: Path, **options: Any) -> dict[str, Any]:
    import evaluate

    metric = evaluate.load(module_path(name), cache_dir=str(folder))
    found = metric.compute(predictions=ANSWERS, references=REFERENCES, **options)
    assert found is not None
    return found


@pytest.mark.usefixtures("_own_cache")
def test_a_metric_loads_from_the_package_and_gives_the_means_of_the_tables(tmp_path: Path, smoke_models: Path) -> None:
    expected = {name: np.mean([text_scores(*pair)[name] for pair in PAIRS]) for name in text_scores(*PAIRS[0])}
    expected["bleu_corpus"] = corpus_bleu(np.sum([bleu_counts(*pair) for pair in PAIRS], axis=0))
    scores, signed = bert_scores(PAIRS, OWNERS, RECIPE, smoke_models)
    expected |= {name: np.mean([scores[pair][name] for pair in PAIRS]) for name in signed}
    options = {"bertscore": {"encoder": "./encoder", "data_dir": str(smoke_models), "about": ["cook", "driver"]}}
    found = [computed(name, tmp_path, **options.get(name, {})) for name in NAMES]
    assert {k: v for one in found for k, v in one.pop("signatures").items()} == signatures() | signed
    assert {name: value for one in found for name, value in one.items()} == pytest.approx(expected)


def test_an_unknown_metric_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match="bertscore, bleu, meteor, rouge"):
        module_path("ter")


def test_nothing_is_rescaled_where_there_is_no_baseline_and_the_signature_says_why(smoke_models: Path) -> None:
    alone, signed = bert_scores(PAIRS, dict.fromkeys(OWNERS, "cook"), RECIPE, smoke_models)
    assert all(set(scores) == set(signed) == {f"bertscore_{part}" for part in BERT_PARTS} for scores in alone.values())
    assert all(said.endswith("|raw|not rescaled:all references are about one posting") for said in signed.values())


def test_nothing_is_rescaled_where_the_baseline_leaves_nothing_to_rescale(smoke_models: Path) -> None:
    """Two postings with one text: their likeness is 1."""
    pairs = [("a cook", "Job-Title: cook"), ("a cook", "Job-Title: cook ")]
    scores, signed = bert_scores(pairs, {reference: reference for _, reference in pairs}, RECIPE, smoke_models)
    assert not [name for name in signed if name.endswith("_rescaled")]
    assert signed["bertscore_f1"].endswith("|not rescaled:references about different postings score 1.0000")
    assert set(scores[pairs[0]]) == set(signed)
