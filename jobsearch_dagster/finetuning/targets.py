"""Which projections get an adapter: groups and names, resolved by what an architecture has.

Belongs here: the groups, what of a model can be named, and where an architecture holds several projections in one.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from jobsearch_dagster.foundation.errors import UserError

TARGET_GROUPS = {
    "report": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "notebook": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
}
"""Projections that get an adapter: those the report names, and those its notebook really used."""

FUSED = {
    "q_proj": "qkv_proj",
    "k_proj": "qkv_proj",
    "v_proj": "qkv_proj",
    "gate_proj": "gate_up_proj",
    "up_proj": "gate_up_proj",
}
"""Where an architecture (Hugging Face's Phi-3.5) holds several projections in one."""


def _as_names(value: object) -> object:
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


Targets = Annotated[tuple[str, ...], BeforeValidator(_as_names), Field(min_length=1)]
"""Groups or names of projections; `q_proj,v_proj` is a list of two."""


def resolve_targets(model: Any, wanted: Sequence[str]) -> dict[str, int]:
    """The projections as this architecture names them, each with how often it occurs.

    Args:
        model: A causal language model, with weights or without.
        wanted: Groups or names.

    Raises:
        UserError: A name, or one of a group, occurs nowhere in the model.
    """
    found = Counter(name.rsplit(".", 1)[-1] for name in projections(model))
    targets: dict[str, int] = {}
    for group in wanted:
        for name in TARGET_GROUPS.get(group, (group,)):
            own = name if name in found else FUSED.get(name, name)
            if own not in found:
                raise UserError(
                    f"target_modules {group}: {type(model).__name__} has no {name}; groups are "
                    f"{', '.join(TARGET_GROUPS)}, its projections {', '.join(sorted(found))}"
                )
            targets[own] = found[own]
    return targets


def projections(model: Any) -> dict[str, Any]:
    """The modules that hold a matrix, by their full names; without embeddings and head.

    The loss is computed from the head's weight and would not see an adapter on it.
    """
    import torch

    head = model.get_output_embeddings()
    return {
        name: module
        for name, module in model.named_modules()
        if getattr(getattr(module, "weight", None), "ndim", 0) == 2
        and module is not head
        and not isinstance(module, torch.nn.Embedding)
    }
