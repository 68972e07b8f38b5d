"""The LoRA recipe: every number that decides what the adapter becomes.

Belongs here: the fields, their meaning and the contradictions that are refused. How the numbers are used is in
`training.py`.
"""

from typing import Any, Literal

from pydantic import Field, model_validator

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.pairs.rendering import Loss

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


class LoraRecipe(Recipe):
    """Hyper-parameters of one adapter."""

    lora_r: int = Field(default=16, ge=1, description="rank of the adapter")
    lora_alpha: int = Field(default=16, ge=1, description="scale: the update is multiplied by alpha / r")
    lora_dropout: float = Field(default=0.0, ge=0, lt=1, description="dropout on the adapter's input")
    target_modules: Literal["report", "notebook"] = Field(
        default="report", description="attention projections, or also the MLP's"
    )
    learning_rate: float = Field(default=5e-5, gt=0, description="peak learning rate")
    max_steps: int = Field(default=60, ge=1, description="optimizer steps")
    warmup_steps: int = Field(default=5, ge=0, description="steps of linear warm-up")
    batch_size: int = Field(default=4, ge=1, description="examples per device and forward pass")
    gradient_accumulation_steps: int = Field(default=8, ge=1, description="forward passes per step")
    max_seq_length: int = Field(default=2048, ge=16, description="longest example in tokens")
    loss: Loss = Field(default="answer", description="loss on the answer only, or on everything as in the report")
    seed: int = Field(default=3407, ge=0, description="of initialization and data order")

    @model_validator(mode="after")
    def _warms_up_before_it_ends(self) -> "LoraRecipe":
        if self.warmup_steps >= self.max_steps:
            raise ValueError(f"warmup_steps {self.warmup_steps} must be smaller than max_steps {self.max_steps}")
        return self


def resolve_targets(model: Any, group: str) -> dict[str, int]:
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
