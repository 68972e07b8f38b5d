"""The benchmark for a card measures what it says: tried here on a small model without one."""

from pathlib import Path

import pytest

from jobsearch_dagster_tests.benchmarks import gpu


@pytest.mark.slow
def test_a_way_to_train_is_measured_without_its_warm_up(smoke_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "EXAMPLES", 8)
    small = gpu.ways()[0].recipe.model_copy(update={"batch_size": 1, "gradient_accumulation_steps": 1})
    monkeypatch.setattr(gpu, "ways", lambda: [gpu.Way("small", small)])
    found = gpu.measure(smoke_models / "language_model", "small")
    assert found["tokens_per_second"] * found["step_seconds"] == pytest.approx(325, rel=0.35)  # of one example
    assert found["hardware"].startswith("CPU")
    assert gpu.mfu(found) == "peak unknown"


def test_what_cannot_be_measured_is_said_with_the_reason(smoke_models: Path) -> None:
    way = next(way for way in gpu.ways() if way.recipe.backend == "unsloth")
    assert gpu.row_of(way, smoke_models)[1] == "not measured: unsloth is not installed"


@pytest.mark.parametrize(("card", "share"), [("NVIDIA H200", "50%"), ("NVIDIA B999", "peak unknown")])
def test_utilization_is_of_the_card_s_own_peak(card: str, share: str) -> None:
    assert gpu.mfu({"hardware": card, "flops": 494.5e12}) == share
