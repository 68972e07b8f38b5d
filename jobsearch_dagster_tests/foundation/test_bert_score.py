"""BERTScore is what the package `bert-score` computes with the same model, and its baseline is this corpus's own."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jobsearch_dagster.foundation.bert_score import BertScore, BertScorer
from jobsearch_dagster.foundation.errors import UserError

REFERENCE = "Job available in malmö, sweden\nJob-Title: cook\nDescription: cooks lunches for 400 children."
ANSWERS = [REFERENCE, "A cook in Malmö.", "cooks", "", "Nothing to do with it! " * 3, "x " * 300]


@pytest.fixture(scope="module")
def encoder(smoke_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of three layers whose tokenizer puts [CLS] and [SEP] around a text."""
    import torch
    from tokenizers.processors import TemplateProcessing
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    tokenizer: Any = AutoTokenizer.from_pretrained(smoke_models / "encoder")
    marks = [(mark, tokenizer.convert_tokens_to_ids(mark)) for mark in ("[CLS]", "[SEP]")]
    template = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    tokenizer.backend_tokenizer.post_processor = template
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def scorer(encoder: Path) -> BertScorer:
    return BertScorer(str(encoder), encoder)


def by_the_package(encoder: Path, layer: int) -> np.ndarray:
    """Scores of the package's own functions; its entry point asks the network for models."""
    import torch
    from bert_score.utils import bert_cos_score_idf
    from transformers import AutoModel, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(encoder)
    # The package calls a method that transformers has removed.
    tokenizer.build_inputs_with_special_tokens = lambda ids: [tokenizer.cls_token_id, *ids, tokenizer.sep_token_id]
    model = AutoModel.from_pretrained(encoder).eval()
    model.encoder.layer = torch.nn.ModuleList(model.encoder.layer[:layer])
    weights: Any = defaultdict(lambda: 1.0)
    weights[tokenizer.sep_token_id] = weights[tokenizer.cls_token_id] = 0
    found = bert_cos_score_idf(model, [REFERENCE] * len(ANSWERS), ANSWERS, tokenizer, weights, device="cpu")
    return found.numpy()


def test_scores_are_those_of_the_package(encoder: Path, scorer: BertScorer) -> None:
    ours = np.array(scorer.score(ANSWERS, [REFERENCE] * len(ANSWERS)))
    np.testing.assert_allclose(ours, by_the_package(encoder, scorer.layer), atol=1e-5)
    assert len({row.tobytes() for row in ours}) == len(ANSWERS)


def test_another_layer_compares_other_vectors(encoder: Path, scorer: BertScorer) -> None:
    embeddings = BertScorer(str(encoder), encoder, layer=0)
    assert embeddings.score(["A cook"], [REFERENCE]) != scorer.score(["A cook"], [REFERENCE])
    assert embeddings.signature() != scorer.signature()


def test_a_text_equals_itself_and_an_empty_one_nothing(scorer: BertScorer) -> None:
    assert scorer.score([REFERENCE], [REFERENCE])[0] == pytest.approx((1, 1, 1))
    assert scorer.score(["", "a", " \n"], ["a", "", ""]) == [BertScore(0, 0, 0)] * 3


def test_neighbours_in_the_batch_do_not_change_a_score(scorer: BertScorer) -> None:
    together = np.array(scorer.score(ANSWERS, [REFERENCE] * len(ANSWERS)))
    alone = np.array([scorer.score([answer], [REFERENCE])[0] for answer in ANSWERS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_baseline_is_the_mean_over_pairs_about_different_postings(scorer: BertScorer) -> None:
    texts = ["a cook in malmö", "the cook of malmö", "bus driver, rome"]
    there, back = scorer.score([texts[0], texts[2]], [texts[2], texts[0]])
    pair = scorer.baseline([texts[0], texts[2]], ["cook", "driver"], seed=1)
    assert pair == pytest.approx(np.mean([there, back], axis=0))
    assert pair != scorer.baseline(texts, ["cook", "cook", "driver"], seed=1)


def test_the_seed_draws_the_pairs(scorer: BertScorer) -> None:
    texts = [f"job {number} " + "xyz"[number % 3] * number for number in range(12)]
    owners = [str(number) for number in range(12)]
    assert scorer.baseline(texts, owners, seed=1) == scorer.baseline(texts, owners, seed=1)
    assert scorer.baseline(texts, owners, seed=1) != scorer.baseline(texts, owners, seed=2)


def test_texts_about_one_posting_have_no_baseline(scorer: BertScorer) -> None:
    assert scorer.baseline(["a", "b"], ["cook", "cook"], seed=1) is None


def test_the_signature_says_how_many_tokens_are_read(scorer: BertScorer) -> None:
    assert "max_len:128" in scorer.signature().split("|")


def test_a_layer_that_the_encoder_does_not_have_is_refused(encoder: Path) -> None:
    assert BertScorer(str(encoder), encoder, layer=3).layer == 3
    with pytest.raises(UserError, match=r"has no layer 4: set answer_scores\.layer to one from 0 to 3"):
        BertScorer(str(encoder), encoder, layer=4)


def test_rescaling_puts_the_baseline_at_0_and_keeps_1() -> None:
    baseline = BertScore(0.8, 0.6, 0.7)
    assert baseline.rescaled(baseline) == (0, 0, 0)
    assert BertScore(1, 1, 1).rescaled(baseline) == pytest.approx((1, 1, 1))
    assert BertScore(0.7, 0.7, 0.7).rescaled(baseline) == pytest.approx((-0.5, 0.25, 0))
