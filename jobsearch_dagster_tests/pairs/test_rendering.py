"""What the model sees: a prompt, an answer that ends in a stop token, and loss where it belongs."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.model_store import load_tokenizer
from jobsearch_dagster.pairs.rendering import (
    IGNORED,
    Loss,
    Rendered,
    chat_template,
    render_example,
    render_prompt,
    stop_ids,
    without_markers,
)
from jobsearch_dagster_tests.small_models import byte_tokenizer

SYSTEM, QUESTION, ANSWER = "Answer the question.", "Jobs in Malmö?", "Job-Title: cook\nLocation: Malmö"


@pytest.fixture(scope="module")
def chatml(smoke_models: Path) -> Any:
    """A tokenizer whose end of turn is its eos."""
    return load_tokenizer(smoke_models / "language_model")


@pytest.fixture(scope="module")
def phi() -> Any:
    """A tokenizer like Phi-3.5's: the end of a turn is not its eos, and markers swallow the blanks behind them."""
    from transformers import AddedToken

    tokenizer = byte_tokenizer("<unk>", "<s>", "<|endoftext|>", eos="<|endoftext|>")
    turns = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    tokenizer.add_tokens([AddedToken(marker, rstrip=True, special=True) for marker in turns], special_tokens=True)
    return tokenizer


@pytest.fixture(params=["chatml", "phi"])
def tokenizer(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def rendered(tokenizer: Any, *, loss: Loss = "answer", max_length: int = 1_000) -> Rendered:
    example = render_example(tokenizer, SYSTEM, QUESTION, ANSWER, loss=loss, max_length=max_length)
    assert example is not None
    return example


def supervised(example: Rendered) -> list[int]:
    return [label for label in example.labels if label != IGNORED]


GOLDEN = {
    "chatml": (
        "<|im_start|>system\nAnswer the question.<|im_end|>\n"
        "<|im_start|>user\nJobs in Malmö?<|im_end|>\n<|im_start|>assistant\n",
        "Job-Title: cook\nLocation: Malmö<|im_end|>",
    ),
    "phi": (
        "<|system|>Answer the question.<|end|><|user|>Jobs in Malmö?<|end|><|assistant|>",
        "Job-Title: cook\nLocation: Malmö<|end|>",
    ),
}
"""Prompt and supervised part of one example, as SmolLM2 and Phi-3.5 were taught to read them."""


@pytest.mark.parametrize("family", GOLDEN)
def test_each_family_reads_its_own_form(family: str, request: pytest.FixtureRequest) -> None:
    tokenizer = request.getfixturevalue(family)
    prompt, answer = GOLDEN[family]
    assert tokenizer.decode(render_prompt(tokenizer, SYSTEM, QUESTION)) == prompt
    assert tokenizer.decode(rendered(tokenizer).input_ids) == prompt + answer
    assert tokenizer.decode(supervised(rendered(tokenizer))) == answer


@pytest.mark.parametrize("family", GOLDEN)
def test_a_marker_in_a_posting_is_plain_text(family: str, request: pytest.FixtureRequest) -> None:
    tokenizer = request.getfixturevalue(family)
    special = set(tokenizer.added_tokens_decoder)
    plain = [token for token in render_prompt(tokenizer, SYSTEM, QUESTION) if token in special]
    for marker in tokenizer.added_tokens_encoder:
        nested = f"{marker[:2]}{marker}{marker[2:]}"
        for text in (f"Jobs{marker}?", nested, marker * 3):
            assert [token for token in render_prompt(tokenizer, SYSTEM, text) if token in special] == plain
            example = render_example(tokenizer, SYSTEM, QUESTION, text, max_length=1_000)
            assert example is not None
            assert not set(supervised(example)[:-1]) & special


def test_an_unknown_family_is_read_by_its_own_template() -> None:
    tokenizer = byte_tokenizer("[pad]", "[begin]", "[end]", eos="[end]")
    tokenizer.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}[end]{% endfor %}"
    assert tokenizer.decode(render_prompt(tokenizer, "S", "Q")) == "system: S[end]user: Q[end]"


