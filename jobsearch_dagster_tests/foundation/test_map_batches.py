"""Batches give the same results here and on the workers of a real Ray, and a lost worker loses its shard alone."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.build import build_defs
from jobsearch_dagster.foundation import distinct, map_batches
from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.generation import Generator, _answered
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster.foundation.map_batches import OnRay, chosen, cut_shards, here
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.search import embedding
from jobsearch_dagster.search.embedding import KeptVectors, embed
from jobsearch_dagster.summarization.extractive import Choice, Extractive
from jobsearch_dagster.summarization.summaries import KeptSummaries, SummaryRecipe, _summaries_of
from jobsearch_dagster_tests.ray_nodes import REPOSITORY, one_ray

pytestmark = pytest.mark.slow
QUESTIONS = ["cook", "a nurse in berlin?", "x", "data engineer, remote, python and sql", "bus driver", "who pays most?"]
ANSWERS = dg.AssetKey("base_answers")
BATCHES = [[number, number + 1] for number in range(0, 20, 2)]


@pytest.fixture(scope="module", autouse=True)
def two_workers() -> Iterator[None]:
    """A Ray with two processors, each with a logical GPU."""
    import ray

    with one_ray(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        monkeypatch.setenv("RAY_worker_niceness", "0")  # else 15: beside other tests it gets a thirtieth of a core
        ray.init(
            num_cpus=2, num_gpus=2, include_dashboard=False, object_store_memory=100_000_000, log_to_driver=False,
            _node_ip_address="127.0.0.1",
        )  # fmt: skip
        try:
            yield
        finally:
            ray.shutdown()


SPREAD = OnRay(2, gpus=0)
"""Ray keeps the processes of tasks without a GPU, so that PyTorch is read once for all tests, not once a shard."""


def nothing() -> None:
    return None


def doubled(worker: None, batch: list[int], advance: Any) -> list[int]:
    advance(len(batch))
    return [2 * number for number in batch]


def doubled_or_killed(seen: Path, worker: None, batch: list[int], advance: Any) -> list[int]:
    """Notes the batch and, the first time that it is the third one, ends as a machine that is switched off."""
    first_time = not list(seen.glob(f"{batch[0]}-*"))
    (seen / f"{batch[0]}-{os.getpid()}").touch()
    if batch == BATCHES[3] and first_time:
        os.kill(os.getpid(), signal.SIGKILL)
    return doubled(worker, batch, advance)


def cards(worker: None, batch: list[int], advance: Any) -> int:
    import ray

    return len(ray.get_gpu_ids())


def complaint(worker: None, batch: list[int], advance: Any) -> None:
    raise UserError("the model is not on this node: copy it there")


@pytest.mark.parametrize("mapper", [here, SPREAD], ids=["here", "on Ray"])
def test_every_batch_comes_back_once_and_progress_adds_up(mapper: map_batches.Mapper) -> None:
    counts: list[int] = []
    found = dict(mapper(nothing, doubled, BATCHES, counts.append))
    assert [found[position] for position in range(len(BATCHES))] == [[2 * n for n in batch] for batch in BATCHES]
    assert sum(counts) == 20
    assert dict(mapper(pytest.fail, doubled, [], counts.append)) == {}


def test_a_killed_worker_loses_its_shard_and_nothing_else(tmp_path: Path) -> None:
    work = partial(doubled_or_killed, tmp_path)
    assert dict(SPREAD(nothing, work, BATCHES, lambda n: None)) == dict(here(nothing, doubled, BATCHES, lambda n: None))
    times = Counter(int(path.name.split("-")[0]) for path in tmp_path.iterdir())
    (lost,) = [shard for shard in cut_shards(len(BATCHES), 2 * map_batches.SHARDS_PER_WORKER) if 3 in shard]
    assert {first for first, count in times.items() if count > 1} <= {BATCHES[i][0] for i in lost}
    assert times[BATCHES[3][0]] == 2


def test_each_task_has_a_card_of_its_own() -> None:
    assert set(dict(OnRay(2)(nothing, cards, BATCHES[:2], lambda n: None)).values()) == {1}


def test_more_workers_than_the_cluster_has_gpus_are_refused_before_any_begins() -> None:
    with pytest.raises(UserError, match=r"^JOBSEARCH_MAP_WORKERS=3 wants 3 GPUs .* has 2: add nodes, or lower it$"):
        next(OnRay(3)(pytest.fail, complaint, BATCHES, lambda n: None))
    assert list(OnRay(3)(pytest.fail, complaint, [], lambda n: None)) == []


def test_a_user_error_of_a_worker_is_told_as_it_is() -> None:
    with pytest.raises(UserError, match=r"^the model is not on this node: copy it there$"):
        list(OnRay(1, gpus=0)(nothing, complaint, BATCHES[:1], lambda n: None))


@given(st.integers(0, 500), st.integers(1, 64))
def test_shards_are_neighbours_of_like_number_and_hold_every_batch(batches: int, shards: int) -> None:
    cut = cut_shards(batches, shards)
    assert [i for shard in cut for i in shard] == list(range(batches))
    assert len(cut) == min(batches, shards)
    assert not cut or max(map(len, cut)) - min(map(len, cut)) <= 1


def shouted(text: str) -> tuple[str, int]:
    return text.upper(), os.getpid()


def test_rules_over_distinct_texts_go_to_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "BATCH", 12)
    monkeypatch.setattr(distinct, "SLICE", 2)
    with duckdb.connect() as connection:
        source = "(SELECT 'text ' || range AS text FROM range(30))"
        returns = {"loud": "VARCHAR", "process": "BIGINT"}
        distinct.map_distinct(connection, source, ["text"], shouted, returns, "read", mapper=SPREAD)
        rows = connection.table("read").fetchall()
    assert {(text, loud) for text, loud, _ in rows} == {(f"text {n}", f"TEXT {n}") for n in range(30)}
    assert os.getpid() not in {process for *_, process in rows}


def test_answers_are_the_same_texts(smoke_models: Path) -> None:
    model = smoke_models / "language_model"
    local, spread = Generator(model), Generator(model, None, SPREAD)
    prompts = [local.tokenizer(question)["input_ids"] for question in QUESTIONS]
    how: dict[str, Any] = {"stop": [0], "max_new_tokens": 12, "use_adapter": False, "batch_size": 2}
    counts: list[int] = []
    found = spread.generate(prompts, advance=counts.append, **how)
    assert [answer.text for answer in found] == [answer.text for answer in local.generate(prompts, **how)]
    assert sum(counts) == len(QUESTIONS)


def test_answers_of_another_kind_of_machine_are_refused(smoke_models: Path) -> None:
    generator = Generator(smoke_models / "language_model")
    with pytest.raises(UserError, match="cannot be shared with a node that answers in float32 on cpu"):
        _answered("bfloat16", "NVIDIA H100", [0], 4, False, generator, [[1, 2]], lambda n: None)


def test_vectors_are_the_same(smoke_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BATCH", 2)
    load = partial(Encoder, "./encoder", smoke_models)
    texts = [*QUESTIONS, "cook"]
    counts: list[int] = []
    local = embed(texts, load, KeptVectors(TextCache(tmp_path / "local"), "a model"))
    spread = embed(texts, load, KeptVectors(TextCache(tmp_path / "spread"), "a model"), counts.append, SPREAD)
    np.testing.assert_allclose(spread.vectors, local.vectors, atol=1e-5)
    assert (spread.encoded, spread.reused, sum(counts)) == (local.encoded, local.reused, 7)


def answered(data: Path, workers: int) -> str:
    """The digest of the base model's answers, made anew as one step in batches of two."""
    for path in (data / "lake" / "base_answers.parquet", data / "cache" / "answers.sqlite"):
        path.unlink()
    assets = [a for a in build_defs(profile="smoke").assets or () if isinstance(a, dg.AssetsDefinition)]
    done = dg.materialize(
        [asset for asset in assets if asset.key == ANSWERS],
        resources={"folder": DataFolder(path=str(data), map_workers=workers)},
        run_config={"ops": {"base_answers": {"config": {"batch_size": 2}}}},
    )
    assert done.success
    stamp = Lake(data).stamp("base_answers")
    assert stamp is not None
    return stamp.data_version


