"""Short forward passes on a processor, done plainly: what saves memory in long ones only costs time there.

Belongs here: which passes are short, and what is done otherwise in them. Loss and gradients are the same but for
rounding. Fused attention keeps no scores and TRL's chunked loss computes logits twice to hold few of them at once; at
95 tokens an example neither saves anything worth having (`benchmarks training` has the figures).
"""

from functools import wraps
from types import MethodType
from typing import Any, NamedTuple

LONGEST = 256
"""Tokens of an example: attention scores grow with their square."""
LARGEST, VOCABULARY = 2_048, 49_152
"""Padded tokens of a pass: their logits, float32 over so many words, are 0.4 GB. With more words fewer are short."""
SCALES = ("final_logit_softcapping", "logit_scale", "output_multiplier")
"""What architectures do to logits after the head and TRL's loss does too, by its name in their configuration."""


class PlainOutput(NamedTuple):
    """What TRL's trainer reads of a forward pass under `loss_type="chunked_nll"`.

    Attributes:
        loss: Mean, or the pass's part of the mean over a whole step.
        num_correct_tokens: Supervised tokens that the model would have said.
        entropy_sum: Of the predictions of supervised tokens, in nats.
        num_valid_tokens: Supervised tokens.
    """

    loss: Any
    num_correct_tokens: Any
    entropy_sum: Any
    num_valid_tokens: Any


def are_short(longest: int, tokens: int, vocabulary: int, *, cuda: bool) -> bool:
    """Whether all passes of a training are short.

    Args:
        longest: Tokens of the longest example.
        tokens: Padded tokens of the largest pass.
        vocabulary: Of the model.
        cuda: Whether it trains on a card, where the ways for long passes are the fast ones.
    """
    return not cuda and longest <= LONGEST and tokens * max(vocabulary, VOCABULARY) <= LARGEST * VOCABULARY


def attend_plainly(causal: Any) -> None:
    """Attention as two products of matrices: the fused kernel's backward pass takes five times its forward pass."""
    causal.set_attn_implementation("eager")


def take_loss_at_once(causal: Any) -> None:
    """Logits of all supervised tokens once, where TRL's chunked loss computes them again for the backward pass.

    Call it when TRL's trainer was made: it takes the place of the forward pass that the trainer gave the model, for the
    passes that have labels. Models that scale or cap their logits keep the trainer's, and so do mixtures of experts.

    Args:
        causal: The base model with the adapter in it.
    """
    import torch

    config = causal.config.get_text_config()
    is_mixture = getattr(config, "output_router_logits", False)  # its loss has a second part, of the router
    if is_mixture or any(getattr(config, name, None) not in {None, 1.0} for name in SCALES):
        return
    chunked = causal.forward
    head = causal.get_output_embeddings()

    @wraps(chunked)
    def forward(
        self: Any,
        input_ids: Any = None,
        attention_mask: Any = None,
        labels: Any = None,
        num_items_in_batch: Any = None,
        **others: Any,
    ) -> Any:
        if labels is None:
            return chunked(input_ids=input_ids, attention_mask=attention_mask, **others)
        passed = {**others, "input_ids": input_ids, "attention_mask": attention_mask, "use_cache": False}
        hidden = self.base_model(**passed).last_hidden_state
        wanted = labels[:, 1:]
        supervised = wanted >= 0
        wanted = wanted[supervised]
        likelihood = head(hidden[:, :-1][supervised]).float().log_softmax(dim=-1)
        loss = torch.nn.functional.nll_loss(likelihood, wanted, reduction="sum")
        count = supervised.sum()
        with torch.no_grad():
            correct = (likelihood.argmax(dim=-1) == wanted).sum()
            entropy = -torch.dot(likelihood.exp().flatten(), likelihood.flatten())
        mean = loss / (count if num_items_in_batch is None else num_items_in_batch)
        return PlainOutput(mean, correct, entropy, count)

    causal.forward = MethodType(forward, causal)
