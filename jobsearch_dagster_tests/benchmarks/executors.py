"""What a step costs under each executor, and how much sooner two workers end than one.

Belongs here: steps that do nothing, so that all they take is the executor's, and a map that is bound by its processor.
The cluster has two nodes of one processor each on this machine, which Ray's own services share with the work.

    python -m jobsearch_dagster_tests.benchmarks executors
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg

from jobsearch_dagster.foundation import executors
from jobsearch_dagster.foundation.map_batches import Advance, Mapper, OnRay, here
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster_tests.benchmarks.measuring import Clock, table
from jobsearch_dagster_tests.ray_nodes import RayNodes, ray_nodes

STEPS = 4
BATCHES = 16
ROUNDS = 400_000
"""Of sha256 in a batch: about 0.4 s."""


@dg.op
def nothing(context: dg.OpExecutionContext, before: int) -> int:
    """A step."""
    return before + 1


def chain(executor: dg.ExecutorDefinition) -> dg.JobDefinition:
    """Steps that wait for each other, so that none is begun beside another."""

    @dg.op
    def first() -> int:
        return 0

    @dg.job(executor_def=executor)
    def steps() -> None:
        value = first()
        for number in range(STEPS - 1):
            value = nothing.alias(f"nothing_{number}")(value)

    return steps


def in_process() -> dg.JobDefinition:
    """As `jobsearch run` does it."""
    return chain(dg.in_process_executor)


def local() -> dg.JobDefinition:
    """As the web UI and the daemon do it on one machine."""
    return chain(executors.chosen(Settings.from_environment(), "smoke"))


def on_ray() -> dg.JobDefinition:
    """As a cluster does it: the address is that of the environment."""
    return chain(executors.chosen(Settings.from_environment(), "smoke"))


def seconds_a_step(job: Callable[[], dg.JobDefinition]) -> float:
    """Wall time of a step that does nothing, events and the wait for its process included."""
    with dg.DagsterInstance.get() as instance:
        started = time.perf_counter()
        done = dg.execute_job(dg.reconstructable(job), instance=instance, raise_on_error=True)
        assert done.success
        return (time.perf_counter() - started) / STEPS


def digest(worker: None, rounds: int, advance: Advance) -> str:
    """A batch: nothing but the processor."""
    value = b""
    for _ in range(rounds):
        value = hashlib.sha256(value).digest()
    advance(1)
    return value.hex()


def nobody() -> None:
    """What works needs nothing loaded."""


def overhead(nodes: RayNodes) -> list[tuple[str, float]]:
    """Seconds of a step under each executor."""
    rows = [("in process (`jobsearch run`)", seconds_a_step(in_process))]
    rows.append(("local (web UI, daemon)", seconds_a_step(local)))
    os.environ |= {"JOBSEARCH_EXECUTOR": "ray", "JOBSEARCH_RAY_ADDRESS": nodes.url}
    rows.append(("ray, two nodes on this machine", seconds_a_step(on_ray)))
    return rows


def speed_up(nodes: RayNodes) -> list[tuple[str, float]]:
    """Seconds of the same map in this process, and by one and two workers."""
    import ray

    ray.init(address=nodes.address, log_to_driver=False)
    ways: dict[str, Mapper] = {"in process": here, "one worker": OnRay(1, gpus=0), "two workers": OnRay(2, gpus=0)}
    clock, results = Clock(), set()
    for way, mapper in ways.items():
        list(mapper(nobody, digest, [1] * 2, uncounted))  # Ray starts its processes
        with clock.timing(way):
            results.add(tuple(result for _, result in sorted(mapper(nobody, digest, [ROUNDS] * BATCHES, uncounted))))
    ray.shutdown()
    assert len(results) == 1
    return list(clock.seconds.items())


def uncounted(count: int) -> None:
    """Progress is counted by nobody here."""


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"JOBSEARCH_DATA_DIR": folder, "DAGSTER_HOME": folder, "JOBSEARCH_EXECUTOR": "local"}
        (Path(folder) / "dagster.yaml").touch()
        with ray_nodes() as nodes:
            nodes.add(num_cpus=1)
            rows = overhead(nodes)
            print(table(("executor", "seconds a step"), [(name, f"{seconds:.2f}") for name, seconds in rows]))
            found = speed_up(nodes)
    one = dict(found)["one worker"]
    print(
        "\n" + table(("map", "s", "times one worker"), [(way, f"{s:.1f}", f"{one / s:.2f}") for way, s in found]) + "\n"
    )


if __name__ == "__main__":
    main()
