"""Batches of work that do not depend on each other, done here, by processes of this machine or on a Ray cluster.

Belongs here: who does a batch, and what a lost worker costs. How work is cut into batches, and where results are kept,
is the caller's business: he alone writes, as every result comes back to him.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from jobsearch_dagster.foundation.errors import UserError

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Worker = TypeVar("Worker")
Advance = Callable[[int], object]

SHARDS_PER_WORKER = 4
"""A worker is given a fourth of its share at once: that much is lost with it, and is waited for at the end. Not less,
for each shard loads its model: Ray ends the process of a task that had a GPU, so that the card's memory is free."""
RETRIES = 3
"""Times that Ray begins a shard again whose worker was lost."""
MOST_PROCESSES = 8
"""Of one machine at once. Each reads the lexicons for itself, 0.2 GB: with these the step stays below its 4 GB."""
IDLE_SECONDS = 10
"""After which a process ends that was given nothing: the next map of the same step finds it, training does not."""


class Mapper(Protocol):
    """A way to get batches done."""

    def __call__(
        self,
        load: Callable[[], Worker],
        work: Callable[[Worker, Batch, Advance], Result],
        batches: Sequence[Batch],
        advance: Advance,
    ) -> Iterator[tuple[int, Result]]:
        """The position of each batch and its result, as they are finished.

        Args:
            load: Gives what works, such as a model; called only where there is a batch, once for each shard.
            work: Does a batch and tells what it is given how much of it is done.
            batches: Never cut: in bfloat16 a text depends on its neighbours.
            advance: Gets how much was done; in all as much as `work` tells of all batches.
        """
        ...


def here(
    load: Callable[[], Worker],
    work: Callable[[Worker, Batch, Advance], Result],
    batches: Sequence[Batch],
    advance: Advance,
) -> Generator[tuple[int, Result]]:
    """In this process, one after the other; see `Mapper`."""
    if batches:
        worker = load()
        for position, batch in enumerate(batches):
            yield position, work(worker, batch, advance)


@dataclass(frozen=True)
class InProcesses:
    """By processes of this machine, of which each reads its modules once; see `Mapper`.

    Attributes:
        workers: How many.
    """

    workers: int

    def __call__(
        self,
        load: Callable[[], Worker],
        work: Callable[[Worker, Batch, Advance], Result],
        batches: Sequence[Batch],
        advance: Advance,
    ) -> Generator[tuple[int, Result]]:
        """Shards in their order, each when it is finished as a whole.

        Raises:
            UserError: A process was ended from outside.
        """
        from joblib import Parallel, delayed
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        shards = cut_shards(len(batches), self.workers * SHARDS_PER_WORKER)
        pool = Parallel(self.workers, return_as="generator", batch_size=1, idle_worker_timeout=IDLE_SECONDS)
        tasks = (delayed(_shard)(load, work, [batches[i] for i in shard]) for shard in shards)
        try:
            for shard, (results, count) in zip(shards, pool(tasks), strict=True):
                yield from zip(shard, results, strict=True)
                advance(count)
        except TerminatedWorkerError as error:
            raise UserError(
                "one of the processes that read texts was ended from outside, most often because memory was short: "
                "run it again with LOKY_MAX_CPU_COUNT=1"
            ) from error


@dataclass(frozen=True)
class OnRay:
    """As tasks of the Ray cluster that this process belongs to; see `Mapper`.

    `load` and `work` travel there: functions of modules by their names, so that the nodes have the modules too, others
    with what they close over.

    Attributes:
        workers: Shards at once.
        gpus: GPUs that each of them asks for.
    """

    workers: int
    gpus: float = 1

    def __call__(
        self,
        load: Callable[[], Worker],
        work: Callable[[Worker, Batch, Advance], Result],
        batches: Sequence[Batch],
        advance: Advance,
    ) -> Generator[tuple[int, Result]]:
        """Shards are unions of whole batches; each ends as a whole, and then its results are there.

        Raises:
            UserError: The cluster has fewer GPUs than the workers want; with none besides that of the step which waits
                for them, it would wait without end.
        """
        import ray

        if not batches:
            return
        if not ray.is_initialized():
            ray.init(address="auto", log_to_driver=False)
        cards, wanted = ray.cluster_resources().get("GPU", 0), self.workers * self.gpus
        if cards < wanted:
            raise UserError(
                f"JOBSEARCH_MAP_WORKERS={self.workers} wants {wanted:g} GPUs besides that of the step which waits for "
                f"them, and the Ray cluster has {cards:g}: add nodes, or lower it"
            )
        # Rules ask for no processor: every step that waits for them holds one, and together they may hold all.
        task = ray.remote(num_cpus=int(self.gpus > 0), num_gpus=self.gpus, max_retries=RETRIES)(_shard)
        waiting = iter(cut_shards(len(batches), self.workers * SHARDS_PER_WORKER))
        at_work: dict[Any, range] = {}
        while True:
            while len(at_work) < self.workers and (shard := next(waiting, None)) is not None:
                at_work[task.remote(load, work, [batches[i] for i in shard])] = shard
            if not at_work:
                return
            (done,), _ = ray.wait(list(at_work), num_returns=1)
            results, count = _result(done)
            yield from zip(at_work.pop(done), results, strict=True)
            advance(count)


def chosen(workers: int) -> Mapper:
    """Who does what needs a model: one worker is this process, for a model takes all processors or the card."""
    return here if workers == 1 else OnRay(workers)


def chosen_for_rules(workers: int, executor: str = "local") -> Mapper:
    """Who does what needs a processor and no model: the cluster's workers, or all processors of this machine.

    Args:
        workers: Of the cluster; 1 is none.
        executor: Who runs the steps. Ray counts one processor for a step, so that there it takes no other.
    """
    from joblib import cpu_count

    if workers > 1:
        return OnRay(workers, gpus=0)
    if executor == "ray":
        return here
    processes = min(cpu_count(), MOST_PROCESSES)
    return here if processes == 1 else InProcesses(processes)


def cut_shards(batches: int, shards: int) -> list[range]:
    """At most so many ranges of neighbouring batches, of like length, none empty."""
    cuts = [batches * n // shards for n in range(shards + 1)]
    return [range(start, end) for start, end in pairwise(cuts) if start < end]


def _result(done: Any) -> tuple[list[Any], int]:
    import ray
    from ray.exceptions import NodeDiedError, OutOfMemoryError, RayTaskError, WorkerCrashedError

    try:
        return ray.get(done)
    except RayTaskError as error:
        if isinstance(error.cause, UserError):
            raise error.cause from error
        raise
    except OutOfMemoryError as error:
        raise UserError(
            "Ray ended a worker because its node was out of memory: give the nodes more, or lower JOBSEARCH_MAP_WORKERS"
        ) from error
    except (WorkerCrashedError, NodeDiedError) as error:
        raise UserError(
            f"a worker of the Ray cluster was lost {RETRIES + 1} times with the same shard: see its log in Ray's "
            "dashboard; most often its memory is too small for the model"
        ) from error


def _shard(
    load: Callable[[], Worker],
    work: Callable[[Worker, Batch, Advance], Result],
    batches: Sequence[Batch],
) -> tuple[list[Result], int]:
    """The results of a shard's batches, and how much they told of."""
    worker = load()
    counts: list[int] = []
    return [work(worker, batch, counts.append) for batch in batches], sum(counts)
