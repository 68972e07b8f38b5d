"""Answers come in the order of the prompts, end at a stop token, and depend on nothing but prompt and adapter."""

import threading
from collections import abc
from collections.abc import Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from jobsearch_dagster.foundation import generation
from jobsearch_dagster.foundation.generation import Generated, Generator, cut_batches
from jobsearch_dagster.foundation.kept_batches import KeptBatches
from jobsearch_dagster.foundation.streaming import Piece
from jobsearch_dagster.foundation.text_cache import TextCache

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


def test_what_has_ended_leaves_the_batch_and_changes_no_answer(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "STRIDE", 3)
    sizes: list[int] = []

    class Watched(Generator):
        def _written(self, ids: Any, *arguments: Any, **options: Any) -> Any:
            sizes.append(len(ids))
            return super()._written(ids, *arguments, **options)

    watched = Watched(base)
    stop = [continuation(watched, QUESTIONS[0], 3)[2], continuation(watched, QUESTIONS[3], 7)[6]]
    together = said(watched, stop=stop, max_new_tokens=20)
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 2
    alone = said(watched, stop=stop, max_new_tokens=20, batch_size=1)
    monkeypatch.setattr(generation, "STRIDE", 20)
    in_one_go = said(watched, stop=stop, max_new_tokens=20)
    for answers in (alone, in_one_go):
        assert [(a.text, a.tokens, a.stopped) for a in answers] == [(a.text, a.tokens, a.stopped) for a in together]


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


# --- batches and shards ---


def test_batches_hold_prompts_of_like_length_and_do_not_depend_on_the_order_of_the_prompts() -> None:
    asked = [[1] * length for length in (5, 2, 9, 2, 7)] + [[3, 1]]
    cut = [[asked[i] for i in batch] for batch in cut_batches(asked, 4)]
    assert [[len(prompt) for prompt in batch] for batch in cut] == [[2, 2, 2, 5], [7, 9]]
    backwards = asked[::-1]
    assert [[backwards[i] for i in batch] for batch in cut_batches(backwards, 4)] == cut


@pytest.fixture(scope="module")
def bfloat16(base: Path) -> Generator:
    """The small model in the precision where an answer depends on its neighbours."""
    import torch
    from transformers import AutoModelForCausalLM

    from jobsearch_dagster.foundation.model_store import load_tokenizer

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    return Generator.around(model.eval(), load_tokenizer(base))


HOW: dict[str, Any] = {"stop": NEVER, "max_new_tokens": 12}


def test_batches_that_are_answered_apart_and_in_another_order_say_the_same(bfloat16: Generator) -> None:
    """Also in bfloat16, because every batch is answered whole."""
    asked = prompts(bfloat16)
    whole = bfloat16.generate(asked, use_adapter=True, batch_size=2, **HOW)
    apart: dict[int, Generated] = {}
    for batch in reversed(cut_batches(asked, 2)):
        apart |= bfloat16.generate_batches(asked, [batch], use_adapter=True, **HOW)
    assert [apart[i].text for i in range(len(asked))] == [answer.text for answer in whole]


# --- batches of earlier runs ---


class Counting(Generator):
    """Counts the batches that go through the model."""

    batches: int

    def _batch(self, prompts: Sequence[Sequence[int]], stop: Sequence[int], max_new_tokens: int) -> list[Generated]:
        self.batches += 1
        return super()._batch(prompts, stop, max_new_tokens)


@pytest.fixture
def counting(base: Path) -> Counting:
    generator = Counting(base)
    generator.batches = 0
    return generator


def kept_in(folder: Path, **weights: str) -> KeptBatches:
    return KeptBatches(TextCache(folder / "answers.sqlite"), weights or {"base": "digest"})


def test_what_was_answered_before_is_not_answered_again(counting: Counting, tmp_path: Path) -> None:
    first = said(counting, batch_size=2, kept=kept_in(tmp_path))
    counts: list[int] = []
    assert said(counting, batch_size=2, kept=kept_in(tmp_path), advance=counts.append) == first
    assert counting.batches == 3
    assert counts == [2, 2, 2]


def test_a_run_that_ended_early_goes_on_after_its_last_batch_and_says_the_same(
    counting: Counting, tmp_path: Path
) -> None:
    class EndedError(Exception):
        pass

    def end_after_two(count: int) -> None:
        if counting.batches == 2:
            raise EndedError

    with pytest.raises(EndedError):
        said(counting, batch_size=2, kept=kept_in(tmp_path), advance=end_after_two)
    assert counting.batches == 2
    resumed = said(counting, batch_size=2, kept=kept_in(tmp_path))
    assert counting.batches == 3
    assert [answer.text for answer in resumed] == texts(counting, batch_size=2)


