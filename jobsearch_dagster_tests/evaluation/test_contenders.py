"""Contenders answer every question in order; base and lora differ by the adapter alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.evaluation.answers import answer_table
from jobsearch_dagster.evaluation.contenders import Analytics, Answer, LanguageModel, Rag
from jobsearch_dagster.evaluation.questions import Question
from jobsearch_dagster.evaluation.tables import ANSWERS
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.search.question import QuestionTooLongError
from jobsearch_dagster.search.rag import LEAD
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster_tests.search.catalogs import index, publish

QUESTIONS = ["What jobs are open in Berlin?", "Are there jobs for python?", "Which jobs pay over $50K?"]

Make = Callable[..., LanguageModel]


@pytest.fixture(scope="module")
def base(smoke_models: Path) -> Path:
    return smoke_models / "language_model"


def save_adapter(base: Path, folder: Path, *, changes_something: bool) -> Path:
    """A LoRA adapter: with random weights, or as new, when it changes nothing."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    config = LoraConfig(
        task_type="CAUSAL_LM", r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=not changes_something
    )
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def generators(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Generator]:
    folder = tmp_path_factory.mktemp("adapters")
    return {
        "without": Generator(base),
        "adapted": Generator(base, save_adapter(base, folder / "adapted", changes_something=True)),
        "new": Generator(base, save_adapter(base, folder / "new", changes_something=False)),
    }


@pytest.fixture
def model(generators: dict[str, Generator]) -> Make:
    def make(generator: str, *, use_adapter: bool, **options: Any) -> LanguageModel:
        defaults: dict[str, Any] = {"max_new_tokens": 10, "batch_size": 32}
        return LanguageModel(generators[generator], use_adapter=use_adapter, **defaults | options)

    return make


def texts(answers: list[Answer]) -> list[str]:
    return [answer.text for answer in answers]


def test_the_same_model_answers_with_and_without_its_adapter(model: Make) -> None:
    base = texts(model("without", use_adapter=False).answer(QUESTIONS))
    assert texts(model("adapted", use_adapter=False).answer(QUESTIONS)) == base
    assert texts(model("adapted", use_adapter=True).answer(QUESTIONS)) != base


def test_an_adapter_that_learned_nothing_answers_as_the_base_model(model: Make) -> None:
    base = texts(model("without", use_adapter=False).answer(QUESTIONS))
    assert texts(model("new", use_adapter=True).answer(QUESTIONS)) == base


def test_neither_question_nor_instruction_stands_in_an_answer(model: Make) -> None:
    instruction = load_templates().instructions[0]
    for question, answer in zip(QUESTIONS, model("without", use_adapter=False).answer(QUESTIONS), strict=True):
        assert question not in answer.text
        assert instruction not in answer.text
        assert "assistant" not in answer.text
        assert 0 < answer.tokens <= 10


def test_an_answer_depends_on_its_own_question_alone(model: Make) -> None:
    contender = model("without", use_adapter=False)
    together = texts(contender.answer(QUESTIONS))
    assert [texts(contender.answer([question]))[0] for question in QUESTIONS] == together
    assert texts(contender.answer(QUESTIONS[::-1])) == together[::-1]
    assert len(set(together)) == len(QUESTIONS)


def test_an_answer_has_at_most_as_many_tokens_as_the_recipe_says(model: Make) -> None:
    answers = model("without", use_adapter=False, max_new_tokens=3).answer(QUESTIONS)
    assert {(answer.tokens, answer.stopped) for answer in answers} == {(3, False)}


