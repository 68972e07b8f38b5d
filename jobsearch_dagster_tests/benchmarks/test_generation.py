"""The benchmark of generation asks the same of every row: tried here on a small model."""

from pathlib import Path

from jobsearch_dagster.finetuning.examples import Pair
from jobsearch_dagster_tests.benchmarks import generation


def test_every_switch_gives_the_same_answers_and_only_the_batches_differ(
    tmp_path: Path, smoke_models: Path, monkeypatch
) -> None:
    (tmp_path / "models" / "base_model").mkdir(parents=True)
    (tmp_path / "models" / "base_model" / "key").symlink_to(smoke_models / "language_model")
    pairs = [Pair("posting", "skills", "Answer.", "x" * length + "?", "Some.") for length in (9, 1, 30, 4)]
    monkeypatch.setattr(generation, "pairs_in", lambda lake, name: pairs)
    found = [generation.measure(str(tmp_path), switches, len(pairs)) for switches in range(3)]
    assert [row["texts"] for row in found] == [found[0]["texts"]] * 3
    assert len(set(found[0]["texts"])) > 1
    assert generation.row_of("name", found[2], found[0])[4] == "4 of 4"


def test_batches_are_one_by_one_then_in_order_then_by_length(monkeypatch) -> None:
    monkeypatch.setattr(generation, "BATCH", 2)
    prompts = [[1] * length for length in (9, 1, 8, 2)]
    assert [generation.batches_of(prompts, switches) for switches in range(3)] == [
        [(0,), (1,), (2,), (3,)],
        [(0, 1), (2, 3)],
        [(1, 3), (2, 0)],
    ]