@pytest.mark.parametrize("change", [{"max_new_tokens": 11}, {"stop": [0, 5]}, {"batch_size": 5}])
def test_what_was_answered_in_another_way_is_answered_again(
    counting: Counting, tmp_path: Path, change: dict[str, Any]
) -> None:
    """A part of a batch is another batch."""
    said(counting, kept=kept_in(tmp_path))
    said(counting, kept=kept_in(tmp_path), **change)
    assert counting.batches == (3 if "batch_size" in change else 2)


def test_what_other_weights_answered_is_answered_again(counting: Counting, tmp_path: Path) -> None:
    said(counting, kept=kept_in(tmp_path))
    said(counting, kept=kept_in(tmp_path, base="digest", adapter="another"))
    assert counting.batches == 2


@pytest.mark.parametrize("library", ["torch", "transformers"])
def test_what_another_version_of_a_library_answered_is_answered_again(
    counting: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    said(counting, kept=kept_in(tmp_path))
    monkeypatch.setattr(generation, "version", lambda name: "0" if name == library else version(name))
    said(counting, kept=kept_in(tmp_path))
    assert counting.batches == 2


def test_what_another_card_answered_is_answered_again(
    counting: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(counting, kept=kept_in(tmp_path))
    monkeypatch.setattr(Counting, "hardware", "another card")
    said(counting, kept=kept_in(tmp_path))
    assert counting.batches == 2


@pytest.mark.parametrize(("old", "new"), [("[", ""), ('"digest"', '"digits"'), ("false", "true"), (", 12,", ", 11,")])
def test_a_damaged_entry_is_answered_again(counting: Counting, tmp_path: Path, old: str, new: str) -> None:
    expected = said(counting, kept=kept_in(tmp_path))
    cache = TextCache(tmp_path / "answers.sqlite")
    ((key, entry),) = everything_in(cache)
    cache.put({key: entry.replace(old, new)})
    assert everything_in(cache) != [(key, entry)]
    found = said(counting, kept=kept_in(tmp_path))
    assert counting.batches == 2
    assert [answer.text for answer in found] == [answer.text for answer in expected]
    assert said(counting, kept=kept_in(tmp_path)) == found
    assert counting.batches == 2


def everything_in(cache: TextCache) -> list[tuple[str, str]]:
    import sqlite3

    with sqlite3.connect(cache.path) as connection:
        return connection.execute("SELECT key, text FROM texts").fetchall()


# --- one answer while it is written ---


def streamed(generator: Generator, question: str, **options: Any) -> abc.Generator[Piece]:
    defaults: dict[str, Any] = {"use_adapter": False, **HOW}
    return generator.stream(generator.tokenizer(question)["input_ids"], **defaults | options)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_pieces_of_a_stream_are_the_text_of_a_batch_of_one(adapted: Generator, question: str) -> None:
    for use_adapter in (False, True):
        pieces = list(streamed(adapted, question, use_adapter=use_adapter, max_new_tokens=40))
        alone = adapted.generate(
            [adapted.tokenizer(question)["input_ids"]], stop=NEVER, max_new_tokens=40, use_adapter=use_adapter
        )[0]
        assert "".join(piece.text for piece in pieces) == alone.text
        assert (pieces[-1].tokens, pieces[-1].stopped) == (alone.tokens, alone.stopped)
        assert sum(bool(piece.text) for piece in pieces) > 5
        assert {piece.prompt_tokens for piece in pieces} == {len(question)}


def test_a_stream_ends_with_its_stop_token(plain: Generator) -> None:
    stop = continuation(plain, QUESTIONS[3], 12)[4]
    *_, last = streamed(plain, QUESTIONS[3], stop=[stop])
    answer = said(plain, stop=[stop])[3]
    assert (last.tokens, last.stopped) == (answer.tokens, True)


def test_a_stream_that_nobody_reads_any_more_ends_and_leaves_the_model_to_others(plain: Generator) -> None:
    stream = streamed(plain, QUESTIONS[0], max_new_tokens=3000)
    assert [piece.tokens for piece in islice(stream, 2)] == [1, 2]
    threads = threading.active_count()
    stream.close()
    assert threading.active_count() == threads - 1
    assert texts(plain, max_new_tokens=2)


def test_an_error_of_the_writer_reaches_the_reader(plain: Generator) -> None:
    with pytest.raises(ValueError, match="without an adapter"):
        list(streamed(plain, QUESTIONS[0], use_adapter=True))
