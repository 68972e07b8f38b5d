"""The one chat renderer: messages to token ids and labels.

Belongs here: what exactly the model sees, in training and in answering. Both backends, the token statistics and the
contenders call this module, so masks, template and truncation cannot differ between them. The templates are in
`chat_templates/`, one file per family of models.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.errors import UserError

TEMPLATES = Path(__file__).with_name("chat_templates")
_MARKERS = {"chatml": ("<|im_start|>", "<|im_end|>"), "phi-3.5": ("<|user|>", "<|assistant|>", "<|end|>")}
"""Tokens by which a family of models is known: SmolLM2 and Qwen speak ChatML."""

IGNORED = -100
"""Label that PyTorch's cross entropy leaves out."""

UNCUT = sys.maxsize
"""As `max_length`: no example is longer."""

Loss = Literal["answer", "full"]


@dataclass(frozen=True)
class Rendered:
    """One training example.

    Attributes:
        input_ids: Prompt, answer and stop token.
        labels: The same ids where loss is taken, `IGNORED` elsewhere.
        is_cut: Whether the answer did not fit.
    """

    input_ids: list[int]
    labels: list[int]
    is_cut: bool = False


@dataclass(frozen=True)
class _Manners:
    """What is found out once per tokenizer, as it takes longer than to render an example.

    Attributes:
        own: The tokenizer's own template when it was found out.
        template: The one to render with.
        markers: Matches what must not stand in a text.
    """

    own: str | None
    template: str
    markers: re.Pattern[str]


_MANNERS: WeakKeyDictionary[Any, _Manners] = WeakKeyDictionary()


def _manners(tokenizer: Any) -> _Manners:
    found = _MANNERS.get(tokenizer)
    if found is None or found.own != tokenizer.chat_template:
        found = _Manners(tokenizer.chat_template, _choose_template(tokenizer), _marker_pattern(tokenizer))
        _MANNERS[tokenizer] = found
    return found


def chat_template(tokenizer: Any) -> str:
    """The template of the tokenizer's family where its own says the same or is missing; else its own.

    With ours, training and answering see the same whatever file the tokenizer came from; but markers alone prove no
    family: Phi-4 has those of ChatML and writes them otherwise.

    Raises:
        UserError: The family is unknown and the tokenizer has no template, or its own refuses a system message.
    """
    return _manners(tokenizer).template


def _choose_template(tokenizer: Any) -> str:
    own = tokenizer.chat_template
    added = tokenizer.added_tokens_encoder  # the whole vocabulary takes 23 ms to list, these no time
    for name, markers in _MARKERS.items():
        if all(marker in added for marker in markers) and (not own or _say_the_same(tokenizer, _template(name), own)):
            return _template(name)
    if not own:
        raise UserError(
            f"model {tokenizer.name_or_path} has no chat template: give an instruction-tuned model as config "
            "base_model.model"
        )
    return own


_PROBE = [
    {"role": "system", "content": "instruction"},
    {"role": "user", "content": "question"},
    {"role": "assistant", "content": "answer"},
]


def _say_the_same(tokenizer: Any, ours: str, own: str) -> bool:
    """Whether two templates render a conversation and a prompt alike, but for an end of text behind the last turn."""
    prompts = {_render(tokenizer, _PROBE[:2], template, add_generation_prompt=True) for template in (ours, own)}
    talks = {_render(tokenizer, _PROBE, template).removesuffix(tokenizer.eos_token or "") for template in (ours, own)}
    return len(prompts) == len(talks) == 1


@cache
def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8")


def templates_digest() -> str:
    """Digest of the template files, for the keys of what is rendered with them."""
    return digest_of_files(TEMPLATES, sorted(TEMPLATES.glob("*.jinja")))


def render_prompt(tokenizer: Any, system: str, question: str) -> list[int]:
    """Token ids up to the point where the answer begins."""
    messages = [
        {"role": "system", "content": without_markers(tokenizer, system)},
        {"role": "user", "content": without_markers(tokenizer, question)},
    ]
    text = _render(tokenizer, messages, chat_template(tokenizer), add_generation_prompt=True)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def without_markers(tokenizer: Any, text: str) -> str:
    """A text in which nothing is a token of its own: `<|im_end|>` in a posting would end the turn.

    A blank behind the first character of each makes plain text of it (`< |im_end|>`).
    """
    markers = _manners(tokenizer).markers
    while markers.search(text):
        text = markers.sub(lambda marker: f"{marker[0][0]} {marker[0][1:]}", text)
    return text


def _marker_pattern(tokenizer: Any) -> re.Pattern[str]:
    """Special tokens, and all others that were added as a whole word: `<tool_call>` is not flagged as special."""
    added = tokenizer.added_tokens_decoder.values()
    words = {token.content for token in added if token.special or not re.search(r"\s", token.content)}
    markers = [marker for marker in words | set(tokenizer.all_special_tokens) if len(marker) > 1]
    longest_first = sorted(markers, key=lambda marker: (-len(marker), marker))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _render(
    tokenizer: Any, messages: Sequence[dict[str, str]], template: str, *, add_generation_prompt: bool = False
) -> str:
    from jinja2.exceptions import TemplateError

    try:
        return tokenizer.apply_chat_template(
            list(messages), chat_template=template, add_generation_prompt=add_generation_prompt, tokenize=False
        )
    except TemplateError as error:
        raise UserError(
            f"the chat template of model {tokenizer.name_or_path} refuses {' and '.join(m['role'] for m in messages)} "
            f"messages ({error}): give a model that takes a system message as config base_model.model"
        ) from error


def render_example(
    tokenizer: Any, system: str, question: str, answer: str, *, loss: Loss = "answer", max_length: int
) -> Rendered | None:
    """Prompt and answer for training; the last supervised token is always a stop token.

    An answer that does not fit is cut before its stop token, not after it, so that the model still learns to stop.

    Args:
        tokenizer: Of the base model, with a chat template.
        system: The instruction.
        question: What the user asks.
        answer: What the model should say.
        loss: `answer` takes loss on the answer only; `full` on everything, as the report did.
        max_length: Longest example in tokens.

    Returns:
        The example, or None when the prompt alone leaves no room for an answer.
    """
    prompt = render_prompt(tokenizer, system, question)
    stop = stop_ids(tokenizer)[0]
    room = max_length - len(prompt) - 1
    if room < 1:
        return None
    words = tokenizer(without_markers(tokenizer, answer), add_special_tokens=False)["input_ids"]
    completion = [*words[:room], stop]
    ignored = [IGNORED] * len(prompt) if loss == "answer" else prompt
    return Rendered(prompt + completion, [*ignored, *completion], is_cut=len(words) > room)


def stop_ids(tokenizer: Any) -> list[int]:
    """Ids that end an answer, the one that training teaches first.

    The end of a turn is what the template writes after an assistant's message; it need not be the tokenizer's eos
    (Phi-3.5 ends a turn with `<|end|>` and a text with `<|endoftext|>`).
    """
    marker = "\x00"
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": marker}]
    text = _render(tokenizer, messages, chat_template(tokenizer))
    after = tokenizer(text.split(marker)[-1].strip(), add_special_tokens=False)["input_ids"]
    return list(dict.fromkeys([*after[:1], tokenizer.eos_token_id]))
