"""Checks of fine-tuning."""

import math

import dagster as dg

from jobsearch_dagster.finetuning.summary import before_and_after
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.foundation.table_check import lake_check
from jobsearch_dagster.foundation.ui_metadata import shown


@lake_check("base_model")
def the_end_of_an_answer_is_not_padding(folder: DataFolder) -> dg.AssetCheckResult:
    """Where padding is what ends an answer, a batch of answers cannot tell one from the other."""
    manifest = folder.artifacts.read("base_model").manifest
    pad, stop = manifest["pad_token_id"], manifest["stop_token_id"]
    return dg.AssetCheckResult(
        passed=pad is not None and pad != stop,
        metadata={"pad_token_id": str(pad), "stop_token_id": str(stop)},
    )


@lake_check("lora_adapter")
def the_loss_fell(folder: DataFolder) -> dg.AssetCheckResult:
    """The mean loss of the last quarter of the steps is below that of the first quarter; both are finite."""
    losses = [row["loss"] for row in folder.artifacts.read("lora_adapter").manifest["log"]]
    quarter = max(1, len(losses) // 4)
    first, last = sum(losses[:quarter]) / quarter, sum(losses[-quarter:]) / quarter
    finite = all(math.isfinite(loss) for loss in losses)
    return dg.AssetCheckResult(
        passed=finite and last < first,
        metadata={
            name: float(shown(loss)) if finite else "not finite" for name, loss in (("first", first), ("last", last))
        },
    )


@lake_check("lora_adapter", blocking=False)
def the_adapter_predicts_better_than_the_base_model(folder: DataFolder) -> dg.AssetCheckResult:
    """On validation pairs the adapter's loss is lower, and the 95 % interval of the paired difference excludes zero."""
    found = folder.artifacts.read("lora_adapter").manifest["validation"]
    names = ("n", "postings", "base_loss", "adapter_loss", "difference", "low", "high", "p")
    return dg.AssetCheckResult(
        passed=found["high"] is not None and found["high"] < 0,  # one posting has no interval and is no proof
        metadata={name: shown(found[name]) for name in names},
    )


@lake_check("lora_adapter")
def the_adapter_changes_answers(folder: DataFolder) -> dg.AssetCheckResult:
    """At least one question of the sample is answered otherwise than by the base model: else nothing was learned."""
    rows = before_and_after(folder.artifacts.read("lora_adapter").manifest["sample"])
    changed = sum(row["before"] != row["after"] for row in rows)
    return dg.AssetCheckResult(passed=changed > 0, metadata={"changed": changed, "questions": len(rows)})


@lake_check("lora_adapter", blocking=False)
def no_example_was_dropped_or_cut(folder: DataFolder) -> dg.AssetCheckResult:
    """Every training pair fits into `max_seq_length` whole."""
    dataset = folder.artifacts.read("lora_adapter").manifest["dataset"]
    counts = {name: dataset[name] for name in ("dropped", "cut")}
    return dg.AssetCheckResult(passed=not any(counts.values()), metadata=counts)
