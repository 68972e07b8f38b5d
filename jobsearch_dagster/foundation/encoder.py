"""Sentence embeddings: the one encoder of the product.

Belongs here: texts to unit vectors, on the best device. What the vectors are used for is in the stages.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError

if TYPE_CHECKING:
    import numpy as np

BATCH = 64


class Encoder:
    """A sentence-transformers model.

    Attributes:
        window: Most tokens of a text that it reads.
    """

    def __init__(self, name: str, data_dir: Path) -> None:
        """Load the model.

        Args:
            name: As `model_store` takes it.
            data_dir: The data folder.

        Raises:
            UserError: It is not on this machine, is no model of sentence-transformers, or lacks sound safetensors.
        """
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        model_store.silence_progress_bars()
        root, files = model_store.model_files(name, data_dir)
        folder = next((path.parent for path in files if path.name == "modules.json"), None)
        if folder is None:
            raise UserError(
                f"model {name} is no sentence encoder, as {root} holds no modules.json, which says how a text gets one "
                "vector: give a model of sentence-transformers"
            )
        try:
            self._model = SentenceTransformer(
                str(folder), local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, SafetensorError) as error:
            raise UserError(
                f"model {name} has no sound weights as safetensors in {folder}: save or download it whole"
            ) from error
        self.window = (
            int(self._model.max_seq_length or self._model.tokenizer.model_max_length)
            - self._model.tokenizer.num_special_tokens_to_add()
        )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text; those beyond `window` are not seen by `encode`."""
        if not texts:
            return []
        ids = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        return [len(tokens) for tokens in ids]

    def encode(self, texts: Sequence[str]) -> "np.ndarray":
        """Unit vectors, float32, shape (len(texts), dimension); texts beyond the model's window are cut by it."""
        return self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
