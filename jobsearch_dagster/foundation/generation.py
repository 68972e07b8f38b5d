"""Text generation: the one generator of the product, base model and adapter in one process.

Belongs here: token ids to token ids, batched, greedy, with the adapter on or off. How a conversation becomes ids is
in `pairs/rendering.py`; what is asked is in `evaluation/contenders.py`.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.adapters import check_fits

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Generated:
    """One answer.

    Attributes:
        text: What the model wrote after the prompt.
        tokens: Number of tokens of it, the stop token included.
        stopped: Whether it ended by itself.
        seconds: Wall time of its batch divided by the batch's size.
    """

    text: str
    tokens: int
    stopped: bool
    seconds: float


class Generator:
    """A causal language model, with at most one LoRA adapter.

    float32 on a CPU, because greedy bfloat16 answers depend on what else is in the batch (15 of 32 answers differed
    between batches of 32 and 8; none in float32); bfloat16 on a GPU.
    """

    def __init__(self, model: Path, adapter: Path | None = None) -> None:
        """Load the model.

        Args:
            model: Directory of the base model.
            adapter: Directory of an adapter that was trained on it.

        Raises:
            UserError: The adapter is broken or belongs to another model.
        """
        import torch
        from transformers import AutoModelForCausalLM

        model_store.silence_progress_bars()
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if self.device == "cuda" else torch.float32
        self.tokenizer = model_store.load_tokenizer(model)
        self._model: Any = AutoModelForCausalLM.from_pretrained(model, dtype=dtype, local_files_only=True)
        if adapter is not None:
            from peft import PeftModel

            check_fits(self._model, adapter)
            self._model = PeftModel.from_pretrained(self._model, adapter)
        self._has_adapter = adapter is not None
        self._model.to(self.device).eval()

    @classmethod
    def around(cls, model: Any, tokenizer: Any) -> "Generator":
        """A generator of a model that is being trained, with its adapter, on the device and in the precision it has."""
        generator = cls.__new__(cls)
        generator.device = str(model.device)
        generator.tokenizer = tokenizer
        generator._model = model
        generator._has_adapter = True
        return generator

    @property
    def window(self) -> int:
        """Most tokens of a prompt and its answer together."""
        return int(self._model.config.max_position_embeddings)

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        stop: Sequence[int],
        max_new_tokens: int,
        use_adapter: bool,
        batch_size: int = 32,
        advance: Callable[[int], object] = lambda count: None,
    ) -> list[Generated]:
        """Greedy continuations, in the order of the prompts.

        Batches are cut from the prompts sorted by length, so that little is spent on padding and the same prompts
        always meet the same neighbours.

        Args:
            prompts: Token ids.
            stop: Ids of which any ends an answer.
            max_new_tokens: Longest answer in tokens.
            use_adapter: Answer with the adapter; without, the base model's weights are untouched.
            batch_size: Prompts at once.
            advance: Gets the number of answers just finished.
        """
        if use_adapter and not self._has_adapter:
            raise ValueError("this generator was made without an adapter")
        order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), i))
        answers: dict[int, Generated] = {}
        off = self._has_adapter and not use_adapter
        with self._model.disable_adapter() if off else nullcontext():
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                found = self._batch([prompts[i] for i in batch], stop, max_new_tokens)
                answers.update(zip(batch, found, strict=True))
                advance(len(batch))
        return [answers[i] for i in range(len(prompts))]

    def _batch(self, prompts: Sequence[Sequence[int]], stop: Sequence[int], max_new_tokens: int) -> list[Generated]:
        import torch

        ids, mask = self._left_padded(prompts)
        started = time.perf_counter()
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                do_sample=False,
                max_new_tokens=max_new_tokens,
                eos_token_id=list(stop),
                pad_token_id=self.tokenizer.pad_token_id,
            )
        seconds = (time.perf_counter() - started) / len(prompts)
        return [self._cut(row, stop, seconds) for row in output[:, ids.shape[1] :].tolist()]

    def _left_padded(self, prompts: Sequence[Sequence[int]]) -> tuple["torch.Tensor", "torch.Tensor"]:
        import torch

        width = max(map(len, prompts))
        pad = self.tokenizer.pad_token_id
        ids = [[pad] * (width - len(p)) + list(p) for p in prompts]
        mask = [[0] * (width - len(p)) + [1] * len(p) for p in prompts]
        return torch.tensor(ids, device=self.device), torch.tensor(mask, device=self.device)

    def _cut(self, row: list[int], stop: Sequence[int], seconds: float) -> Generated:
        end = next((i for i, token in enumerate(row) if token in stop), None)
        written = row if end is None else row[:end]
        text = self.tokenizer.decode(written, skip_special_tokens=True).strip()
        return Generated(text, len(written) + (end is not None), end is not None, seconds)
