"""The adapter merged into its base model, as a folder that plain transformers loads.

Belongs here: merging, proving that the merged model says the same, and publishing it whole or not at all. What the
model card says is in `model_card.py`; rows and manifests come from the caller.
"""

import json
import math
import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster.finetuning.model_card import Comparison, Facts, Score, SetRow, model_card
from jobsearch_dagster.foundation import model_store
from jobsearch_dagster.foundation.adapters import check_fits
from jobsearch_dagster.foundation.artifacts import Artifact, give_mode_of, is_storage_error
from jobsearch_dagster.foundation.digests import digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.scratch import process_name, remove_abandoned
from jobsearch_dagster.pairs.rendering import IGNORED, Rendered, chat_template, render_example, stop_ids

if TYPE_CHECKING:
    import duckdb
    import torch

FOLDER = "merged"
"""Name of the folder that is written."""
MARKER = "export.json"
"""File by which this module knows a folder that it wrote; holds the digest of the others."""
PROMPTS = 16
SEED = 42
LEAST_AGREEMENT = 0.99
LONGEST = 1024
"""Tokens of an example that is compared: logits of all answer tokens are held at once."""


def sample_pairs(connection: "duckdb.DuckDBPyConnection") -> list[Pair]:
    """Some pairs of `validation_set` to compare on, chosen by a digest with the seed."""
    rows = connection.execute(
        f"""
        SELECT posting_id, query_type, system, question, answer FROM validation_set
        ORDER BY md5(pair_id || '{SEED}'), pair_id LIMIT {PROMPTS}
        """
    ).fetchall()
    return [Pair(*row) for row in rows]


def export_adapter(
    base: Artifact,
    adapter: Artifact,
    pairs: Sequence[Pair],
    sets: Sequence[SetRow],
    scores: Sequence[Score],
    out: Path,
    say: Callable[[str], object],
) -> tuple[Path, Comparison]:
    """Merge, compare, and publish the folder `merged` below `out`.

    Weights are saved in float32: in bfloat16 the small changes that an adapter makes would be rounded away.

    Args:
        base: The base model that the adapter was trained on.
        adapter: The adapter.
        pairs: What both models are compared on.
        sets: Sizes of the sets, for the card.
        scores: Scores, for the card; empty where there are none.
        out: Folder to write to; made where it is absent.
        say: Gets a line before each thing that takes long.

    Returns:
        The folder, and how far it is from base and adapter.

    Raises:
        UserError: The merged model says something else, the adapter does not fit, or the folder is not ours to
            replace or cannot be written. Then nothing is left behind.
    """
    target = out / FOLDER
    refuse_what_others_wrote(target)
    model_store.silence_progress_bars()
    tokenizer = _tokenizer(base.path)
    examples = _examples(tokenizer, pairs, adapter.manifest["recipe"]["max_seq_length"])
    with _publishing(target) as folder:
        say(f"merging {adapter.path} into {base.path}; {len(examples)} answers are computed before and after")
        unmerged = _merge(base.path, adapter.path, tokenizer, examples, folder)
        say("comparing the merged model, as it was written, with base model and adapter")
        comparison = compare(unmerged, supervised_logits(load(folder), examples))
        refuse_other_answers(comparison)
        facts = Facts(base.manifest, adapter.manifest, comparison, sets, scores, pairs[0].system, pairs[0].question)
        (folder / "README.md").write_text(model_card(facts), encoding="utf-8")
        _mark(folder, comparison)
    return target, comparison


def load(folder: Path) -> Any:
    """A model in float32, on a GPU where there is one."""
    import torch
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def supervised_logits(model: Any, examples: Sequence[Rendered]) -> list["torch.Tensor"]:
    """Per example the logits from which the tokens of the answer are predicted: answer tokens x vocabulary."""
    import torch

    found = []
    for example in examples:
        wanted = torch.tensor([label != IGNORED for label in example.labels[1:]])
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([example.input_ids], device=model.device)).logits[0, :-1]
        found.append(logits.float().cpu()[wanted])
    return found


def compare(unmerged: Sequence["torch.Tensor"], merged: Sequence["torch.Tensor"]) -> Comparison:
    """How far the `supervised_logits` of two models are apart."""
    import torch

    first, second = torch.cat(list(unmerged)), torch.cat(list(merged))
    same = first.argmax(dim=-1) == second.argmax(dim=-1)
    return Comparison(len(unmerged), len(first), float(same.double().mean()), float((first - second).abs().max()))


