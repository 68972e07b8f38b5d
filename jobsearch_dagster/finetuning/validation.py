"""How well base model and adapter predict answers that neither has learned from.

Belongs here: the loss of single examples, with the adapter and without it in one process, and whether the difference
is more than chance.
"""

import math
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from typing import Any, NamedTuple

from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.foundation.statistics import estimate
from jobsearch_dagster.pairs.rendering import IGNORED

BATCH = 8
SEED = 7


class Losses(NamedTuple):
    """Of one example: mean cross entropy per supervised token in nats, and the number of those tokens."""

    base: float
    adapter: float
    tokens: int


def compare_with_base(model: Any, examples: Any, pad: int) -> list[Losses]:
    """Losses of every example, without the adapter and with it.

    Args:
        model: With an adapter.
        examples: Data set with `input_ids` and `labels`.
        pad: Token that fills up a batch.
    """
    rows = list(zip(examples["input_ids"], examples["labels"], strict=True))
    was_training = model.training
    model.eval()
    with uncompiled():
        with model.disable_adapter():
            base = example_losses(model, rows, pad)
        adapter = example_losses(model, rows, pad)
    model.train(was_training)
    counts = [sum(label != IGNORED for label in labels[1:]) for _, labels in rows]
    return [Losses(*losses) for losses in zip(base, adapter, counts, strict=True)]


def uncompiled() -> Any:
    """Layers that `compile_layers` compiled run as they were written.

    Answering and validating ask for a graph per layer, because every layer's cache is another; after eight of them
    torch compiles no more, and the training would run uncompiled. The compiler takes seconds to import; where it was
    not, nothing is compiled.
    """
    if "torch._dynamo" not in sys.modules:
        return nullcontext()
    import torch

    return torch.compiler.set_stance("force_eager")


def example_losses(model: Any, rows: Sequence[tuple[Sequence[int], Sequence[int]]], pad: int) -> list[float]:
    """Mean cross entropy per supervised token of each example, in nats.

    Logits are computed where there is a label only: for the rest they would be most of the work.

    Args:
        model: Causal language model with PEFT adapter.
        rows: Ids and labels.
        pad: Token that fills up a batch.
    """
    import torch

    causal = model.get_base_model()
    head = causal.get_output_embeddings()
    bf16 = next(model.parameters()).device.type == "cuda"
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    losses = [0.0] * len(rows)
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        ids, labels = _padded([rows[i] for i in batch], pad, next(model.parameters()).device)
        with torch.inference_mode(), torch.autocast("cuda", torch.bfloat16) if bf16 else nullcontext():
            mask = (labels != _PADDED).long()
            hidden = causal.base_model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
            wanted = labels[:, 1:].where(labels[:, 1:] >= 0, IGNORED)
            for row, position in enumerate(batch):
                kept = wanted[row] != IGNORED
                logits = head(hidden[row, :-1][kept]).float()
                losses[position] = float(torch.nn.functional.cross_entropy(logits, wanted[row][kept]))
    return losses


_PADDED = -101
"""Label of what fills up a batch, to tell it from a prompt."""


def _padded(rows: Sequence[tuple[Sequence[int], Sequence[int]]], pad: int, device: Any) -> tuple[Any, Any]:
    import torch

    width = max(len(ids) for ids, _ in rows)
    ids = [[*ids, *[pad] * (width - len(ids))] for ids, _ in rows]
    labels = [[*labels, *[_PADDED] * (width - len(labels))] for _, labels in rows]
    return torch.tensor(ids, device=device), torch.tensor(labels, device=device)


def summarize(losses: Sequence[Losses], pairs: Sequence[Pair]) -> dict[str, Any]:
    """Means, and the paired difference (adapter minus base) with its interval over postings; None where it has none.

    Args:
        losses: Of the examples.
        pairs: What they ask, as many.
    """
    import numpy as np

    base, adapter = (np.array([getattr(loss, name) for loss in losses]) for name in ("base", "adapter"))
    difference = asdict(estimate(adapter - base, np.array([pair.posting_id for pair in pairs]), SEED))
    return {
        "n": difference["n"],
        "postings": difference["clusters"],
        "base_loss": float(base.mean()),
        "adapter_loss": float(adapter.mean()),
        "difference": difference["mean"],
        **{name: None if math.isnan(difference[name]) else difference[name] for name in ("low", "high", "p")},
    }
