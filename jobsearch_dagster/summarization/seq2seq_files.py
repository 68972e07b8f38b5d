"""Sequence-to-sequence models from their folders, and what is wrong with a folder that holds none.

Belongs here: loading and refusing. What the models write is in `bart.py`.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError

_POSITIONS = ("max_encoder_position_embeddings", "max_position_embeddings", "n_positions")
"""What models call the number of tokens that their encoder reads (LED, BART and Pegasus, T5)."""
_NO_LIMIT = 1_000_000
"""A tokenizer that was not told a model's window says 10^30."""


def load_model(name: str, folder: Path, dtype: Any) -> Any:
    """The model with all its weights.

    Raises:
        UserError: The folder holds no such model, or not all of it.
    """
    from safetensors import SafetensorError
    from transformers import AutoModelForSeq2SeqLM

    config = _load_config(name, folder)
    options = {"local_files_only": True, "use_safetensors": True, "output_loading_info": True}
    try:
        with _one_line_instead_of_a_report():
            model, report = AutoModelForSeq2SeqLM.from_pretrained(folder, config=config, dtype=dtype, **options)
    except OSError as error:
        raise UserError(f"model {name} has no weights as safetensors in {folder}: save or download it whole") from error
    except SafetensorError as error:
        raise UserError(f"model {name} has damaged weights in {folder} ({error}): download it again") from error
    except RuntimeError as error:
        raise UserError(
            f"model {name} has weights in {folder} that do not fit its config.json: take both from one model"
        ) from error
    if missing := sorted(report["missing_keys"]):
        raise UserError(
            f"model {name} lacks {len(missing)} weights in {folder}, such as {missing[0]}: save or download it whole"
        )
    return model


@contextmanager
def _one_line_instead_of_a_report() -> Generator[None]:
    """Transformers prints a line for each weight that does not fit."""
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def load_tokenizer(name: str, folder: Path, vocabulary: int) -> Any:
    """The model's tokenizer.

    Args:
        name: The model, for messages.
        folder: Where it is.
        vocabulary: How many tokens the model knows; a tokenizer made without its files knows a handful.

    Raises:
        UserError: There is none, or it is another model's.
    """
    try:
        tokenizer = model_store.load_tokenizer(folder)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"model {name} has no usable tokenizer in {folder} ({reason}): download it whole") from error
    if 2 * len(tokenizer) < vocabulary:
        raise UserError(
            f"model {name} knows {vocabulary:,} tokens and the tokenizer in {folder} only {len(tokenizer):,}: "
            "save or download it with its tokenizer"
        )
    return tokenizer


def window(name: str, config: Any, tokenizer: Any) -> int:
    """Most tokens of a text: what the encoder has positions for, less the marks at beginning and end.

    Raises:
        UserError: Neither model nor tokenizer says it.
    """
    own = next((value for attribute in _POSITIONS if (value := getattr(config, attribute, None))), _NO_LIMIT)
    limit = min(int(own), int(tokenizer.model_max_length))
    if limit >= _NO_LIMIT:
        raise UserError(
            f"model {name} does not say how many tokens it reads: write model_max_length into its tokenizer_config.json"
        )
    return limit - tokenizer.num_special_tokens_to_add()


def _load_config(name: str, folder: Path) -> Any:
    from huggingface_hub.errors import StrictDataclassError
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, TypeError, KeyError, StrictDataclassError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"model {name} has no usable config.json in {folder} ({reason}): download it again") from error
    if not config.is_encoder_decoder:
        raise UserError(
            f"model {name} is no sequence-to-sequence model but {config.model_type}: give BART, T5 or the like as "
            "config job_summaries.model"
        )
    return config
