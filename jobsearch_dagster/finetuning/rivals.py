"""Losses of finished adapters of one base model, all on the same pairs and in the same precision.

Belongs here: loading one after the other onto the base model. How the loss of an example is taken is in
`validation.py`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jobsearch_dagster.finetuning.examples import Pair, render_pairs
from jobsearch_dagster.finetuning.export import load
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.validation import example_losses
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.adapters import check_fits


class RivalLosses(NamedTuple):
    """Mean cross entropy per supervised token of each pair in nats, adapter by adapter, and the pairs' postings."""

    postings: list[str]
    losses: list[list[float]]


def losses_of(adapters: Sequence[Path], base: Path, pairs: Sequence[Pair], recipe: LoraRecipe) -> RivalLosses:
    """Losses in float32, whatever each adapter was trained in.

    Args:
        adapters: Their folders.
        base: The base model that all were trained on.
        pairs: Of the validation set, in its fixed order.
        recipe: How pairs are rendered, and how many count.

    Raises:
        UserError: No pair fits, or an adapter is broken or belongs to another model.
    """
    from peft import PeftModel

    model_store.silence_progress_bars()
    tokenizer = model_store.load_tokenizer(base)
    examples = render_pairs(tokenizer, pairs[: recipe.validation_size], recipe)
    rows = [(example.input_ids, example.labels) for example in examples.rendered]
    losses, model = [], load(base)
    for adapter in adapters:
        check_fits(model, adapter)
        adapted: Any = PeftModel.from_pretrained(model, adapter).eval()
        losses.append(example_losses(adapted, rows, tokenizer.pad_token_id))
        model = adapted.unload()
    return RivalLosses([pair.posting_id for pair in examples.pairs], losses)