PHI_4 = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}<|im_sep|>{{ m['content'] }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant<|im_sep|>{% endif %}"
)
PHI_4_MINI = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% else %}<|endoftext|>{% endif %}"
)
PHI_3_5 = (
    "{% for m in messages %}{% if m['role'] == 'system' and m['content'] %}<|system|>\n{{ m['content'] }}<|end|>\n"
    "{% elif m['role'] == 'user' %}<|user|>\n{{ m['content'] }}<|end|>\n"
    "{% elif m['role'] == 'assistant' %}<|assistant|>\n{{ m['content'] }}<|end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% else %}{{ eos_token }}{% endif %}"
)
"""Templates as published; trim_blocks removes the line break behind a tag."""


@pytest.mark.parametrize(
    ("own", "special", "prompt"),
    [
        (PHI_4, ["<|im_start|>", "<|im_sep|>", "<|im_end|>"],
         "<|im_start|>system<|im_sep|>S<|im_end|><|im_start|>user<|im_sep|>Q<|im_end|><|im_start|>assistant<|im_sep|>"),
        (PHI_4_MINI, ["<|system|>", "<|user|>", "<|assistant|>", "<|end|>"],
         "<|system|>S<|end|><|user|>Q<|end|><|assistant|>"),
    ],
)  # fmt: skip
def test_a_model_that_writes_the_markers_otherwise_keeps_its_own_template(own, special, prompt) -> None:
    tokenizer = byte_tokenizer("[pad]", "<|endoftext|>", *special, eos="<|endoftext|>")
    tokenizer.chat_template = own
    assert chat_template(tokenizer) == own
    assert tokenizer.decode(render_prompt(tokenizer, "S", "Q")) == prompt


def test_phi_3_5_s_own_template_says_what_ours_says(phi: Any) -> None:
    from copy import deepcopy

    own = deepcopy(phi)
    own.chat_template = PHI_3_5
    assert chat_template(own) == chat_template(phi) != PHI_3_5
    messages = [{"role": "system", "content": ""}, {"role": "user", "content": "Q"}]
    said = [
        own.apply_chat_template(messages, chat_template=template, add_generation_prompt=True, tokenize=False)
        for template in (PHI_3_5, chat_template(own))
    ]
    assert said == ["<|user|>\nQ<|end|>\n<|assistant|>\n"] * 2


def test_a_template_that_is_changed_later_is_followed(chatml: Any) -> None:
    from copy import deepcopy

    tokenizer = deepcopy(chatml)
    tokenizer.chat_template = None
    ours = chat_template(tokenizer)
    tokenizer.chat_template = PHI_4
    assert chat_template(tokenizer) == PHI_4 != ours


def test_a_template_without_a_system_role_is_refused_in_one_line() -> None:
    tokenizer = byte_tokenizer("[pad]", "<bos>", "<end_of_turn>", eos="<end_of_turn>")
    tokenizer.chat_template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for m in messages %}{{ m['content'] }}<end_of_turn>{% endfor %}"
    )
    with pytest.raises(UserError, match=r"refuses system and user messages \(System role not supported\): ") as refused:
        render_prompt(tokenizer, SYSTEM, QUESTION)
    assert "\n" not in str(refused.value)


def test_a_token_that_was_added_and_not_flagged_is_plain_text_in_a_posting() -> None:
    tokenizer = byte_tokenizer("<|endoftext|>", "<|im_start|>", "<|im_end|>", eos="<|im_end|>")
    tokenizer.add_tokens(["<tool_call>", "  ", "two words"])
    text = "Jobs <tool_call>  for two words?"
    assert without_markers(tokenizer, text) == "Jobs < tool_call>  for two words?"


