"""Search answers every natural question, the language models as many as the recipe says."""

from pathlib import Path

import pytest

from jobsearch_dagster.evaluation.contenders import LanguageModel
from jobsearch_dagster.evaluation.natural import RetrievalRecipe, looked_up, sampled, written
from jobsearch_dagster.evaluation.relevance import NaturalQuestion, judgements
from jobsearch_dagster.evaluation.truth import Posting, Postings
from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster_tests.evaluation.test_contenders import save_adapter
from jobsearch_dagster_tests.search.catalogs import index, publish

QUESTIONS = [
    NaturalQuestion("berlin", "place", "What jobs are open in Berlin?", {"nurse": 2}),
    NaturalQuestion("python", "skill", "Are there jobs for python?", {"backend": 2, "scientist": 2}),
]
POSTINGS = Postings(
    [Posting("nurse", "registered nurse", "berlin, germany", frozenset(), None, frozenset(), ("munich, germany",))]
)
RECIPE = RetrievalRecipe(cutoffs=(1, 2), max_new_tokens=4)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory, smoke_models: Path) -> Path:
    """A data folder with a catalog and its index."""
    data = publish(tmp_path_factory.mktemp("natural"))
    index(data, smoke_models)
    return data.root


def test_search_is_ranked_by_what_it_names_and_by_what_it_found(data_dir: Path) -> None:
    found = {(r.contender, r.ranking, r.question_id): r for r in looked_up(data_dir, QUESTIONS, POSTINGS, RECIPE)}
    assert set(found) == {
        (contender, ranking, question.question_id)
        for contender, ranking in (("analytics", "answer"), ("analytics", "retrieved"), ("rag", "retrieved"))
        for question in QUESTIONS
    }
    for contender in ("analytics", "rag"):
        assert list(found[contender, "retrieved", "berlin"].posting_ids) == ["nurse"]
        assert set(found[contender, "retrieved", "python"].posting_ids) == {"backend", "scientist"}
    assert found["analytics", "answer", "berlin"].grades == {"nurse": 2}


def test_the_language_models_answer_the_questions_they_are_given_and_count_their_answers(
    data_dir: Path, smoke_models: Path, tmp_path: Path
) -> None:
    model = smoke_models / "language_model"
    adapter = save_adapter(model, tmp_path / "adapter", changes_something=True)
    expected: list[tuple[bool, int]] = []
    done = {False: 0, True: 0}

    def load(answers: int, *, adapted: bool) -> LanguageModel:
        def advance(count: int) -> None:
            done[adapted] += count

        expected.append((adapted, answers))
        generator = Generator(model, adapter if adapted else None)
        return LanguageModel(generator, use_adapter=adapted, max_new_tokens=4, advance=advance)

    found = list(written(data_dir, load, QUESTIONS[:1], POSTINGS, RECIPE))
    assert {(r.contender, r.ranking, r.question_id) for r in found} == {
        (contender, "answer", "berlin") for contender in ("base", "lora", "rag")
    }
    assert expected == list(done.items()) == [(False, 2), (True, 1)]


def test_without_a_question_no_model_is_loaded(data_dir: Path) -> None:
    def load(answers: int, *, adapted: bool) -> LanguageModel:
        raise AssertionError

    assert list(written(data_dir, load, [], POSTINGS, RECIPE)) == []


def test_every_contender_is_ranked_to_the_depth_of_the_largest_cutoff(data_dir: Path) -> None:
    """Where one shows more than another, what lies deeper than all is compared with nothing."""
    recipe = RetrievalRecipe(cutoffs=(1,))
    found = [r for r in looked_up(data_dir, QUESTIONS[1:], POSTINGS, recipe) if r.ranking == "retrieved"]
    assert [len(r.posting_ids) for r in found] == [1, 1]


def test_a_larger_sample_holds_the_smaller_and_the_order_is_that_of_the_file() -> None:
    questions = judgements().natural_questions()
    ids = [question.question_id for question in questions]
    few, more, every, none = (
        [q.question_id for q in sampled(questions, RetrievalRecipe(natural_questions=n))] for n in (5, 20, None, 0)
    )
    assert (len(few), len(more), every, none) == (5, 20, ids, [])
    assert set(few) < set(more)
    assert more == [name for name in ids if name in more]
    other = sampled(questions, RetrievalRecipe(natural_questions=5, seed=1))
    assert {question.question_id for question in other} != set(few)
