"""The LoRA recipe: every number that decides what the adapter becomes.

Belongs here: the fields, their meaning and the contradictions that are refused. Which modules a group of projections
means in an architecture is in `targets.py`, how the numbers are used in `training.py`.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from jobsearch_dagster.finetuning.targets import Targets
from jobsearch_dagster.foundation.profiles import BYSTANDER, Recipe
from jobsearch_dagster.pairs.rendering import Loss

Backend = Literal["trl", "unsloth"]


class LoraRecipe(Recipe):
    """Hyper-parameters of one adapter, and how it is trained."""

    lora_r: int = Field(default=16, ge=1, description="rank of the adapter")
    lora_alpha: int = Field(default=16, ge=1, description="scale: the update is multiplied by alpha / r")
    lora_dropout: float = Field(default=0.0, ge=0, lt=1, description="dropout on the adapter's input")
    target_modules: Targets = Field(
        default=("report",),
        description="report: attention projections; notebook: also the MLP's; or names of projections",
    )
    learning_rate: float = Field(default=5e-5, gt=0, description="peak learning rate")
    weight_decay: float = Field(default=0.01, ge=0, description="of AdamW")
    max_steps: int = Field(default=60, ge=1, description="optimizer steps")
    warmup_steps: int = Field(default=5, ge=0, description="steps of linear warm-up")
    batch_size: int = Field(default=4, ge=1, description="examples per forward pass")
    gradient_accumulation_steps: int = Field(default=8, ge=1, description="forward passes per step")
    max_seq_length: int = Field(default=2048, ge=16, description="longest example in tokens")
    loss: Loss = Field(default="answer", description="loss on the answer only, or on everything as in the report")
    seed: int = Field(default=3407, ge=0, description="of initialization and data order")

    backend: Literal["auto", "trl", "unsloth"] = Field(
        default="auto", description="auto: Unsloth where CUDA and Unsloth are there, else TRL"
    )
    quantization: Literal["none", "4bit"] = Field(default="none", description="of the base model; 4bit needs CUDA")
    precision: Literal["auto", "fp32"] = Field(
        default="auto", description="auto: bfloat16 arithmetic where card or processor has it"
    )
    gradient_checkpointing: bool = Field(default=False, description="less memory for about a third more time")
    group_by_length: bool = Field(default=True, description="examples of like length share a batch: less padding")
    compile_layers: bool = Field(
        default=False, description="torch.compile each layer; needs a C++ compiler and a minute, pays after minutes"
    )
    distributed: Literal["none", "accelerate"] = Field(
        default="none", description="accelerate: several processes, each with its share of every step"
    )
    processes: int = Field(default=1, ge=1, description="processes of `distributed`; one per GPU")
    deepspeed: str | None = Field(
        default=None, description="DeepSpeed configuration file (ZeRO 1 or 2), with `distributed`"
    )
    report_to: Annotated[tuple[str, ...], BYSTANDER] = Field(
        default=(), description="trackers as transformers names them, e.g. tensorboard"
    )

    checkpoint_steps: int = Field(default=20, ge=1, description="steps between checkpoints")
    validation_size: int = Field(
        default=400, ge=1, description="validation pairs that base and adapter are compared on"
    )
    sample_size: int = Field(default=5, ge=1, description="validation questions answered on the way")
    sample_tokens: int = Field(default=128, ge=1, description="longest answer to them in tokens")
    sample_encoder: str = Field(default="all-minilm-l6-v2", description="encoder that BERTScore compares them with")

    @property
    def examples_per_step(self) -> int:
        """Examples that one optimizer step sees, over all processes."""
        return self.batch_size * self.gradient_accumulation_steps

    @model_validator(mode="after")
    def _warms_up_before_it_ends(self) -> "LoraRecipe":
        if self.warmup_steps >= self.max_steps:
            raise ValueError(f"warmup_steps {self.warmup_steps} must be smaller than max_steps {self.max_steps}")
        return self

    @model_validator(mode="after")
    def _can_be_distributed(self) -> "LoraRecipe":
        if self.distributed == "none" and (self.processes > 1 or self.deepspeed):
            raise ValueError("processes and deepspeed need distributed: accelerate")
        if self.distributed == "accelerate" and self.backend == "unsloth":
            raise ValueError("unsloth trains in one process: use backend trl with distributed: accelerate")
        if self.deepspeed and self.quantization == "4bit":
            raise ValueError("deepspeed does not divide 4-bit weights: use quantization: none")
        if self.gradient_accumulation_steps % self.processes:
            raise ValueError(
                f"gradient_accumulation_steps {self.gradient_accumulation_steps} must be a multiple of processes "
                f"{self.processes}, so that every process has its share of a step"
            )
        return self
