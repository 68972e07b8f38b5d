"""Vectors of the tokens of texts, by a local encoder.

Belongs here: loading the encoder and running it. What the vectors are compared for is in `bert_score.py` and in the
judges of `evaluation/`; one vector for a whole text is `encoder.py`'s.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jobsearch_dagster.foundation import model_store

if TYPE_CHECKING:
    import numpy as np
    import torch

BATCH_TEXTS, BATCH_CHARACTERS = 256, 32_000
"""Most texts of a batch, and most characters with what they are padded by: 32 texts of 250 tokens, or many short ones,
which one by one would cost more in the calls than in the numbers."""


class Tokens(NamedTuple):
    """The tokens of one text, with the marks at its ends.

    Attributes:
        ids: In the encoder's vocabulary, shape (tokens,).
        vectors: Unit vectors of a hidden layer, shape (tokens, dimension).
        is_word: Which of them are words of the text, shape (tokens,).
    """

    ids: "np.ndarray"
    vectors: "np.ndarray"
    is_word: "np.ndarray"


class TokenEncoder:
    """An encoder.

    Attributes:
        name: As `model_store` takes it.
        layers: Its hidden layers; layer 0 is the embedding.
        longest: Most tokens of a text that it reads.
    """

    def __init__(self, name: str, data_dir: Path) -> None:
        """Load it onto the card where there is one.

        Args:
            name: As `model_store` takes it.
            data_dir: The data folder.

        Raises:
            UserError: It is not on this machine.
        """
        import torch
        from transformers import AutoModel

        model_store.silence_progress_bars()
        _, files = model_store.model_files(name, data_dir)
        # A sentence-transformers folder has configs of its other modules below.
        folder = min((path.parent for path in files if path.name == "config.json"), key=lambda path: len(path.parts))
        self.name = name
        self._tokenizer: Any = model_store.load_tokenizer(folder)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model: Any = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        self._model.to(self._device).eval()
        self.layers: int = self._model.config.num_hidden_layers
        self.longest: int = min(self._tokenizer.model_max_length, self._model.config.max_position_embeddings)

    def encode(self, texts: Sequence[str], layer: int) -> dict[str, Tokens]:
        """The tokens of every distinct text; what is beyond `longest` is cut off."""
        import torch

        found = {}
        for batch in _batches(texts):
            encoded = self._tokenizer(
                [text.strip() for text in batch],
                padding=True,
                truncation=True,
                max_length=self.longest,
                return_special_tokens_mask=True,
                return_tensors="pt",
            ).to(self._device)
            marks = encoded.pop("special_tokens_mask")
            with torch.inference_mode():
                hidden = self._model(**encoded, output_hidden_states=True).hidden_states[layer]
            found |= zip(batch, _tokens(encoded["input_ids"], hidden, encoded["attention_mask"], marks), strict=True)
        return found

    def word_vectors(self) -> "np.ndarray":
        """Unit vectors of the vocabulary without any context, shape (vocabulary, dimension)."""
        import torch

        weights = self._model.get_input_embeddings().weight.detach()
        return torch.nn.functional.normalize(weights, dim=-1).cpu().numpy()

    def number_ids(self) -> "np.ndarray":
        """Ids of the tokens with a digit in them, shape (n,)."""
        import numpy as np

        vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        return np.array(sorted(at for token, at in vocabulary.items() if any(map(str.isdigit, token))), dtype=np.int64)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Distinct texts, those of a like length together: a batch is padded to its longest."""
    batch: list[str] = []
    for text in sorted(set(texts), key=lambda text: (len(text), text)):
        if batch and (len(batch) == BATCH_TEXTS or (len(batch) + 1) * len(text) > BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch


def _tokens(ids: "torch.Tensor", hidden: "torch.Tensor", mask: "torch.Tensor", marks: "torch.Tensor") -> list[Tokens]:
    import torch

    unit = torch.nn.functional.normalize(hidden, dim=-1).cpu().numpy()
    known, kept, is_word = ids.cpu().numpy(), mask.cpu().numpy() == 1, marks.cpu().numpy() == 0
    return [Tokens(known[row, keep], unit[row, keep], is_word[row, keep]) for row, keep in enumerate(kept)]