def test_progress_is_told_batch_by_batch(model: Make) -> None:
    counts: list[int] = []
    model("without", use_adapter=False, batch_size=2, max_new_tokens=2, advance=counts.append).answer(QUESTIONS)
    assert counts == [2, 1]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Of a catalog without an index."""
    with Searcher(publish(tmp_path_factory.mktemp("catalog")).root) as searcher:
        yield searcher


def test_analytics_answers_from_the_catalog_and_says_from_which_postings(catalog: Searcher) -> None:
    answers = Analytics(catalog, limit=3).answer(["What jobs are open in Berlin?", "Are there jobs for python?"])
    assert answers[0].posting_ids == ("nurse",)
    assert "Job-Title: registered nurse" in answers[0].text.splitlines()
    assert set(answers[1].posting_ids) == {"backend", "scientist"}
    assert all(answer.stopped and answer.tokens == 0 and answer.seconds > 0 for answer in answers)


def test_analytics_shows_at_most_as_many_postings_as_the_recipe_says(catalog: Searcher) -> None:
    answer = Analytics(catalog, limit=1).answer(["Are there jobs for python?"])[0]
    assert len(answer.posting_ids) == answer.text.count("Job-Title:") == 1


@pytest.mark.parametrize("question", ["What jobs are open in Tokyo?", "asdf", "How many jobs are there?"])
def test_analytics_answers_without_postings_where_it_found_none(catalog: Searcher, question: str) -> None:
    answer = Analytics(catalog, limit=3).answer([question])[0]
    assert answer.posting_ids == ()
    assert answer.text.strip()


def asked(text: str) -> Question:
    return Question(f"id of {text}", "unseen", "location", "posting", text, "reference")


def test_the_table_has_one_row_per_question_with_its_answer(catalog: Searcher) -> None:
    table = answer_table([asked(question) for question in QUESTIONS], Analytics(catalog, limit=3))
    assert list(table.columns) == list(ANSWERS.names)
    assert table["question"].tolist() == QUESTIONS
    alone = [Analytics(catalog, limit=3).answer([question])[0].text for question in QUESTIONS]
    assert table["answer"].tolist() == alone


def test_without_a_question_there_is_nothing_to_compare(catalog: Searcher) -> None:
    with pytest.raises(UserError, match="test_set is empty"):
        answer_table([], Analytics(catalog, limit=3))


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, smoke_models: Path) -> Iterator[Searcher]:
    """Of a catalog with an index and its encoder."""
    data = publish(tmp_path_factory.mktemp("indexed"))
    index(data, smoke_models)
    with Searcher(data.root, with_meaning=True) as searcher:
        yield searcher


def test_rag_answers_from_the_postings_that_analytics_finds(indexed: Searcher, model: Make) -> None:
    answers = Rag(indexed, model("without", use_adapter=False), postings=3).answer(QUESTIONS)
    assert [set(answer.posting_ids) for answer in answers] == [
        set(answer.posting_ids) for answer in Analytics(indexed, limit=3).answer(QUESTIONS)
    ]
    assert answers[0].posting_ids == ("nurse",)
    assert all(0 < answer.tokens <= 10 and answer.seconds > 0 for answer in answers)


def test_rag_shows_the_model_at_most_as_many_postings_as_the_recipe_says(indexed: Searcher, model: Make) -> None:
    (answer,) = Rag(indexed, model("without", use_adapter=False), postings=1).answer(["Are there jobs for python?"])
    assert len(answer.posting_ids) == 1


def test_what_rag_says_depends_on_what_it_found(indexed: Searcher, model: Make, catalog: Searcher) -> None:
    """The same model says something else when it is shown postings."""
    plain = model("without", use_adapter=False)
    assert texts(Rag(indexed, plain, postings=3).answer(QUESTIONS)) != texts(plain.answer(QUESTIONS))
    both = [Rag(indexed, plain, postings=count).answer(["Are there jobs for python?"])[0].text for count in (1, 2)]
    assert both[0] != both[1]


def test_rag_says_itself_what_needs_no_model_and_keeps_the_order(indexed: Searcher, model: Make) -> None:
    questions = ["drop table jobs", "Are there jobs for python?", "find me a job"]
    rag = Rag(indexed, model("without", use_adapter=False), postings=3)
    refused, answered, asked_back = rag.answer(questions)
    assert refused.text.startswith("I only answer questions about job postings")
    assert asked_back.text.startswith("Which job do you mean?")
    assert [bool(a.posting_ids) for a in (refused, answered, asked_back)] == [False, True, False]
    assert refused.tokens == asked_back.tokens == 0 < answered.tokens
    assert LEAD not in answered.text


def test_progress_of_rag_reaches_its_total_though_some_questions_need_no_model(indexed: Searcher, model: Make) -> None:
    counts: list[int] = []
    questions = ["drop table jobs", "Are there jobs for python?", "find me a job"]
    Rag(indexed, model("without", use_adapter=False, advance=counts.append), postings=3).answer(questions)
    assert sum(counts) == len(questions)


def test_rag_asks_the_model_where_nothing_matches(indexed: Searcher, model: Make) -> None:
    (answer,) = Rag(indexed, model("without", use_adapter=False), postings=3).answer(["What jobs are open in Tokyo?"])
    assert answer.posting_ids == ()
    assert answer.tokens > 0


def test_what_is_streamed_is_what_is_answered(indexed: Searcher, model: Make) -> None:
    plain, adapted = model("without", use_adapter=False), model("adapted", use_adapter=True)
    for contender in (plain, adapted, Rag(indexed, plain, postings=3), Analytics(indexed, limit=3)):
        for question in ["Are there jobs for python?", "drop table jobs"]:
            pieces = list(contender.stream(question))
            (answer,) = contender.answer([question])
            assert "".join(piece.text for piece in pieces) == answer.text
            assert (pieces[-1].tokens, pieces[-1].stopped) == (answer.tokens, answer.stopped)


def test_analytics_says_everything_at_once(catalog: Searcher) -> None:
    (piece,) = Analytics(catalog, limit=3).stream(QUESTIONS[0])
    assert (piece.tokens, piece.prompt_tokens, piece.stopped) == (0, 0, True)


def test_a_prompt_with_postings_is_longer_than_the_question(indexed: Searcher, model: Make) -> None:
    plain = model("without", use_adapter=False, max_new_tokens=1)
    lengths = [next(iter(c.stream(QUESTIONS[1]))).prompt_tokens for c in (plain, Rag(indexed, plain, postings=1))]
    assert len(QUESTIONS[1]) < lengths[0] < lengths[1]


def test_a_question_that_leaves_no_room_for_an_answer_is_refused_before_the_model_reads_it(model: Make) -> None:
    plain = model("without", use_adapter=False)
    long = "jobs in Berlin " * 1_000
    for ask in (lambda: plain.answer([QUESTIONS[0], long]), lambda: next(iter(plain.stream(long)))):
        with pytest.raises(QuestionTooLongError, match=r"takes \d+ tokens .* room for 4086: ask a shorter question"):
            ask()
