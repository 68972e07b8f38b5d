"""Abstractive summaries by BART or any other sequence-to-sequence model of transformers.

Belongs here: loading such a model and writing summaries with it. Which texts are summarized is in `summaries.py`.
BART: Lewis et al., 2019, https://arxiv.org/abs/1910.13461.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.summarization.pieces import Piece, fit, pack, split_sentences
from jobsearch_dagster.summarization.protocol import Summary


class Bart:
    """A sequence-to-sequence model that shortens texts.

    float32 on a CPU unless told otherwise, so that a summary does not depend on what else is in its batch; bfloat16 on
    a GPU. Beam search with the model's own lengths and penalties (`generation_config.json`; bart-large-cnn: 4 beams, 56
    to 142 tokens).
    """

    def __init__(
        self,
        name: str,
        data_dir: Path,
        *,
        batch_size: int,
        beams: int | None,
        max_tokens: int | None,
        dtype: Literal["auto", "float32", "bfloat16"] = "auto",
    ) -> None:
        """Load the model.

        Args:
            name: As `model_store` takes it.
            data_dir: The data folder.
            batch_size: Pieces of texts at once.
            beams: Width of the beam search; None takes the model's own.
            max_tokens: Longest summary of a piece; None takes the model's own.
            dtype: `auto` is bfloat16 on a GPU and float32 on a CPU.

        Raises:
            UserError: The model is not on this machine, has no weights, or is no sequence-to-sequence model.
        """
        import torch

        model_store.silence_progress_bars()
        folder, _ = model_store.model_files(name, data_dir)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        if dtype == "auto":
            dtype = "bfloat16" if self._device == "cuda" else "float32"
        self._model = _load(name, folder, getattr(torch, dtype))
        self._model.to(self._device).eval()
        self._tokenizer = model_store.load_tokenizer(folder)
        self._batch_size = batch_size
        chosen = {"num_beams": beams, "max_length": max_tokens, "min_length": None if max_tokens is None else 0}
        self._options = {option: value for option, value in chosen.items() if value is not None}
        self._window = _window(self._model.config, self._tokenizer)

    def summarize(self, texts: Sequence[str]) -> list[Summary]:
        """Each text's summary, one sentence a line: that of each of its pieces in turn."""
        cut = [pack(fit(split_sentences(text), self._count_tokens, self._window), self._window) for text in texts]
        written = self._write([piece for pieces in cut for piece in pieces])
        summaries = []
        for pieces in cut:
            own = [written.pop(0) for _ in pieces]
            lines = [line for summary in own for line in split_sentences(summary)]
            summaries.append(Summary("\n".join(lines), sum(p.tokens for p in pieces), len(pieces), len(lines)))
        return summaries

    def _count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        return [len(ids) for ids in self._tokenizer(list(texts), add_special_tokens=False)["input_ids"]]

    def _write(self, pieces: Sequence[Piece]) -> list[str]:
        """Summaries of pieces in their order; batches are cut from the pieces sorted by length, to pad little."""
        order = sorted(range(len(pieces)), key=lambda i: (pieces[i].tokens, i))
        written: dict[int, str] = {}
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            written.update(zip(batch, self._generate([pieces[i].text for i in batch]), strict=True))
        return [written[i] for i in range(len(pieces))]

    def _generate(self, texts: list[str]) -> list[str]:
        import torch

        inputs = self._tokenizer(texts, return_tensors="pt", padding=True).to(self._device)
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], do_sample=False, **self._options
            )
        return self._tokenizer.batch_decode(output, skip_special_tokens=True)


def _load(name: str, folder: Path, dtype: Any) -> Any:
    from transformers import AutoConfig, AutoModelForSeq2SeqLM

    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    if not config.is_encoder_decoder:
        raise UserError(
            f"model {name} is no sequence-to-sequence model but {config.model_type}: give BART, T5 or the like as "
            "config job_summaries.model"
        )
    try:
        return AutoModelForSeq2SeqLM.from_pretrained(
            folder, config=config, dtype=dtype, local_files_only=True, use_safetensors=True
        )
    except OSError as error:
        raise UserError(f"model {name} has no weights as safetensors in {folder}: save or download it whole") from error


def _window(config: Any, tokenizer: Any) -> int:
    """Most tokens of a piece: what the encoder has positions for, less the marks at beginning and end."""
    marks = tokenizer.num_special_tokens_to_add()
    positions = getattr(config, "max_position_embeddings", None) or tokenizer.model_max_length
    return int(min(positions, tokenizer.model_max_length)) - marks
