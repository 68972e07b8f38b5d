"""The base model as a plain safetensors directory.

Belongs here: turning the files that `model_store` finds into a directory that transformers, PEFT and TRL load without
special cases. A GGUF file is dequantized once; a saved model is copied.
"""

import functools
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.rendering import stop_ids

SPECIAL_TOKENS = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
"""Of SmolLM2. transformers up to 5.17 reads the GGUF's wrongly (eos becomes `<|im_start|>`, there is no pad); a pad
that equals eos would hide the end of the answer from the loss."""

_DURATION = "about 15 seconds, a minute on a busy machine"


def convert(root: Path, files: list[Path], target: Path, say: Callable[[str], object]) -> dict[str, Any]:
    """Fill `target` with config, tokenizer and safetensors.

    Args:
        root: Directory of the model's files.
        files: Its files; a single GGUF file, or those of a saved model.
        target: An empty directory.
        say: Gets a line on what is done and how long it takes.

    Raises:
        UserError: The folder holds no weights.

    Returns:
        Facts for the manifest: architecture, parameters, special token ids.
    """
    model_store.silence_progress_bars()
    gguf = [path for path in files if path.suffix == ".gguf"]
    size = sum(path.stat().st_size for path in files) / 1e6
    if gguf:
        say(f"writing {gguf[0].name} ({size:,.0f} MB) as safetensors, once: {_DURATION}")
        _from_gguf(gguf[0], target)
    elif not any(path.suffix == ".safetensors" for path in files):
        raise UserError(f"model {root}: no .safetensors file in it; save the model with `save_pretrained` first")
    else:
        say(f"copying {len(files)} files ({size:,.0f} MB) of {root}")
        for path in files:
            place = target / path.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    return _facts(target)


def _from_gguf(path: Path, target: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    with _parsed_once():
        tokenizer = model_store.load_tokenizer(path.parent, gguf_file=path.name)
        loaded = AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, dtype=torch.float32, local_files_only=True
        )
    tokenizer.add_special_tokens(SPECIAL_TOKENS)
    config = loaded.config
    config.bos_token_id = tokenizer.bos_token_id
    config.eos_token_id = tokenizer.eos_token_id
    config.pad_token_id = tokenizer.pad_token_id
    # transformers refuses to save a model that was loaded from GGUF: its weights go into a fresh one of the same
    # config.
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with torch.device("meta"):
        fresh = type(loaded)(config)
    fresh.load_state_dict(loaded.state_dict(), assign=True)
    fresh.tie_weights()
    fresh.generation_config.pad_token_id = tokenizer.pad_token_id
    fresh.save_pretrained(target)
    tokenizer.save_pretrained(target)


@contextmanager
def _parsed_once() -> Generator[None]:
    """However often transformers asks for a GGUF file, it is parsed once.

    It asks four times for all fields, of which the vocabulary is 49,152, and 397 times, once per module, for the table
    of all tensors' names: two thirds of the conversion's time. The bar that it draws past its own switch for bars
    is not drawn.
    """
    import gguf
    from transformers import modeling_gguf_pytorch_utils as reader

    changed: dict[tuple[Any, str], Any] = {
        (gguf, "GGUFReader"): functools.cache(gguf.GGUFReader),
        (gguf, "get_tensor_name_map"): functools.cache(gguf.get_tensor_name_map),
        (reader, "tqdm"): functools.partial(reader.tqdm, disable=True),
    }
    before = {place: getattr(*place) for place in changed}
    try:
        for (module, name), value in changed.items():
            setattr(module, name, value)
        yield
    finally:
        for (module, name), value in before.items():
            setattr(module, name, value)


def _facts(target: Path) -> dict[str, Any]:
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(target, local_files_only=True)
    tokenizer = model_store.load_tokenizer(target)
    return {
        "architecture": config.architectures[0],
        "layers": config.num_hidden_layers,
        "hidden_size": config.hidden_size,
        "vocabulary": config.vocab_size,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "stop_token_id": stop_ids(tokenizer)[0],
    }
