"""Answers come in the order of the prompts, end at a stop token, and depend on nothing but prompt and adapter."""

from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.foundation.generation import Generated, Generator

QUESTIONS = ["cook", "a nurse in berlin?", "x", "data engineer, remote, python and sql", "bus driver", "who pays most?"]
NEVER: list[int] = [0]  # padding, which is never the likeliest token of this model


@pytest.fixture(scope="module")
def base(smoke_models: Path) -> Path:
    return smoke_models / "language_model"


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA adapter with random weights, so that it changes what is said."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("adapter")
    config = LoraConfig(task_type="CAUSAL_LM", r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def plain(base: Path) -> Generator:
    return Generator(base)


@pytest.fixture(scope="module")
def adapted(base: Path, adapter: Path) -> Generator:
    return Generator(base, adapter)


def prompts(generator: Generator) -> list[list[int]]:
    return [generator.tokenizer(question)["input_ids"] for question in QUESTIONS]


def said(generator: Generator, **options: Any) -> list[Generated]:
    defaults: dict[str, Any] = {"stop": NEVER, "max_new_tokens": 12, "use_adapter": False}
    return generator.generate(prompts(generator), **defaults | options)


def texts(generator: Generator, **options: Any) -> list[str]:
    return [answer.text for answer in said(generator, **options)]


def continuation(generator: Generator, question: str, count: int) -> list[int]:
    """Greedy token ids, one forward pass per token, without padding, batch or cache."""
    import torch

    ids = generator.tokenizer(question)["input_ids"]
    start = len(ids)
    for _ in range(count):
        with torch.no_grad():
            ids.append(int(generator._model(torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[start:]


def test_each_answer_is_the_greedy_continuation_of_its_prompt(plain: Generator) -> None:
    expected = [plain.tokenizer.decode(continuation(plain, q, 6), skip_special_tokens=True).strip() for q in QUESTIONS]
    assert texts(plain, max_new_tokens=6) == expected
    assert len(set(expected)) == len(QUESTIONS)


def test_the_prompt_is_no_part_of_the_answer(plain: Generator) -> None:
    assert not any(question in text for question, text in zip(QUESTIONS, texts(plain), strict=True))


@pytest.mark.parametrize("batch_size", [1, 2, 4, 32])
def test_the_size_of_a_batch_does_not_change_an_answer(plain: Generator, batch_size: int) -> None:
    assert texts(plain, batch_size=batch_size) == texts(plain, batch_size=3)


def test_with_the_adapter_off_the_base_model_answers(plain: Generator, adapted: Generator) -> None:
    assert texts(adapted, use_adapter=True) != texts(plain)
    assert texts(adapted, use_adapter=False) == texts(plain)


def test_switching_the_adapter_off_does_not_last(adapted: Generator) -> None:
    before = texts(adapted, use_adapter=True)
    texts(adapted, use_adapter=False)
    assert texts(adapted, use_adapter=True) == before


def test_an_adapter_that_is_not_there_cannot_be_used(plain: Generator) -> None:
    with pytest.raises(ValueError, match="without an adapter"):
        said(plain, use_adapter=True)


def test_an_answer_ends_before_the_first_stop_token_and_counts_it(plain: Generator) -> None:
    question = QUESTIONS[3]
    written = continuation(plain, question, 12)
    stop = written[4]
    end = written.index(stop)
    answer = said(plain, stop=[stop])[3]
    assert answer.text == plain.tokenizer.decode(written[:end], skip_special_tokens=True).strip()
    assert (answer.tokens, answer.stopped) == (end + 1, True)


def test_any_of_several_stop_tokens_ends_an_answer(plain: Generator) -> None:
    written = continuation(plain, QUESTIONS[0], 12)
    answer = said(plain, stop=[written[7], written[2]])[0]
    assert answer.tokens == min(written.index(written[7]), written.index(written[2])) + 1


def test_an_answer_that_does_not_end_by_itself_says_so(plain: Generator) -> None:
    answers = said(plain, max_new_tokens=5)
    assert {(answer.tokens, answer.stopped) for answer in answers} == {(5, False)}


def test_an_answer_may_be_empty(plain: Generator) -> None:
    everything = list(range(len(plain.tokenizer)))
    assert {(a.text, a.tokens, a.stopped) for a in said(plain, stop=everything)} == {("", 1, True)}


def test_neighbours_that_end_earlier_do_not_change_an_answer(plain: Generator) -> None:
    """Where one of a batch stops, the others go on beside its padding."""
    stop = [continuation(plain, QUESTIONS[0], 3)[2]]
    together = said(plain, stop=stop)
    alone = said(plain, stop=stop, batch_size=1)
    assert len({answer.tokens for answer in together}) > 1
    assert [(a.text, a.tokens, a.stopped) for a in together] == [(a.text, a.tokens, a.stopped) for a in alone]


def test_progress_counts_every_answer(plain: Generator) -> None:
    counts: list[int] = []
    said(plain, batch_size=4, max_new_tokens=2, advance=counts.append)
    assert counts == [4, 2]


def test_time_is_shared_among_the_answers_of_a_batch(plain: Generator) -> None:
    seconds = [answer.seconds for answer in said(plain)]
    assert len(set(seconds)) == 1
    assert seconds[0] > 0


def test_no_prompts_give_no_answers(plain: Generator) -> None:
    assert plain.generate([], stop=NEVER, max_new_tokens=5, use_adapter=False) == []
