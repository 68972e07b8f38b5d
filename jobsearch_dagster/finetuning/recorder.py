"""What is written down while a training runs: a row per step, answers to the sample at every checkpoint.

Belongs here: measuring and recording. It stops a training whose loss is no number.
"""

import math
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jobsearch_dagster.finetuning.checkpoints import Checkpoint, Checkpoints
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.finetuning.sample import Sample
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.progress import Progress

MIB = 2**20


@dataclass(frozen=True)
class Plan:
    """Which examples come in which step.

    Attributes:
        recipe: Gives steps and examples per step.
        order: Positions of the examples in the order of training.
        lengths: Tokens of each example.
    """

    recipe: LoraRecipe
    order: Sequence[int]
    lengths: Sequence[int]

    def tokens(self, step: int) -> int:
        """Tokens of a step, padding left out."""
        size = self.recipe.examples_per_step
        return sum(self.lengths[position] for position in self.order[(step - 1) * size : step * size])

    def epoch(self, step: int) -> float:
        """Passes over the examples after a step."""
        return step / self.steps_per_epoch

    @property
    def steps_per_epoch(self) -> float:
        """Steps that one pass over the examples takes."""
        return len(self.lengths) / self.recipe.examples_per_step


class Recorder:
    """The trainer's events, as far as something is recorded.

    Attributes:
        measured: A row per step.
        answered: A row per question of the sample and step at which it was answered; step 0 is before the training.
    """

    def __init__(
        self,
        plan: Plan,
        sample: Sample,
        checkpoints: Checkpoints,
        last: Checkpoint | None,
        say: Callable[[str], object],
    ) -> None:
        self.measured: list[dict[str, Any]] = last.measured if last else []
        self.answered: list[dict[str, Any]] = last.answered if last else []
        self._plan = plan
        self._sample = sample
        self._checkpoints = checkpoints
        self._say = say
        self._progress = Progress(plan.recipe.max_steps, "steps", say, done=last.step if last else 0)
        self._began = self._took = 0.0
        self._unproven: tuple[int, list[dict[str, Any]], list[dict[str, Any]]] | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Answer the sample with an adapter that changes nothing yet."""
        if state.is_world_process_zero and not self.answered:
            self._answer(0)
        if self._plan.recipe.compile_layers:
            self._say("the first step compiles the layers, which takes a minute")

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Start the clock."""
        _finish_on_card()
        self._began = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Stop the clock."""
        _finish_on_card()
        self._took = time.perf_counter() - self._began

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Keep the row of a step.

        Raises:
            UserError: Loss or gradient is not a finite number.
        """
        if "loss" not in logs:
            return  # the summary after the last step
        step = state.global_step
        grad_norm = logs.get("grad_norm")  # DeepSpeed does not always tell it
        for name, value in (("loss", logs["loss"]), ("gradient", grad_norm)):
            if value is not None and not math.isfinite(value):
                raise UserError(self._no_number(name, value, step))
        self._complete()
        tokens = self._plan.tokens(step)
        self.measured.append(
            {
                "step": step,
                "epoch": self._plan.epoch(step),
                "loss": float(logs["loss"]),
                "token_accuracy": logs.get("mean_token_accuracy"),
                "grad_norm": None if grad_norm is None else float(grad_norm),
                "learning_rate": float(logs["learning_rate"]),
                "tokens": tokens,
                "seconds": self._took,
                "tokens_per_second": tokens / self._took,
                "seconds_per_epoch": self._took * self._plan.steps_per_epoch,
                "memory_mib": peak_memory(),
            }
        )
        self._progress.advance()

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Answer the sample: a checkpoint without its answers is none.

        It is marked as whole only when the next loss is a number: a step's loss is that of the weights before it, so
        the weights that were saved may be broken already. Every process writes its random numbers into the checkpoint,
        so all of them are waited for.
        """
        if args.world_size > 1:
            import torch

            torch.distributed.barrier()
        if state.is_world_process_zero:
            self._answer(state.global_step)
            self._unproven = (state.global_step, list(self.measured), list(self.answered))

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Answer the sample where no checkpoint did."""
        if state.is_world_process_zero and (not self.answered or self.answered[-1]["step"] != state.global_step):
            self._answer(state.global_step)

    def _answer(self, step: int) -> None:
        self._say(f"step {step} of {self._plan.recipe.max_steps}: answering the sample's questions")
        self.answered += self._sample.answer(step=step)

    def finish(self, losses: Sequence[float]) -> None:
        """Mark the last checkpoint as whole, now that the adapter was compared with the base model.

        Args:
            losses: Of the trained adapter on the validation examples.

        Raises:
            UserError: One of them is not a finite number.
        """
        bad = next((loss for loss in losses if not math.isfinite(loss)), None)
        if bad is not None:
            raise UserError(self._no_number("validation loss", bad, self._plan.recipe.max_steps))
        self._complete()

    def _complete(self) -> None:
        if self._unproven is not None:
            self._checkpoints.complete(*self._unproven)
            self._unproven = None

    def _no_number(self, name: str, value: float, step: int) -> str:
        kept = self._checkpoints.last(lambda line: None)
        where = f"the checkpoint of step {kept.step} is kept in {kept.path}" if kept else "there is no checkpoint yet"
        return (
            f"the {name} is {value} at step {step}: {where}; lower learning_rate "
            f"({self._plan.recipe.learning_rate:g}), or look for a damaged base model"
        )


def as_callback(*recorded: Any) -> Any:
    """A `Recorder` that transformers' trainer accepts; made here, because the class it must derive from is heavy."""
    from transformers import TrainerCallback

    class Callback(Recorder, TrainerCallback):
        """A `Recorder`."""

    return Callback(*recorded)


def _finish_on_card() -> None:
    """A card works behind the program's back: without waiting, a step's last pass would be timed with the next one."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def peak_memory() -> float:
    """Peak so far in MiB: of the card's allocations, or of this process."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / MIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (MIB if sys.platform == "darwin" else 1024)
