"""The one chat renderer: messages to token ids and labels.

Belongs here: what exactly the model sees, in training and in answering. Both backends, the token statistics and the
contenders call this module, so masks, template and truncation cannot differ between them. The templates are in
`chat_templates/`, one file per family of models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.errors import UserError

TEMPLATES = Path(__file__).with_name("chat_templates")
_MARKERS = {"chatml": ("<|im_start|>", "<|im_end|>"), "phi-3.5": ("<|user|>", "<|assistant|>", "<|end|>")}
"""Tokens by which a family of models is known: SmolLM2 and Qwen speak ChatML."""

IGNORED = -100
"""Label that PyTorch's cross entropy leaves out."""

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


def chat_template(tokenizer: Any) -> str:
    """The template of the tokenizer's family; its own where it belongs to none that is known here.

    A model's own template may add a system message or a second end of text; with ours, training and answering see the
    same whatever file the tokenizer came from.

    Raises:
        UserError: The family is unknown and the tokenizer has no template.
    """
    added = tokenizer.added_tokens_encoder  # the whole vocabulary takes 23 ms to list, these no time
    for name, markers in _MARKERS.items():
        if all(marker in added for marker in markers):
            return _template(name)
    if not tokenizer.chat_template:
        raise UserError(
            f"model {tokenizer.name_or_path} has no chat template: give an instruction-tuned model as config "
            "base_model.model"
        )
    return tokenizer.chat_template


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
    text = _render(tokenizer, messages, add_generation_prompt=True)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def without_markers(tokenizer: Any, text: str) -> str:
    """A text in which nothing is a special token: `<|im_end|>` in a posting would end the turn.

    A blank behind the first character of each makes plain text of it (`< |im_end|>`).
    """
    for marker in _special_tokens(tokenizer):
        while marker in text:
            text = text.replace(marker, f"{marker[0]} {marker[1:]}")
    return text


def _special_tokens(tokenizer: Any) -> list[str]:
    added = (token.content for token in tokenizer.added_tokens_decoder.values() if token.special)
    markers = {marker for marker in (*added, *tokenizer.all_special_tokens) if len(marker) > 1}
    return sorted(markers, key=lambda marker: (-len(marker), marker))


def _render(tokenizer: Any, messages: Sequence[dict[str, str]], *, add_generation_prompt: bool = False) -> str:
    return tokenizer.apply_chat_template(
        list(messages),
        chat_template=chat_template(tokenizer),
        add_generation_prompt=add_generation_prompt,
        tokenize=False,
    )


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
    text = _render(tokenizer, [{"role": "user", "content": "q"}, {"role": "assistant", "content": marker}])
    after = tokenizer(text.split(marker)[-1].strip(), add_special_tokens=False)["input_ids"]
    return list(dict.fromkeys([*after[:1], tokenizer.eos_token_id]))
