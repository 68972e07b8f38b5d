"""Checks of fine-tuning."""

import math

import dagster as dg

from jobsearch_dagster.foundation.table_asset import DataFolder


@dg.asset_check(asset="base_model", blocking=True)
def the_end_of_an_answer_is_not_padding(folder: DataFolder) -> dg.AssetCheckResult:
    """Where the pad token is the stop token, the loss leaves it out and the model never learns to stop."""
    manifest = folder.artifacts.read("base_model").manifest
    pad, eos = manifest["pad_token_id"], manifest["eos_token_id"]
    return dg.AssetCheckResult(
        passed=pad is not None and eos is not None and pad != eos,
        metadata={"pad_token_id": str(pad), "eos_token_id": str(eos)},
    )


@dg.asset_check(asset="lora_adapter", blocking=True)
def the_loss_fell(folder: DataFolder) -> dg.AssetCheckResult:
    """The mean loss of the last quarter of the steps is below that of the first quarter; both are finite."""
    losses = [row["loss"] for row in folder.artifacts.read("lora_adapter").manifest["log"]]
    quarter = max(1, len(losses) // 4)
    first, last = sum(losses[:quarter]) / quarter, sum(losses[-quarter:]) / quarter
    finite = all(math.isfinite(loss) for loss in losses)
    return dg.AssetCheckResult(
        passed=finite and last < first,
        metadata={"first": first if finite else "not finite", "last": last if finite else "not finite"},
    )


@dg.asset_check(asset="lora_adapter", blocking=True)
def no_example_was_dropped(folder: DataFolder) -> dg.AssetCheckResult:
    """Every training pair leaves room for an answer within `max_seq_length`."""
    dropped = folder.artifacts.read("lora_adapter").manifest["dropped_examples"]
    return dg.AssetCheckResult(passed=dropped == 0, metadata={"dropped": dropped})
