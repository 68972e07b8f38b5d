"""A few questions show what the adapter learns: fairly chosen, answered by the model as it stands, scored."""

from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.finetuning.backends import load_trl
from jobsearch_dagster.finetuning.sample import SCORES, Sample, choose_sample, mean_scores
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.foundation.text_metrics import text_scores
from jobsearch_dagster.pairs.rendering import render_prompt, stop_ids
from jobsearch_dagster_tests.finetuning.trainings import PAIRS, RECIPE, WATCHED, Trained, job, pair


@pytest.fixture(scope="module")
def tokenizer(smoke_models: Path) -> Any:
    return model_store.load_tokenizer(smoke_models / "language_model")


def test_every_query_type_and_as_many_postings_as_possible_are_chosen() -> None:
    chosen = choose_sample(PAIRS, 4)
    assert len({question.reference for question in chosen}) == 4
    postings = {p.answer: p.posting_id for p in PAIRS}
    assert {postings[question.reference] for question in chosen} == {"cook", "nurse", "data engineer", "driver"}
    by_type = choose_sample(sorted(PAIRS, key=lambda p: p.query_type), 9)
    assert {question.query_type for question in by_type[:9]} == {"location", "skills", "salary"}


def test_query_types_come_in_turn_where_each_has_postings_of_its_own() -> None:
    kinds = ("location", "skills", "salary")
    pairs = [pair(f"{kind} {n}", kind, str(n), "a") for kind in kinds for n in range(5)]
    assert [question.query_type for question in choose_sample(pairs, 6)] == [*kinds, *kinds]


def test_a_posting_is_not_asked_twice_before_every_other_was_asked_once() -> None:
    pairs = [pair("a", "skills", str(n), "of a") for n in range(6)]
    pairs += [pair(name, "location", "x", f"of {name}") for name in "bc"]
    assert {question.reference for question in choose_sample(pairs, 3)} == {"of a", "of b", "of c"}


def test_the_choice_takes_what_there_is_and_the_same_each_time() -> None:
    assert len(choose_sample(PAIRS, 99)) == len(PAIRS)
    assert choose_sample(PAIRS, 5) == choose_sample(list(PAIRS), 5)
    assert choose_sample(PAIRS, 5)[:2] == choose_sample(PAIRS, 2)
    first = choose_sample(PAIRS, 1)[0]
    assert (first.system, first.question, first.reference) == (PAIRS[0].system, PAIRS[0].question, PAIRS[0].answer)


def test_answers_are_those_of_the_model_as_it_stands_and_it_goes_on_training(
    smoke_models: Path, tokenizer: Any, tmp_path: Path
) -> None:
    import torch

    work = job(smoke_models, tmp_path)
    model = load_trl(work.base, work.recipe).model
    model.train()
    sample, before = Sample(work, model, tokenizer), torch.get_rng_state()
    rows = sample.answer(step=0)
    assert all(module.training for module in model.modules())
    assert torch.equal(torch.get_rng_state(), before)
    assert all(p.grad is None for p in model.parameters())

    plain = Generator(work.base).generate(
        [render_prompt(tokenizer, question.system, question.question) for question in work.sample],
        stop=stop_ids(tokenizer),
        max_new_tokens=work.recipe.sample_tokens,
        use_adapter=False,
    )
    assert [row["answer"] for row in rows] == [answer.text for answer in plain]  # the adapter is fresh
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.add_(torch.randn_like(parameter))
    changed = sample.answer(step=3)
    assert [row["step"] for row in changed] == [3, 3]
    assert [row["answer"] for row in changed] != [row["answer"] for row in rows]


def test_every_answer_is_scored_against_what_was_wanted(trained: Trained) -> None:
    questions = choose_sample(WATCHED, RECIPE.sample_size)
    rows = trained.manifest["sample"]
    assert len(rows) == 3 * len(questions)
    for row, question in zip(rows, questions * 3, strict=True):
        asked = (question.query_type, question.question, question.reference)
        assert (row["query_type"], row["question"], row["reference"]) == asked
        assert {name: row[name] for name in SCORES if name != "bert_score"} == {
            name: score for name, score in text_scores(row["answer"], row["reference"]).items() if name in SCORES
        }
        assert -1 <= row["bert_score"] <= 1
        assert len(row["answer"]) <= RECIPE.sample_tokens
    assert any(row["bert_score"] for row in rows)


def test_scores_are_averaged_per_step() -> None:
    scores = [{"step": step, **dict.fromkeys(SCORES, value)} for step, value in ((0, 0.0), (0, 0.5), (3, 1.0))]
    assert mean_scores(scores) == {0: dict.fromkeys(SCORES, 0.25), 3: dict.fromkeys(SCORES, 1.0)}
