"""Text generation: the one generator of the product, base model and adapter in one process.

Belongs here: token ids to texts, greedy, in batches or one by one as a stream, with the adapter on or off, and how
prompts are cut into batches. How a conversation becomes ids is in `pairs/rendering.py`; what is asked is in
`evaluation/contenders.py`; what earlier runs wrote is in `foundation/kept_batches.py`.
"""

import time
from collections import abc
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.adapters import check_fits
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.map_batches import Advance, Mapper, here
from jobsearch_dagster.foundation.streaming import Piece, TokenStream, UnwantedError, pieces

if TYPE_CHECKING:
    import torch

    from jobsearch_dagster.foundation.kept_batches import KeptBatches

Batch = tuple[int, ...]
"""Positions of prompts that are answered together."""

STRIDE = 16
"""Tokens after which answers that have ended leave a batch: each costs as much as one that goes on."""


def cut_batches(prompts: Sequence[Sequence[int]], size: int) -> list[Batch]:
    """All prompts, those of like length together, so that little is spent on padding.

    Batches are cut before anything is known of what was answered earlier, and a batch is answered whole: in bfloat16
    an answer depends on its neighbours, and so the same prompts always have the same ones.

    Args:
        prompts: Token ids.
        size: Most prompts of a batch.
    """
    order = sorted(range(len(prompts)), key=lambda i: (len(prompts[i]), tuple(prompts[i])))
    return [tuple(order[start : start + size]) for start in range(0, len(order), size)]


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

    def __init__(self, model: Path, adapter: Path | None = None, mapper: Mapper = here) -> None:
        """Load the model.

        Args:
            model: Directory of the base model.
            adapter: Directory of an adapter that was trained on it.
            mapper: Who answers batches of prompts: this generator, or others like it on other machines.

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
        self._lock = Lock()
        self._map = mapper
        # The others load the model themselves; with `here` it is this one.
        self._load: Callable[[], Generator] = (lambda: self) if mapper is here else partial(Generator, model, adapter)
        self._model.to(self.device).eval()

    @classmethod
    def around(cls, model: Any, tokenizer: Any) -> "Generator":
        """A generator of a model that is being trained, with its adapter, on the device and in the precision it has."""
        generator = cls.__new__(cls)
        generator.device = str(model.device)
        generator.tokenizer = tokenizer
        generator._model = model
        generator._has_adapter = True
        generator._lock = Lock()
        generator._map = here
        generator._load = lambda: generator
        return generator

    @property
    def dtype(self) -> str:
        """Precision of the weights."""
        return str(self._model.dtype).removeprefix("torch.")

    @property
    def hardware(self) -> str:
        """The card's name, or the kind of device where it is no card."""
        import torch

        return torch.cuda.get_device_name(self.device) if self.device.startswith("cuda") else self.device

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
        kept: "KeptBatches | None" = None,
        advance: Callable[[int], object] = lambda count: None,
    ) -> list[Generated]:
        """Greedy continuations, in the order of the prompts.

        Args:
            prompts: Token ids.
            stop: Ids of which any ends an answer.
            max_new_tokens: Longest answer in tokens.
            use_adapter: Answer with the adapter; without, the base model's weights are untouched.
            batch_size: Prompts at once.
            kept: Batches that these weights answered before; new ones are added, each when it is finished.
            advance: Gets the number of answers just finished.
        """
        answers = self.generate_batches(
            prompts,
            cut_batches(prompts, batch_size),
            stop=stop,
            max_new_tokens=max_new_tokens,
            use_adapter=use_adapter,
            kept=kept,
            advance=advance,
        )
        return [answers[i] for i in range(len(prompts))]

    def generate_batches(
        self,
        prompts: Sequence[Sequence[int]],
        batches: Iterable[Batch],
        *,
        stop: Sequence[int],
        max_new_tokens: int,
        use_adapter: bool,
        kept: "KeptBatches | None" = None,
        advance: Callable[[int], object] = lambda count: None,
    ) -> dict[int, Generated]:
        """Greedy continuations by the prompt's position.

        Args:
            prompts: All prompts, also those in no batch.
            batches: What to answer, as `cut_batches` cut it.
            stop: As for `generate`; so are the others.
            max_new_tokens: Longest answer in tokens.
            use_adapter: Answer with the adapter.
            kept: Batches that were answered before.
            advance: Gets the number of answers just finished.
        """
        how = {
            "stop": list(stop),
            "max_new_tokens": max_new_tokens,
            "use_adapter": use_adapter,
            "dtype": self.dtype,
            "device": self.hardware,
            **{name: version(name) for name in ("torch", "transformers")},
        }
        answers: dict[int, Generated] = {}
        left: list[Batch] = []
        for batch in batches:
            said = None if kept is None else kept.get([prompts[i] for i in batch], how)
            if said is None:
                left.append(batch)
            else:
                answers.update(zip(batch, said, strict=True))
                advance(len(batch))
        asked = [[prompts[i] for i in batch] for batch in left]
        work = partial(_answered, self.dtype, self.hardware, stop, max_new_tokens, use_adapter)
        for position, said in self._map(self._load, work, asked, lambda count: None):
            if kept is not None:
                kept.put(asked[position], how, said)
            answers.update(zip(left[position], said, strict=True))
            advance(len(said))
        return answers

    def stream(
        self, prompt: Sequence[int], *, stop: Sequence[int], max_new_tokens: int, use_adapter: bool
    ) -> abc.Generator[Piece]:
        """The greedy continuation of one prompt while it is written; its texts joined are that of `generate` alone.

        Closing the iterator ends the writing with the next token.

        Args:
            prompt: Token ids.
            stop: As for `generate`; so are the others.
            max_new_tokens: Longest answer in tokens.
            use_adapter: Answer with the adapter.
        """
        tokens = TokenStream()

        def write() -> None:
            try:
                with self._adapter_on(use_adapter):
                    self._written(*self._left_padded([prompt]), stop, max_new_tokens, streamer=tokens)
            except UnwantedError:
                return
            except Exception as error:  # noqa: BLE001 - raised where the stream is read
                tokens.fail(error)

        # In a thread of its own, because transformers returns only when all is written.
        writer = Thread(target=write, daemon=True)
        writer.start()
        try:
            yield from pieces(iter(tokens), self._text, stop, len(prompt))
        finally:
            tokens.is_wanted = False
            writer.join()

    @contextmanager
    def _adapter_on(self, use_adapter: bool) -> abc.Generator[None]:
        """The adapter on or off, for one thread at a time."""
        if use_adapter and not self._has_adapter:
            raise ValueError("this generator was made without an adapter")
        with self._lock, self._model.disable_adapter() if self._has_adapter and not use_adapter else nullcontext():
            yield

    def answer_batch(
        self, prompts: Sequence[Sequence[int]], stop: Sequence[int], max_new_tokens: int, *, use_adapter: bool
    ) -> list[Generated]:
        """Greedy continuations of prompts that are answered together; see `generate`."""
        with self._adapter_on(use_adapter):
            return self._batch(prompts, stop, max_new_tokens)

    def _batch(self, prompts: Sequence[Sequence[int]], stop: Sequence[int], max_new_tokens: int) -> list[Generated]:
        started = time.perf_counter()
        rows = self._continued(prompts, stop, max_new_tokens)
        seconds = (time.perf_counter() - started) / len(prompts)
        return [self._cut(row, stop, seconds) for row in rows]

    def _continued(self, prompts: Sequence[Sequence[int]], stop: Sequence[int], most: int) -> list[list[int]]:
        """Ids after each prompt, maybe with padding where others went on for longer.

        On a processor, answers that have ended leave the batch after every `STRIDE` tokens; on a card a step with fewer
        rows takes as long.
        """
        from torch.nn.functional import pad

        ids, mask = self._left_padded(prompts)
        stride = STRIDE if self.device == "cpu" else most
        written: list[list[int]] = [[] for _ in prompts]
        going, cache = list(range(len(prompts))), None
        for done in range(0, most, stride):
            width = ids.shape[1]
            output = self._written(ids, mask, stop, min(stride, most - done), past_key_values=cache)
            ids, cache = output.sequences, output.past_key_values
            for row, new in zip(going, ids[:, width:].tolist(), strict=True):
                written[row] += new
            on = [n for n, row in enumerate(going) if not set(stop) & set(written[row])]
            if not on:
                break
            mask = pad(mask, (0, ids.shape[1] - width), value=1)
            if len(on) < len(going):
                ids, mask, going = ids[on], mask[on], [going[n] for n in on]
                cache.batch_select_indices(on)
        return written

    def _written(
        self, ids: "torch.Tensor", mask: "torch.Tensor", stop: Sequence[int], most: int, **options: Any
    ) -> Any:
        import torch

        with torch.inference_mode():
            return self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                do_sample=False,
                max_new_tokens=most,
                eos_token_id=list(stop),
                pad_token_id=self.tokenizer.pad_token_id,
                return_dict_in_generate=True,
                **options,
            )

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
        return Generated(self._text(written), len(written) + (end is not None), end is not None, seconds)

    def _text(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()


def _answered(
    dtype: str,
    hardware: str,
    stop: Sequence[int],
    max_new_tokens: int,
    use_adapter: bool,
    generator: Generator,
    prompts: Sequence[Sequence[int]],
    advance: Advance,
) -> list[Generated]:
    """A batch's answers, by a generator that computes as the one that asks does."""
    if (generator.dtype, generator.hardware) != (dtype, hardware):
        raise UserError(
            f"answers in {dtype} on {hardware} cannot be shared with a node that answers in {generator.dtype} on "
            f"{generator.hardware}, for they depend on it: use nodes of one kind, or JOBSEARCH_MAP_WORKERS=1"
        )
    return generator.answer_batch(prompts, stop, max_new_tokens, use_adapter=use_adapter)
