"""Whether a LoRA adapter and a base model belong together, said before PEFT puts one on the other.

Belongs here: reading names and shapes from an adapter's file and comparing them with a loaded model. PEFT itself
answers an adapter of another model with hundreds of lines, or skips what it does not find. How an adapter is trained
is in `finetuning/training.py`; what it answers is in `foundation/generation.py`.
"""

import json
import re
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation.errors import UserError

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
_MATRIX = re.compile(r"(?:base_model\.model\.)?(?P<module>.+)\.lora_(?P<half>[AB])\.weight")
_ANEW = "train anew with `jobsearch run --select lora_adapter`"


def check_fits(model: Any, adapter: Path) -> None:
    """Refuse an adapter that changes what the model does not have, or that changes it in another size.

    Args:
        model: The loaded base model.
        adapter: Directory of the adapter.

    Raises:
        UserError: The adapter's files are missing or broken, or it was trained on a model of other modules or widths.
    """
    misfit = next(filter(None, (_misfit(model, *found) for found in _matrices(adapter).items())), None)
    if misfit is not None:
        name = f"{type(model).__name__} in {model.config.name_or_path or 'memory'}"
        raise UserError(
            f"adapter {adapter} does not fit {name}: {misfit}; "
            f"use the base model that the adapter was trained on, or {_ANEW}"
        )


def _matrices(adapter: Path) -> dict[str, dict[str, tuple[int, ...]]]:
    """Shapes of the two halves, `A` and `B`, by the module that they change."""
    _check_config(adapter / CONFIG)
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in _shapes(adapter / WEIGHTS).items():
        if match := _MATRIX.fullmatch(name):
            found.setdefault(match["module"], {})[match["half"]] = shape
    if not found:
        raise UserError(f"{adapter / WEIGHTS} holds no LoRA matrices: give the folder of a LoRA adapter, or {_ANEW}")
    return found


def _check_config(path: Path) -> None:
    """Without this file PEFT would look for it on the Hugging Face hub."""
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing: give the folder of a saved adapter, or {_ANEW}") from error
    except ValueError as error:
        raise UserError(f"{path} is broken: {error}; {_again(path)}") from error


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Shape per tensor; only the file's header is read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as tensors:
            return {name: tuple(tensors.get_slice(name).get_shape()) for name in tensors.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing: give the folder of a saved adapter, or {_ANEW}") from error
    except SafetensorError as error:
        raise UserError(f"{path} is broken: {error}; {_again(path)}") from error


def _again(path: Path) -> str:
    return f"delete {path.parent} and {_ANEW}"


def _misfit(model: Any, name: str, halves: dict[str, tuple[int, ...]]) -> str | None:
    """What speaks against putting these two matrices on the module of that name; None where nothing does."""
    try:
        module = model.get_submodule(name)
    except AttributeError:
        return f"it changes {name}, which this model lacks"
    if halves.keys() != {"A", "B"} or halves["A"][0] != halves["B"][1]:
        return f"its two matrices for {name} do not belong together"
    found, wanted = (halves["A"][1], halves["B"][0]), _features(module)
    if found != wanted:
        return f"it changes {name} from {_size(found)} features, and here that has {_size(wanted)}"
    return None


def _features(module: Any) -> tuple[int, int]:
    """Width of what a projection takes and gives; GPT-2's projections have their own names for them."""
    if hasattr(module, "nx"):
        return module.nx, module.nf
    return getattr(module, "in_features", 0), getattr(module, "out_features", 0)


def _size(features: tuple[int, int]) -> str:
    return f"{features[0]} to {features[1]}"
