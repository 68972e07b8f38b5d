"""The one chat renderer: messages to token ids and labels.

Belongs here: what exactly the model sees, in training and in answering. Both backends, the token statistics and the
contenders call this module, so masks, template and truncation cannot differ between them.
"""

from dataclasses import dataclass
from typing import Any, Literal

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


def render_prompt(tokenizer: Any, system: str, question: str) -> list[int]:
    """Token ids up to the point where the answer begins, by the model's own chat template."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


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
    words = tokenizer(answer, add_special_tokens=False)["input_ids"]
    completion = [*words[:room], stop]
    ignored = [IGNORED] * len(prompt) if loss == "answer" else prompt
    return Rendered(prompt + completion, [*ignored, *completion], is_cut=len(words) > room)


def stop_ids(tokenizer: Any) -> list[int]:
    """Ids that end an answer, the one that training teaches first.

    The end of a turn is what the template writes after an assistant's message; it need not be the tokenizer's eos
    (Phi-3.5 ends a turn with `<|end|>` and a text with `<|endoftext|>`).
    """
    marker = "\x00"
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": "q"}, {"role": "assistant", "content": marker}], tokenize=False
    )
    after = tokenizer(text.split(marker)[-1].strip(), add_special_tokens=False)["input_ids"]
    return list(dict.fromkeys([*after[:1], tokenizer.eos_token_id]))