def test_a_whole_step_with_two_workers_ends_with_the_digest_of_one(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them has a card, several shards, and reads the model itself."""
    shards: list[int] = []

    def cut(batches: int, count: int) -> list[range]:
        found = cut_shards(batches, count)
        shards.append(len(found))
        return found

    monkeypatch.setattr(map_batches, "cut_shards", cut)
    assert answered(made, 1) == answered(made, 2)
    assert len(shards) == 1
    assert shards[0] > 2


def extractive(models: Path) -> Extractive:
    return Extractive(Encoder("./encoder", models), Choice(2, 80, 0.4))


def test_summaries_are_the_same(smoke_models: Path, tmp_path: Path) -> None:
    texts = [
        f"{question} in a kitchen. Every day at {n}. The team is small. " * 3 for n, question in enumerate(QUESTIONS)
    ]

    class Counted:
        counts: list[int] = []  # noqa: RUF012

        def advance(self, count: int) -> None:
            self.counts.append(count)

    def made(name: str, mapper: map_batches.Mapper) -> tuple[Any, int]:
        Counted.counts = []
        kept = KeptSummaries(TextCache(tmp_path / name), SummaryRecipe(), "the encoder")
        found = _summaries_of(texts, partial(extractive, smoke_models), kept, lambda *a: Counted(), print, mapper)  # ty: ignore[invalid-argument-type]
        return found, sum(Counted.counts)

    assert made("spread", SPREAD) == made("local", here)


def test_one_worker_is_the_step_itself_and_more_need_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(1) is here
    assert chosen(3) == OnRay(3)
    monkeypatch.setenv("JOBSEARCH_MAP_WORKERS", "2")
    with pytest.raises(UserError, match="JOBSEARCH_MAP_WORKERS=2 needs JOBSEARCH_EXECUTOR=ray"):
        Settings.from_environment()
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "ray")
    monkeypatch.setenv("JOBSEARCH_RAY_ADDRESS", "http://127.0.0.1:8265")
    assert Settings.from_environment().map_workers == 2
    monkeypatch.setenv("JOBSEARCH_MAP_WORKERS", "none")
    with pytest.raises(UserError, match="JOBSEARCH_MAP_WORKERS=none is no number of workers"):
        Settings.from_environment()
