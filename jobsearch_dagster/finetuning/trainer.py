"""TRL's SFTTrainer whose checkpoints are safetensors and JSON instead of pickle.

Belongs here: the state of optimizer, schedule and random numbers on disk and back. transformers writes them with
`torch.save`, in five methods that are private to its trainer; a test looks for what they would write.
"""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

OPTIMIZER, SETTINGS, RANDOM = "optimizer.safetensors", "optimizer.json", "random"


@cache
def trainer_class() -> type[Any]:
    """The class; made on first use, because it needs TRL, and after Unsloth has changed TRL where that is used."""
    from trl import SFTTrainer

    class CheckpointingTrainer(SFTTrainer):
        """SFTTrainer without pickle."""

        def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
            model: Any = self.model
            model.save_pretrained(output_dir, state_dict=state_dict, safe_serialization=True)

        def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
            if self.args.should_save:
                save_optimizer(self.optimizer, self.lr_scheduler, Path(output_dir))

        def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
            if checkpoint is not None:
                load_optimizer(self.optimizer, self.lr_scheduler, Path(checkpoint))

        def _save_rng_state(self, output_dir: str) -> None:
            save_random_state(Path(output_dir), self.args.process_index)

        def _load_rng_state(self, checkpoint: str | None) -> None:
            if checkpoint is not None:
                load_random_state(Path(checkpoint), self.args.process_index)

    return CheckpointingTrainer


def save_optimizer(optimizer: Any, schedule: Any, folder: Path) -> None:
    """Moments and step counts as safetensors, everything else as JSON."""
    from safetensors.torch import save_file

    state = optimizer.state_dict()
    kept = [(number, name, value) for number, moments in state["state"].items() for name, value in moments.items()]
    tensors = {f"{number}.{name}": value.contiguous().cpu() for number, name, value in kept if hasattr(value, "cpu")}
    save_file(tensors, folder / OPTIMIZER)
    # Some optimizers count steps in plain numbers.
    plain = [[number, name, value] for number, name, value in kept if not hasattr(value, "cpu")]
    settings = {"groups": state["param_groups"], "plain": plain, "schedule": schedule.state_dict()}
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")


def load_optimizer(optimizer: Any, schedule: Any, folder: Path) -> None:
    """The state that `save_optimizer` wrote; torch brings it to the parameters' device."""
    from safetensors.torch import load_file

    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    moments: dict[int, dict[str, Any]] = {}
    for key, tensor in load_file(folder / OPTIMIZER).items():
        number, _, name = key.partition(".")
        moments.setdefault(int(number), {})[name] = tensor
    for number, name, value in settings["plain"]:
        moments.setdefault(number, {})[name] = value
    optimizer.load_state_dict({"state": moments, "param_groups": settings["groups"]})
    schedule.load_state_dict(settings["schedule"])


def save_random_state(folder: Path, process: int) -> None:
    """States of the generators of Python, NumPy and torch, of one process."""
    import numpy as np
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)  # another process may not have written anything yet
    tensors = {"torch": torch.get_rng_state()}
    tensors |= {f"cuda.{n}": state for n, state in enumerate(torch.cuda.get_rng_state_all())}
    save_file(tensors, folder / f"{RANDOM}-{process}.safetensors")
    name, keys, *rest = np.random.get_state(legacy=True)
    states = {"python": random.getstate(), "numpy": [name, np.asarray(keys).tolist(), *rest]}
    (folder / f"{RANDOM}-{process}.json").write_text(json.dumps(states), encoding="utf-8")


def load_random_state(folder: Path, process: int) -> None:
    """The states that `save_random_state` wrote."""
    import numpy as np
    import torch
    from safetensors.torch import load_file

    tensors = load_file(folder / f"{RANDOM}-{process}.safetensors")
    torch.set_rng_state(tensors.pop("torch"))
    if tensors:
        torch.cuda.set_rng_state_all([tensors[f"cuda.{n}"] for n in range(len(tensors))])
    states = json.loads((folder / f"{RANDOM}-{process}.json").read_text(encoding="utf-8"))
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    np.random.set_state(tuple(states["numpy"]))
