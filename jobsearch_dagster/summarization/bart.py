"""Abstractive summaries by BART or any other sequence-to-sequence model of transformers.

Belongs here: writing summaries with such a model. Loading one is in `seq2seq_files.py`, which texts are summarized in
`summaries.py`. BART: Lewis et al., 2019, https://arxiv.org/abs/1910.13461.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.summarization.pieces import Piece, fit, pack, split_sentences
from jobsearch_dagster.summarization.protocol import Advance, Summary, spread
from jobsearch_dagster.summarization.seq2seq_files import load_model, load_tokenizer, window

Dtype = Literal["auto", "float32", "bfloat16"]


class Bart:
    """A sequence-to-sequence model that shortens texts.

    float32 on a CPU unless told otherwise, so that a summary does not depend on what else is in its batch; bfloat16 on
    a GPU, where it may. Beam search with the model's own lengths, penalties and prefix for summaries
    (`generation_config.json`, and `task_specific_params` of `config.json`; bart-large-cnn: 4 beams, 56 to 142 tokens).
    """

    def __init__(
        self,
        name: str,
        data_dir: Path,
        *,
        batch_size: int,
        beams: int | None,
        max_tokens: int | None,
        dtype: Dtype = "auto",
    ) -> None:
        """Load the model.

        Args:
            name: As `model_store` takes it.
            data_dir: The data folder.
            batch_size: Pieces of texts at once.
            beams: Width of the beam search; None takes the model's own.
            max_tokens: Longest summary of a piece; None takes the model's own.
            dtype: As `resolved_dtype` takes it.

        Raises:
            UserError: The model is not on this machine, is damaged or no sequence-to-sequence model, or does not say
                how long its summaries are or how much it reads.
        """
        import torch

        model_store.silence_progress_bars()
        folder, _ = model_store.model_files(name, data_dir)
        self._device = _device()
        self._model = load_model(name, folder, getattr(torch, resolved_dtype(dtype)))
        self._model.to(self._device).eval()
        self._tokenizer = load_tokenizer(name, folder, self._model.config.vocab_size)
        self._batch_size = batch_size
        self._prefix = _follow_own_parameters(self._model)
        _limit(name, self._model.generation_config, beams, max_tokens)
        self._window = window(name, self._model.config, self._tokenizer) - sum(self._count_tokens([self._prefix]))
        if self._window < 1:
            raise UserError(f"model {name} reads only the marks around a text: give another job_summaries.model")

    def summarize(self, texts: Sequence[str], advance: Advance = lambda sentences: None) -> list[Summary]:
        """Each text's summary, one sentence a line: that of each of its pieces in turn."""
        cut = self._cut(texts)
        pieces = [piece for own in cut for piece in own]
        finish = spread(sum(len(split_sentences(text)) for text in texts), len(pieces), advance)
        written = iter(self._write(pieces, finish))
        summaries = []
        for own in cut:
            lines = [line for summary in islice(written, len(own)) for line in split_sentences(summary)]
            tokens = sum(piece.tokens for piece in own)
            summaries.append(Summary("\n".join(lines), tokens, len(own), len(lines)))
        return summaries

    def _cut(self, texts: Sequence[str]) -> list[list[Piece]]:
        """The texts themselves where the window holds them; otherwise their sentences, together as far as they fit."""
        cut = []
        for text, tokens in zip(texts, self._count_tokens(texts), strict=True):
            if tokens <= self._window:
                cut.append([Piece(text, tokens)] if text.strip() else [])
            else:
                sentences = fit(split_sentences(text), self._count_tokens, self._window)
                cut.append(pack(sentences, self._count_tokens, self._window))
        return cut

    def _count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        ids = self._tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        return [len(tokens) for tokens in ids]

    def _write(self, pieces: Sequence[Piece], finish: Callable[[int], None]) -> list[str]:
        """Summaries of pieces in their order; batches are cut from the pieces sorted by length, to pad little."""
        order = sorted(range(len(pieces)), key=lambda i: (pieces[i].tokens, i))
        written: dict[int, str] = {}
        for start in range(0, len(order), self._batch_size):
            batch = order[start : start + self._batch_size]
            written.update(zip(batch, self._generate([self._prefix + pieces[i].text for i in batch]), strict=True))
            finish(len(batch))
        return [written[i] for i in range(len(pieces))]

    def _generate(self, texts: list[str]) -> list[str]:
        import torch

        inputs = self._tokenizer(texts, return_tensors="pt", padding=True, verbose=False).to(self._device)
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], do_sample=False
            )
        return self._tokenizer.batch_decode(output, skip_special_tokens=True)


def resolved_dtype(dtype: Dtype) -> Literal["float32", "bfloat16"]:
    """The numbers that a model computes with here: `auto` is bfloat16 on a GPU and float32 on a CPU."""
    if dtype != "auto":
        return dtype
    return "bfloat16" if _device() == "cuda" else "float32"


def hardware() -> str:
    """The card's name, or the kind of device where it is no card."""
    import torch

    return torch.cuda.get_device_name() if _device() == "cuda" else _device()


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _follow_own_parameters(model: Any) -> str:
    """Generate as the model's authors say for summaries; their prefix of a text."""
    own = dict((getattr(model.config, "task_specific_params", None) or {}).get("summarization", {}))
    prefix = own.pop("prefix", "")
    model.generation_config.update(**own)
    return prefix


def _limit(name: str, generation: Any, beams: int | None, max_tokens: int | None) -> None:
    """Set what the recipe says over what the model says about itself.

    Raises:
        UserError: Neither says how long a summary may be.
    """
    if beams is not None:
        generation.num_beams = beams
    if max_tokens is not None:
        generation.update(max_new_tokens=max_tokens, max_length=None)
        for least in ("min_length", "min_new_tokens"):
            if getattr(generation, least, None):
                setattr(generation, least, min(getattr(generation, least), max_tokens))
    elif not (generation.max_new_tokens or generation.max_length):
        raise UserError(
            f"model {name} does not say how long its summaries are: set config job_summaries.max_tokens, such as 128"
        )