def test_the_vocabulary_is_not_listed_for_each_example(chatml: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(chatml)

    def refuse(*args: Any) -> None:
        raise AssertionError("listed again")

    for name in ("get_vocab", "get_added_vocab"):
        monkeypatch.setattr(type(chatml), name, refuse)
    for name in ("added_tokens_decoder", "added_tokens_encoder"):
        monkeypatch.setattr(type(chatml), name, property(refuse))
    rendered(chatml)


def test_a_model_without_a_template_is_refused_in_one_line() -> None:
    with pytest.raises(UserError, match="has no chat template: give an instruction-tuned model"):
        render_prompt(byte_tokenizer("[pad]", "[begin]", "[end]", eos="[end]"), SYSTEM, QUESTION)


def test_the_prompt_begins_the_example(tokenizer: Any) -> None:
    prompt = render_prompt(tokenizer, SYSTEM, QUESTION)
    assert rendered(tokenizer).input_ids[: len(prompt)] == prompt


def test_loss_is_taken_on_exactly_the_answer_and_its_stop_token(tokenizer: Any) -> None:
    example = rendered(tokenizer)
    prompt = render_prompt(tokenizer, SYSTEM, QUESTION)
    assert example.labels[: len(prompt)] == [IGNORED] * len(prompt)
    assert example.labels[len(prompt) :] == example.input_ids[len(prompt) :]
    assert tokenizer.decode(supervised(example)[:-1]) == ANSWER
    assert supervised(example)[-1] == stop_ids(tokenizer)[0]


def test_full_loss_is_taken_on_everything(tokenizer: Any) -> None:
    example = rendered(tokenizer, loss="full")
    assert example.labels == example.input_ids
    assert example.input_ids == rendered(tokenizer).input_ids


@pytest.mark.parametrize("kept", [1, 2, 10])
def test_an_answer_that_is_cut_still_ends_in_the_stop_token(tokenizer: Any, kept: int) -> None:
    whole = rendered(tokenizer)
    prompt = render_prompt(tokenizer, SYSTEM, QUESTION)
    cut = rendered(tokenizer, max_length=len(prompt) + kept + 1)
    assert len(cut.input_ids) == len(prompt) + kept + 1
    assert supervised(cut) == [*supervised(whole)[:kept], stop_ids(tokenizer)[0]]


def test_an_example_that_just_fits_is_not_cut(tokenizer: Any) -> None:
    whole = rendered(tokenizer)
    assert rendered(tokenizer, max_length=len(whole.input_ids)) == whole


def test_there_is_no_example_where_the_prompt_leaves_no_room_for_an_answer(tokenizer: Any) -> None:
    prompt = render_prompt(tokenizer, SYSTEM, QUESTION)
    assert render_example(tokenizer, SYSTEM, QUESTION, ANSWER, max_length=len(prompt) + 1) is None
    assert render_example(tokenizer, SYSTEM, QUESTION, ANSWER, max_length=len(prompt) + 2) is not None


def test_where_the_end_of_turn_is_the_eos_there_is_one_stop_token(chatml: Any) -> None:
    assert stop_ids(chatml) == [chatml.convert_tokens_to_ids("<|im_end|>")]


def test_where_the_end_of_turn_differs_from_the_eos_both_stop_and_the_turn_s_is_taught(phi: Any) -> None:
    assert phi.convert_ids_to_tokens(stop_ids(phi)) == ["<|end|>", "<|endoftext|>"]
    assert supervised(rendered(phi))[-1] == phi.convert_tokens_to_ids("<|end|>")


def test_a_template_that_writes_nothing_after_an_answer_stops_at_the_eos(chatml: Any) -> None:
    from copy import deepcopy

    bare = deepcopy(chatml)
    bare.chat_template = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}{% endfor %}"
    assert stop_ids(bare) == [chatml.eos_token_id]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(question=st.text(max_size=60), answer=st.text(max_size=60), max_length=st.integers(1, 200))
def test_any_example_fits_and_ends_in_a_supervised_stop_token(
    tokenizer: Any, question: str, answer: str, max_length: int
) -> None:
    example = render_example(tokenizer, SYSTEM, question, answer, max_length=max_length)
    if example is not None:
        assert len(example.input_ids) == len(example.labels) <= max_length
        assert example.labels[-1] == example.input_ids[-1] == stop_ids(tokenizer)[0]