def refuse_other_answers(comparison: Comparison) -> None:
    """Refuse a merged model that is not the adapter's.

    Raises:
        UserError: They agree on less than 99 % of the tokens, or a logit is no number.
    """
    if comparison.agreement < LEAST_AGREEMENT or not math.isfinite(comparison.difference):
        raise UserError(
            f"the merged model does not say what base model and adapter say: {comparison}; {LEAST_AGREEMENT:.0%} is "
            "the least that is exported, and nothing was written; train anew with a smaller learning_rate or lora_alpha"
        )


def refuse_what_others_wrote(target: Path) -> None:
    """Refuse to replace a folder unless it is just as this module wrote it, which the digest in its marker tells.

    Raises:
        UserError: There are files of others in it, or it was changed.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())) or _is_ours(target):
        return
    raise UserError(
        f"{target} is not, or no longer, what `jobsearch export adapter` wrote ({MARKER} in it tells): move it away or "
        "choose another folder with --out"
    )


def _is_ours(target: Path) -> bool:
    try:
        return json.loads((target / MARKER).read_text(encoding="utf-8"))["files_digest"] == _digest(target)
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return False


def _mark(folder: Path, comparison: Comparison) -> None:
    text = json.dumps({"files_digest": _digest(folder), "comparison": asdict(comparison)}, indent=2)
    (folder / MARKER).write_text(text + "\n", encoding="utf-8")
    give_mode_of(folder / MARKER)


def _digest(folder: Path) -> str:
    files = (path for path in folder.rglob("*") if path.is_file() and path != folder / MARKER)
    return digest_of_files(folder, sorted(files))


def _tokenizer(base: Path) -> Any:
    """The base model's, with the chat template of the training and a padding that ends no answer."""
    tokenizer = model_store.load_tokenizer(base)
    tokenizer.chat_template = chat_template(tokenizer)
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(_padding(tokenizer))
    for option in ("is_local", "local_files_only"):  # of this loading; saved, they would be everybody's
        tokenizer.init_kwargs.pop(option, None)
    return tokenizer


def _padding(tokenizer: Any) -> int:
    special = (i for i, token in sorted(tokenizer.added_tokens_decoder.items()) if token.special)
    stops = stop_ids(tokenizer)
    for candidate in (tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.bos_token_id, *special):
        if candidate is not None and candidate not in stops:
            return candidate
    raise UserError(
        f"model {tokenizer.name_or_path} has no special token to pad with that ends no answer: "
        "give its tokenizer a pad_token of its own"
    )


def _examples(tokenizer: Any, pairs: Sequence[Pair], max_length: int) -> list[Rendered]:
    length = min(max_length, LONGEST)
    rendered = (render_example(tokenizer, p.system, p.question, p.answer, max_length=length) for p in pairs)
    examples = [example for example in rendered if example is not None]
    if not examples:
        raise UserError(
            f"none of {len(pairs)} validation pairs fits into {length} tokens, so that merged and unmerged cannot be "
            "compared: raise max_seq_length; where there are no pairs, put more postings into raw/"
        )
    return examples


def _merge(
    base: Path, adapter: Path, tokenizer: Any, examples: Sequence[Rendered], folder: Path
) -> list["torch.Tensor"]:
    """Save the merged model and return the logits from before the merge: one model at a time is in memory."""
    from peft import PeftModel
    from transformers import GenerationConfig

    model = load(base)
    check_fits(model, adapter)
    adapted: Any = PeftModel.from_pretrained(model, adapter).eval()
    logits = supervised_logits(adapted, examples)
    merged = adapted.merge_and_unload()
    merged.generation_config = GenerationConfig(
        do_sample=False,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=stop_ids(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
    )
    merged.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return logits


@contextmanager
def _publishing(target: Path) -> Generator[Path]:
    """Fill a folder under another name beside the target; it takes the target's place when the block ends well."""
    from safetensors import SafetensorError

    absent = [path for path in (target.parent, *target.parent.parents) if not path.exists()]
    part = target.with_name(f"{target.name}.{process_name()}.part")
    try:
        part.mkdir(parents=True)
        remove_abandoned(target.parent.glob(f"{target.name}.*.*"))
        yield part
        _replace(target, part)
    except (OSError, SafetensorError) as error:
        if not is_storage_error(error):
            raise
        raise UserError(f"cannot write {target}: {error}; free space or choose another folder with --out") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):  # not empty: there is something in it that stays
            for path in absent:
                path.rmdir()


def _replace(target: Path, part: Path) -> None:
    """No call replaces a folder that is not empty: the earlier one steps aside first."""
    earlier = target.with_name(f"{target.name}.{process_name()}.earlier")
    if target.exists():
        target.rename(earlier)
    part.rename(target)
    shutil.rmtree(earlier, ignore_errors=True)
