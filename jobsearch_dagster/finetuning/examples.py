"""What the trainer reads: pairs rendered to ids and labels, once, for every backend.

Belongs here: from rows to a data set on disk, with what was left out counted, and a digest that proves which tokens an
adapter has learned from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.pairs.rendering import Rendered, render_example


@dataclass(frozen=True)
class Pair:
    """What the trainer needs of a query/answer pair."""

    posting_id: str
    query_type: str
    system: str
    question: str
    answer: str


@dataclass(frozen=True)
class Examples:
    """Rendered pairs.

    Attributes:
        rendered: Ids and labels of the pairs that fit.
        pairs: The pairs they come from, as many.
        dropped: Pairs whose prompt alone leaves no room for an answer.
    """

    rendered: Sequence[Rendered]
    pairs: Sequence[Pair]
    dropped: int

    @property
    def lengths(self) -> list[int]:
        """Tokens of each example."""
        return [len(example.input_ids) for example in self.rendered]

    def facts(self) -> dict[str, Any]:
        """What the manifest says of them: counts, tokens, and the digest of all ids and labels."""
        return {
            "examples": len(self.rendered),
            "dropped": self.dropped,
            "cut": sum(example.is_cut for example in self.rendered),
            "postings": len({pair.posting_id for pair in self.pairs}),
            "tokens": sum(self.lengths),
            "digest": digest_of([[example.input_ids, example.labels] for example in self.rendered]),
        }

    def save(self, folder: Path) -> Path:
        """Write them as a folder for `datasets.load_from_disk`, which maps it into memory."""
        from datasets import Dataset, disable_progress_bars

        disable_progress_bars()
        columns = {
            "input_ids": [example.input_ids for example in self.rendered],
            "labels": [example.labels for example in self.rendered],
        }
        Dataset.from_dict(columns).save_to_disk(str(folder))
        return folder


def load_examples(folder: Path) -> Any:
    """The data set that `Examples.save` wrote, with columns `input_ids` and `labels`."""
    from datasets import disable_progress_bars, load_from_disk

    disable_progress_bars()
    return load_from_disk(str(folder))


def render_pairs(tokenizer: Any, pairs: Iterable[Pair], recipe: LoraRecipe) -> Examples:
    """Render every pair that fits into `max_seq_length`.

    Raises:
        UserError: None fits.
    """
    kept, rendered, dropped = [], [], 0
    for pair in pairs:
        example = render_example(
            tokenizer,
            pair.system,
            pair.question,
            pair.answer,
            loss=recipe.loss,
            max_length=recipe.max_seq_length,
        )
        if example is None:
            dropped += 1
        else:
            kept.append(pair)
            rendered.append(example)
    if not rendered:
        raise UserError(
            f"none of {dropped} pairs fits into max_seq_length {recipe.max_seq_length}: "
            "raise it; where there are no pairs, put more postings into raw/"
        )
    return Examples(rendered, kept, dropped)
