"""Which projections get an adapter: groups by name, resolved by what an architecture has.

Belongs here: the groups, and where an architecture holds several projections in one.
"""

from typing import Any, Literal

from jobsearch_dagster.foundation.errors import UserError

TargetGroup = Literal["report", "notebook"]
TARGET_GROUPS: dict[TargetGroup, tuple[str, ...]] = {
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


def resolve_targets(model: Any, group: TargetGroup) -> dict[str, int]:
    """The projections of a group as this architecture names them, each with how often it occurs.

    Raises:
        UserError: A projection of the group occurs nowhere in the model.
    """
    leaves = [name.rsplit(".", 1)[-1] for name, module in model.named_modules() if not list(module.children())]
    found: dict[str, int] = {}
    for wanted in TARGET_GROUPS[group]:
        name = wanted if wanted in leaves else FUSED.get(wanted, wanted)
        if name not in leaves:
            raise UserError(
                f"target_modules {group}: {type(model).__name__} has no {wanted}; choose another group or base model"
            )
        found[name] = leaves.count(name)
    return found
